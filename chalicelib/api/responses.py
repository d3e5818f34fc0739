"""Responses: JSON documents, redirects and the error envelope."""

import json
from collections.abc import Mapping

from chalice.app import Response

JSON_CONTENT_TYPE = "application/json"
LOGIN_SENTENCE = "Please login to continue."
CHALLENGE = 'Basic realm="Mien", charset="UTF-8"'
"""The `WWW-Authenticate` header of every 401."""

COMMON_HEADERS: Mapping[str, str] = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
"""On every response: resources change and are private, and browsers must not guess their type."""


VARIES: Mapping[str, str] = {"Vary": "Accept"}
"""On responses that browsers get as a page and programs as JSON."""


def json_response(document: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """`document` as JSON."""
    text = json.dumps(document, separators=(",", ":"), allow_nan=False)
    return Response(text, headers={"Content-Type": JSON_CONTENT_TYPE, **(headers or {})}, status_code=status)


def created(document: Mapping[str, object]) -> Response:
    """201 with the new resource, whose own URL is also the Location."""
    return json_response(document, status=201, headers={"Location": str(document["self"])})


def no_content() -> Response:
    """204: done, and nothing to say about it."""
    return Response("", headers={}, status_code=204)


def redirect(url: str) -> Response:
    """302 to `url`, which must be a URL by its characters (they go into a header as they are)."""
    return Response("", headers={"Content-Type": "text/plain", "Location": url}, status_code=302)


def error_response(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> Response:
    """Returns the error envelope, with a challenge if credentials are missing."""
    challenge = {"WWW-Authenticate": CHALLENGE} if status == 401 else {}
    return json_response(error_envelope(sentence), status=status, headers={**challenge, **(headers or {})})


def retry_after(seconds: int | None) -> dict[str, str]:
    """The header that tells a client when to come again; none without a number."""
    return {} if seconds is None else {"Retry-After": str(seconds)}


def error_envelope(sentence: str) -> dict[str, str]:
    """`{"error": message}`."""
    return {"error": sentence}
