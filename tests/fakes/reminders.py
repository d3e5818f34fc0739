"""A fake of reminders."""

import threading
from datetime import datetime

from chalicelib.domain.reminders import Duty, Reminder
from tests.fakes.kept import as_kept


class FakeReminders:
    """The port `ReminderStore`."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str, str], Reminder] = {}
        self._lock = threading.Lock()

    def set(self, reminder: Reminder) -> None:
        with self._lock:
            self._rows[_reminder_key(reminder)] = as_kept(reminder)

    def list_due(self, now: datetime, *, limit: int) -> tuple[Reminder, ...]:
        with self._lock:
            due = [row for row in self._rows.values() if row.due_at <= now]
        return tuple(sorted(due, key=lambda row: row.due_at)[:limit])

    def remove(self, reminder: Reminder) -> None:
        with self._lock:
            there = self._rows.get(_reminder_key(reminder))
            if there is not None and there.due_at == as_kept(reminder).due_at:
                del self._rows[_reminder_key(reminder)]

    def forget(self, account_id: str, duty: Duty, subject_id: str) -> None:
        with self._lock:
            self._rows.pop((account_id, duty, subject_id), None)


def _reminder_key(reminder: Reminder) -> tuple[str, str, str]:
    return reminder.account_id, reminder.duty, reminder.subject_id
