"""Cross-origin requests: what lets a page of another origin use the API (https://fetch.spec.whatwg.org).

There are no cookies, but browsers remember Basic credentials and attach them to requests that any page makes them send,
such as a form. So a page of any origin may read by default, with an Authorization header of its own making, and only
pages of the API itself and of origins that the deployment names may change anything.
"""

from collections.abc import Iterable, Mapping

from chalicelib.errors import Forbidden

_ANY_ORIGIN = "*"
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
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


def check_page(method: str, headers: Mapping[str, str], *, own_origin: str, allowed: str) -> None:
    """Raises `Forbidden` if a page that is not trusted makes the browser send a request that changes something.

    `headers` have names in lower case, `own_origin` is the API's, `allowed` as in `cors_headers`; `*` names no one. The
    browser itself writes Origin and Sec-Fetch-Site (https://www.w3.org/TR/fetch-metadata/); programs send neither.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if method in _SAFE_METHODS or site == "same-origin":
        return
    trusted = {own_origin, *(each.strip() for each in allowed.split(","))} - {_ANY_ORIGIN}
    if origin in trusted or (origin is None and site != "cross-site"):
        return
    raise Forbidden(
        "A page of another origin cannot change anything here unless the deployment's CORS origins name its origin."
    )


def preflight_headers(methods: Iterable[str]) -> dict[str, str]:
    """Returns the headers of a preflight response for a path that supports `methods`."""
    return {
        "Access-Control-Allow-Methods": ", ".join(methods),
        "Access-Control-Allow-Headers": _REQUEST_HEADERS,
        "Access-Control-Max-Age": str(_PREFLIGHT_S),
    }
