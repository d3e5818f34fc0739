"""The life cycle of a job: queued, working, then done, error or cancelled.

Every change of state is a method that returns the changed job or raises. The services store what it returns by a
conditional write on `version`, so of two concurrent changes only one succeeds.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from chalicelib.domain.ids import derived_id
from chalicelib.domain.job_records import JobMessage, JobRecord, JobStatus, Lease, Progress, own_input_entry_id
from chalicelib.domain.requests.job_names import ANALYSES, JobName
from chalicelib.domain.requests.job_options import OptionValues
from chalicelib.domain.segments import SegmentPlan
from chalicelib.domain.webhooks import Webhook
from chalicelib.errors import Conflict, JobBusy, JobNotClaimable, LeaseLost, StaleWrite

__all__ = ["MAX_RUNS", "Job", "JobMessage", "JobStatus", "Lease", "Progress", "own_input_entry_id"]

MAX_RUNS = 1000
"""How often a job can run. Deleting it costs two deletions for each run."""


@dataclass(frozen=True, slots=True)
class Job(JobRecord):
    """A request to analyse one media file."""

    def with_input(self, entry_id: str, now: datetime) -> Self:
        """Sets the input, which has arrived."""
        return self._changed(now, input_entry_id=entry_id)

    def claimed(self, *, run: int, owner: str, now: datetime, lease_s: float) -> Self:
        """Starts an attempt under a lease.

        Raises `JobNotClaimable` if there is nothing to do (finished, cancelled, another run, no input), and `JobBusy`
        while another worker's lease is valid.
        """
        if run != self.run or not self.has_media:
            raise JobNotClaimable(f"job {self.id}: run {run} is not the current one or has no media")
        if self.status not in (JobStatus.QUEUED, JobStatus.WORKING):
            raise JobNotClaimable(f"job {self.id} is {self.status}")
        if self.segments is not None and not self.segments_done:
            raise JobNotClaimable(f"job {self.id} is being worked on in segments")
        if self.lease is not None and self.lease.until > now and self.lease.owner != owner:
            raise JobBusy(f"job {self.id} is leased until {self.lease.until.isoformat()}")
        lease = Lease(owner, now + timedelta(seconds=lease_s))
        return self._changed(
            now, status=JobStatus.WORKING, lease=lease, attempt=self.attempt + 1, progress=self.kept_progress
        )

    def renewed(self, *, owner: str, now: datetime, lease_s: float, progress: Progress | None) -> Self:
        """Extends the holder's lease and stores its progress. Raises `LeaseLost`."""
        self._check_holder(owner)
        return self._changed(now, lease=Lease(owner, now + timedelta(seconds=lease_s)), progress=progress)

    def released(self, *, owner: str, now: datetime) -> Self:
        """Ends the holder's lease early (a shutdown, an internal error): the next delivery may claim at once."""
        self._check_holder(owner)
        return self._changed(now, status=JobStatus.QUEUED, lease=None, progress=self.kept_progress)

    def done(self, *, owner: str, now: datetime, result_entry_id: str, progress: Progress | None) -> Self:
        """Ends the run with a stored result. Raises `LeaseLost`."""
        self._check_holder(owner)
        return self._changed(
            now,
            status=JobStatus.DONE,
            result_entry_id=result_entry_id,
            progress=progress,
            lease=None,
            error=None,
        )

    def failed(self, *, owner: str, now: datetime, sentence: str) -> Self:
        """Ends the run because the input cannot be analysed; `sentence` is the error message. Raises `LeaseLost`."""
        self._check_holder(owner)
        return self._changed(now, status=JobStatus.ERROR, error=sentence, lease=None)

    def emptied(self, now: datetime) -> Self:
        """Stops the job if it is not over, and forgets what may name a person, before the job is deleted."""
        stopped = self if self.status.is_over else self.cancelled(now)
        return replace(stopped, filename="", input_url=None, expires=now)

    def requeued(self, now: datetime) -> Self:
        """Starts a new run, whatever the state of the last one; its worker loses the job. Raises `Conflict` without an
        input, after `MAX_RUNS` runs, or if the job is about to be deleted."""
        if self.expires is not None and self.expires <= now:
            raise Conflict("This job is being deleted; create a new job.")
        if self.run >= MAX_RUNS:
            raise Conflict(f"This job has run {MAX_RUNS} times, which is the limit; create a new job.")
        if not self.has_media:
            raise Conflict("This job has no input yet, so it cannot run again; upload the file or create a new job.")
        return self._changed(
            now,
            status=JobStatus.QUEUED,
            run=self.run + 1,
            attempt=0,
            lease=None,
            progress=None,
            error=None,
            result_entry_id=None,
            earlier_result_entry_ids=(*self.earlier_result_entry_ids, *filter(None, [self.result_entry_id])),
            begun_result_entry_ids=self.begun_entries,
            segments=None,
            segments_done=False,
        )

    def without_earlier_results(self, entry_ids: tuple[str, ...]) -> Self:
        """Forgets results of earlier runs, which are deleted."""
        earlier, begun = (
            tuple(each for each in known if each not in entry_ids)
            for known in (self.earlier_result_entry_ids, self.begun_result_entry_ids)
        )
        return replace(self, earlier_result_entry_ids=earlier, begun_result_entry_ids=begun)

    def cancelled(self, now: datetime) -> Self:
        """Ends the job without a result; may be repeated. Raises `Conflict` if it has ended otherwise."""
        if self.status is JobStatus.CANCELLED:
            return self
        if self.status not in (JobStatus.QUEUED, JobStatus.WORKING):
            raise Conflict(f"This job is {self.status} and can no longer be cancelled.")
        return self._changed(now, status=JobStatus.CANCELLED, lease=None)

    def with_client_result(self, entry_id: str, now: datetime) -> Self:
        """Ends the job with a result that the client has stored in the entry; a worker that processes the job loses it.
        Raises `Conflict` for a cancelled job, `StaleWrite` if the result now belongs to another entry."""
        if self.client_result_entry_id != entry_id:
            raise StaleWrite(f"job {self.id} got another result meanwhile")
        begun = self.begun_entries
        return self._changed(
            now, status=JobStatus.DONE, result_entry_id=entry_id, begun_result_entry_ids=begun, lease=None, error=None
        )

    def renamed(self, name: JobName, now: datetime) -> Self:
        """Changes the analysis of the next run. Raises `Conflict` while the current run is processed."""
        if name is self.name:
            return self
        if self.name not in ANALYSES:
            raise Conflict(f"A {self.name} has no media file to measure; create a new job.")
        self._check_nothing_measured()
        return self._changed(now, name=name)

    def with_options(self, values: OptionValues, now: datetime) -> Self:
        """Changes those options of the next run that are in `values`. Raises `Conflict` while a run is processed."""
        options = replace(self.options, **values)
        if options == self.options:
            return self
        if self.members is not None:
            raise Conflict("The options of a batch cannot be changed; change those of its jobs and requeue them.")
        self._check_nothing_measured()
        return self._changed(now, options=options)

    def upload_failed(self, sentence: str, now: datetime) -> Self:
        """Ends the job because the upload did not arrive as announced. Unchanged if the job does not wait for it."""
        return self._changed(now, status=JobStatus.ERROR, error=sentence) if self.awaits_upload else self

    def media_lost(self, sentence: str, now: datetime) -> Self:
        """The request that brought the media ended before it had stored them. Unchanged if the job has its media, waits
        for them in another way, or has ended."""
        waits_otherwise = self.upload is not None or self.drop_key is not None
        if self.has_media or waits_otherwise or self.status is not JobStatus.QUEUED:
            return self
        return self._changed(now, status=JobStatus.ERROR, error=sentence)

    def drop_failed(self, sentence: str, now: datetime) -> Self:
        """Ends the job because the dropped object cannot be read. Unchanged if the job has its input or has ended."""
        if self.drop_key is None or self.input_entry_id is not None or self.status is not JobStatus.QUEUED:
            return self
        return self._changed(now, status=JobStatus.ERROR, error=sentence)

    def uploaded(self, now: datetime) -> Self:
        """Sets the input, which arrived by a direct upload. Unchanged if the job no longer waits for it."""
        return self.with_input(self.own_input_entry_id, now) if self.awaits_upload else self

    def fetched(self, *, owner: str, now: datetime, entry_id: str) -> Self:
        """Sets the input that the holder fetched from the job's URL. Raises `LeaseLost`."""
        self._check_holder(owner)
        return self.with_input(entry_id, now)

    def handed_over(self, *, owner: str, now: datetime, plan: SegmentPlan) -> Self:
        """Passes the run from the holder to the workers of its segments; attempts at stitching are counted from 0.
        Raises `LeaseLost`."""
        self._check_holder(owner)
        begun = Progress(0, plan.frames_total, 0.0)
        return self._changed(now, segments=plan, segments_done=False, lease=None, attempt=0, progress=begun)

    def segments_progressed(self, *, run: int, now: datetime, progress: Progress) -> Self:
        """Stores the total progress of the segments. Raises `LeaseLost` if they are no longer needed."""
        self._check_segments(run)
        return self if self.segments_done else self._changed(now, progress=progress)

    def segments_completed(self, *, run: int, now: datetime, progress: Progress) -> Self:
        """Marks all segments as done: the job may be claimed for stitching. May be repeated. Raises `LeaseLost`."""
        self._check_segments(run)
        if self.segments_done:
            return self
        return self._changed(now, segments_done=True, progress=progress)

    def segments_failed(self, *, run: int, now: datetime, sentence: str) -> Self:
        """Ends the run because a segment cannot be analysed. Raises `LeaseLost`."""
        self._check_segments(run)
        return self._changed(now, status=JobStatus.ERROR, error=sentence)

    def members_progressed(self, done: int, now: datetime) -> Self:
        """Stores how many members of the batch have ended. Unchanged if it is over or its table is being written."""
        if self.members is None or self.members.are_over or self.status.is_over:
            return self
        progress = Progress(done, self.members.count, 0.0)
        return self._changed(now, status=JobStatus.WORKING, progress=progress)

    def members_ended(self, now: datetime) -> Self:
        """Lets the batch be claimed, whose members have all ended, for its table; may be repeated."""
        if self.members is None or self.members.are_over or self.status.is_over:
            return self
        members, all_done = replace(self.members, are_over=True), Progress(self.members.count, self.members.count, 0.0)
        return self._changed(now, status=JobStatus.WORKING, members=members, progress=all_done)

    def given_up(self, *, run: int, sentence: str, now: datetime) -> Self:
        """Ends the run as a dead letter. Unchanged if the run has ended or another worker holds it."""
        is_held = self.lease is not None and self.lease.until > now
        if self.run != run or self.status.is_over or self.is_in_segments or is_held:
            return self
        return self._changed(now, status=JobStatus.ERROR, error=sentence, lease=None)

    def _check_holder(self, owner: str) -> None:
        if self.status is not JobStatus.WORKING or self.lease is None or self.lease.owner != owner:
            raise LeaseLost(f"job {self.id} is no longer held by {owner}")

    def _check_nothing_measured(self) -> None:
        """Includes parts that wait for stitching: they were measured with the current name and options."""
        if self.status is JobStatus.WORKING or (self.status is JobStatus.QUEUED and self.segments is not None):
            raise Conflict("This job is being worked on; wait until it has ended, change it, then requeue it.")

    def _check_segments(self, run: int) -> None:
        if self.run != run or self.segments is None or self.status.is_over:
            raise LeaseLost(f"job {self.id}: the segments of run {run} are no longer needed")

    def with_webhook(self, webhook: Webhook) -> Self:
        """Stores the state of a notification, which is no change of the job itself."""
        return replace(self, webhook=webhook)

    def _changed(self, now: datetime, **changes: object) -> Self:
        changed = replace(self, updated=now, **changes)  # type: ignore[arg-type]  # names are checked by replace
        if changed.webhook is None or changed.status is self.status:
            return changed
        if not changed.status.is_over:
            return changed.with_webhook(changed.webhook.withdrawn())
        # A run may end twice: as `error`, and then as `done` by a result uploaded by the client.
        notification_id = derived_id(changed.id, "end", str(changed.run), changed.status)
        return changed.with_webhook(changed.webhook.announced(notification_id, changed.status.event, now))
