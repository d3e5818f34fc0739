"""Results of an earlier run, deleted once a later one is done: nothing of a person stays that no document names."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

from chalicelib.domain.accounts import Caller
from chalicelib.domain.jobs import Job, JobStatus
from chalicelib.domain.reminders import Duty, Reminder
from chalicelib.errors import NotFound
from chalicelib.services.changes import change_job
from chalicelib.services.duties.entry_deletions import EntryDeletions
from chalicelib.services.ports import Clock, JobStore, ReminderStore

AUTHOR = "requeue"
"""The author, in the audit trail, of deletions of results that a later run has replaced."""

_WATCHED_EVERY_S = 300.0
_AT_ONCE = 20
# A worker that has lost its job stops at its next report, within seconds; until then it may store something.
_LAST_WORDS_S = 120.0


@contextmanager
def replaced(job: Job, reminders: ReminderStore, clock: Clock) -> Iterator[None]:
    """Observes the end of a job. If it is done and has replaced a result, sets the reminder to delete that, before the
    end is stored: the sweeper finds it if this process dies."""
    if job.status is JobStatus.DONE and job.replaced_result_entry_ids:
        wait = timedelta(seconds=_LAST_WORDS_S if job.begun_result_entry_ids else 0.0)
        reminders.set(Reminder(job.account_id, Duty.EARLIER_RESULT, job.id, clock() + wait))
    yield


class EarlierResults:
    """The duty `EARLIER_RESULT`. May be repeated from any step: the row forgets the result last."""

    def __init__(self, jobs: JobStore, deletions: EntryDeletions, clock: Clock) -> None:
        self._jobs = jobs
        self._deletions = deletions
        self._clock = clock

    def perform(self, reminder: Reminder) -> datetime | None:
        """Deletes the earlier results that others have replaced, some at a time; waits while the job runs. A run that
        failed replaces nothing."""
        try:
            job = self._jobs.get(reminder.account_id, reminder.subject_id)
        except NotFound:
            return None
        gone = job.replaced_result_entry_ids[:_AT_ONCE]
        for entry_id in gone:
            with suppress(NotFound):
                self._deletions.delete(Caller(AUTHOR, job.account_id), entry_id)
        if gone:
            with suppress(NotFound):
                change_job(self._jobs, job.account_id, job.id, lambda current: current.without_earlier_results(gone))
        if len(gone) < len(job.replaced_result_entry_ids):
            return self._clock()
        # While it is not over, the process that set the reminder died before the end, or the job runs again.
        return None if job.status.is_over else self._clock() + timedelta(seconds=_WATCHED_EVERY_S)
