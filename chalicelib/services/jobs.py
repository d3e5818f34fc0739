"""Jobs as clients see them."""

from contextlib import suppress
from datetime import datetime, timedelta

from chalicelib.domain.accounts import Caller
from chalicelib.domain.ids import new_id
from chalicelib.domain.intake.input_urls import InputUrl, file_name_of
from chalicelib.domain.jobs import Job, JobStatus
from chalicelib.domain.reminders import Duty, Reminder
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.job_options import NO_OPTIONS, OptionValues
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.domain.requests.recipes import require_effect
from chalicelib.errors import CallerError, Conflict, Invalid, NotFound, StaleWrite
from chalicelib.services.changes import Transition, change_job, retried
from chalicelib.services.duties.entry_deletions import EntryDeletions
from chalicelib.services.duties.retention import RetentionPlan
from chalicelib.services.entries import Entries, Upload, check_upload
from chalicelib.services.ports import Clock, JobQueue, JobStore, Page, ReminderStore

MESSAGE_WITHIN_S = 120.0
"""How soon after its job's row a message is missed; no request behind API Gateway lasts as long (29 s)."""

_UNENDED_BATCH = "The jobs of this batch have not all ended; requeue it when they have, for another table."
_CANCELLED_BATCH = "This batch was cancelled before its jobs had ended, so it gets no table; create a new batch."


