"""The ports in memory. The contract tests hold these and the AWS adapters to the same promises."""

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO, TypeVar
from urllib.parse import quote, urlencode

from chalicelib.domain.accounts import AccountSettings, User
from chalicelib.domain.audit import AuditRecord
from chalicelib.domain.dead_letters import DeadLetter
from chalicelib.domain.entries import MAX_REPRESENTATIONS, Annotation, Entry, Representation
from chalicelib.domain.idempotency import KeyedRequest
from chalicelib.domain.intake.drops import OWNER, DroppedObject
from chalicelib.domain.intake.uploads import ArrivedObject, DirectUpload, FinishedPart
from chalicelib.domain.jobs import Job, JobMessage, JobStatus
from chalicelib.domain.logins import FORGOTTEN_AFTER_S, LoginFailures
from chalicelib.domain.reminders import Reminder
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.segments import SegmentRow
from chalicelib.domain.times import format_time, parse_time
from chalicelib.domain.webhooks import Outcome, WebhookSecret
from chalicelib.errors import Invalid, MalformedRequest, NotFound, StaleWrite
from chalicelib.services.ports import BatchStatus, LinkMethod, Page, SignedForm, StoredMedia

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
        self.audit: list[AuditRecord] = []
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

    def delete(self, job: Job, record: AuditRecord) -> None:
        with self._lock:
            row = self._rows.get((job.account_id, job.id))
            if row is None or row.version != job.version:
                raise StaleWrite(f"job {job.id} was written since version {job.version}")
            del self._rows[job.account_id, job.id]
            self.audit.append(as_kept(record))

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
        self._deleting: set[tuple[str, str]] = set()
        self.audit: list[AuditRecord] = []
        self._lock = threading.Lock()

    def create(self, entry: Entry) -> None:
        with self._lock:
            self._rows.setdefault((entry.account_id, entry.id), as_kept(entry))

    def get(self, account_id: str, entry_id: str) -> Entry:
        with self._lock:
            return as_kept(self._live(account_id, entry_id))

    def get_many(self, account_id: str, entry_ids: Sequence[str]) -> dict[str, Entry]:
        with self._lock:
            keys = ((account_id, entry_id) for entry_id in entry_ids)
            return {key[1]: as_kept(self._rows[key]) for key in keys if key in self._rows.keys() - self._deleting}

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
            entry = self._live(account_id, entry_id)
            self._rows[account_id, entry_id] = replace(entry, media_seconds=media_seconds)

    def receive_upload(self, representation: Representation) -> None:
        with self._lock:
            entry = self._entry(representation)
            if entry.upload is None:
                raise NotFound("The entry does not wait for a file.")
            self._set(representation)
            entry = self._entry(representation)
            self._rows[entry.account_id, entry.id] = replace(entry, upload=None, updated=representation.updated)

    def delete_waiting(self, account_id: str, entry_id: str) -> bool:
        with self._lock:
            entry = self._rows.get((account_id, entry_id))
            if entry is None or entry.upload is not None:
                self._rows.pop((account_id, entry_id), None)
                return True
            return False

    def set_sha256(self, representation: Representation, sha256: str) -> None:
        with self._lock:
            there = _found(self._entry(representation).representations.get(representation.id), "file")
            if there.media_key == representation.media_key:
                self._set(replace(there, sha256=sha256))

    def set_data_split(self, account_id: str, entry_id: str, data_split: str | None, now: datetime) -> None:
        with self._lock:
            entry = self._live(account_id, entry_id)
            self._rows[account_id, entry_id] = as_kept(replace(entry, data_split=data_split, updated=now))

    def begin_deletion(self, account_id: str, entry_id: str, now: datetime) -> Entry:
        with self._lock:
            entry = _found(self._rows.get((account_id, entry_id)), "entry")
            self._deleting.add((account_id, entry_id))
            return as_kept(entry)

    def finish_deletion(self, record: AuditRecord) -> None:
        key = (record.account_id, record.subject_id)
        with self._lock:
            if key in self._deleting:
                self._deleting.remove(key)
                del self._rows[key]
                self.audit.append(as_kept(record))

    def _live(self, account_id: str, entry_id: str) -> Entry:
        key = (account_id, entry_id)
        return _found(None if key in self._deleting else self._rows.get(key), "entry")

    def _entry(self, representation: Representation) -> Entry:
        return self._live(representation.account_id, representation.entry_id)

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

    def replace(self, previous: Annotation, replacement: Annotation) -> None:
        key = (previous.account_id, previous.entry_id, previous.id)
        with self._lock:
            row = _found(self._rows.get(key), "annotation")
            if (row.key, row.value, row.source) != (previous.key, previous.value, previous.source):
                raise StaleWrite(f"annotation {previous.id} was written since it was read")
            self._rows[key] = as_kept(replacement)

    def delete(self, annotation: Annotation) -> None:
        with self._lock:
            _found(self._rows.pop((annotation.account_id, annotation.entry_id, annotation.id), None), "annotation")

    def delete_all(self, account_id: str, entry_id: str) -> None:
        with self._lock:
            self._rows = {key: row for key, row in self._rows.items() if key[:2] != (account_id, entry_id)}

    def search(
        self, account_id: str, *, key: str, value: str | None, source: str | None, limit: int, cursor: str | None
    ) -> Page[str]:
        with self._lock:
            rows = [row for row in self._rows.values() if (row.account_id, row.key) == (account_id, key)]
        rows = [row for row in rows if value in (None, row.value) and source in (None, row.source)]
        ids = sorted({row.entry_id for row in rows}, reverse=True)
        if cursor is not None:
            account, _, last_id = cursor.rpartition("/")
            if account != account_id:
                raise MalformedRequest("This cursor does not continue this list.")
            ids = [entry_id for entry_id in ids if entry_id < last_id]
        return Page(tuple(ids[:limit]), f"{account_id}/{ids[limit - 1]}" if len(ids) > limit else None)


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

    def create(self, user: User) -> None:
        with self._lock:
            if user.email in self._rows:
                raise StaleWrite(f"user {user.email} exists already")
            self._rows[user.email] = as_kept(user)

    def get(self, email: str) -> User | None:
        with self._lock:
            return self._rows.get(email)

    def save(self, user: User) -> None:
        with self._lock:
            row = self._rows.get(user.email)
            if row is None or row.version != user.version - 1:
                raise StaleWrite(f"user {user.email} was written since version {user.version - 1}")
            self._rows[user.email] = as_kept(user)

    def has_account(self, account_id: str) -> bool:
        with self._lock:
            return any(user.account_id == account_id for user in self._rows.values())

    def list(self) -> tuple[User, ...]:
        with self._lock:
            return tuple(sorted(self._rows.values(), key=lambda user: user.email))


