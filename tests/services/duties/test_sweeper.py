"""Duties are done when they are due, once or again, and one that fails does not hold up the rest."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.domain.reminders import Duty, Reminder
from chalicelib.services.duties.sweeper import Sweeper, in_turn
from tests.fakes import START, FakeReminders, FixedClock

_JOB, _ENTRY = (Reminder("account", duty, "subject", START) for duty in (Duty.JOB_UPLOAD, Duty.ENTRY_UPLOAD))


class _Performer:
    def __init__(self, again_at: datetime | None = None, failure: Exception | None = None) -> None:
        self.done: list[Reminder] = []
        self._again_at = again_at
        self._failure = failure

    def __call__(self, reminder: Reminder) -> datetime | None:
        self.done.append(reminder)
        if self._failure is not None:
            raise self._failure
        return self._again_at


def _sweep(
    job: _Performer, entry: _Performer, clock: FixedClock, reminders: FakeReminders, *, at_once: int = 100
) -> int:
    return Sweeper(reminders, {Duty.JOB_UPLOAD: job, Duty.ENTRY_UPLOAD: entry}, clock, at_once=at_once).sweep()


def _reminders() -> FakeReminders:
    reminders = FakeReminders()
    for reminder in (_JOB, _ENTRY):
        reminders.set(reminder)
    return reminders


def test_a_duty_that_fails_comes_back_and_the_others_are_done() -> None:
    clock, reminders, failing, good = FixedClock(), _reminders(), _Performer(failure=ValueError("bad")), _Performer()
    assert _sweep(failing, good, clock, reminders) == 2
    assert (failing.done, good.done) == ([_JOB], [_ENTRY])
    assert _sweep(failing, good, clock, reminders) == 0
    clock.advance(3600)
    assert _sweep(failing, good, clock, reminders) == 1
    assert [len(failing.done), len(good.done)] == [2, 1]


def test_a_duty_may_ask_to_be_done_again() -> None:
    clock, reminders = FixedClock(), _reminders()
    repeated, once = _Performer(again_at=START + timedelta(seconds=10)), _Performer()
    _sweep(repeated, once, clock, reminders)
    clock.advance(9)
    assert _sweep(repeated, once, clock, reminders) == 0
    clock.advance(1)
    assert _sweep(repeated, once, clock, reminders) == 1


def test_a_sweep_is_bounded() -> None:
    clock, reminders, job, entry = FixedClock(), _reminders(), _Performer(), _Performer()
    assert [_sweep(job, entry, clock, reminders, at_once=1) for _ in range(3)] == [1, 1, 0]
    assert len(job.done) == len(entry.done) == 1


def test_a_reminder_is_moved_on_before_its_duty() -> None:
    """A duty that ends the process is not the first one of the next sweep."""
    clock, reminders = FixedClock(), _reminders()

    def dies(_reminder: Reminder) -> datetime | None:
        raise SystemExit

    good = _Performer()
    sweeper = Sweeper(reminders, {Duty.JOB_UPLOAD: dies, Duty.ENTRY_UPLOAD: good}, clock)
    for _ in range(2):
        with suppress(SystemExit):
            sweeper.sweep()
    assert good.done == [_ENTRY]
    clock.advance(3600)
    assert len(reminders.list_due(clock(), limit=10)) == 1, "it is not lost"


def test_a_sweep_ends_in_time_and_the_next_goes_on() -> None:
    clock, reminders = FixedClock(), FakeReminders()
    for number in range(100):
        reminders.set(Reminder("account", Duty.JOB_UPLOAD, f"subject {number}", START))

    def slow(_reminder: Reminder) -> datetime | None:
        clock.advance(1)
        return None

    sweeper = Sweeper(reminders, {Duty.JOB_UPLOAD: slow}, clock)
    done = [sweeper.sweep() for _ in range(5)]
    assert max(done) < 40
    assert sum(done) == 100


def test_a_reminder_that_is_set_anew_during_a_sweep_is_kept() -> None:
    """The sweep has the old one in its list, and would find nothing to do: the request has not written its row yet."""
    clock, reminders = FixedClock(), _reminders()
    anew = replace(_ENTRY, due_at=START + timedelta(seconds=120))
    entry = _Performer()

    def begins_meanwhile(_reminder: Reminder) -> datetime | None:
        reminders.set(anew)
        return None

    sweeper = Sweeper(reminders, {Duty.JOB_UPLOAD: begins_meanwhile, Duty.ENTRY_UPLOAD: entry}, clock)
    sweeper.sweep()
    assert (entry.done, reminders.list_due(anew.due_at, limit=10)) == ([], (anew,))


def test_a_reminder_that_is_set_anew_during_its_duty_is_not_put_off() -> None:
    clock, reminders = FixedClock(), FakeReminders()
    reminders.set(_JOB)
    anew = replace(_JOB, due_at=START + timedelta(seconds=1))

    def set_anew(_reminder: Reminder) -> datetime | None:
        reminders.set(anew)
        return START + timedelta(hours=1)

    Sweeper(reminders, {Duty.JOB_UPLOAD: set_anew}, clock).sweep()
    assert reminders.list_due(anew.due_at, limit=10) == (anew,)


def test_accounts_take_turns() -> None:
    reminders = [Reminder("large", Duty.JOB_UPLOAD, f"{number}", START) for number in range(1000)]
    reminders += [Reminder("small", Duty.JOB_UPLOAD, f"{number}", START) for number in range(3)]
    turns = [reminder.account_id for reminder in in_turn(reminders)]
    assert turns[:7] == ["large", "small"] * 3 + ["large"]
    assert len(turns) == len(reminders)
