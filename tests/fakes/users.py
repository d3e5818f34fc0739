"""Users, and log-ins that failed."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest

from chalicelib.domain.accounts import HashCost, User
from chalicelib.domain.logins import FORGOTTEN_AFTER_S, LoginFailures
from chalicelib.errors import StaleWrite
from tests.fakes.kept import as_kept

LOW_COST = HashCost(16, 1, 1)
"""For passwords that guard nothing."""


@contextmanager
def cheap_passwords() -> Iterator[None]:
    """Inside it this process hashes new passwords at `LOW_COST` in all services that it composes: a quarter of a second
    of processor time less for each, and for each log-in with it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chalicelib.services.users.PASSWORD_COST", LOW_COST)
        yield


class FakeUsers:
    """The port `UserStore`."""

    def __init__(self) -> None:
        self._rows: dict[str, User] = {}
        self._lock = threading.Lock()

    def create(self, user: User) -> None:
        with self._lock:
            if user.email in self._rows:
                raise StaleWrite(f"user {user.email} exists already")
            self._rows[user.email] = as_kept(user)

    def get(self, email: str) -> User | None:
        with self._lock:
            return self._rows.get(email)

    def save(self, user: User) -> None:
        with self._lock:
            row = self._rows.get(user.email)
            if row is None or row.version != user.version - 1:
                raise StaleWrite(f"user {user.email} was written since version {user.version - 1}")
            self._rows[user.email] = as_kept(user)

    def has_account(self, account_id: str) -> bool:
        with self._lock:
            return any(user.account_id == account_id for user in self._rows.values())

    def list(self) -> tuple[User, ...]:
        with self._lock:
            return tuple(sorted(self._rows.values(), key=lambda user: user.email))


class FakeLoginFailures:
    """The port `LoginFailureStore`. `asked` counts the reads."""

    def __init__(self) -> None:
        self.asked = 0
        self._rows: dict[tuple[str, str], LoginFailures] = {}
        self._lock = threading.Lock()

    def get(self, email: str, source: str, now: datetime) -> LoginFailures | None:
        with self._lock:
            self.asked += 1
            return self._live(email, source, now)

    def add(self, email: str, source: str, now: datetime) -> LoginFailures:
        with self._lock:
            before = self._live(email, source, now)
            counted = LoginFailures(1 if before is None else before.count + 1, as_kept(now))
            self._rows[email, source] = counted
            return counted

    def _live(self, email: str, source: str, now: datetime) -> LoginFailures | None:
        row = self._rows.get((email, source))
        if row is None or int((row.last + timedelta(seconds=FORGOTTEN_AFTER_S)).timestamp()) <= now.timestamp():
            return None
        return row
