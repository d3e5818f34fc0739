"""Runs in segments, as workers see them: hand over, measure a part, be the last."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from chalicelib.domain.jobs import Job, JobMessage, Progress
from chalicelib.domain.reminders import Duty, Reminder
from chalicelib.domain.segments import SegmentPlan, SegmentRow
from chalicelib.errors import JobNotClaimable, LeaseLost, NotFound, StaleWrite, translated
from chalicelib.services.changes import Transition, change_job
from chalicelib.services.ports import BatchJobs, Clock, JobStore, ReminderStore, SegmentStore

WATCH_S = 60.0
"""The interval of the sweeper's checks of a run in segments."""

_WRITE_INTERVAL_S = 1.0


class SegmentRuns:
    """Runs in segments, for workers. Every step may be repeated, by any process.

    No worker of a segment holds a lease: every worker would store the same, so two of them do no harm.
    Without a `batch` service, runs cannot be handed over; workers that only measure segments have none.
    """

    def __init__(
        self,
        *,
        jobs: JobStore,
        segments: SegmentStore,
        reminders: ReminderStore,
        batch: BatchJobs | None,
        clock: Clock,
        max_attempts: int,
    ) -> None:
        self._jobs = jobs
        self._segments = segments
        self._reminders = reminders
        self._batch = batch
        self._clock = clock
        self._max_attempts = max_attempts

    def hand_over(self, job: Job, plan: SegmentPlan) -> None:
        """Passes a claimed job to workers of its segments. Raises `LeaseLost`.

        First the reminder, then the rows, then the array: if a process dies in between, the sweeper continues.
        """
        owner = "" if job.lease is None else job.lease.owner
        now = self._clock()
        self._reminders.set(Reminder(job.account_id, Duty.SEGMENTS, job.id, now + timedelta(seconds=WATCH_S)))
        self._segments.create(SegmentRow(job.account_id, job.id, job.run, plan.count, now))
        self._change(job.message, lambda current: current.handed_over(owner=owner, now=now, plan=plan))
        self.submit(job.message, plan)

    def submit(self, message: JobMessage, plan: SegmentPlan) -> None:
        """Starts the array; of several started for one run, one stays."""
        if self._batch is None:
            raise RuntimeError("there is no batch service to hand segments over to")
        array_id = self._batch.submit(message, count=plan.count, attempts=self._max_attempts)
        try:
            kept_id = self._segments.set_array(message, array_id)
        except NotFound:  # the run is over and has been cleaned up
            kept_id = ""
        if kept_id != array_id:
            self._batch.cancel(array_id)

    def begin(self, message: JobMessage, index: int) -> Job:
        """Counts an attempt at the segment. Raises `JobNotClaimable` if it is not needed.

        A job one of whose segments has used up its attempts ends as `error` here.
        """
        with translated(NotFound, into=JobNotClaimable(f"job {message.job_id} does not exist any more")):
            job = self._jobs.get(message.account_id, message.job_id)
        if job.run != message.run or not (job.is_in_segments or (job.segments_done and not job.status.is_over)):
            raise JobNotClaimable(f"the segments of run {message.run} of job {job.id} are not needed")
        if job.segments is None or index >= job.segments.count:
            raise JobNotClaimable(f"job {job.id} has no segment {index}")
        if not self.is_done(message, index):
            attempts = self._of_run(lambda: self._segments.begin(message, index)).attempts[str(index)]
            if attempts > self._max_attempts:
                self.fail(job, interrupted_sentence(self._max_attempts))
                raise JobNotClaimable(f"segment {index} of job {job.id} has used up its attempts")
        return job

    def is_done(self, message: JobMessage, index: int) -> bool:
        """Returns True if the segment's part is stored. Raises `LeaseLost` if the run no longer exists."""
        return str(index) in self._of_run(lambda: self._segments.get(message)).done

    def report(self, job: Job, index: int, frames: int) -> None:
        """Stores the progress of a segment and, about once a second, that of the job. Raises `LeaseLost`."""
        row = self._of_run(lambda: self._segments.report(job.message, index, frames))
        current = self._get(job.message)
        now = self._clock()
        progress = _progress(row, current, (now - row.begun).total_seconds())
        changed = current.segments_progressed(run=job.run, now=now, progress=progress)
        if changed is not current and now - current.updated >= timedelta(seconds=_WRITE_INTERVAL_S):
            with suppress(StaleWrite):  # another segment was quicker, and the next report says more
                self._jobs.save(replace(changed, version=current.version + 1))

    def finish(self, job: Job, index: int, frames: int, provider: str) -> bool:
        """Stores that the segment's part is complete. Returns True if it was the last, so that the job can be claimed.

        Raises `LeaseLost`.
        """
        row = self._of_run(lambda: self._segments.finish(job.message, index, frames, provider))
        return self.complete(job.message, row)

    def provider(self, job: Job) -> str:
        """Returns the execution providers of the run's segments. Raises `LeaseLost`."""
        return self._of_run(lambda: self._segments.get(job.message)).provider

    def complete_if_all_done(self, message: JobMessage) -> bool:
        """Does the same as `finish` for a segment that was done before. Raises `LeaseLost`."""
        return self.complete(message, self._of_run(lambda: self._segments.get(message)))

    def complete(self, message: JobMessage, row: SegmentRow) -> bool:
        """Lets the job be claimed if all of its segments are done. Raises `LeaseLost`."""
        if row.is_complete:
            now = self._clock()

            def transition(current: Job) -> Job:
                progress = _progress(row, current, (now - row.begun).total_seconds())
                return current.segments_completed(run=message.run, now=now, progress=progress)

            self._change(message, transition)
        return row.is_complete

    def fail(self, job: Job, sentence: str) -> None:
        """Ends the job as `error`. Raises `LeaseLost`."""
        self._change(
            job.message,
            lambda current: current.segments_failed(run=job.run, now=self._clock(), sentence=sentence),
        )

    def _get(self, message: JobMessage) -> Job:
        with translated(NotFound, into=LeaseLost(f"job {message.job_id} does not exist any more")):
            return self._jobs.get(message.account_id, message.job_id)

    def _change(self, message: JobMessage, transition: Transition) -> None:
        with translated(NotFound, into=LeaseLost(f"job {message.job_id} does not exist any more")):
            change_job(self._jobs, message.account_id, message.job_id, transition)

    def _of_run(self, action: Callable[[], SegmentRow]) -> SegmentRow:
        with translated(NotFound, into=LeaseLost("the run is over and has been cleaned up")):
            return action()


def interrupted_sentence(attempts: int) -> str:
    """Returns the error message of a job whose segments were interrupted too often."""
    return (
        f"The analysis of a part of the video was interrupted {attempts} times and stopped; requeue the job and, "
        "if this happens again, split the video into shorter parts."
    )


def _progress(row: SegmentRow, job: Job, elapsed_s: float) -> Progress:
    total = None if job.segments is None else job.segments.frames_total
    if total is not None:
        total = max(total, row.frames_done)
    return Progress(row.frames_done, total, round(row.frames_done / elapsed_s, 1) if elapsed_s > 0 else 0.0)
