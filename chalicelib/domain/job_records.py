"""All that is stored of a job, and what follows from it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.domain.batches import BatchPlace, Members, Note
from chalicelib.domain.ids import derived_id
from chalicelib.domain.intake.uploads import DirectUpload
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.job_options import DEFAULT_OPTIONS, JobOptions
from chalicelib.domain.segments import SegmentPlan
from chalicelib.domain.webhooks import Webhook
from chalicelib.errors import Conflict


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
class JobRecord:
    """All that is stored of a job.

    `run` counts from 1 and grows with every requeue; `attempt` counts the claims within a run; `version` counts the
    writes of the row. `drop_key` is the key of the object in the drop-folder that the job was created for.
    `segments` is set once the current run is processed in segments, by workers without a lease on the job; when they
    are done (`segments_done`), one worker claims the job as usual and stitches. `earlier_result_entry_ids` are the
    results of earlier runs, oldest first, the last of which is kept until another run is done. `begun_result_entry_ids`
    are those that interrupted runs may have left, complete or not, and that no document names. `batch` is the job's
    place in a batch, `members` what a batch has instead of media, `notes` the annotations that its input gets.
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
    earlier_result_entry_ids: tuple[str, ...] = ()
    begun_result_entry_ids: tuple[str, ...] = ()
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
    batch: BatchPlace | None = None
    members: Members | None = None
    notes: tuple[Note, ...] = ()

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
        `Conflict` for a cancelled job or a batch."""
        if self.members is not None:
            raise Conflict("A batch has a table of its own and takes no other result; attach yours to one of its jobs.")
        if self.status is JobStatus.CANCELLED:
            raise Conflict("This job is cancelled; requeue it or create a new one before you attach a result.")
        if self.status is JobStatus.DONE and self.result_entry_id is not None:
            return self.result_entry_id
        return self.result_entry_ids(self.run)[1]

    @property
    def has_client_result(self) -> bool:
        """Returns True if the client has ended the run with a result of its own."""
        return self.result_entry_id == self.result_entry_ids(self.run)[1]

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

    @property
    def is_in_segments(self) -> bool:
        """Returns True if workers of segments process the run."""
        return self.segments is not None and not self.segments_done and self.status is JobStatus.WORKING

    @property
    def kept_progress(self) -> Progress | None:
        """Returns the progress if the work done so far is not repeated."""
        are_over = self.members is not None and self.members.are_over
        return self.progress if self.segments_done or are_over else None

    @property
    def has_media(self) -> bool:
        """Returns True if the input is stored or has a URL, or if all members of a batch have ended."""
        are_over = self.members is not None and self.members.are_over
        return self.input_entry_id is not None or self.input_url is not None or are_over

    @property
    def replaced_result_entry_ids(self) -> tuple[str, ...]:
        """Returns the earlier results that a later one has replaced: all of them once the job is done, with what
        interrupted runs have left, else all but the last."""
        if self.status is JobStatus.DONE:
            return (*self.earlier_result_entry_ids, *self.begun_result_entry_ids)
        return self.earlier_result_entry_ids[:-1]

    @property
    def begun_entries(self) -> tuple[str, ...]:
        """Returns what runs may have left: the current run's worker may have stored all but the end when it lost the
        job."""
        is_begun = self.attempt > 0 or self.segments is not None
        own = (self.run_result_entry_id,) if is_begun and self.result_entry_id != self.run_result_entry_id else ()
        return tuple(dict.fromkeys((*self.begun_result_entry_ids, *own)))


def own_input_entry_id(job_id: str) -> str:
    """Returns `Job.own_input_entry_id` for a job whose row may have been deleted."""
    return derived_id(job_id, "input")
