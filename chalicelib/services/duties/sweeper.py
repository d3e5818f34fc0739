"""What is due is done: expired uploads, and whatever else has a `Duty`.

A sweep does a bounded amount of work and may die anywhere: a reminder is removed after its duty is done, and every duty
may be done again.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.domain.reminders import Duty, Reminder
from chalicelib.services.ports import Clock, ReminderStore

_AT_ONCE = 100
_RETRY_S = 300.0

_log = logging.getLogger(__name__)


Performer = Callable[[Reminder], datetime | None]
"""How one duty is done: does what is due, or finds that nothing is left to do. Returns when to come back, None for
never. Whatever is raised counts as a fault of ours: the sweeper logs it and comes back some minutes later."""


class Sweeper:
    """Goes through what is due, one reminder after the other."""

    def __init__(
        self, reminders: ReminderStore, performers: Mapping[Duty, Performer], clock: Clock, *, at_once: int = _AT_ONCE
    ) -> None:
        self._reminders = reminders
        self._performers = performers
        self._clock = clock
        self._at_once = at_once

    def sweep(self) -> int:
        """Does at most `at_once` duties and says how many were found due. One that fails does not hold up the rest."""
        due = self._reminders.list_due(self._clock(), limit=self._at_once)
        for reminder in due:
            self._perform(reminder)
        return len(due)

    def _perform(self, reminder: Reminder) -> None:
        try:
            again_at = self._performers[reminder.duty](reminder)
        except Exception:  # noqa: BLE001  # the boundary of a duty: the others must still be done
            _log.exception("the duty %s of %s failed", reminder.duty, reminder.subject_id)
            again_at = self._clock() + timedelta(seconds=_RETRY_S)
        if again_at is None:
            self._reminders.remove(reminder)
        else:
            self._reminders.set(replace(reminder, due_at=again_at))
