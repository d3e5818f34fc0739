"""HTTP Basic credentials to a caller, by a Chalice authorizer that runs before the views."""

import base64
import binascii

from chalice.app import AuthRequest, AuthResponse, Request

from chalicelib.api.responses import LOGIN_SENTENCE
from chalicelib.domain.accounts import Caller
from chalicelib.errors import NotAuthenticated
from chalicelib.services.users import Users


def authorization_of(users: Users, request: AuthRequest) -> AuthResponse:
    """The policy for a request with these credentials: everything, or nothing where they are wrong.

    It covers all routes, so that a gateway that remembers it for one URL does not refuse the next. The context
    carries `email` and `account_id` to the views.
    """
    try:
        email, password = parse_basic_credentials(request.token)
        caller = users.authenticate(email, password)
    except NotAuthenticated:
        return AuthResponse(routes=[], principal_id="nobody")
    context = {"email": caller.email, "account_id": caller.account_id}
    return AuthResponse(routes=["*"], principal_id=caller.email, context=context)


def caller_of(request: Request) -> Caller:
    """Who makes this request, as the authorizer found it. Raises `NotAuthenticated` where none has run."""
    context = request.context.get("authorizer") or {}
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
