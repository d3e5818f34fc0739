"""The ports in memory. The contract tests hold these and the AWS adapters to the same promises."""

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, TypeVar
from urllib.parse import quote, urlencode

from chalicelib.domain.accounts import User
from chalicelib.domain.entries import MAX_REPRESENTATIONS, Annotation, Entry, Representation
from chalicelib.domain.idempotency import KeyedRequest
from chalicelib.domain.job_names import JobName
from chalicelib.domain.jobs import Job, JobMessage, JobStatus
from chalicelib.domain.times import format_time, parse_time
from chalicelib.errors import Invalid, MalformedRequest, NotFound, StaleWrite
from chalicelib.services.ports import LinkMethod, Page, StoredMedia

T = TypeVar("T")

START = datetime(2026, 1, 31, 9, 30, 0, 250_000, tzinfo=UTC)


class FixedClock:
    """The port `Clock`; time passes only when a test says so."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> datetime:
        """Moves on by `seconds` and returns the new time."""
        self.now += timedelta(seconds=seconds)
        return self.now


class FakeJobs:
    """The port `JobStore`."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], Job] = {}
        self._lock = threading.Lock()

    def create(self, job: Job) -> None:
        with self._lock:
            if (job.account_id, job.id) in self._rows:
                raise StaleWrite(f"job {job.id} exists already")
            self._rows[job.account_id, job.id] = as_kept(job)

    def get(self, account_id: str, job_id: str) -> Job:
        with self._lock:
            return _found(self._rows.get((account_id, job_id)), "job")

    def save(self, job: Job) -> None:
        with self._lock:
            row = self._rows.get((job.account_id, job.id))
            if row is None or row.version != job.version - 1:
                raise StaleWrite(f"job {job.id} was written since version {job.version - 1}")
            self._rows[job.account_id, job.id] = as_kept(job)

    def list(
        self,
        account_id: str,
        *,
        limit: int,
        cursor: str | None,
        status: JobStatus | None,
        name: JobName | None,
    ) -> Page[Job]:
        with self._lock:
            rows = [row for row in self._rows.values() if row.account_id == account_id]
        rows.sort(key=lambda job: job.id, reverse=True)
        if cursor is not None:
            account, _, last_id = cursor.rpartition("/")
            if account != account_id or last_id not in {job.id for job in rows}:
                raise MalformedRequest("This cursor does not continue this list.")
            rows = [job for job in rows if job.id < last_id]
        rows = [job for job in rows if status in (None, job.status) and name in (None, job.name)]
        more = len(rows) > limit
        return Page(tuple(rows[:limit]), f"{account_id}/{rows[limit - 1].id}" if more else None)


class FakeEntries:
    """The port `EntryStore`."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], Entry] = {}
        self._lock = threading.Lock()

    def create(self, entry: Entry) -> None:
        with self._lock:
            self._rows.setdefault((entry.account_id, entry.id), as_kept(entry))

    def get(self, account_id: str, entry_id: str) -> Entry:
        with self._lock:
            return as_kept(_found(self._rows.get((account_id, entry_id)), "entry"))

    def get_many(self, account_id: str, entry_ids: Sequence[str]) -> dict[str, Entry]:
        with self._lock:
            rows = ((entry_id, self._rows.get((account_id, entry_id))) for entry_id in entry_ids)
            return {entry_id: as_kept(row) for entry_id, row in rows if row is not None}

    def add_representation(self, representation: Representation) -> None:
        with self._lock:
            there = self._entry(representation).representations
            if representation.id in there and there[representation.id].media_key == representation.media_key:
                return
            if representation.id in there:
                raise Invalid("The entry has a file of this name already; choose another name.")
            if len(there) >= MAX_REPRESENTATIONS:
                raise Invalid(f"The entry has {MAX_REPRESENTATIONS} files, the most it can; use another entry.")
            self._set(representation)

    def set_representation(self, representation: Representation) -> None:
        with self._lock:
            self._set(representation)

    def replace_representation(self, previous: Representation, replacement: Representation) -> None:
        with self._lock:
            there = self._entry(replacement).representations.get(replacement.id)
            if there is None or there.media_key != replacement.media_key:
                self._check_still(previous)
            self._set(replacement)

    def remove_representation(self, representation: Representation, now: datetime) -> None:
        with self._lock:
            entry = self._check_still(representation)
            files = {key: file for key, file in entry.representations.items() if key != representation.id}
            self._rows[entry.account_id, entry.id] = as_kept(replace(entry, representations=files, updated=now))

    def set_media_seconds(self, account_id: str, entry_id: str, media_seconds: float | None) -> None:
        with self._lock:
            entry = _found(self._rows.get((account_id, entry_id)), "entry")
            self._rows[account_id, entry_id] = replace(entry, media_seconds=media_seconds)

    def _entry(self, representation: Representation) -> Entry:
        return _found(self._rows.get((representation.account_id, representation.entry_id)), "entry")

    def _check_still(self, representation: Representation) -> Entry:
        entry = self._entry(representation)
        if _found(entry.representations.get(representation.id), "representation").media_key != representation.media_key:
            raise StaleWrite(f"representation {representation.id} was written since it was read")
        return entry

    def _set(self, representation: Representation) -> None:
        entry = self._entry(representation)
        files = {**entry.representations, representation.id: as_kept(representation)}
        changed = replace(entry, representations=files, updated=representation.updated)
        self._rows[entry.account_id, entry.id] = as_kept(changed)


class FakeAnnotations:
    """The port `AnnotationStore`."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str, str], Annotation] = {}
        self._lock = threading.Lock()

    def create(self, annotation: Annotation) -> None:
        with self._lock:
            self._rows[annotation.account_id, annotation.entry_id, annotation.id] = as_kept(annotation)

    def get(self, account_id: str, entry_id: str, annotation_id: str) -> Annotation:
        with self._lock:
            return _found(self._rows.get((account_id, entry_id, annotation_id)), "annotation")

    def list(self, account_id: str, entry_id: str) -> tuple[Annotation, ...]:
        with self._lock:
            rows = [row for row in self._rows.values() if (row.account_id, row.entry_id) == (account_id, entry_id)]
        return tuple(sorted(rows, key=lambda annotation: annotation.id))


