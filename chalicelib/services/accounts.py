"""Accounts as operators see them: what was decided for them, and what was done in them that cannot be undone."""

from collections.abc import Iterator
from dataclasses import replace

from chalicelib.domain.accounts import AccountSettings
from chalicelib.domain.audit import AuditRecord
from chalicelib.domain.retention import check_kept_s
from chalicelib.errors import NotFound
from chalicelib.services.ports import AccountStore, AuditTrail, UserStore


class Accounts:
    """Shows and changes accounts. An account exists once a user of it was made."""

    def __init__(self, accounts: AccountStore, users: UserStore, trail: AuditTrail) -> None:
        self._accounts = accounts
        self._users = users
        self._trail = trail

    def get(self, account_id: str) -> AccountSettings:
        """Returns the settings of the account. Raises `NotFound`."""
        if not self._users.has_account(account_id):
            raise NotFound(f"There is no account {account_id}; list the users to see those that exist.")
        return self._accounts.get(account_id) or AccountSettings(account_id, version=0)

    def set_retention(self, account_id: str, retention_s: int | None) -> AccountSettings:
        """Sets the retention time of new jobs and entries whose client gives none; None means the default of the
        deployment. Raises as `get` does, `Invalid` for an invalid time, or `StaleWrite`."""
        if retention_s is not None:
            check_kept_s(retention_s, "retention time")
        there = self.get(account_id)
        changed = replace(there, retention_s=retention_s, version=there.version + 1)
        self._accounts.save(changed)
        return changed

    def trail(self, account_id: str) -> Iterator[AuditRecord]:
        """The account's audit trail, newest first, read as it is asked for. Raises as `get` does."""
        self.get(account_id)
        return self._trail.newest_first(account_id)
