"""Headers of requests and answers, as the description shows them."""

from collections.abc import Mapping

from chalicelib.api.openapi.schemas import Schema


def _header(meaning: str, *, is_always: bool = False, **schema: object) -> Schema:
    return {"description": meaning, "required": is_always, "schema": {"type": "string", **schema}}


RESPONSE_HEADERS: Mapping[str, Schema] = {
    "X-Request-Id": _header("The id of the request in our log; quote it.", is_always=True, minLength=1),
    "Cache-Control": _header("Who may keep the answer.", is_always=True),
    "X-Content-Type-Options": _header("No browser is to guess the type.", is_always=True, enum=["nosniff"]),
    "Location": _header("The URL of the resource, or of its bytes.", is_always=True, format="uri"),
    "Link": _header('Where the next page is, as in <URL>; rel="next"; missing on the last page.'),
    "ETag": _header("Names this state of the resource; send it back as If-None-Match.", is_always=True),
    "Retry-After": _header("In how many seconds to ask again.", pattern="^[0-9]+$"),
    "Idempotency-Replayed": _header("true: this is the answer to an earlier request.", enum=["true"]),
    "WWW-Authenticate": _header("What credentials are asked for.", is_always=True),
    "Allow": _header("The methods that there are.", is_always=True),
    "Vary": _header("The request headers on which the answer depends."),
    "Content-Security-Policy": _header("What the page may load: nothing but its own style."),
    "Access-Control-Allow-Origin": _header("The origin whose pages may read the answer; * for any."),
    "Access-Control-Expose-Headers": _header("The headers that such pages may read."),
    "Access-Control-Allow-Methods": _header("The methods that such pages may use.", is_always=True),
    "Access-Control-Allow-Headers": _header("The headers that such pages may send.", is_always=True),
    "Access-Control-Max-Age": _header("For how many seconds browsers may keep this.", is_always=True),
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
}

IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A new key for each new request. Sent again under it, the request gets its first answer again.",
    "schema": {"type": "string", "pattern": "^[ -~]{1,255}$"},
    "example": "8e03978e-40d5-43dd-bc93-6894a57f9324",
}

IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag that you have; an unchanged resource is answered by 304 without a body.",
    "schema": {"type": "string"},
}
