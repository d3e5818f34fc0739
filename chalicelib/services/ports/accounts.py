"""Account settings, and the audit trail."""

from collections.abc import Iterator
from typing import Protocol

from chalicelib.domain.accounts import AccountSettings
from chalicelib.domain.audit import AuditRecord


class AccountStore(Protocol):
    """Stores account settings."""

    def get(self, account_id: str) -> AccountSettings | None:
        """Returns the settings of the account, None if there are none. Reads consistently."""

    def save(self, settings: AccountSettings) -> None:
        """Writes in the place of version `settings.version - 1`, or as the first. Raises `StaleWrite`."""


class AuditTrail(Protocol):
    """The lines that job and entry stores leave of what they have removed, by account."""

    def newest_first(self, account_id: str) -> Iterator[AuditRecord]:
        """The account's lines, read as they are asked for."""