class FakeAccounts:
    """The port `AccountStore`."""

    def __init__(self) -> None:
        self._rows: dict[str, AccountSettings] = {}
        self._lock = threading.Lock()

    def get(self, account_id: str) -> AccountSettings | None:
        with self._lock:
            return self._rows.get(account_id)

    def save(self, settings: AccountSettings) -> None:
        with self._lock:
            there = self._rows.get(settings.account_id)
            if settings.version != (1 if there is None else there.version + 1):
                raise StaleWrite(f"the account was changed since version {settings.version - 1}")
            self._rows[settings.account_id] = as_kept(settings)


class FakeAuditTrail:
    """The port `AuditTrail`, over what the fakes of jobs and entries have noted."""

    def __init__(self, jobs: FakeJobs, entries: FakeEntries) -> None:
        self._jobs = jobs
        self._entries = entries

    def newest_first(self, account_id: str) -> Iterator[AuditRecord]:
        records = [each for each in (*self._jobs.audit, *self._entries.audit) if each.account_id == account_id]
        return iter(sorted(records, key=lambda record: record.id, reverse=True))


class FakeLoginFailures:
    """The port `LoginFailureStore`. `asked` counts the reads."""

    def __init__(self) -> None:
        self.asked = 0
        self._rows: dict[tuple[str, str], LoginFailures] = {}
        self._lock = threading.Lock()

    def get(self, email: str, source: str, now: datetime) -> LoginFailures | None:
        with self._lock:
            self.asked += 1
            return self._live(email, source, now)

    def add(self, email: str, source: str, now: datetime) -> LoginFailures:
        with self._lock:
            before = self._live(email, source, now)
            counted = LoginFailures(1 if before is None else before.count + 1, as_kept(now))
            self._rows[email, source] = counted
            return counted

    def _live(self, email: str, source: str, now: datetime) -> LoginFailures | None:
        row = self._rows.get((email, source))
        if row is None or int((row.last + timedelta(seconds=FORGOTTEN_AFTER_S)).timestamp()) <= now.timestamp():
            return None
        return row


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


