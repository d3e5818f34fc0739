"""Users: who may call, and for which account."""

from collections.abc import Callable
from dataclasses import replace

from chalicelib.domain.accounts import PASSWORD_COST, Caller, HashCost, User, hash_password, password_matches
from chalicelib.domain.ids import check_id
from chalicelib.domain.logins import ANY_NAME, FREE_FAILURES, FREE_FAILURES_OF_A_SOURCE, source_of
from chalicelib.domain.requests.client_texts import begins_as_formula
from chalicelib.errors import Invalid, NotAuthenticated, NotFound, StaleWrite, TooManyRequests, translated
from chalicelib.services.changes import retried
from chalicelib.services.ports import Clock, LoginFailureStore, UserStore
from chalicelib.services.remembered_logins import RememberedLogins

MIN_PASSWORD_CHARACTERS = 12
MAX_PASSWORD_CHARACTERS = 1024
MAX_EMAIL_CHARACTERS = 254  # RFC 5321, less the brackets


class Users:
    """Adds and changes users and checks credentials. `cost` is that of new passwords, and of names that do not exist;
    None means `PASSWORD_COST`."""

    def __init__(
        self, users: UserStore, failures: LoginFailureStore, clock: Clock, *, cost: HashCost | None = None
    ) -> None:
        self._users = users
        self._failures = failures
        self._clock = clock
        self._cost = cost or PASSWORD_COST
        self._remembered = RememberedLogins()

    def add(self, email: str, password: str, account_id: str) -> User:
        """Stores a new user. Raises `Invalid` if the name is taken or invalid, or for an invalid password."""
        email = _normal(email)
        if "@" not in email or ":" in email or not email.isprintable() or len(email) > MAX_EMAIL_CHARACTERS:
            raise Invalid("The user name must be an e-mail address without a colon, which HTTP Basic does not allow.")
        if begins_as_formula(email):
            raise Invalid("The user name cannot begin with any of = + - @: spreadsheets would take it for a formula.")
        user = User(email, check_id(account_id, "account"), self._hashed(password), self._clock())
        with translated(StaleWrite, into=Invalid(f"The user {email} already exists.")):
            self._users.create(user)
        return user

    def list(self, account_id: str | None = None) -> tuple[User, ...]:
        """All users, or those of one account, by name."""
        return tuple(user for user in self._users.list() if account_id in (None, user.account_id))

    def disable(self, email: str) -> User:
        """Shuts the user out from the next request on. Raises `NotFound`."""
        return self._change(email, lambda user: replace(user, disabled=True))

    def enable(self, email: str) -> User:
        """Lets the user in again, with the password of before. Raises `NotFound`."""
        return self._change(email, lambda user: replace(user, disabled=False))

    def rotate_password(self, email: str, password: str) -> User:
        """Gives the user a new password; the old one is wrong from the next request on.

        Raises `NotFound`, or `Invalid` for an unfit password.
        """
        password_hash = self._hashed(password)
        return self._change(email, lambda user: replace(user, password_hash=password_hash))

    def authenticate(self, email: str, password: str, *, source_ip: str) -> Caller:
        """The caller these credentials stand for, who calls from `source_ip`.

        Raises `NotAuthenticated`, after the same work whether there is no such user, it is disabled or the password
        is wrong; or `TooManyRequests`, without that work and whatever the password, to who failed too often.
        """
        email, source = _normal(email), source_of(source_ip)
        user = self._users.get(email)
        if user is not None and not user.disabled and self._remembered.knows(user.password_hash, password, source):
            return Caller(user.email, user.account_id)
        self._check_not_slowed(email, source)
        if user is None:
            hash_password(password, self._cost)
        if user is None or not password_matches(password, user.password_hash) or user.disabled:
            self._count_failure(email, source)
            raise NotAuthenticated("Please login to continue.")
        # Once more: of many guesses at the same moment, none may profit from having been looked at before the others
        # were counted.
        self._check_not_slowed(email, source)
        self._remembered.add(user.password_hash, password, source)
        return Caller(user.email, user.account_id)

    def _count_failure(self, email: str, source: str) -> None:
        self._failures.add(email, source, self._clock())
        if source:
            self._failures.add(ANY_NAME, source, self._clock())

    def _check_not_slowed(self, email: str, source: str) -> None:
        """One password may be tried over many names: so failures count by name and source, and by source alone. A
        source that the gateway does not name is everybody's, and counts with a name only."""
        now = self._clock()
        counted = [(email, FREE_FAILURES)] + ([(ANY_NAME, FREE_FAILURES_OF_A_SOURCE)] if source else [])
        found = ((self._failures.get(name, source, now), free) for name, free in counted)
        wait_s = max(0 if failures is None else failures.wait_s(now, free=free) for failures, free in found)
        if wait_s > 0:
            raise TooManyRequests("Too many failed logins; wait and try again.", retry_after_s=wait_s)

    def _change(self, email: str, transition: Callable[[User], User]) -> User:
        def attempt() -> User:
            user = self._users.get(_normal(email))
            if user is None:
                raise NotFound(f"There is no user {_normal(email)}.")
            changed = replace(transition(user), version=user.version + 1)
            self._users.save(changed)
            return changed

        return retried(attempt, f"user {_normal(email)}")

    def _hashed(self, password: str) -> str:
        if len(password) < MIN_PASSWORD_CHARACTERS:
            raise Invalid(f"The password must have at least {MIN_PASSWORD_CHARACTERS} characters.")
        if len(password) > MAX_PASSWORD_CHARACTERS:
            raise Invalid(f"The password must have at most {MAX_PASSWORD_CHARACTERS:,} characters.")
        return hash_password(password, self._cost)


def _normal(email: str) -> str:
    return email.strip().lower()
