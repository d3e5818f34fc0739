"""Fakes of account settings and of the audit trail."""

import threading
from collections.abc import Iterator

from chalicelib.domain.accounts import AccountSettings
from chalicelib.domain.audit import AuditRecord
from chalicelib.errors import StaleWrite
from tests.fakes.entries import FakeEntries
from tests.fakes.jobs import FakeJobs
from tests.fakes.kept import as_kept


class FakeAccounts:
    """The port `AccountStore`."""

    def __init__(self) -> None:
        self._rows: dict[str, AccountSettings] = {}
        self._lock = threading.Lock()

    def get(self, account_id: str) -> AccountSettings | None:
        with self._lock:
            return self._rows.get(account_id)

    def save(self, settings: AccountSettings) -> None:
        with self._lock:
            there = self._rows.get(settings.account_id)
            if settings.version != (1 if there is None else there.version + 1):
                raise StaleWrite(f"the account was changed since version {settings.version - 1}")
            self._rows[settings.account_id] = as_kept(settings)


class FakeAuditTrail:
    """The port `AuditTrail`, over what the fakes of jobs and entries have noted."""

    def __init__(self, jobs: FakeJobs, entries: FakeEntries) -> None:
        self._jobs = jobs
        self._entries = entries

    def newest_first(self, account_id: str) -> Iterator[AuditRecord]:
        records = [each for each in (*self._jobs.audit, *self._entries.audit) if each.account_id == account_id]
        return iter(sorted(records, key=lambda record: record.id, reverse=True))
