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
    """Returns the response of `view` or, for a POST with a known key, the stored response.

    Stores successful responses only. A request that was refused or failed frees its key, so that the client may correct
    it. The body of a response that `is_secret` is not stored: a repeated request gets a conflict that names the
    resource.
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
        idempotency.finish(begun, _kept(call, response, is_secret=is_secret), _expiry_of(response))
    else:
        idempotency.release(begun)
    return response


def _kept(call: Call, response: Response, *, is_secret: bool) -> KeptAnswer:
    location = response.headers.get("Location")
    location = None if location is None else str(location)
    body = None if is_secret else str(response.body)
    return KeptAnswer(response.status_code, location, body, _subject_of(call, location))


def _subject_of(call: Call, location: str | None) -> str | None:
    """Returns the id of the job or entry that the response describes: the one in the request's path, or the new one."""
    ids = call.request.uri_params or {}
    return ids.get("job_id") or ids.get("entry_id") or (location and location.rpartition("/")[2])


def _expiry_of(response: Response) -> datetime | None:
    """Returns when the resource in the response expires: the stored response must not outlive it."""
    document = json.loads(str(response.body) or "null")
    expires = document.get("expires") if isinstance(document, dict) else None
    return None if expires is None else parse_time(expires)


def _again(answer: KeptAnswer) -> Response:
    response = Response(answer.body, headers={**_REPLAYED}, status_code=answer.status)
    if answer.location is not None:
        response.headers["Location"] = answer.location
    return response