class FakeUploads:
    """The port `UploadStore`, over the objects of `media`. What is signed leads nowhere: tests call `send`.
    `before_copying` is called before every copy."""

    def __init__(self, media: FakeMedia) -> None:
        self.before_copying: Callable[[], object] = lambda: None
        self._media = media
        self._parts: dict[tuple[str, str], dict[int, bytes]] = {}
        self._lock = threading.Lock()

    @property
    def unfinished(self) -> list[str]:
        """The keys of the uploads in parts that have neither been joined nor given up."""
        return [key for key, _multipart_id in self._parts]

    def send(self, upload: DirectUpload, content: bytes, number: int | None = None) -> str:
        """What a client does with the form, or with the URL of a part: returns the entity tag."""
        with self._lock:
            if number is None:
                self._media.objects[upload.media_key] = FakeObject(content, upload.content_type)
            else:
                self._parts[upload.media_key, str(upload.multipart_id)][number] = content
        return hashlib.md5(content, usedforsecurity=False).hexdigest()

    def signed_form(self, upload: DirectUpload, *, expires_s: int) -> SignedForm:
        fields = {"key": upload.media_key, "Content-Type": upload.content_type, "size": str(upload.size_bytes)}
        return SignedForm("https://media.invalid/", {**fields, "expires": str(expires_s)})

    def begin_parts(self, upload: DirectUpload) -> str:
        with self._lock:
            multipart_id = f"multipart-{len(self._parts)}"
            self._parts[upload.media_key, multipart_id] = {}
        return multipart_id

    def signed_part(self, upload: DirectUpload, number: int, *, size_bytes: int, expires_s: int) -> str:
        query = urlencode({"part": number, "id": upload.multipart_id, "size": size_bytes, "expires": expires_s})
        return f"https://media.invalid/{quote(upload.media_key)}?{query}"

    def join_parts(self, upload: DirectUpload, parts: Sequence[FinishedPart]) -> None:
        with self._lock:
            sent = self._parts.get((upload.media_key, str(upload.multipart_id)))
            if sent is None:
                return
            for part in parts:
                content = sent.get(part.number, b"")
                if part.etag.strip('"') != hashlib.md5(content, usedforsecurity=False).hexdigest():
                    raise Invalid("A part is missing, too small, or has another etag; send it again.")
            body = b"".join(sent[part.number] for part in parts)
            self._media.objects[upload.media_key] = FakeObject(body, upload.content_type)
            del self._parts[upload.media_key, str(upload.multipart_id)]

    def arrived(self, upload: DirectUpload) -> ArrivedObject | None:
        with self._lock:
            found = self._media.objects.get(upload.media_key)
            return None if found is None else _arrived(found)

    def copy(self, upload: DirectUpload, arrived: ArrivedObject, media_key: str) -> bool:
        self.before_copying()
        with self._lock:
            found = self._media.objects.get(upload.media_key)
            if found is None or _arrived(found) != arrived:
                return False
            self._media.objects[media_key] = FakeObject(found.body, upload.content_type)
            return True

    def discard(self, media_key: str) -> None:
        with self._lock:
            self._media.objects.pop(media_key, None)
            self._parts = {key: parts for key, parts in self._parts.items() if key[0] != media_key}


