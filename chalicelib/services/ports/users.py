"""Users, and log-ins that failed."""

from datetime import datetime
from typing import Protocol

from chalicelib.domain.accounts import User
from chalicelib.domain.logins import LoginFailures


class UserStore(Protocol):
    """Users, by e-mail address."""

    def create(self, user: User) -> None:
        """Writes a new row. Raises `StaleWrite` if the name is taken."""

    def get(self, email: str) -> User | None:
        """Returns the user `email` (lower case), None if there is none."""

    def save(self, user: User) -> None:
        """Replaces the row whose version is `user.version - 1`. Raises `StaleWrite` for any other version or none."""

    def has_account(self, account_id: str) -> bool:
        """Returns True if a user of this account was ever created; accepts any text."""

    def list(self) -> tuple[User, ...]:
        """All users, by name. For operators: it costs as much as there are users."""


class LoginFailureStore(Protocol):
    """Log-ins that failed, by user name and source. What is longer ago than `FORGOTTEN_AFTER_S` is not there."""

    def get(self, email: str, source: str, now: datetime) -> LoginFailures | None:
        """Returns the failures that have not expired; reads consistently."""

    def add(self, email: str, source: str, now: datetime) -> LoginFailures:
        """Counts one more and returns all; of several at the same time each is counted."""
