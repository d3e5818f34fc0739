"""Headers of requests and answers, as the description shows them."""

from collections.abc import Mapping

from chalicelib.api.openapi.terms import Schema


def _header(meaning: str, *, is_always: bool = False, **schema: object) -> Schema:
    return {"description": meaning, "required": is_always, "schema": {"type": "string", **schema}}


RESPONSE_HEADERS: Mapping[str, Schema] = {
    "X-Request-Id": _header(
        "The id of the request in the service's log; quote it when you report a problem.", is_always=True, minLength=1
    ),
    "Cache-Control": _header("Who may cache the response.", is_always=True),
    "X-Content-Type-Options": _header(
        "Prevents browsers from guessing the content type.", is_always=True, enum=["nosniff"]
    ),
    "Location": _header("The URL of the resource, or of its bytes.", is_always=True, format="uri"),
    "Link": _header('The next page, as in <URL>; rel="next". Absent on the last page.'),
    "ETag": _header("Identifies this version of the resource; send it as If-None-Match.", is_always=True),
    "Retry-After": _header("Seconds to wait before the next request.", pattern="^[0-9]+$"),
    "Idempotency-Replayed": _header("true if this is the stored response to an earlier request.", enum=["true"]),
    "WWW-Authenticate": _header("The required authentication scheme.", is_always=True),
    "Allow": _header("The supported methods.", is_always=True),
    "Vary": _header("The request headers on which the response depends."),
    "Content-Security-Policy": _header("Limits the page to its own style sheet."),
    "Access-Control-Allow-Origin": _header("The origin whose pages may read the response; * for any."),
    "Access-Control-Expose-Headers": _header("The headers that such pages may read."),
    "Access-Control-Allow-Methods": _header("The methods that such pages may use.", is_always=True),
    "Access-Control-Allow-Headers": _header("The headers that such pages may send.", is_always=True),
    "Access-Control-Max-Age": _header("Seconds for which browsers may cache the preflight response.", is_always=True),
}

COMMON_HEADERS = (
    "X-Request-Id",
    "Cache-Control",
    "X-Content-Type-Options",
    "Vary",
    "Access-Control-Allow-Origin",
    "Access-Control-Expose-Headers",
)
"""On every answer."""

PREFLIGHT_HEADERS = (
    "Allow",
    "Access-Control-Allow-Methods",
    "Access-Control-Allow-Headers",
    "Access-Control-Max-Age",
)

ERROR_HEADERS: Mapping[int, tuple[str, ...]] = {
    401: ("WWW-Authenticate",),
    405: ("Allow",),
    409: ("Retry-After",),
    429: ("Retry-After",),
    503: ("Retry-After",),
}

IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A new key for each new request. A repeated request with the same key gets the first response.",
    "schema": {"type": "string", "pattern": "^[ -~]{1,255}$"},
    "example": "8e03978e-40d5-43dd-bc93-6894a57f9324",
}

IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "A known ETag. If the resource has not changed since, the response is 304 without a body.",
    "schema": {"type": "string"},
}