class FakeDrops:
    """The port `DropStore`, over the objects of `media`. `put` is what somebody does who drops a file."""

    def __init__(self, media: FakeMedia, clock: Callable[[], datetime]) -> None:
        self._media = media
        self._clock = clock
        self._versions: dict[str, list[DroppedObject]] = {}
        self._bodies: dict[tuple[str, str | None], FakeObject] = {}
        self._numbers = count()
        self._lock = threading.Lock()

    def put(
        self,
        key: str,
        body: bytes,
        *,
        content_type: str | None = None,
        metadata: Mapping[str, str] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> str:
        """Writes the object and returns its version."""
        with self._lock:
            versions = self._versions.setdefault(key, [])
            version_id = f"version-{next(self._numbers)}"
            etag = f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
            versions.append(
                DroppedObject(
                    key,
                    version_id,
                    etag,
                    len(body),
                    content_type,
                    self._clock(),
                    dict(metadata or {}),
                    dict(tags or {}),
                )
            )
            self._bodies[key, version_id] = FakeObject(body, content_type or "")
            return version_id

    def kept(self, key: str) -> tuple[DroppedObject, ...]:
        """Every version of the object, dropped or shown, oldest first; also what is hidden."""
        with self._lock:
            return tuple(self._versions.get(key, ()))

    def remove(self, key: str) -> None:
        """Removes the object with all versions."""
        with self._lock:
            self._versions.pop(key, None)
            self._bodies = {place: body for place, body in self._bodies.items() if place[0] != key}

    def look(self, key: str, version_id: str | None) -> DroppedObject | None:
        with self._lock:
            versions = self._versions.get(key, [])
            return next((each for each in reversed(versions) if version_id in (None, each.version_id)), None)

    def take(self, dropped: DroppedObject, media_key: str, content_type: str) -> None:
        with self._lock:
            found = _found(self._bodies.get((dropped.key, dropped.version_id)), "file")
            self._media.objects[media_key] = FakeObject(found.body, content_type)

    def publish(self, media_key: str, key: str, content_type: str, *, owner_id: str) -> None:
        found = _found(self._media.objects.get(media_key), "result")
        self._show(key, found.body, content_type, owner_id)

    def say(self, key: str, sentence: str, *, owner_id: str) -> None:
        self._show(key, f"{sentence}\n".encode(), "text/plain; charset=utf-8", owner_id)

    def _show(self, key: str, body: bytes, content_type: str, owner_id: str) -> None:
        version_id = self.put(key, body, content_type=content_type, metadata={OWNER: owner_id})
        with self._lock:
            self._media.objects[key] = self._bodies[key, version_id]

    def unsay(self, key: str) -> None:
        with self._lock:
            self._media.objects.pop(key, None)

    def delete_versions(self, key: str, is_own: Callable[[DroppedObject], bool]) -> None:
        with self._lock:
            versions = self._versions.get(key, [])
            left = [each for each in versions if not is_own(replace(each, tags={}))]
            for gone in set(self._ids(versions)) - set(self._ids(left)):
                del self._bodies[key, gone]
            self._versions[key] = left
            if key in self._media.objects and left:
                self._media.objects[key] = self._bodies[key, left[-1].version_id]
            elif not left:
                self._media.objects.pop(key, None)

    def _ids(self, versions: Sequence[DroppedObject]) -> list[str | None]:
        return [each.version_id for each in versions]


class FakeSegments:
    """The port `SegmentStore`."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str, int], SegmentRow] = {}
        self._lock = threading.Lock()

    def create(self, row: SegmentRow) -> None:
        with self._lock:
            self._rows.setdefault((row.account_id, row.job_id, row.run), as_kept(row))

    def list(self, account_id: str, job_id: str) -> tuple[SegmentRow, ...]:
        with self._lock:
            return tuple(row for key, row in self._rows.items() if key[:2] == (account_id, job_id))

    def get(self, at: JobMessage) -> SegmentRow:
        with self._lock:
            return _found(self._rows.get((at.account_id, at.job_id, at.run)), "row of segments")

    def set_array(self, at: JobMessage, array_id: str) -> str:
        row = self._change(at, lambda row: replace(row, array_id=row.array_id or array_id))
        return str(row.array_id)

    def begin(self, at: JobMessage, index: int) -> SegmentRow:
        def begun(row: SegmentRow) -> SegmentRow:
            return replace(row, attempts={**row.attempts, str(index): row.attempts.get(str(index), 0) + 1})

        return self._change(at, begun)

    def report(self, at: JobMessage, index: int, frames: int) -> SegmentRow:
        return self._change(at, lambda row: replace(row, frames={**row.frames, str(index): frames}))

    def finish(self, at: JobMessage, index: int, frames: int, provider: str) -> SegmentRow:
        def finished(row: SegmentRow) -> SegmentRow:
            key = str(index)
            return replace(
                row,
                frames={**row.frames, key: frames},
                done={**row.done, key: True},
                providers={**row.providers, key: provider},
            )

        return self._change(at, finished)

    def delete(self, row: SegmentRow) -> None:
        with self._lock:
            self._rows.pop((row.account_id, row.job_id, row.run), None)

    def _change(self, at: JobMessage, change: Callable[[SegmentRow], SegmentRow]) -> SegmentRow:
        with self._lock:
            key = (at.account_id, at.job_id, at.run)
            changed = change(_found(self._rows.get(key), "row of segments"))
            self._rows[key] = changed
            return changed


@dataclass
class FakeArray:
    """An array that `FakeBatch` was given."""

    message: JobMessage
    count: int
    attempts: int
    status: BatchStatus = BatchStatus.LIVE


class FakeBatch:
    """The port `BatchJobs`. Nothing runs: tests look at `arrays`, say how they fare, or that the service `is_away`."""

    def __init__(self) -> None:
        self.is_away = False
        self.arrays: dict[str, FakeArray] = {}

    def submit(self, message: JobMessage, *, count: int, attempts: int) -> str:
        if self.is_away:
            raise ConnectionError("Batch does not answer")
        array_id = f"array-{len(self.arrays)}"
        self.arrays[array_id] = FakeArray(message, count, attempts)
        return array_id

    def cancel(self, array_id: str) -> None:
        array = self.arrays.get(array_id)
        if array is not None and array.status is BatchStatus.LIVE:
            array.status = BatchStatus.FAILED

    def status(self, array_id: str) -> BatchStatus | None:
        array = self.arrays.get(array_id)
        return None if array is None else array.status


class FakeDeadLetters:
    """The port `DeadLetterStore`."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str, int], DeadLetter] = {}
        self._lock = threading.Lock()

    def add(self, letter: DeadLetter) -> None:
        with self._lock:
            self._rows[letter.account_id, letter.job_id, letter.run] = as_kept(letter)

    def list(self) -> tuple[DeadLetter, ...]:
        with self._lock:
            return tuple(self._rows.values())

    def remove(self, letter: DeadLetter) -> None:
        with self._lock:
            self._rows.pop((letter.account_id, letter.job_id, letter.run), None)


class FakeReminders:
    """The port `ReminderStore`."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str, str], Reminder] = {}
        self._lock = threading.Lock()

    def set(self, reminder: Reminder) -> None:
        with self._lock:
            self._rows[_reminder_key(reminder)] = as_kept(reminder)

    def list_due(self, now: datetime, *, limit: int) -> tuple[Reminder, ...]:
        with self._lock:
            due = [row for row in self._rows.values() if row.due_at <= now]
        return tuple(sorted(due, key=lambda row: row.due_at)[:limit])

    def remove(self, reminder: Reminder) -> None:
        with self._lock:
            there = self._rows.get(_reminder_key(reminder))
            if there is not None and there.due_at == as_kept(reminder).due_at:
                del self._rows[_reminder_key(reminder)]


class FakeWebhookSecrets:
    """The port `WebhookSecretStore`."""

    def __init__(self) -> None:
        self._rows: dict[str, WebhookSecret] = {}
        self._lock = threading.Lock()

    def get(self, account_id: str) -> WebhookSecret | None:
        with self._lock:
            return self._rows.get(account_id)

    def save(self, secret: WebhookSecret) -> None:
        with self._lock:
            there = self._rows.get(secret.account_id)
            if secret.version != (1 if there is None else there.version + 1):
                raise StaleWrite(f"the webhook secret was written since version {secret.version - 1}")
            self._rows[secret.account_id] = as_kept(secret)


@dataclass(frozen=True, slots=True)
class SentWebhook:
    """What `FakeWebhooks` was given to send."""

    url: str
    headers: Mapping[str, str]
    body: bytes


class FakeWebhooks:
    """The port `WebhookSender`. `outcomes` come one after the other, the last one stays; `while_sending` is called
    during every attempt."""

    def __init__(self) -> None:
        self.sent: list[SentWebhook] = []
        self.outcomes: list[Outcome] = [Outcome(status_code=204)]
        self.while_sending: Callable[[], object] = lambda: None

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        self.sent.append(SentWebhook(url, headers, body))
        self.while_sending()
        return self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]


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


def _arrived(found: FakeObject) -> ArrivedObject:
    return ArrivedObject(len(found.body), hashlib.md5(found.body, usedforsecurity=False).hexdigest())


def _reminder_key(reminder: Reminder) -> tuple[str, str, str]:
    return reminder.account_id, reminder.duty, reminder.subject_id


def as_kept(value: T) -> T:
    """What a store gives back for `value`: a copy of its own, times cut to milliseconds."""
    return _kept(value)  # type: ignore[no-any-return]  # it has the type that went in


def _kept(value: Any) -> Any:
    if isinstance(value, datetime):
        return parse_time(format_time(value))
    if isinstance(value, tuple):
        return tuple(_kept(content) for content in value)
    if isinstance(value, Mapping):
        return {key: _kept(content) for key, content in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: _kept(getattr(value, field.name)) for field in fields(value)})
    return value


def _found(row: T | None, noun: str) -> T:
    if row is None:
        raise NotFound(f"There is no such {noun}.")
    return row
