"""Dead letters: ends their jobs, lists them, restarts them."""

from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.domain.dead_letters import SENTENCE, DeadLetter
from chalicelib.domain.jobs import Job, JobMessage, JobStatus
from chalicelib.domain.reminders import Duty, Reminder
from chalicelib.errors import JobBusy, NotFound
from chalicelib.services.changes import change_job
from chalicelib.services.ports import Clock, DeadLetterStore, JobQueue, JobStore, ReminderStore

_RESTARTED_IN_S = 60.0
# A deployment allows the function that buries dead letters to change no other fields of a job.
_GIVEN_UP = ("status", "error", "lease", "updated", "webhook")


class DeadLetters:
    """Ends the runs of dead letters, lists them, and restarts them."""

    def __init__(self, jobs: JobStore, letters: DeadLetterStore, reminders: ReminderStore, clock: Clock) -> None:
        self._jobs = jobs
        self._letters = letters
        self._reminders = reminders
        self._clock = clock

    def bury(self, message: JobMessage) -> None:
        """Ends the job of a dead letter as `error`, and notes it for operators; again is fine.

        A job that has ended, or whose segments are being worked on, is left alone. Raises `JobBusy` while a worker is
        at it, who may bring it to its end: the dead letter must come again later.
        """
        try:
            job = self._jobs.get(message.account_id, message.job_id)
        except NotFound:
            return
        now = self._clock()
        if job.run != message.run or job.status.is_over or job.is_in_segments:
            return
        if job.lease is not None and job.lease.until > now:
            raise JobBusy(f"job {job.id} is leased until {job.lease.until.isoformat()}")
        self._letters.add(DeadLetter(job.account_id, job.id, job.run, now))
        change_job(
            self._jobs,
            job.account_id,
            job.id,
            lambda current: current.given_up(run=message.run, sentence=SENTENCE, now=self._clock()),
            only=_GIVEN_UP,
        )

    def list(self) -> tuple[DeadLetter, ...]:
        """All that are noted, in no order. For operators: it costs as much as there are."""
        return self._letters.list()

    def redrive(self, letter: DeadLetter) -> bool:
        """Restarts the job through the sweeper and removes the letter. Returns True if there was a run to restart.

        The first reminder is for the death of this process. It is not due yet: before the restart is stored, a sweep
        would find nothing to do and remove it.
        """
        is_begun = False

        def transition(job: Job) -> Job:
            nonlocal is_begun
            is_begun = job.run == letter.run and job.status is JobStatus.ERROR
            return job.requeued(self._clock()) if is_begun else job

        now = self._clock()
        reminder = Reminder(
            letter.account_id, Duty.JOB_MESSAGE, letter.job_id, now + timedelta(seconds=_RESTARTED_IN_S)
        )
        self._reminders.set(reminder)
        try:
            change_job(self._jobs, letter.account_id, letter.job_id, transition)
            self._reminders.set(replace(reminder, due_at=now))
        except NotFound:
            is_begun = False
        self._letters.remove(letter)
        return is_begun


_NOT_STORED = "The media were not stored before the request that brought them ended; create the job again."
# A worker's claim is refused without media, so nothing is lost by waiting for a slow upload to this process.
_STORED_WITHIN_S = 900.0


class JobMessageDuty:
    """The duty `JOB_MESSAGE`: a job that waits has a message, however it came to wait, or ends."""

    def __init__(self, jobs: JobStore, queue: JobQueue, clock: Clock) -> None:
        self._jobs = jobs
        self._queue = queue
        self._clock = clock

    def perform(self, reminder: Reminder) -> datetime | None:
        """Sends the message once more; one too many is consumed without work. A job whose media never came ends."""
        try:
            job = self._jobs.get(reminder.account_id, reminder.subject_id)
            if job.status is not JobStatus.QUEUED:
                return None
            if job.has_media:
                self._queue.send(job.message)
                return None
            given_up_at = job.updated + timedelta(seconds=_STORED_WITHIN_S)
            if self._clock() < given_up_at:
                return given_up_at
            change_job(
                self._jobs, job.account_id, job.id, lambda current: current.media_lost(_NOT_STORED, self._clock())
            )
        except NotFound:
            pass
        return None
