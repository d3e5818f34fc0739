"""A job's life: queued, working, then done, error or cancelled.

Every change of state is a method that returns the changed job or raises. The services store what it returns on the
condition that nobody wrote in between (`version`), so two processes can never both win.
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


class JobStatus(StrEnum):
    """Where a job is in its life."""

    QUEUED = "queued"
    WORKING = "working"
    DONE = "done"
    ERROR = "error"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens by itself."""
        return self not in (JobStatus.QUEUED, JobStatus.WORKING)

    @property
    def event(self) -> str:
        """What clients are told when a job gets there."""
        return f"job.{self}"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. `frames_total` is None where the container does not say."""

    frames_done: int
    frames_total: int | None
    frames_per_second: float


@dataclass(frozen=True, slots=True)
class Lease:
    """The right of one worker to a job, until a moment that the worker keeps moving."""

    owner: str
    until: datetime


@dataclass(frozen=True, slots=True)
class JobMessage:
    """What the queue carries: which run of which job. It says nothing that the row does not say better."""

    account_id: str
    job_id: str
    run: int


@dataclass(frozen=True, slots=True)
class Job:
    """One request to analyse one medium.

    `run` counts from 1 and grows with every requeue; `attempt` counts the claims within a run; `version` counts the
    writes of the row. `drop_key` is the key of the object in the drop-folder that the job was made for.
    `segments` is there once the current run is worked on in segments, by workers without a lease on the job; when they
    are done (`segments_done`), one worker claims the job as ever, and stitches.
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
        """What to send so that a worker takes up the current run."""
        return JobMessage(self.account_id, self.id, self.run)

    @property
    def run_result_entry_id(self) -> str:
        """The id of the entry that the current run writes: the same for every attempt of it."""
        return derived_id(self.id, "result", str(self.run))

    @property
    def client_result_entry_id(self) -> str:
        """The id of the entry that takes a result of the client's own: the job's result where it has one, else an entry
        that no worker writes to. Raises `Conflict` for a cancelled job."""
        if self.status is JobStatus.CANCELLED:
            raise Conflict("This job is cancelled; requeue it or create a new one before you attach a result.")
        if self.status is JobStatus.DONE and self.result_entry_id is not None:
            return self.result_entry_id
        return derived_id(self.id, "client result", str(self.run))

    @property
    def awaits_upload(self) -> bool:
        """Whether the media is still to arrive by a direct upload."""
        return self.upload is not None and self.input_entry_id is None and self.status is JobStatus.QUEUED

    @property
    def own_input_entry_id(self) -> str:
        """The id of the entry that is made for the media of the job: the same whoever makes it."""
        return own_input_entry_id(self.id)

    @property
    def entry_ids(self) -> tuple[str, ...]:
        """Every entry that the job has, had in an earlier run, or may have left behind half-made."""
        kinds = ("result", "client result")
        results = (derived_id(self.id, kind, str(run)) for run in range(1, self.run + 1) for kind in kinds)
        known = (self.input_entry_id, self.own_input_entry_id, self.result_entry_id, *results)
        return tuple(dict.fromkeys(entry_id for entry_id in known if entry_id is not None))

    def with_input(self, entry_id: str, now: datetime) -> "Job":
        """The media has arrived."""
        return self._changed(now, input_entry_id=entry_id)

    def claimed(self, *, run: int, owner: str, now: datetime, lease_s: float) -> "Job":
        """Work begins under a lease.

        Raises `JobNotClaimable` where there is nothing to do (finished, cancelled, another run, no media) and
        `JobBusy` while another worker's lease lives.
        """
        if run != self.run or not self._has_media:
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
        """The holder is alive and this far. Raises `LeaseLost`."""
        self._check_holder(owner)
        return self._changed(now, lease=Lease(owner, now + timedelta(seconds=lease_s)), progress=progress)

    def released(self, *, owner: str, now: datetime) -> "Job":
        """The holder stops before the end (a shutdown, a fault of ours): the next delivery may claim at once."""
        self._check_holder(owner)
        return self._changed(now, status=JobStatus.QUEUED, lease=None, progress=self._kept_progress)

    def done(self, *, owner: str, now: datetime, result_entry_id: str, progress: Progress | None) -> "Job":
        """The result is stored. Raises `LeaseLost`."""
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
        """The media cannot be analysed, and `sentence` says why. Raises `LeaseLost`."""
        self._check_holder(owner)
        return self._changed(now, status=JobStatus.ERROR, error=sentence, lease=None)

    def requeued(self, now: datetime) -> "Job":
        """A new run, whatever the last one is doing; its worker loses the job. Raises `Conflict` without media."""
        if not self._has_media:
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
            segments=None,
            segments_done=False,
        )

    def cancelled(self, now: datetime) -> "Job":
        """No more work. Cancelling twice is fine; raises `Conflict` for a job that has ended otherwise."""
        if self.status is JobStatus.CANCELLED:
            return self
        if self.status not in (JobStatus.QUEUED, JobStatus.WORKING):
            raise Conflict(f"This job is {self.status} and can no longer be cancelled.")
        return self._changed(now, status=JobStatus.CANCELLED, lease=None)

    def with_client_result(self, entry_id: str, now: datetime) -> "Job":
        """The client has stored a result of its own in the entry, which ends the job; a worker that is at it loses it.

        Raises `Conflict` for a cancelled job, `StaleWrite` where the result belongs into another entry by now.
        """
        if self.client_result_entry_id != entry_id:
            raise StaleWrite(f"job {self.id} got another result meanwhile")
        return self._changed(now, status=JobStatus.DONE, result_entry_id=entry_id, lease=None, error=None)

    def renamed(self, name: JobName, now: datetime) -> "Job":
        """Another analysis from the next run on. Raises `Conflict` while the present run is being measured."""
        if name is self.name:
            return self
        self._check_nothing_measured()
        return self._changed(now, name=name)

    def with_options(self, values: OptionValues, now: datetime) -> "Job":
        """Other options from the next run on; those that `values` does not name stay. Raises `Conflict` while the
        present run is being measured."""
        options = replace(self.options, **values)
        if options == self.options:
            return self
        self._check_nothing_measured()
        return self._changed(now, options=options)

    def upload_failed(self, sentence: str, now: datetime) -> "Job":
        """The media did not arrive, or not as it was announced; nothing changes where the job waits no longer."""
        return self._changed(now, status=JobStatus.ERROR, error=sentence) if self.awaits_upload else self

    def drop_failed(self, sentence: str, now: datetime) -> "Job":
        """The object in the drop-folder cannot be taken; nothing changes where the job has its media or is over."""
        if self.drop_key is None or self.input_entry_id is not None or self.status is not JobStatus.QUEUED:
            return self
        return self._changed(now, status=JobStatus.ERROR, error=sentence)

    def uploaded(self, now: datetime) -> "Job":
        """The media has arrived by a direct upload; nothing changes where the job waits no longer."""
        return self.with_input(self.own_input_entry_id, now) if self.awaits_upload else self

    def fetched(self, *, owner: str, now: datetime, entry_id: str) -> "Job":
        """The holder has fetched the media from the job's URL. Raises `LeaseLost`."""
        self._check_holder(owner)
        return self.with_input(entry_id, now)

    def handed_over(self, *, owner: str, now: datetime, plan: SegmentPlan) -> "Job":
        """The holder gives the run to the workers of its segments; whoever stitches has attempts of their own. Raises
        `LeaseLost`."""
        self._check_holder(owner)
        begun = Progress(0, plan.frames_total, 0.0)
        return self._changed(now, segments=plan, segments_done=False, lease=None, attempt=0, progress=begun)

    def segments_progressed(self, *, run: int, now: datetime, progress: Progress) -> "Job":
        """The segments are this far together. Raises `LeaseLost` where nobody waits for them any more."""
        self._check_segments(run)
        return self if self.segments_done else self._changed(now, progress=progress)

    def segments_completed(self, *, run: int, now: datetime, progress: Progress) -> "Job":
        """All segments are done: the job may be claimed, for stitching. Again is fine. Raises `LeaseLost`."""
        self._check_segments(run)
        if self.segments_done:
            return self
        return self._changed(now, segments_done=True, progress=progress)

    def segments_failed(self, *, run: int, now: datetime, sentence: str) -> "Job":
        """A segment cannot be analysed. Raises `LeaseLost`."""
        self._check_segments(run)
        return self._changed(now, status=JobStatus.ERROR, error=sentence)

    def given_up(self, *, run: int, sentence: str, now: datetime) -> "Job":
        """Nobody could bring the run to an end; nothing changes where it is over, or in better hands by now."""
        is_held = self.lease is not None and self.lease.until > now
        if self.run != run or self.status.is_over or self.is_in_segments or is_held:
            return self
        return self._changed(now, status=JobStatus.ERROR, error=sentence, lease=None)

    @property
    def is_in_segments(self) -> bool:
        """Whether workers of segments are at it."""
        return self.segments is not None and not self.segments_done and self.status is JobStatus.WORKING

    @property
    def _kept_progress(self) -> Progress | None:
        """What has been done so far, where that is not done again."""
        return self.progress if self.segments_done else None

    @property
    def _has_media(self) -> bool:
        """Whether the media is stored, or a worker knows where to fetch it."""
        return self.input_entry_id is not None or self.input_url is not None

    def _check_holder(self, owner: str) -> None:
        if self.status is not JobStatus.WORKING or self.lease is None or self.lease.owner != owner:
            raise LeaseLost(f"job {self.id} is no longer held by {owner}")

    def _check_nothing_measured(self) -> None:
        """Parts that wait to be stitched count too: they are measured by the present name and options."""
        if self.status is JobStatus.WORKING or (self.status is JobStatus.QUEUED and self.segments is not None):
            raise Conflict("This job is being worked on; wait until it has ended, change it, then requeue it.")

    def _check_segments(self, run: int) -> None:
        if self.run != run or self.segments is None or self.status.is_over:
            raise LeaseLost(f"job {self.id}: nobody waits for the segments of run {run}")

    def with_webhook(self, webhook: Webhook) -> "Job":
        """How a notification fares, which does not count as a change of the job itself."""
        return replace(self, webhook=webhook)

    def _changed(self, now: datetime, **changes: object) -> "Job":
        changed = replace(self, updated=now, **changes)  # type: ignore[arg-type]  # names are checked by replace
        if changed.webhook is None or changed.status is self.status:
            return changed
        if not changed.status.is_over:
            return changed.with_webhook(changed.webhook.withdrawn())
        # A run may end twice: as `error`, and then as `done` by a result of the client's own.
        notification_id = derived_id(changed.id, "end", str(changed.run), changed.status)
        return changed.with_webhook(changed.webhook.announced(notification_id, changed.status.event, now))


def own_input_entry_id(job_id: str) -> str:
    """`Job.own_input_entry_id` of a job whose row may be gone."""
    return derived_id(job_id, "input")
