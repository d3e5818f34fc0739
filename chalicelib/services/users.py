"""Users: who may call, and for which account."""

import hashlib
import hmac
import secrets
from collections import OrderedDict

from chalicelib.domain.accounts import Caller, User, hash_password, password_matches
from chalicelib.domain.ids import check_id
from chalicelib.errors import Invalid, NotAuthenticated
from chalicelib.services.ports import Clock, UserStore

MIN_PASSWORD_CHARACTERS = 12
_REMEMBERED_LOGINS = 1000


class Users:
    """Adds users and checks credentials."""

    def __init__(self, users: UserStore, clock: Clock) -> None:
        self._users = users
        self._clock = clock
        self._remembered = _RememberedLogins()

    def add(self, email: str, password: str, account_id: str) -> User:
        """Stores a new user. Raises `Invalid` where the name is taken or the password is too short."""
        email = _normal(email)
        if "@" not in email or ":" in email:
            raise Invalid("A user name is an e-mail address, and HTTP Basic allows no colon in it.")
        if len(password) < MIN_PASSWORD_CHARACTERS:
            raise Invalid(f"A password needs at least {MIN_PASSWORD_CHARACTERS} characters.")
        if self._users.get(email) is not None:
            raise Invalid(f"There is a user called {email} already.")
        user = User(email, check_id(account_id, "account"), hash_password(password), self._clock())
        self._users.save(user)
        return user

    def authenticate(self, email: str, password: str) -> Caller:
        """The caller these credentials stand for. Raises `NotAuthenticated`, after the same work in every case."""
        user = self._users.get(_normal(email))
        if user is None:
            hash_password(password)
            raise NotAuthenticated("Please login to continue.")
        if not self._password_is_right(user, password) or user.disabled:
            raise NotAuthenticated("Please login to continue.")
        return Caller(user.email, user.account_id)

    def _password_is_right(self, user: User, password: str) -> bool:
        if self._remembered.knows(user.password_hash, password):
            return True
        if not password_matches(password, user.password_hash):
            return False
        self._remembered.add(user.password_hash, password)
        return True


class _RememberedLogins:
    """Pairs of stored hash and password that matched in this process, as keyed digests.

    Clients poll, and a password hash is slow on purpose. The row is still read for every request, so disabling a user
    or changing a password works at once.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._digests: OrderedDict[bytes, None] = OrderedDict()

    def knows(self, password_hash: str, password: str) -> bool:
        return self._digest(password_hash, password) in self._digests

    def add(self, password_hash: str, password: str) -> None:
        self._digests[self._digest(password_hash, password)] = None
        if len(self._digests) > _REMEMBERED_LOGINS:
            self._digests.popitem(last=False)

    def _digest(self, password_hash: str, password: str) -> bytes:
        return hmac.new(self._key, f"{password_hash}\0{password}".encode(), hashlib.sha256).digest()


def _normal(email: str) -> str:
    return email.strip().lower()
