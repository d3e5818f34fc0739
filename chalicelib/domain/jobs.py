"""The life cycle of a job: queued, working, then done, error or cancelled.

Every change of state is a method that returns the changed job or raises. The services store what it returns by a
conditional write on `version`, so of two concurrent changes only one succeeds.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.ids import derived_id
from chalicelib.domain.intake.uploads import DirectUpload
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.job_options import DEFAULT_OPTIONS, JobOptions, OptionValues
from chalicelib.domain.segments import SegmentPlan
from chalicelib.domain.webhooks import Webhook
from chalicelib.errors import Conflict, JobBusy, JobNotClaimable, LeaseLost, StaleWrite

MAX_RUNS = 1000
"""How often a job can run. Deleting it costs two deletions for each run."""


class JobStatus(StrEnum):
    """The status of a job."""

    QUEUED = "queued"
    WORKING = "working"
    DONE = "done"
    ERROR = "error"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Returns True if the status is final until a client changes the job."""
        return self not in (JobStatus.QUEUED, JobStatus.WORKING)

    @property
    def event(self) -> str:
        """Returns the name of the webhook event of this status."""
        return f"job.{self}"


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a run. `frames_total` is None if the container does not state it."""

    frames_done: int
    frames_total: int | None
    frames_per_second: float


@dataclass(frozen=True, slots=True)
class Lease:
    """The exclusive right of one worker to a job, until a time that the worker keeps extending."""

    owner: str
    until: datetime


@dataclass(frozen=True, slots=True)
class JobMessage:
    """A queue message that names a run of a job. All other data is in the job's row."""

    account_id: str
    job_id: str
    run: int


