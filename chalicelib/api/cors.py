"""Cross-origin requests: what lets a page of another origin use the API (https://fetch.spec.whatwg.org).

Pages send credentials in the Authorization header themselves; there are no cookies. So any origin may ask, by default.
"""

from collections.abc import Iterable, Mapping

_ANY_ORIGIN = "*"
_PREFLIGHT_S = 7200  # the longest that browsers keep it
# Authorization has to be named: a wildcard does not cover it.
_REQUEST_HEADERS = "Accept, Authorization, Content-Type, Idempotency-Key, If-None-Match"
_RESPONSE_HEADERS = "Allow, ETag, Idempotency-Replayed, Link, Location, Retry-After, WWW-Authenticate, X-Request-Id"

GATEWAY_HEADERS: Mapping[str, str] = {
    "Access-Control-Allow-Origin": _ANY_ORIGIN,
    "Access-Control-Expose-Headers": _RESPONSE_HEADERS,
}
"""For errors that the gateway creates, which has no settings: they contain only a message."""


def cors_headers(origin: str | None, allowed: str, vary: str | None = None) -> dict[str, str]:
    """Returns the headers that let a page from `origin` read a response. `allowed` is `*` or origins separated by
    commas.

    `vary` is the Vary header that the response already has.
    """
    origins = [each.strip() for each in allowed.split(",")]
    if _ANY_ORIGIN in origins:
        return dict(GATEWAY_HEADERS)
    varies = {"Vary": f"{vary}, Origin" if vary else "Origin"}
    if origin is None or origin not in origins:
        return varies
    return {**GATEWAY_HEADERS, "Access-Control-Allow-Origin": origin, **varies}


def preflight_headers(methods: Iterable[str]) -> dict[str, str]:
    """Returns the headers of a preflight response for a path that supports `methods`."""
    return {
        "Access-Control-Allow-Methods": ", ".join(methods),
        "Access-Control-Allow-Headers": _REQUEST_HEADERS,
        "Access-Control-Max-Age": str(_PREFLIGHT_S),
    }
