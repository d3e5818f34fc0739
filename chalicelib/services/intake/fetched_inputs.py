"""Files that workers have fetched from URLs: each becomes its job's input or is removed.

An attempt stores the bytes under a key of its own, then the entry that names them, then gives the entry to the job. In
between the job may be cancelled, expire or be taken over by another worker, and the attempt may die. So a reminder of
the attempt comes before its bytes, and the next to look (the attempt itself if it has lost the job, else the
sweeper) sees by the rows alone what has become of them.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain.accounts import Caller
from chalicelib.domain.entries import media_prefix, representation_id, upload_key
from chalicelib.domain.ids import derived_id
from chalicelib.domain.jobs import Job, own_input_entry_id
from chalicelib.domain.reminders import Duty, Reminder
from chalicelib.errors import NotFound
from chalicelib.services.changes import change_job
from chalicelib.services.duties.entry_deletions import EntryDeletions
from chalicelib.services.duties.retention import AUTHOR
from chalicelib.services.ports import Clock, EntryStore, JobStore, MediaStore, ReminderStore

# An attempt that has not stored its bytes by then is dead: a Lambda lives for 15 minutes at most.
_DEAD_AFTER_S = 3600.0


@dataclass(frozen=True, slots=True)
class FetchAttempt:
    """One attempt to fetch the input of a job. Its reminder's subject is `<job id>.<attempt id>`."""

    account_id: str
    job_id: str
    attempt_id: str

    @property
    def entry_id(self) -> str:
        """Returns the entry of the input, one for all attempts."""
        return own_input_entry_id(self.job_id)

    def media_key(self, file_name: str) -> str:
        """Returns the key of the bytes; a URL may return others the next time."""
        file_id = representation_id(self.entry_id, file_name)
        return upload_key(self.account_id, self.entry_id, file_id, self.attempt_id)


class FetchedInputs:
    """Completes or cleans up attempts. Its `perform` is the duty `FETCHED_INPUT`."""

    def __init__(
        self,
        *,
        jobs: JobStore,
        entries: EntryStore,
        media: MediaStore,
        deletions: EntryDeletions,
        reminders: ReminderStore,
        clock: Clock,
    ) -> None:
        self._jobs = jobs
        self._entries = entries
        self._media = media
        self._deletions = deletions
        self._reminders = reminders
        self._clock = clock

    def begin(self, job: Job) -> FetchAttempt:
        """To be called before anything is stored for the attempt that `job` was claimed for."""
        attempt_id = derived_id(job.id, "fetch", str(job.run), str(job.attempt))
        due_at = self._clock() + timedelta(seconds=_DEAD_AFTER_S)
        self._reminders.set(Reminder(job.account_id, Duty.FETCHED_INPUT, f"{job.id}.{attempt_id}", due_at))
        return FetchAttempt(job.account_id, job.id, attempt_id)

    def settle(self, attempt: FetchAttempt) -> None:
        """Ends the attempt, whatever its outcome: keeps what belongs to the job and removes the rest."""
        try:
            job = self._jobs.get(attempt.account_id, attempt.job_id)
            if self._is_named(attempt, job.filename):
                # A job that was cancelled meanwhile keeps its input: its client can see and delete it.
                change_job(self._jobs, job.account_id, job.id, self._with_input)
            else:
                self._media.delete(attempt.media_key(job.filename))
        except NotFound:  # the job has expired
            self._remove(attempt)

    def perform(self, reminder: Reminder) -> datetime | None:
        """Settles the attempt; once is enough."""
        job_id, _, attempt_id = reminder.subject_id.partition(".")
        self.settle(FetchAttempt(reminder.account_id, job_id, attempt_id))
        return None

    def _is_named(self, attempt: FetchAttempt, file_name: str) -> bool:
        try:
            entry = self._entries.get(attempt.account_id, attempt.entry_id)
        except NotFound:
            return False
        key = attempt.media_key(file_name)
        return any(file.media_key == key for file in entry.representations.values())

    def _with_input(self, job: Job) -> Job:
        return job if job.input_entry_id is not None else job.with_input(job.own_input_entry_id, self._clock())

    def _remove(self, attempt: FetchAttempt) -> None:
        with suppress(NotFound):
            self._deletions.delete(Caller(AUTHOR, attempt.account_id), attempt.entry_id)
        self._media.delete_under(media_prefix(attempt.account_id, attempt.entry_id))
