"""HTTP Basic credentials to a caller, by a Chalice authorizer that runs before the views."""

import base64
import binascii

from chalice.app import AuthResponse, Request

from chalicelib.api.authorizer import Denied, SourcedAuthRequest
from chalicelib.api.responses import LOGIN_SENTENCE
from chalicelib.domain.accounts import Caller
from chalicelib.errors import NotAuthenticated, TooManyRequests
from chalicelib.services.users import Users

_RETRY_AFTER = "retry_after_s"
SLOWED_SENTENCE = "Too many failed logins; wait for the time in the Retry-After header, then try again."


def authorization_of(users: Users, request: SourcedAuthRequest) -> AuthResponse:
    """Returns the policy for a request with these credentials: everything, or nothing if they are wrong.

    It covers all routes, so that a gateway that remembers it for one URL does not refuse the next. The context
    carries `email` and `account_id` to the views.

    An authorizer can only answer 401 and 403. Who failed too often is therefore let through without an identity, and
    with the seconds to wait, for the API to answer 429 in place of every view.
    """
    try:
        email, password = parse_basic_credentials(request.token)
        caller = users.authenticate(email, password, source_ip=request.source_ip)
    except NotAuthenticated:
        return Denied("nobody")
    except TooManyRequests as slowed:
        return AuthResponse(routes=["*"], principal_id="nobody", context={_RETRY_AFTER: str(slowed.retry_after_s)})
    context = {"email": caller.email, "account_id": caller.account_id}
    return AuthResponse(routes=["*"], principal_id=caller.email, context=context)


def caller_of(request: Request) -> Caller:
    """Returns the authenticated caller of this request.

    Raises `NotAuthenticated` if no authorizer has run, `TooManyRequests` if the authorizer set a wait.
    """
    context = request.context.get("authorizer") or {}
    if _RETRY_AFTER in context:
        raise TooManyRequests(SLOWED_SENTENCE, retry_after_s=int(context[_RETRY_AFTER]))
    try:
        return Caller(context["email"], context["account_id"])
    except KeyError:
        raise NotAuthenticated(LOGIN_SENTENCE) from None


def parse_basic_credentials(header: str) -> tuple[str, str]:
    """User name and password of an Authorization header (RFC 7617). Raises `NotAuthenticated`.

    Clients encode them as UTF-8 or, the older ones, as Latin-1; what is not UTF-8 is taken for Latin-1.
    """
    scheme, _, encoded = header.strip().partition(" ")
    if scheme.lower() != "basic":
        raise NotAuthenticated(LOGIN_SENTENCE)
    try:
        raw = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise NotAuthenticated(LOGIN_SENTENCE) from None
    email, colon, password = _decode(raw).partition(":")
    if not colon:
        raise NotAuthenticated(LOGIN_SENTENCE)
    return email, password


def _decode(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
