"""Performs the duties that are due: expired uploads, and every other `Duty`.

A sweep does a limited amount of work and may die anywhere: a reminder is moved on before its duty and removed after it,
and every duty may be done again. So a duty that ends its process, or lasts as long as Lambda allows, cannot be the
first of every sweep. Accounts take turns: one with thousands of reminders due does not keep the others waiting.
"""

import logging
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.domain.reminders import Duty, Reminder
from chalicelib.errors import StaleWrite
from chalicelib.services.ports import Clock, ReminderStore

_LOOK = 2500  # reminders that one sweep looks at, to find those of many accounts
_AT_ONCE = 500
_BUDGET_S = 30.0  # after which a sweep begins no other duty; its Lambda function has longer
_RETRY_S = 300.0

_log = logging.getLogger(__name__)


Performer = Callable[[Reminder], datetime | Reminder | None]
"""How one duty is done: does what is due, or finds that nothing is left to do. Returns when to come back, or how far it
has come as the reminder to come back with, None for never. Whatever is raised counts as a fault of ours: the sweeper
logs it and comes back some minutes later."""


class Sweeper:
    """Performs the duties that are due, one after the other."""

    def __init__(
        self, reminders: ReminderStore, performers: Mapping[Duty, Performer], clock: Clock, *, at_once: int = _AT_ONCE
    ) -> None:
        self._reminders = reminders
        self._performers = performers
        self._clock = clock
        self._at_once = at_once

    def sweep(self) -> int:
        """Does at most `at_once` duties within half a minute and says how many. One that fails does not hold up the
        rest."""
        began = self._clock()
        done = 0
        for reminder in in_turn(self._reminders.list_due(began, limit=max(_LOOK, self._at_once))):
            if done == self._at_once or (self._clock() - began).total_seconds() > _BUDGET_S:
                break
            self._perform(reminder)
            done += 1
        return done

    def _perform(self, reminder: Reminder) -> None:
        moved = replace(reminder, due_at=self._clock() + timedelta(seconds=_RETRY_S))
        try:
            self._reminders.exchange(reminder, moved)
        except StaleWrite:  # since it was listed: what a request or another sweep has set must not be overwritten
            return
        try:
            again = self._performers[reminder.duty](reminder)
        except Exception:  # noqa: BLE001  # the boundary of a duty: the others must still be done
            _log.exception("the duty %s of %s failed", reminder.duty, reminder.subject_id)
            return
        if again is None:
            self._reminders.remove(moved)
            return
        with suppress(StaleWrite):
            self._reminders.exchange(moved, again if isinstance(again, Reminder) else replace(reminder, due_at=again))


def in_turn(due: Iterable[Reminder]) -> Iterator[Reminder]:
    """Yields the first of each account, then the second of each, and so on."""
    waiting: dict[str, deque[Reminder]] = defaultdict(deque)
    for reminder in due:
        waiting[reminder.account_id].append(reminder)
    while waiting:
        for account_id in list(waiting):
            yield waiting[account_id].popleft()
            if not waiting[account_id]:
                del waiting[account_id]
