"""Reminders of what is due."""

from datetime import datetime
from typing import Protocol

from chalicelib.domain.reminders import Reminder


class ReminderStore(Protocol):
    """Keeps reminders of what is due."""

    def set(self, reminder: Reminder) -> None:
        """Writes the reminder, or moves the one of the same duty and subject."""

    def move(self, reminder: Reminder) -> None:
        """Moves the reminder of the same duty and subject to another time, if there is one."""

    def exchange(self, before: Reminder, after: Reminder) -> None:
        """Writes `after` in the place of `before`. Raises `StaleWrite` if that has been moved or removed."""

    def list_due(self, now: datetime, *, limit: int) -> tuple[Reminder, ...]:
        """At most `limit` of the reminders that are due: the oldest and the newest. So those of an account with any
        number of them hide no other's. One that was written or removed just now may be amiss."""

    def remove(self, reminder: Reminder) -> None:
        """Removes the reminder, unless it has been moved to another time or deleted."""
