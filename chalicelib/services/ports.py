"""What the services need from the world outside. `aws` implements these with boto3, the tests with fakes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Generic, Literal, Protocol, TypeVar

from chalicelib.domain.accounts import AccountSettings, User
from chalicelib.domain.audit import AuditRecord
from chalicelib.domain.dead_letters import DeadLetter
from chalicelib.domain.drops import DroppedObject
from chalicelib.domain.entries import Annotation, Entry, Representation
from chalicelib.domain.idempotency import KeyedRequest
from chalicelib.domain.job_names import JobName
from chalicelib.domain.jobs import Job, JobMessage, JobStatus
from chalicelib.domain.logins import LoginFailures
from chalicelib.domain.reminders import Reminder
from chalicelib.domain.segments import SegmentRow
from chalicelib.domain.uploads import ArrivedObject, DirectUpload, FinishedPart
from chalicelib.domain.webhooks import Outcome, WebhookSecret

T = TypeVar("T")
Clock = Callable[[], datetime]
LinkMethod = Literal["GET", "HEAD"]


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Part of a list. `cursor` is an opaque text that continues it, None at the end."""

    items: tuple[T, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class StoredMedia:
    """What the media store says of an object it holds. `sha256` is lower-case hex of the bytes."""

    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class SignedForm:
    """Where a file may be posted as `multipart/form-data`: `fields` first, then the file as the part `file`."""

    url: str
    fields: Mapping[str, str]


class JobStore(Protocol):
    """Jobs, by account."""

    def create(self, job: Job) -> None:
        """Writes a new row. Raises `StaleWrite` where the id exists."""

    def get(self, account_id: str, job_id: str) -> Job:
        """Reads the row, consistently. Raises `NotFound`."""

    def save(self, job: Job) -> None:
        """Replaces the row whose version is `job.version - 1`. Raises `StaleWrite` for any other version or none."""

    def delete(self, job: Job, record: AuditRecord) -> None:
        """Removes the row and writes the record, both or neither. Raises `StaleWrite` for any other version or none."""

    def list(
        self,
        account_id: str,
        *,
        limit: int,
        cursor: str | None,
        status: JobStatus | None,
        name: JobName | None,
    ) -> Page[Job]:
        """The account's jobs, newest first.

        With a filter, a page that is not full may have a cursor all the same: one page looks at a limited number of
        jobs. Raises `MalformedRequest` for a cursor that this store did not make.
        """


class EntryStore(Protocol):
    """Entries with their representations, by account."""

    def create(self, entry: Entry) -> None:
        """Writes a new row; one that exists already is left as it is (a worker may run twice)."""

    def get(self, account_id: str, entry_id: str) -> Entry:
        """Reads the row, consistently. Raises `NotFound`."""

    def get_many(self, account_id: str, entry_ids: Sequence[str]) -> dict[str, Entry]:
        """Those of the entries that exist, by id."""

    def add_representation(self, representation: Representation) -> None:
        """Adds a file to its entry. Raises `NotFound` without the entry, `Invalid` where the name is taken by a file
        with another `media_key` or the entry is full."""

    def set_representation(self, representation: Representation) -> None:
        """Adds a file to its entry or replaces it. Raises `NotFound` without the entry."""

    def replace_representation(self, previous: Representation, replacement: Representation) -> None:
        """Puts `replacement` in the place of `previous`, which has the same id, in one write.

        Raises `NotFound` where entry or file are gone, `StaleWrite` where the file's media is neither `previous`' nor
        `replacement`'s own.
        """

    def remove_representation(self, representation: Representation, now: datetime) -> None:
        """Takes a file out of its entry. Raises as `replace_representation` does."""

    def set_data_split(self, account_id: str, entry_id: str, data_split: str | None, now: datetime) -> None:
        """Changes what part of a data set the entry belongs to. Raises `NotFound`."""

    def begin_deletion(self, account_id: str, entry_id: str, now: datetime) -> Entry:
        """The entry as it was. From here on everything but the two methods of deletion finds no such entry, and no
        second one can be made under its id until it is gone.

        Raises `NotFound`; one that was begun before may be begun again.
        """

    def finish_deletion(self, record: AuditRecord) -> None:
        """Removes the row of the entry that `record` speaks of and writes the record, both or neither. Does nothing
        where no deletion has begun or another has finished."""

    def set_media_seconds(self, account_id: str, entry_id: str, media_seconds: float | None) -> None:
        """Notes how long the medium is, once a worker has looked. Raises `NotFound`."""

    def receive_upload(self, representation: Representation) -> None:
        """Adds the file that the entry waited for, and ends the waiting, in one write.

        Raises `NotFound` where there is no such entry or it does not wait.
        """

    def delete_waiting(self, account_id: str, entry_id: str) -> bool:
        """Removes an entry whose upload has not arrived; does nothing to any other. Whether it is gone, also before."""

    def set_sha256(self, representation: Representation, sha256: str) -> None:
        """Notes the digest of a file, unless its bytes have been replaced meanwhile. Raises `NotFound` without it."""


class AnnotationStore(Protocol):
    """Annotations, by account and entry."""

    def create(self, annotation: Annotation) -> None:
        """Writes a new row."""

    def get(self, account_id: str, entry_id: str, annotation_id: str) -> Annotation:
        """Reads the row. Raises `NotFound`."""

    def list(self, account_id: str, entry_id: str) -> tuple[Annotation, ...]:
        """All of an entry's annotations, oldest first."""

    def replace(self, previous: Annotation, replacement: Annotation) -> None:
        """Puts `replacement` in the place of `previous`, which has the same ids. Raises `NotFound` where the row is
        gone, `StaleWrite` where its texts are not `previous`' any more."""

    def delete(self, annotation: Annotation) -> None:
        """Removes the row. Raises `NotFound`."""

    def delete_all(self, account_id: str, entry_id: str) -> None:
        """Removes all of an entry's annotations."""

    def search(
        self, account_id: str, *, key: str, value: str | None, source: str | None, limit: int, cursor: str | None
    ) -> Page[str]:
        """The ids of the entries with such an annotation, each once, newest first; None stands for any text.

        May lag behind the writes. A page that is not full may have a cursor all the same: one page looks at a limited
        number of annotations. Raises `MalformedRequest` for a cursor that this store did not make.
        """


class KeyedRequestStore(Protocol):
    """Requests by account and idempotency key."""

    def claim(self, request: KeyedRequest, now: datetime) -> KeyedRequest | None:
        """Writes the row where its key is free or `is_over`, and returns None; else returns what has the key.

        Of several claims at the same time, one wins.
        """

    def save(self, request: KeyedRequest) -> None:
        """Replaces the row of the same owner. Raises `StaleWrite` where the key has another owner or none."""


class UserStore(Protocol):
    """Users, by e-mail address."""

    def create(self, user: User) -> None:
        """Writes a new row. Raises `StaleWrite` where the name is taken."""

    def get(self, email: str) -> User | None:
        """The user called `email` (lower case), None where there is none."""

    def save(self, user: User) -> None:
        """Replaces the row whose version is `user.version - 1`. Raises `StaleWrite` for any other version or none."""

    def has_account(self, account_id: str) -> bool:
        """Whether a user of this account was ever made; asked of any text."""

    def list(self) -> tuple[User, ...]:
        """All users, by name. For operators: it costs as much as there are users."""


class AccountStore(Protocol):
    """What operators have decided for accounts."""

    def get(self, account_id: str) -> AccountSettings | None:
        """What was decided for the account, None where nothing was. Read consistently."""

    def save(self, settings: AccountSettings) -> None:
        """Writes in the place of version `settings.version - 1`, or as the first. Raises `StaleWrite`."""


class AuditTrail(Protocol):
    """The lines that job and entry stores leave of what they have removed, by account."""

    def newest_first(self, account_id: str) -> Iterator[AuditRecord]:
        """The account's lines, read as they are asked for."""


class LoginFailureStore(Protocol):
    """Log-ins that failed, by user name and source. What is longer ago than `FORGOTTEN_AFTER_S` is not there."""

    def get(self, email: str, source: str, now: datetime) -> LoginFailures | None:
        """What has not been forgotten yet, read consistently."""

    def add(self, email: str, source: str, now: datetime) -> LoginFailures:
        """Counts one more and returns all; of several at the same time each is counted."""


class MediaStore(Protocol):
    """The bytes of representations, by key."""

    def save(self, key: str, body: BinaryIO, content_type: str) -> StoredMedia:
        """Stores all of `body` (a seekable binary stream, read from its beginning), replacing what was there."""

    def load(self, key: str, target: Path) -> None:
        """Writes the object to the file `target`, as a stream. Raises `NotFound`."""

    def delete(self, key: str) -> None:
        """Removes the object with all its versions; one that is not there is no error."""

    def delete_under(self, prefix: str) -> None:
        """Removes every object whose key begins with `prefix`, with all versions."""

    def presigned_url(self, key: str, *, file_name: str, content_type: str, method: LinkMethod = "GET") -> str:
        """A short-lived URL that answers `method` (and Range) with the bytes, this file name and this content type.

        The method is part of what is signed: a link for GET does not answer HEAD.
        """


class UploadStore(Protocol):
    """Objects that clients send to the media store themselves. Whatever is signed works for `expires_s` seconds."""

    def signed_form(self, upload: DirectUpload, *, expires_s: int) -> SignedForm:
        """A form that takes exactly this upload: its key, its size, its content type."""

    def begin_parts(self, upload: DirectUpload) -> str:
        """Begins an upload in parts and returns its multipart id."""

    def signed_part(self, upload: DirectUpload, number: int, *, size_bytes: int, expires_s: int) -> str:
        """A URL that takes part `number` (from 1) of the upload by PUT, if it has exactly this size."""

    def join_parts(self, upload: DirectUpload, parts: Sequence[FinishedPart]) -> None:
        """Makes the object of the parts that were sent; nothing changes where that has been done or given up already.

        Raises `Invalid` where the parts are not those that were sent.
        """

    def arrived(self, upload: DirectUpload) -> ArrivedObject | None:
        """The object as it is now, None while there is none."""

    def copy(self, upload: DirectUpload, arrived: ArrivedObject, media_key: str) -> bool:
        """Copies the object that `arrived` to `media_key`, as the announced content type. Whether that was done: not
        where it is gone, or another has come in its place."""

    def discard(self, media_key: str) -> None:
        """Removes the object and every part that was sent for it. Nothing there is fine."""


class DropStore(Protocol):
    """The drop-folder and the folder of its results."""

    def look(self, key: str, version_id: str | None) -> DroppedObject | None:
        """This version of the object, or the latest where none is named; None where it is gone."""

    def take(self, dropped: DroppedObject, media_key: str, content_type: str) -> None:
        """Makes these very bytes an object of the media store, without passing them through this process.

        Raises `NotFound` where they are gone, or replaced in a store without versions.
        """

    def publish(self, media_key: str, key: str, content_type: str, *, owner_id: str) -> None:
        """Puts a copy of an object of the media store under `key`, with `owner_id` as its metadata `OWNER`. Raises
        `NotFound` where there is none."""

    def say(self, key: str, sentence: str, *, owner_id: str) -> None:
        """Puts a text under `key`, likewise."""

    def unsay(self, key: str) -> None:
        """Takes a text away; none there is fine."""

    def delete_versions(self, key: str, is_own: Callable[[DroppedObject], bool]) -> None:
        """Removes for good those versions of exactly this object that `is_own`, which is shown them without tags; the
        others stay. None there is fine."""


class SegmentStore(Protocol):
    """The segments of runs, by account, job and run; a job's message names a run. What changes or reads one row raises
    `NotFound` without it."""

    def create(self, row: SegmentRow) -> None:
        """Writes a new row; one that exists already is left as it is."""

    def list(self, account_id: str, job_id: str) -> tuple[SegmentRow, ...]:
        """The rows of all runs of the job, read consistently, in no order."""

    def get(self, at: JobMessage) -> SegmentRow:
        """Reads the row, consistently."""

    def set_array(self, at: JobMessage, array_id: str) -> str:
        """Notes what the batch service calls the array, unless that is noted; returns what is noted then."""

    def begin(self, at: JobMessage, index: int) -> SegmentRow:
        """Counts one more attempt at a segment."""

    def report(self, at: JobMessage, index: int, frames: int) -> SegmentRow:
        """Notes how many frames of a segment have been measured."""

    def finish(self, at: JobMessage, index: int, frames: int, provider: str) -> SegmentRow:
        """Notes that a segment is done, and what its networks ran on. Of several at the same time, one at least is told
        of all."""

    def delete(self, row: SegmentRow) -> None:
        """Removes the row; none there is fine."""


class BatchStatus(StrEnum):
    """How an array of segments fares as a whole."""

    LIVE = "live"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class BatchJobs(Protocol):
    """Where work runs that is too long for a Lambda: the worker image, in as many processes as there are segments."""

    def submit(self, message: JobMessage, *, count: int, attempts: int) -> str:
        """Starts `python -m chalicelib.worker` for `message` once for each segment, told apart by their index, each
        again by itself until it succeeds or was begun `attempts` times. Returns what the array is called."""

    def cancel(self, array_id: str) -> None:
        """Ends what runs and begins nothing more; an array that has ended or is not known is fine."""

    def status(self, array_id: str) -> BatchStatus | None:
        """How the array fares, None where it is not known (any more)."""


class DeadLetterStore(Protocol):
    """Runs that were given up, of all accounts: for operators, and in small numbers."""

    def add(self, letter: DeadLetter) -> None:
        """Notes a run that was given up; again is fine."""

    def list(self) -> tuple[DeadLetter, ...]:
        """All that are noted, in no order."""

    def remove(self, letter: DeadLetter) -> None:
        """Takes the note away; none there is fine."""


class ReminderStore(Protocol):
    """What is due at a time."""

    def set(self, reminder: Reminder) -> None:
        """Writes the reminder, or moves the one of the same duty and subject."""

    def list_due(self, now: datetime, *, limit: int) -> tuple[Reminder, ...]:
        """At most `limit` of the reminders that are due. One that was written or removed just now may be amiss."""

    def remove(self, reminder: Reminder) -> None:
        """Removes the reminder, unless it has been moved to another time or is gone."""


class WebhookSecretStore(Protocol):
    """The secrets of accounts."""

    def get(self, account_id: str) -> WebhookSecret | None:
        """The account's secret, None before there is one."""

    def save(self, secret: WebhookSecret) -> None:
        """Writes the secret in the place of version `secret.version - 1`, or as the first. Raises `StaleWrite`."""


class WebhookSender(Protocol):
    """The way to receivers of notifications."""

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """POSTs `body` to an https URL within some seconds. What goes wrong outside is an outcome, too."""


class JobQueue(Protocol):
    """The way to the workers, and for jobs that have ended to those who tell of it."""

    def send(self, message: JobMessage) -> None:
        """Hands the message over; it is delivered at least once."""
