"""The promises of `ReminderStore`."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.ids import new_id
from chalicelib.domain.reminders import Duty, Reminder
from chalicelib.errors import StaleWrite
from chalicelib.services.ports import ReminderStore
from tests.contract.samples import ACCOUNT, OTHER_ACCOUNT
from tests.fakes import START


def _reminder(age_s: float = 0.0, account_id: str = ACCOUNT, duty: Duty = Duty.JOB_UPLOAD) -> Reminder:
    return Reminder(account_id, duty, new_id(START), START - timedelta(seconds=age_s))


def test_what_is_due_is_listed_across_accounts(reminders: ReminderStore) -> None:
    due = [_reminder(age_s) for age_s in range(10)] + [_reminder(account_id=OTHER_ACCOUNT)]
    later = _reminder(-0.001)
    for reminder in [*due, later]:
        reminders.set(reminder)
    assert set(reminders.list_due(START, limit=100)) == set(due)
    assert later in reminders.list_due(later.due_at, limit=100)


def test_a_list_is_bounded(reminders: ReminderStore) -> None:
    due = {_reminder(age_s) for age_s in range(12)}
    for reminder in due:
        reminders.set(reminder)
    found = reminders.list_due(START, limit=5)
    assert len(set(found)) == 5
    assert set(found) <= due


def test_there_is_one_of_each_duty_and_subject(reminders: ReminderStore) -> None:
    reminder = _reminder()
    other_duty = replace(reminder, duty=Duty.ENTRY_UPLOAD)
    moved = replace(reminder, due_at=START - timedelta(hours=1))
    for each in (reminder, other_duty, moved):
        reminders.set(each)
    assert set(reminders.list_due(START, limit=10)) == {moved, other_duty}


def test_a_reminder_that_was_moved_is_not_removed(reminders: ReminderStore) -> None:
    reminder = _reminder()
    moved = replace(reminder, due_at=START - timedelta(hours=1))
    reminders.set(reminder)
    reminders.set(moved)
    reminders.remove(reminder)
    assert reminders.list_due(START, limit=10) == (moved,)
    for _ in range(2):
        reminders.remove(moved)
        assert reminders.list_due(START, limit=10) == ()


def test_only_a_reminder_that_was_not_moved_is_exchanged(reminders: ReminderStore) -> None:
    reminder = _reminder()
    moved = replace(reminder, due_at=START - timedelta(hours=1), position=7)
    with pytest.raises(StaleWrite):
        reminders.exchange(reminder, moved)
    reminders.set(reminder)
    reminders.exchange(reminder, moved)
    with pytest.raises(StaleWrite):
        reminders.exchange(reminder, replace(reminder, due_at=START))
    assert reminders.list_due(START, limit=10) == (moved,)


def test_no_number_of_reminders_hides_the_newest(reminders: ReminderStore) -> None:
    for age_s in range(100, 220):
        reminders.set(_reminder(age_s))
    newest = _reminder(account_id=OTHER_ACCOUNT)
    reminders.set(newest)
    assert newest in reminders.list_due(START, limit=20)


def test_a_reminder_that_is_not_there_is_not_moved(reminders: ReminderStore) -> None:
    reminder = replace(_reminder(), position=7)
    later = replace(reminder, due_at=START + timedelta(hours=1))
    reminders.move(reminder)
    assert reminders.list_due(START, limit=10) == ()
    reminders.set(reminder)
    reminders.move(replace(later, position=0))
    assert reminders.list_due(START, limit=10) == ()
    assert reminders.list_due(later.due_at, limit=10) == (later,)
