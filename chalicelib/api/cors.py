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
"""On the errors that the gateway makes, which knows no settings: they hold nothing but a sentence."""


def cors_headers(origin: str | None, allowed: str, vary: str | None = None) -> dict[str, str]:
    """What lets a page from `origin` read an answer. `allowed` is `*` or a list of origins with commas between.

    `vary` is what the answer's own Vary header says already.
    """
    origins = [each.strip() for each in allowed.split(",")]
    if _ANY_ORIGIN in origins:
        return dict(GATEWAY_HEADERS)
    varies = {"Vary": f"{vary}, Origin" if vary else "Origin"}
    if origin is None or origin not in origins:
        return varies
    return {**GATEWAY_HEADERS, "Access-Control-Allow-Origin": origin, **varies}


def preflight_headers(methods: Iterable[str]) -> dict[str, str]:
    """What a browser wants to know before it sends a request with credentials to a path that takes `methods`."""
    return {
        "Access-Control-Allow-Methods": ", ".join(methods),
        "Access-Control-Allow-Headers": _REQUEST_HEADERS,
        "Access-Control-Max-Age": str(_PREFLIGHT_S),
    }