@dataclass(frozen=True, slots=True)
class Job:
    """A request to analyse one media file.

    `run` counts from 1 and grows with every requeue; `attempt` counts the claims within a run; `version` counts the
    writes of the row. `drop_key` is the key of the object in the drop-folder that the job was created for.
    `segments` is set once the current run is processed in segments, by workers without a lease on the job; when they
    are done (`segments_done`), one worker claims the job as usual and stitches. `earlier_result_entry_id` is the last
    result before a requeue, kept until another run is done.
    """

    id: str
    account_id: str
    author: str
    name: JobName
    published: datetime
    updated: datetime
    status: JobStatus = JobStatus.QUEUED
    filename: str = ""
    data_split: str | None = None
    options: JobOptions = DEFAULT_OPTIONS
    input_entry_id: str | None = None
    result_entry_id: str | None = None
    earlier_result_entry_id: str | None = None
    error: str | None = None
    progress: Progress | None = None
    run: int = 1
    attempt: int = 0
    lease: Lease | None = None
    version: int = 1
    upload: DirectUpload | None = None
    input_url: str | None = None
    expires: datetime | None = None
    webhook: Webhook | None = None
    drop_key: str | None = None
    segments: SegmentPlan | None = None
    segments_done: bool = False

    @property
    def message(self) -> JobMessage:
        """Returns the queue message for the current run."""
        return JobMessage(self.account_id, self.id, self.run)

    @property
    def run_result_entry_id(self) -> str:
        """Returns the id of the entry that the current run writes, the same for every attempt."""
        return derived_id(self.id, "result", str(self.run))

    @property
    def client_result_entry_id(self) -> str:
        """Returns the id of the entry for a result of the client's: the job's, else one that no worker writes. Raises
        `Conflict` for a cancelled job."""
        if self.status is JobStatus.CANCELLED:
            raise Conflict("This job is cancelled; requeue it or create a new one before you attach a result.")
        if self.status is JobStatus.DONE and self.result_entry_id is not None:
            return self.result_entry_id
        return derived_id(self.id, "client result", str(self.run))

    @property
    def awaits_upload(self) -> bool:
        """Returns True if a direct upload has not arrived yet."""
        return self.upload is not None and self.input_entry_id is None and self.status is JobStatus.QUEUED

    @property
    def own_input_entry_id(self) -> str:
        """Returns the id of the entry for the job's input, which is the same in every process."""
        return own_input_entry_id(self.id)

    @property
    def input_entry_ids(self) -> tuple[str, ...]:
        """Returns the entries of the job's media, its own even if it was never completed, and that of its result."""
        known = (self.input_entry_id, self.own_input_entry_id, self.result_entry_id)
        return tuple(dict.fromkeys(entry_id for entry_id in known if entry_id is not None))

    def result_entry_ids(self, run: int) -> tuple[str, ...]:
        """Returns the entries that a run has for results, or may have left incomplete."""
        return derived_id(self.id, "result", str(run)), derived_id(self.id, "client result", str(run))

    def with_input(self, entry_id: str, now: datetime) -> "Job":
        """Sets the input, which has arrived."""
        return self._changed(now, input_entry_id=entry_id)

    def claimed(self, *, run: int, owner: str, now: datetime, lease_s: float) -> "Job":
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
            now, status=JobStatus.WORKING, lease=lease, attempt=self.attempt + 1, progress=self._kept_progress
        )

    def renewed(self, *, owner: str, now: datetime, lease_s: float, progress: Progress | None) -> "Job":
        """Extends the holder's lease and stores its progress. Raises `LeaseLost`."""
        self._check_holder(owner)
        return self._changed(now, lease=Lease(owner, now + timedelta(seconds=lease_s)), progress=progress)

    def released(self, *, owner: str, now: datetime) -> "Job":
        """Ends the holder's lease early (a shutdown, an internal error): the next delivery may claim at once."""
        self._check_holder(owner)
        return self._changed(now, status=JobStatus.QUEUED, lease=None, progress=self._kept_progress)

    def done(self, *, owner: str, now: datetime, result_entry_id: str, progress: Progress | None) -> "Job":
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

    def failed(self, *, owner: str, now: datetime, sentence: str) -> "Job":
        """Ends the run because the input cannot be analysed; `sentence` is the error message. Raises `LeaseLost`."""
        self._check_holder(owner)
        return self._changed(now, status=JobStatus.ERROR, error=sentence, lease=None)

    def emptied(self, now: datetime) -> "Job":
        """Forgets what may name a person, before the job is deleted."""
        return self._changed(now, filename="", input_url=None, expires=now)

    def requeued(self, now: datetime) -> "Job":
        """Starts a new run, whatever the state of the last one; its worker loses the job. Raises `Conflict` without an
        input, or after `MAX_RUNS` runs."""
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
            earlier_result_entry_id=self.result_entry_id or self.earlier_result_entry_id,
            segments=None,
            segments_done=False,
        )

    def without_earlier_result(self, entry_id: str) -> "Job":
        """Forgets the result of an earlier run, which is deleted. Unchanged if it is another one by now."""
        return replace(self, earlier_result_entry_id=None) if self.earlier_result_entry_id == entry_id else self

    def cancelled(self, now: datetime) -> "Job":
        """Ends the job without a result; may be repeated. Raises `Conflict` if it has ended otherwise."""
        if self.status is JobStatus.CANCELLED:
            return self
        if self.status not in (JobStatus.QUEUED, JobStatus.WORKING):
            raise Conflict(f"This job is {self.status} and can no longer be cancelled.")
        return self._changed(now, status=JobStatus.CANCELLED, lease=None)

    def with_client_result(self, entry_id: str, now: datetime) -> "Job":
        """Ends the job with a result that the client has stored in the entry; a worker that processes the job loses it.
        Raises `Conflict` for a cancelled job, `StaleWrite` if the result now belongs to another entry."""
        if self.client_result_entry_id != entry_id:
            raise StaleWrite(f"job {self.id} got another result meanwhile")
        return self._changed(now, status=JobStatus.DONE, result_entry_id=entry_id, lease=None, error=None)

    def renamed(self, name: JobName, now: datetime) -> "Job":
        """Changes the analysis of the next run. Raises `Conflict` while the current run is processed."""
        if name is self.name:
            return self
        self._check_nothing_measured()
        return self._changed(now, name=name)

    def with_options(self, values: OptionValues, now: datetime) -> "Job":
        """Changes those options of the next run that are in `values`. Raises `Conflict` while a run is processed."""
        options = replace(self.options, **values)
        if options == self.options:
            return self
        self._check_nothing_measured()
        return self._changed(now, options=options)

    def upload_failed(self, sentence: str, now: datetime) -> "Job":
        """Ends the job because the upload did not arrive as announced. Unchanged if the job does not wait for it."""
        return self._changed(now, status=JobStatus.ERROR, error=sentence) if self.awaits_upload else self

    def media_lost(self, sentence: str, now: datetime) -> "Job":
        """The request that brought the media ended before it had stored them. Unchanged if the job has its media, waits
        for them in another way, or has ended."""
        waits_otherwise = self.upload is not None or self.drop_key is not None
        if self.has_media or waits_otherwise or self.status is not JobStatus.QUEUED:
            return self
        return self._changed(now, status=JobStatus.ERROR, error=sentence)

    def drop_failed(self, sentence: str, now: datetime) -> "Job":
        """Ends the job because the dropped object cannot be read. Unchanged if the job has its input or has ended."""
        if self.drop_key is None or self.input_entry_id is not None or self.status is not JobStatus.QUEUED:
            return self
        return self._changed(now, status=JobStatus.ERROR, error=sentence)

    def uploaded(self, now: datetime) -> "Job":
        """Sets the input, which arrived by a direct upload. Unchanged if the job no longer waits for it."""
        return self.with_input(self.own_input_entry_id, now) if self.awaits_upload else self

    def fetched(self, *, owner: str, now: datetime, entry_id: str) -> "Job":
        """Sets the input that the holder fetched from the job's URL. Raises `LeaseLost`."""
        self._check_holder(owner)
        return self.with_input(entry_id, now)

    def handed_over(self, *, owner: str, now: datetime, plan: SegmentPlan) -> "Job":
        """Passes the run from the holder to the workers of its segments; attempts at stitching are counted from 0.
        Raises `LeaseLost`."""
        self._check_holder(owner)
        begun = Progress(0, plan.frames_total, 0.0)
        return self._changed(now, segments=plan, segments_done=False, lease=None, attempt=0, progress=begun)

    def segments_progressed(self, *, run: int, now: datetime, progress: Progress) -> "Job":
        """Stores the total progress of the segments. Raises `LeaseLost` if they are no longer needed."""
        self._check_segments(run)
        return self if self.segments_done else self._changed(now, progress=progress)

    def segments_completed(self, *, run: int, now: datetime, progress: Progress) -> "Job":
        """Marks all segments as done: the job may be claimed for stitching. May be repeated. Raises `LeaseLost`."""
        self._check_segments(run)
        if self.segments_done:
            return self
        return self._changed(now, segments_done=True, progress=progress)

    def segments_failed(self, *, run: int, now: datetime, sentence: str) -> "Job":
        """Ends the run because a segment cannot be analysed. Raises `LeaseLost`."""
        self._check_segments(run)
        return self._changed(now, status=JobStatus.ERROR, error=sentence)

    def given_up(self, *, run: int, sentence: str, now: datetime) -> "Job":
        """Ends the run as a dead letter. Unchanged if the run has ended or another worker holds it."""
        is_held = self.lease is not None and self.lease.until > now
        if self.run != run or self.status.is_over or self.is_in_segments or is_held:
            return self
        return self._changed(now, status=JobStatus.ERROR, error=sentence, lease=None)

    @property
    def is_in_segments(self) -> bool:
        """Returns True if workers of segments process the run."""
        return self.segments is not None and not self.segments_done and self.status is JobStatus.WORKING

    @property
    def _kept_progress(self) -> Progress | None:
        """Returns the progress if the work done so far is not repeated."""
        return self.progress if self.segments_done else None

    @property
    def has_media(self) -> bool:
        """Returns True if the input is stored or has a URL."""
        return self.input_entry_id is not None or self.input_url is not None

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

    def with_webhook(self, webhook: Webhook) -> "Job":
        """Stores the state of a notification, which is no change of the job itself."""
        return replace(self, webhook=webhook)

    def _changed(self, now: datetime, **changes: object) -> "Job":
        changed = replace(self, updated=now, **changes)  # type: ignore[arg-type]  # names are checked by replace
        if changed.webhook is None or changed.status is self.status:
            return changed
        if not changed.status.is_over:
            return changed.with_webhook(changed.webhook.withdrawn())
        # A run may end twice: as `error`, and then as `done` by a result uploaded by the client.
        notification_id = derived_id(changed.id, "end", str(changed.run), changed.status)
        return changed.with_webhook(changed.webhook.announced(notification_id, changed.status.event, now))


def own_input_entry_id(job_id: str) -> str:
    """Returns `Job.own_input_entry_id` for a job whose row may have been deleted."""
    return derived_id(job_id, "input")
