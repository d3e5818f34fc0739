"""Watches over runs in segments: none stalls, and their parts are cleaned up."""

from contextlib import suppress
from datetime import datetime, timedelta

from chalicelib.domain.jobs import Job, JobMessage
from chalicelib.domain.reminders import Reminder
from chalicelib.domain.segments import SegmentRow, work_prefix
from chalicelib.errors import LeaseLost, NotFound
from chalicelib.services.ports import BatchJobs, BatchStatus, Clock, JobQueue, JobStore, MediaStore, SegmentStore
from chalicelib.services.runs.segment_runs import WATCH_S, SegmentRuns, interrupted_sentence

_UNKNOWN_FOR_H = 24


class SegmentWatch:
    """The duty `SEGMENTS`. Repeats until nothing is left of the job's segments."""

    def __init__(
        self,
        *,
        runs: SegmentRuns,
        jobs: JobStore,
        segments: SegmentStore,
        batch: BatchJobs,
        media: MediaStore,
        queue: JobQueue,
        clock: Clock,
        max_attempts: int,
    ) -> None:
        self._runs = runs
        self._jobs = jobs
        self._segments = segments
        self._batch = batch
        self._media = media
        self._queue = queue
        self._clock = clock
        self._max_attempts = max_attempts

    def perform(self, reminder: Reminder) -> datetime | None:
        """Ends the arrays of runs that are over and removes their parts; makes a run that is not over continue, or end
        as `error` if it cannot."""
        try:
            job = self._jobs.get(reminder.account_id, reminder.subject_id)
        except NotFound:
            job = None
        is_left = False
        for row in self._segments.list(reminder.account_id, reminder.subject_id):
            if job is not None and job.run == row.run and not job.status.is_over:
                with suppress(LeaseLost):  # it has ended meanwhile: the next check cleans up
                    self._go_on(job, row)
                is_left = True
            else:
                self._clean_up(row)
        return self._clock() + timedelta(seconds=WATCH_S) if is_left else None

    def _go_on(self, job: Job, row: SegmentRow) -> None:
        plan = job.segments
        if plan is None:  # it is being handed over, or the process died before it updated the job
            return
        if job.segments_done:
            if job.lease is None or job.lease.until <= self._clock():
                self._queue.send(job.message)  # the worker that was to stitch has died, or is about to begin
        elif row.is_complete:
            self._runs.complete(job.message, row)
            self._queue.send(job.message)
        elif row.array_id is None:
            self._runs.submit(job.message, plan)
        elif self._has_ended(row) and not self._is_complete(job.message):
            self._runs.fail(job, interrupted_sentence(self._max_attempts))

    def _has_ended(self, row: SegmentRow) -> bool:
        """Returns True if Batch says so, or has not known the array for longer than it forgets any that has ended."""
        status = self._batch.status(row.array_id) if row.array_id is not None else None
        if status is None:  # DescribeJobs may miss an array that was just submitted
            return self._clock() - row.begun > timedelta(hours=_UNKNOWN_FOR_H)
        return status is not BatchStatus.LIVE

    def _is_complete(self, message: JobMessage) -> bool:
        """Reads the row again after the array has ended: it may have been completed in between."""
        try:
            return self._segments.get(message).is_complete
        except NotFound:
            return True

    def _clean_up(self, row: SegmentRow) -> None:
        """The row is deleted last: it records that there is something to remove."""
        if row.array_id is not None:
            self._batch.cancel(row.array_id)
        self._media.delete_under(work_prefix(row.account_id, row.job_id, row.run))
        self._segments.delete(row)
