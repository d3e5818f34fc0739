"""Jobs that their owners delete, with everything that belongs to them."""

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.accounts import Caller
from chalicelib.domain.reminders import Duty, Reminder
from chalicelib.services.changes import change_job
from chalicelib.services.duties.retention import JobRetention
from chalicelib.services.ports import Clock, EntryStore, JobStore, ReminderStore

_COUNTED_RUNS = 200


@dataclass(frozen=True, slots=True)
class JobDeletion:
    """The data that a deletion removes. `is_complete` is False if a worker may still be at the job: it is cancelled
    then, and the sweeper removes the rest within minutes."""

    job_id: str
    entries: int
    files: int
    is_complete: bool


class JobDeletions:
    """Deletes jobs for good: media, results of all runs, annotations, dropped and published files, and the row."""

    def __init__(
        self, jobs: JobStore, entries: EntryStore, reminders: ReminderStore, retention: JobRetention, clock: Clock
    ) -> None:
        self._jobs = jobs
        self._entries = entries
        self._reminders = reminders
        self._retention = retention
        self._clock = clock

    def delete(self, caller: Caller, job_id: str) -> JobDeletion:
        """Removes the job. Raises `NotFound`.

        The reminder comes first: if this process dies anywhere, the sweeper completes the deletion. The file's name,
        often a person's, is removed from the row at once.
        """
        job = self._jobs.get(caller.account_id, job_id)
        runs = range(1, min(job.run, _COUNTED_RUNS) + 1)
        results = (entry_id for run in runs for entry_id in job.result_entry_ids(run))
        found = self._entries.get_many(caller.account_id, list(dict.fromkeys((*job.input_entry_ids, *results))))
        reminder = Reminder(caller.account_id, Duty.JOB_RETENTION, job_id, self._clock())
        self._reminders.set(reminder)
        change_job(self._jobs, caller.account_id, job_id, lambda current: current.emptied(self._clock()))
        rest = self._retention.perform(reminder, author=caller.email)
        if rest is None:
            self._reminders.remove(reminder)
        else:
            self._reminders.set(replace(reminder, due_at=rest) if isinstance(rest, datetime) else rest)
        files = sum(len(entry.representations) for entry in found.values())
        return JobDeletion(job_id, len(found), files, is_complete=rest is None)