class FakeKeyedRequests:
    """The port `KeyedRequestStore`."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], KeyedRequest] = {}
        self._lock = threading.Lock()

    def claim(self, request: KeyedRequest, now: datetime) -> KeyedRequest | None:
        with self._lock:
            holder = self._rows.get((request.account_id, request.key))
            if holder is not None and not holder.is_over(as_kept(now)):
                return holder
            self._rows[request.account_id, request.key] = as_kept(request)
            return None

    def save(self, request: KeyedRequest) -> None:
        with self._lock:
            holder = self._rows.get((request.account_id, request.key))
            if holder is None or holder.owner != request.owner:
                raise StaleWrite("the key was taken by another request")
            self._rows[request.account_id, request.key] = as_kept(request)


class FakeUsers:
    """The port `UserStore`."""

    def __init__(self) -> None:
        self._rows: dict[str, User] = {}
        self._lock = threading.Lock()

    def get(self, email: str) -> User | None:
        with self._lock:
            return self._rows.get(email)

    def save(self, user: User) -> None:
        with self._lock:
            self._rows[user.email] = as_kept(user)


@dataclass(frozen=True, slots=True)
class FakeObject:
    """What `FakeMedia` holds under one key."""

    body: bytes
    content_type: str


class FakeMedia:
    """The port `MediaStore`. `objects` is for tests to look at; the links lead nowhere."""

    def __init__(self) -> None:
        self.objects: dict[str, FakeObject] = {}
        self._lock = threading.Lock()

    def save(self, key: str, body: BinaryIO, content_type: str) -> StoredMedia:
        body.seek(0)
        content = body.read()
        with self._lock:
            self.objects[key] = FakeObject(content, content_type)
        return StoredMedia(len(content), hashlib.sha256(content).hexdigest())

    def load(self, key: str, target: Path) -> None:
        with self._lock:
            found = _found(self.objects.get(key), "media")
        target.write_bytes(found.body)

    def delete(self, key: str) -> None:
        with self._lock:
            self.objects.pop(key, None)

    def delete_under(self, prefix: str) -> None:
        with self._lock:
            self.objects = {key: found for key, found in self.objects.items() if not key.startswith(prefix)}

    def presigned_url(self, key: str, *, file_name: str, content_type: str, method: LinkMethod = "GET") -> str:
        """`https://media.invalid/<key>?file_name=...&content_type=...&method=...`."""
        query = urlencode({"file_name": file_name, "content_type": content_type, "method": method})
        return f"https://media.invalid/{quote(key)}?{query}"


class FakeQueue:
    """The port `JobQueue`. `sent` has the messages in order; `before_sending` is called once, before the next."""

    def __init__(self) -> None:
        self.sent: list[JobMessage] = []
        self.before_sending: Callable[[], object] | None = None
        self._lock = threading.Lock()

    def send(self, message: JobMessage) -> None:
        before, self.before_sending = self.before_sending, None
        if before is not None:
            before()
        with self._lock:
            self.sent.append(message)


def as_kept(value: T) -> T:
    """What a store gives back for `value`: a copy of its own, times cut to milliseconds."""
    return _kept(value)  # type: ignore[no-any-return]  # it has the type that went in


def _kept(value: Any) -> Any:
    if isinstance(value, datetime):
        return parse_time(format_time(value))
    if isinstance(value, Mapping):
        return {key: _kept(content) for key, content in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: _kept(getattr(value, field.name)) for field in fields(value)})
    return value


def _found(row: T | None, noun: str) -> T:
    if row is None:
        raise NotFound(f"There is no such {noun}.")
    return row
