"""`Idempotency-Key`: a POST that is sent again gets the answer that it got the first time."""

import json
from collections.abc import Callable
from datetime import datetime

from chalice.app import Response

from chalicelib.api.call import Call
from chalicelib.api.requests.fingerprints import fingerprint_of
from chalicelib.api.responses import JSON_CONTENT_TYPE
from chalicelib.domain.idempotency import KeptAnswer
from chalicelib.domain.times import parse_time

_HEADER = "Idempotency-Key"
_REPLAYED = {"Content-Type": JSON_CONTENT_TYPE, "Idempotency-Replayed": "true"}


def answer_once(view: Callable[[Call], Response], call: Call, *, is_secret: bool = False) -> Response:
    """What `view` answers, or, for a POST under a key that was answered before, that answer.

    Only success is kept. A request that was refused or failed frees its key, so that the client may send a better one.
    What an answer that `is_secret` says is not kept: asked again, there is a conflict that says where to look.
    """
    key = call.header(_HEADER)
    if key is None or call.request.method != "POST":
        return view(call)
    idempotency = call.services.idempotency
    begun = idempotency.begin(call.caller, key, fingerprint_of(call))
    if isinstance(begun, KeptAnswer):
        return _again(begun)
    try:
        response = view(call)
    except BaseException:
        idempotency.release(begun)
        raise
    if 200 <= response.status_code < 300:
        idempotency.finish(begun, _kept(response, is_secret=is_secret), _expiry_of(response))
    else:
        idempotency.release(begun)
    return response


def _kept(response: Response, *, is_secret: bool) -> KeptAnswer:
    location = response.headers.get("Location")
    body = None if is_secret else str(response.body)
    return KeptAnswer(response.status_code, None if location is None else str(location), body)


def _expiry_of(response: Response) -> datetime | None:
    """When the resource in the answer goes: what was said of it, its file's name for one, is not to outlive it."""
    document = json.loads(str(response.body) or "null")
    expires = document.get("expires") if isinstance(document, dict) else None
    return None if expires is None else parse_time(expires)


def _again(answer: KeptAnswer) -> Response:
    response = Response(answer.body, headers={**_REPLAYED}, status_code=answer.status)
    if answer.location is not None:
        response.headers["Location"] = answer.location
    return response
