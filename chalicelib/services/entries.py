"""Entries and their representations."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import BinaryIO
from urllib.parse import urlsplit

from chalicelib.domain.accounts import Caller
from chalicelib.domain.entries import (
    Entry,
    Representation,
    check_file_name,
    is_written_by_worker,
    media_key,
    representation_id,
    upload_key,
)
from chalicelib.domain.ids import new_id
from chalicelib.domain.intake.media_types import HEAD_BYTES, content_type_of
from chalicelib.domain.jobs import Job
from chalicelib.domain.reminders import Duty
from chalicelib.errors import CallerError, Invalid, NotFound, StaleWrite
from chalicelib.services.changes import retried
from chalicelib.services.duties.retention import RetentionPlan
from chalicelib.services.ports import Clock, EntryStore, LinkMethod, MediaStore, Page


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as a client sent it: `body` is a seekable binary stream, `content_type` what the client said of it."""

    file_name: str | None
    content_type: str | None
    body: BinaryIO
    size_bytes: int


class Entries:
    """The use cases of entries and representations."""

    def __init__(self, entries: EntryStore, media: MediaStore, clock: Clock, *, retention: RetentionPlan) -> None:
        self._entries = entries
        self._media = media
        self._clock = clock
        self._retention = retention

    def create(
        self, caller: Caller, upload: Upload, *, source: str | None = None, data_split: str | None = None
    ) -> Entry:
        """Stores a media file without a job: the row, then the bytes, then the representation that names them.

        Raises `Invalid` for an upload without bytes or with a name that cannot be stored.
        """
        check_upload(upload)
        now = self._clock()
        entry_id = new_id(now)
        expires = self._retention.begin(Duty.ENTRY_RETENTION, caller.account_id, entry_id, now)
        entry = Entry(entry_id, caller.account_id, caller.email, now, now, source, data_split, expires=expires)
        self._entries.create(entry)
        self.add_representation(caller, entry_id, upload)
        return self.get(caller, entry_id)

    def create_input(self, caller: Caller, job: Job, upload: Upload) -> None:
        """Stores the input of a job, in the same order; it is deleted with the job."""
        self.create_empty(caller, job, job.own_input_entry_id)
        self.add_representation(caller, job.own_input_entry_id, upload)

    def create_empty(self, caller: Caller, job: Job, entry_id: str) -> None:
        """An entry of the job, without files; one that is there already is left as it is."""
        self._entries.create(replace(entry_of_job(job, entry_id, self._clock()), author=caller.email))

    def get(self, caller: Caller, entry_id: str) -> Entry:
        """Raises `NotFound`."""
        return self._entries.get(caller.account_id, entry_id)

    def get_many(self, caller: Caller, entry_ids: Sequence[str]) -> dict[str, Entry]:
        """Those of the entries that exist, by id."""
        return self._entries.get_many(caller.account_id, entry_ids)

    def list(self, caller: Caller, *, limit: int, labels: Mapping[str, str], cursor: str | None = None) -> Page[Entry]:
        """A page of the account's entries that have all of `labels` (`source`, `data_split`), newest first; with
        labels it may be short and still have a cursor. Raises `MalformedRequest` for a foreign cursor."""
        return self._entries.list(caller.account_id, limit=limit, cursor=cursor, labels=labels)

    def set_labels(self, caller: Caller, entry_id: str, labels: Mapping[str, str | None]) -> Entry:
        """Changes those of `source` and `data_split` that are in `labels`; None takes one away. Raises `NotFound`."""
        if labels:
            self._entries.set_labels(caller.account_id, entry_id, labels, self._clock())
        return self.get(caller, entry_id)

    def add_representation(self, caller: Caller, entry_id: str, upload: Upload) -> Representation:
        """Adds a file to an entry. Raises `NotFound`, or `Invalid` if the entry has a file of that name."""
        file_name = check_upload(upload)
        entry = self.get(caller, entry_id)
        file_id = representation_id(entry_id, file_name)
        if file_id in entry.representations:
            raise Invalid(f"This entry already has a file called {file_name}; rename it, or PUT to the existing one.")
        representation = self._store(caller, entry_id, file_name, upload)
        with self._taken_back(representation):
            self._entries.add_representation(representation)
        return representation

    def put_representation(self, caller: Caller, entry_id: str, upload: Upload) -> Representation:
        """Adds a file to an entry, or replaces the one of that name. Raises `NotFound`, or `Invalid`."""
        file_id = representation_id(entry_id, check_upload(upload))
        try:
            return self.add_representation(caller, entry_id, upload)
        except Invalid:
            if file_id not in self.get(caller, entry_id).representations:
                raise
        return self.replace_representation(caller, entry_id, file_id, upload)

    def replace_representation(
        self, caller: Caller, entry_id: str, representation_id: str, upload: Upload
    ) -> Representation:
        """Other bytes for a file, which keeps its id and its name; until they are stored, the old ones are served.

        Raises `NotFound`, or `Invalid` for an upload without bytes.
        """
        file_name = self.get_representation(caller, entry_id, representation_id).file_name
        _check_not_empty(upload, file_name)
        stored = self._store(caller, entry_id, file_name, upload)

        def attempt() -> Representation:
            current = self.get_representation(caller, entry_id, representation_id)
            replacement = replace(stored, published=current.published)
            self._entries.replace_representation(current, replacement)
            self._delete_bytes(current)
            return replacement

        with self._taken_back(stored):
            return retried(attempt, f"representation {representation_id}")

    def remove_representation(self, caller: Caller, entry_id: str, representation_id: str) -> None:
        """Deletes a file: the bytes, then the mention of them, so that one that died half-way can be repeated.

        Raises `NotFound`.
        """

        def attempt() -> None:
            representation = self.get_representation(caller, entry_id, representation_id)
            self._delete_bytes(representation)
            self._entries.remove_representation(representation, self._clock())

        retried(attempt, f"representation {representation_id}")

    def take_back(self, added: Representation) -> None:
        """Undoes an addition; a file that replaced it, or an entry that no longer exists, is left unchanged."""
        self._media.delete(added.media_key)
        with suppress(NotFound, StaleWrite):
            self._entries.remove_representation(added, self._clock())

    def has_file(self, caller: Caller, entry_id: str, file_name: str) -> bool:
        """Returns True if the entry has a file of that name. Raises `NotFound` without the entry."""
        return representation_id(entry_id, file_name) in self.get(caller, entry_id).representations

    def get_representation(self, caller: Caller, entry_id: str, representation_id: str) -> Representation:
        """Raises `NotFound`."""
        representation = self.get(caller, entry_id).representations.get(representation_id)
        if representation is None:
            raise NotFound("There is no such representation.")
        return representation

    def media_url(self, caller: Caller, entry_id: str, representation_id: str, method: LinkMethod = "GET") -> str:
        """A short-lived link that answers `method` with the bytes. Raises `NotFound`."""
        representation = self.get_representation(caller, entry_id, representation_id)
        return self._media.presigned_url(
            representation.media_key,
            file_name=representation.file_name,
            content_type=representation.content_type,
            method=method,
        )

    def media_origin(self) -> str:
        """Returns the origin that links to media lead to, as `https://host`, for the policy of a page."""
        link = self._media.presigned_url("-", file_name="-", content_type="video/mp4")
        return "{0.scheme}://{0.netloc}".format(urlsplit(link))

    def _store(self, caller: Caller, entry_id: str, file_name: str, upload: Upload) -> Representation:
        """Stores the bytes under a key of their own; no row names them yet."""
        file_id = representation_id(entry_id, file_name)
        content_type = content_type_of(file_name, upload.content_type, _head(upload))
        now = self._clock()
        key = upload_key(caller.account_id, entry_id, file_id, new_id(now))
        stored = self._media.save(key, upload.body, content_type)
        return Representation(
            id=file_id,
            entry_id=entry_id,
            account_id=caller.account_id,
            file_name=file_name,
            content_type=content_type,
            size_bytes=stored.size_bytes,
            sha256=stored.sha256,
            media_key=key,
            published=now,
            updated=now,
        )

    def _delete_bytes(self, file: Representation) -> None:
        """Deletes the bytes of a file, and of one that follows corrections also those that were measured."""
        self._media.delete(file.media_key)
        measured = media_key(file.account_id, file.entry_id, file.id)
        if is_written_by_worker(file) and measured != file.media_key:
            self._media.delete(measured)

    @contextmanager
    def _taken_back(self, representation: Representation) -> Iterator[None]:
        """Deletes the stored bytes if the row was not written. After any other failure the row may name them."""
        try:
            yield
        except (CallerError, StaleWrite):
            self._media.delete(representation.media_key)
            raise


def entry_of_job(job: Job, entry_id: str, now: datetime) -> Entry:
    """Returns an entry for a job's input or result, without files."""
    entry = Entry(entry_id, job.account_id, job.author, now, now, data_split=job.data_split)
    return replace(entry, drop_key=job.drop_key, job_id=job.id)


def check_upload(upload: Upload) -> str:
    """The file name to store an upload under. Raises `Invalid` for an empty file or an impossible name."""
    file_name = check_file_name(upload.file_name)
    _check_not_empty(upload, file_name)
    return file_name


def _check_not_empty(upload: Upload, file_name: str) -> None:
    if upload.size_bytes == 0:
        raise Invalid(f"The file {file_name} is empty; check the export and send it again.")


def _head(upload: Upload) -> bytes:
    upload.body.seek(0)
    return upload.body.read(HEAD_BYTES)
