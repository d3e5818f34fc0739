"""Documents that a client asks for again and again: ETag, If-None-Match and 304 (RFC 9110, section 13)."""

import hashlib
import re
from collections.abc import Mapping

from chalice.app import Response

from chalicelib.api.call import Call
from chalicelib.api.documents import Document
from chalicelib.api.responses import json_response

_ENTITY_TAG = re.compile(r'(?:W/)?("[!#-~\x80-\xff]*")')
# A browser that may not store the document could not ask whether it has changed.
_CACHE_CONTROL = "private, no-cache"


def unless_unchanged(call: Call, document: Document, headers: Mapping[str, str] | None = None) -> Response:
    """Returns `document` with its ETag; 304 without a body if If-None-Match has this ETag.

    The ETag is a digest of the bytes that are sent, so it changes whenever they do.
    """
    return unless_known(call, json_response(document, headers=headers))


def unless_known(call: Call, response: Response) -> Response:
    """Returns `response` with its ETag, or 304 without its body if the request says that the client has it already."""
    tag = f'"{hashlib.sha256(str(response.body).encode()).hexdigest()[:32]}"'
    response.headers |= {"ETag": tag, "Cache-Control": _CACHE_CONTROL}
    if not _is_known(call.header("if-none-match"), tag):
        return response
    kept = {name: value for name, value in response.headers.items() if name != "Content-Type"}
    return Response("", headers=kept, status_code=304)


def _is_known(if_none_match: str | None, tag: str) -> bool:
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or tag in _ENTITY_TAG.findall(if_none_match)
