"""A fake of reminders."""

import threading
from dataclasses import replace
from datetime import datetime

from chalicelib.domain.reminders import Reminder
from chalicelib.errors import StaleWrite
from tests.fakes.kept import as_kept


class FakeReminders:
    """The port `ReminderStore`."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str, str], Reminder] = {}
        self._lock = threading.Lock()

    def set(self, reminder: Reminder) -> None:
        with self._lock:
            self._rows[_reminder_key(reminder)] = as_kept(reminder)

    def move(self, reminder: Reminder) -> None:
        with self._lock:
            if (there := self._rows.get(_reminder_key(reminder))) is not None:
                self._rows[_reminder_key(reminder)] = replace(there, due_at=as_kept(reminder).due_at)

    def exchange(self, before: Reminder, after: Reminder) -> None:
        with self._lock:
            if not self._is_there(before):
                raise StaleWrite("the reminder was moved or removed")
            self._rows[_reminder_key(after)] = as_kept(after)

    def list_due(self, now: datetime, *, limit: int) -> tuple[Reminder, ...]:
        with self._lock:
            due = [row for row in self._rows.values() if row.due_at <= now]
        due.sort(key=lambda row: row.due_at)
        newest = due[max(limit // 2, len(due) - limit // 2) :] if len(due) > limit else []
        return (*due[: limit - len(newest)], *newest)

    def remove(self, reminder: Reminder) -> None:
        with self._lock:
            if self._is_there(reminder):
                del self._rows[_reminder_key(reminder)]

    def _is_there(self, reminder: Reminder) -> bool:
        there = self._rows.get(_reminder_key(reminder))
        return there is not None and there.due_at == as_kept(reminder).due_at


def _reminder_key(reminder: Reminder) -> tuple[str, str, str]:
    return reminder.account_id, reminder.duty, reminder.subject_id
