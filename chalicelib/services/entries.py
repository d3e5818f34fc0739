"""Entries and their representations."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from chalicelib.domain.accounts import Caller
from chalicelib.domain.entries import Entry, Representation, check_file_name, media_key, representation_id
from chalicelib.domain.ids import new_id
from chalicelib.domain.media_types import content_type_of
from chalicelib.errors import Invalid, NotFound
from chalicelib.services.ports import Clock, EntryStore, LinkMethod, MediaStore


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as a client sent it: `body` is a seekable binary stream, `content_type` what the client said of it."""

    file_name: str | None
    content_type: str | None
    body: BinaryIO
    size_bytes: int


class Entries:
    """What may be done with entries and representations."""

    def __init__(self, entries: EntryStore, media: MediaStore, clock: Clock) -> None:
        self._entries = entries
        self._media = media
        self._clock = clock

    def create(self, caller: Caller, upload: Upload, *, data_split: str | None = None) -> Entry:
        """Stores a medium: the row, then the bytes, then the representation that names them.

        Raises `Invalid` for an upload without bytes or with a name that cannot be stored.
        """
        check_upload(upload)
        now = self._clock()
        entry = Entry(
            id=new_id(now),
            account_id=caller.account_id,
            author=caller.email,
            published=now,
            updated=now,
            data_split=data_split,
        )
        self._entries.create(entry)
        self.add_representation(caller, entry.id, upload)
        return self.get(caller, entry.id)

    def get(self, caller: Caller, entry_id: str) -> Entry:
        """Raises `NotFound`."""
        return self._entries.get(caller.account_id, entry_id)

    def get_many(self, caller: Caller, entry_ids: Sequence[str]) -> dict[str, Entry]:
        """Those of the entries that exist, by id."""
        return self._entries.get_many(caller.account_id, entry_ids)

    def add_representation(self, caller: Caller, entry_id: str, upload: Upload) -> Representation:
        """Adds a file to an entry. Raises `NotFound`, or `Invalid` where the entry has a file of that name."""
        file_name = check_upload(upload)
        entry = self.get(caller, entry_id)
        file_id = representation_id(entry_id, file_name)
        if file_id in entry.representations:
            raise Invalid(f"This entry already has a file called {file_name}; rename it, or PUT to the existing one.")
        content_type = content_type_of(file_name, upload.content_type)
        key = media_key(caller.account_id, entry_id, file_id)
        stored = self._media.save(key, upload.body, content_type)
        now = self._clock()
        representation = Representation(
            id=file_id,
            entry_id=entry_id,
            account_id=caller.account_id,
            file_name=file_name,
            content_type=content_type,
            size_bytes=stored.size_bytes,
            sha256=stored.sha256,
            published=now,
            updated=now,
        )
        self._entries.add_representation(representation)
        return representation

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


def check_upload(upload: Upload) -> str:
    """The file name to store an upload under. Raises `Invalid` for an empty file or an impossible name."""
    file_name = check_file_name(upload.file_name)
    if upload.size_bytes == 0:
        raise Invalid(f"The file {file_name} is empty; check the export and send it again.")
    return file_name
