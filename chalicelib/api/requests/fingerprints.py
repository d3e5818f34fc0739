"""Fingerprints of requests: method, path, and the content of the body.

Not the bytes of the body: a client that repeats a form chooses a new boundary.
"""

import hashlib
import json
from urllib.parse import parse_qsl

from chalicelib.api.call import Call
from chalicelib.api.requests.forms import MULTIPART, URL_ENCODED
from chalicelib.api.requests.multipart_forms import part_digests
from chalicelib.api.responses import JSON_CONTENT_TYPE
from chalicelib.errors import CallerError


def fingerprint_of(call: Call) -> str:
    """SHA-256 in hex: the same for requests that say the same. Raises `TooLarge`."""
    request = call.request
    parameters = request.query_params
    query = {} if parameters is None else {name: parameters.getlist(name) for name in parameters}
    where = [request.method, request.path, dict(request.uri_params or {}), query]
    kind = (call.header("content-type") or "").partition(";")[0].strip().lower()
    return _digest([where, kind, _said(kind, call.header("content-type") or "", call.body())])


def _said(kind: str, content_type: str, body: bytes) -> object:
    """Returns the parsed body; if it cannot be parsed, its bytes, because the view will refuse it anyway."""
    try:
        if kind == MULTIPART:
            return part_digests(content_type, body)
        if kind == URL_ENCODED:
            return sorted(parse_qsl(body.decode(), keep_blank_values=True), key=lambda pair: pair[0])
        if kind == JSON_CONTENT_TYPE:
            return _digest(json.loads(body))
    except (CallerError, ValueError, RecursionError):
        pass
    return hashlib.sha256(body).hexdigest()


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