class Jobs:
    """The use cases of jobs."""

    def __init__(
        self,
        jobs: JobStore,
        entries: Entries,
        deletions: EntryDeletions,
        queue: JobQueue,
        clock: Clock,
        *,
        retention: RetentionPlan,
        reminders: ReminderStore,
    ) -> None:
        self._jobs = jobs
        self._entries = entries
        self._deletions = deletions
        self._queue = queue
        self._clock = clock
        self._retention = retention
        self._reminders = reminders

    def create(self, caller: Caller, new: NewJob, upload: Upload) -> Job:
        """Writes the row, then the media, then sends the message: whatever the order of events, the row is there.

        Raises `Invalid` for an upload without bytes or with a name that cannot be stored, and `NotFound` for a job that
        expires before its media are stored.
        """
        job, reminder = self._begin(caller, new, filename=check_upload(upload))
        # Under an id that follows from the job's: whatever dies from here on, the retention finds the entry.
        entry_id = job.own_input_entry_id
        self._entries.create_input(caller, job, upload)
        try:
            job = change_job(
                self._jobs, caller.account_id, job.id, lambda current: current.with_input(entry_id, self._clock())
            )
        except NotFound:  # it expired under our hands, perhaps before the entry was there
            with suppress(NotFound):
                self._deletions.delete(caller, entry_id)
            raise
        self._send(job, reminder)
        return job

    def create_from_url(self, caller: Caller, new: NewJob, url: InputUrl) -> Job:
        """A job whose media a worker fetches from `url` before it begins."""
        job, reminder = self._begin(caller, new, filename=file_name_of(url), input_url=str(url))
        self._send(job, reminder)
        return job

    def _begin(
        self, caller: Caller, new: NewJob, *, filename: str, input_url: str | None = None
    ) -> tuple[Job, Reminder]:
        """Writes the row, and before it what watches over it, the reminder for `_send` among that."""
        now = self._clock()
        job_id = new_id(now)
        expires = self._retention.begin(Duty.JOB_RETENTION, caller.account_id, job_id, now, new.expires_in_s)
        job = new.job(caller, job_id, now, filename=filename, expires=expires, input_url=input_url)
        reminder = self._remind(caller, job_id, now)
        self._jobs.create(job)
        return job, reminder

    def _remind(self, caller: Caller, job_id: str, now: datetime) -> Reminder:
        """Sets a reminder that sends the message, or ends a job without media, if this process dies before it has done
        so."""
        reminder = Reminder(caller.account_id, Duty.JOB_MESSAGE, job_id, now + timedelta(seconds=MESSAGE_WITHIN_S))
        self._reminders.set(reminder)
        return reminder

    def _send(self, job: Job, reminder: Reminder) -> None:
        """Sends the message, after which its reminder has nothing left to do. That of another request stays."""
        self._queue.send(job.message)
        self._reminders.remove(reminder)

    def get(self, caller: Caller, job_id: str) -> Job:
        """Raises `NotFound`."""
        return self._jobs.get(caller.account_id, job_id)

    def list(
        self,
        caller: Caller,
        *,
        limit: int,
        cursor: str | None = None,
        status: JobStatus | None = None,
        name: JobName | None = None,
    ) -> Page[Job]:
        """A page of the account's jobs, newest first. Raises `MalformedRequest` for a foreign cursor."""
        return self._jobs.list(caller.account_id, limit=limit, cursor=cursor, status=status, name=name)

    def update(
        self,
        caller: Caller,
        job_id: str,
        *,
        name: JobName | None,
        status: str | None,
        options: OptionValues = NO_OPTIONS,
        result: Upload | None = None,
    ) -> Job:
        """Renames the job, changes its options, cancels it, or ends it with a `result` uploaded by the client.

        `status` may be `cancelled`, or `done` together with a result. Raises `NotFound`, `Invalid`, or `Conflict` if
        the job's state does not allow it.
        """
        if status is not None and status != (JobStatus.CANCELLED if result is None else JobStatus.DONE):
            raise Invalid(
                f"Set a job's status only to {JobStatus.CANCELLED}, or to {JobStatus.DONE} with a result; POST to "
                "/requeue to run it again."
            )

        def changed(job: Job) -> Job:
            now = self._clock()
            if name is not None:
                job = job.renamed(name, now)
            job = job.with_options(options, now)
            require_effect(job, options)
            return job

        if result is not None:
            return self._attach(caller, job_id, result, changed)

        def transition(job: Job) -> Job:
            return changed(job) if status is None else changed(job).cancelled(self._clock())

        return change_job(self._jobs, caller.account_id, job_id, transition)

    def _attach(self, caller: Caller, job_id: str, result: Upload, further: Transition) -> Job:
        """Stores the file and ends the job with it. Sent again, it replaces the file by itself.

        A new file comes before the job's agreement, so that no job ends without its result, and can be taken back. A
        file in the place of another comes after it: the other has been answered for and must outlive a refusal.
        """
        file_name = check_upload(result)

        def attempt() -> Job:
            job = self.get(caller, job_id)
            entry_id = job.client_result_entry_id
            self._entries.create_empty(caller, job, entry_id)
            if self._entries.has_file(caller, entry_id, file_name):
                job = self._end_with(caller, job_id, entry_id, further)
                self._entries.put_representation(caller, entry_id, result)
                return job
            try:
                file = self._entries.add_representation(caller, entry_id, result)
            except Invalid:
                if not self._entries.has_file(caller, entry_id, file_name):
                    raise
                raise StaleWrite("another request has added the file") from None
            try:
                return self._end_with(caller, job_id, entry_id, further)
            except (StaleWrite, CallerError):
                self._entries.take_back(file)
                raise

        return retried(attempt, f"job {job_id}")

    def _end_with(self, caller: Caller, job_id: str, entry_id: str, further: Transition) -> Job:
        """Raises `StaleWrite` if the job's result belongs into another entry by now."""

        def transition(job: Job) -> Job:
            if job.client_result_entry_id != entry_id:
                return job
            return further(job.with_client_result(entry_id, self._clock()))

        job = change_job(self._jobs, caller.account_id, job_id, transition)
        if job.client_result_entry_id != entry_id:
            raise StaleWrite(f"job {job_id} got another result meanwhile")
        return job

    def requeue(self, caller: Caller, job_id: str) -> Job:
        """Runs the job again, from the start, under its present name. Raises `NotFound` or `Conflict`."""
        before = self._jobs.get(caller.account_id, job_id)
        if before.members is not None and not before.members.are_over:
            raise Conflict(_CANCELLED_BATCH if before.status is JobStatus.CANCELLED else _UNENDED_BATCH)
        before.requeued(self._clock())  # nothing is written for one that cannot be
        input_id = before.input_entry_id
        if input_id is not None and not self._entries.get_many(caller, [input_id]):
            raise Conflict("The input of this job was deleted, so it cannot run again; create a new job.")
        reminder = self._remind(caller, job_id, self._clock())
        job = change_job(self._jobs, caller.account_id, job_id, lambda current: current.requeued(self._clock()))
        self._send(job, reminder)
        return job
