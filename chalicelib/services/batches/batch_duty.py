"""The duty `BATCH`: brings on a batch whose processes have died, or that takes longer than a request."""

from datetime import datetime, timedelta

from chalicelib.domain.jobs import Job, JobStatus
from chalicelib.domain.reminders import Reminder
from chalicelib.errors import NotFound
from chalicelib.services.batches.creation import MemberCreation
from chalicelib.services.batches.progress import BatchProgress
from chalicelib.services.ports import Clock, JobQueue, JobStore, MemberStore

_CREATES_FOR_S = 8.0
_IDLE_S = 300.0
_EVERY_S, _AT_LEAST_EVERY_S = 60.0, 600.0
# Behind API Gateway a request has 29 seconds, and a sweep two minutes: after this no request creates members any more.
_LAST_WORDS_S = 180.0


class BatchDuty:
    """Repeats until the batch is over."""

    def __init__(
        self,
        jobs: JobStore,
        members: MemberStore,
        queue: JobQueue,
        clock: Clock,
        *,
        creation: MemberCreation,
        progress: BatchProgress,
    ) -> None:
        self._jobs = jobs
        self._members = members
        self._creation = creation
        self._progress = progress
        self._queue = queue
        self._clock = clock

    def perform(self, reminder: Reminder) -> datetime | None:
        """Does what is left to do for the batch. What a request that died has left of one is removed."""
        try:
            batch = self._jobs.get(reminder.account_id, reminder.subject_id)
        except NotFound:
            self._members.delete(reminder.account_id, reminder.subject_id)
            return None
        if batch.members is None or batch.status in (JobStatus.DONE, JobStatus.ERROR):
            return None
        if batch.status is JobStatus.CANCELLED:
            return self._cancel(batch)
        if not batch.members.are_over:
            return self._go_on(batch)
        if batch.lease is None or batch.lease.until <= self._clock():
            self._queue.send(batch.message)  # the process that ended the last member may have died before it did
        return self._next_look(batch)

    def _go_on(self, batch: Job) -> datetime:
        is_complete = self._creation.go_on(batch, _CREATES_FOR_S)
        self._progress.look(batch)
        if self._clock() - batch.updated > timedelta(seconds=_IDLE_S):
            self._progress.send_again(batch)
        self._progress.go_on(self._jobs.get(batch.account_id, batch.id))
        return self._next_look(batch) if is_complete else self._clock()

    def _cancel(self, batch: Job) -> datetime | None:
        """A process that was creating members may have created some after the batch was cancelled."""
        if not self._progress.cancel_members(batch):
            return self._clock()
        settled = batch.updated + timedelta(seconds=_LAST_WORDS_S)
        return settled if settled > self._clock() else None

    def _next_look(self, batch: Job) -> datetime:
        """Less often as time goes by: what is looked for is rare."""
        age_s = (self._clock() - batch.published).total_seconds()
        return self._clock() + timedelta(seconds=min(max(age_s / 10, _EVERY_S), _AT_LEAST_EVERY_S))
