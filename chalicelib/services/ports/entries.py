"""Entries and their representations."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from chalicelib.domain.audit import AuditRecord
from chalicelib.domain.entries import Entry, Representation
from chalicelib.services.ports.paging import Page


class EntryStore(Protocol):
    """Entries with their representations, by account."""

    def create(self, entry: Entry) -> None:
        """Writes a new row; one that exists already is left as it is (a worker may run twice)."""

    def get(self, account_id: str, entry_id: str) -> Entry:
        """Reads the row, consistently. Raises `NotFound`."""

    def get_many(self, account_id: str, entry_ids: Sequence[str]) -> dict[str, Entry]:
        """Those of the entries that exist, by id."""

    def add_representation(self, representation: Representation) -> None:
        """Adds a file to its entry. Raises `NotFound` without the entry, `Invalid` if a file with another `media_key`
        has the name or the entry is full."""

    def set_representation(self, representation: Representation) -> None:
        """Adds a file to its entry or replaces it. Raises `NotFound` without the entry."""

    def replace_representation(self, previous: Representation, replacement: Representation) -> None:
        """Replaces `previous` by `replacement`, which has the same id, in one write.

        Raises `NotFound` if the entry or the file no longer exists, `StaleWrite` if the file's media is that of neither
        `previous` nor `replacement`.
        """

    def remove_representation(self, representation: Representation, now: datetime) -> None:
        """Takes a file out of its entry. Raises as `replace_representation` does."""

    def list(self, account_id: str, *, limit: int, cursor: str | None, labels: Mapping[str, str]) -> Page[Entry]:
        """The account's entries, newest first, that have all of `labels` (the fields `source` and `data_split`).

        With a filter, a page that is not full may have a cursor all the same. Raises `MalformedRequest` for a cursor
        that this store did not make.
        """

    def set_labels(self, account_id: str, entry_id: str, labels: Mapping[str, str | None], now: datetime) -> None:
        """Changes those of the fields `source` and `data_split` that are in `labels`. Raises `NotFound`."""

    def begin_deletion(self, account_id: str, entry_id: str, now: datetime) -> Entry:
        """Begins a deletion and returns the entry. From now on only the two methods of deletion find the entry, and
        none can be created under its id until it is deleted.

        Raises `NotFound`; one that was begun before may be begun again.
        """

    def finish_deletion(self, record: AuditRecord) -> None:
        """Removes the row of the entry that `record` names and writes the record, both or neither. Does nothing if no
        deletion has begun or another has finished."""

    def set_media_seconds(self, account_id: str, entry_id: str, media_seconds: float | None) -> None:
        """Stores the duration that a worker measured. Raises `NotFound`."""

    def receive_upload(self, representation: Representation) -> None:
        """Adds the file of the entry's upload and ends the upload, in one write.

        Raises `NotFound` if there is no such entry or it has no upload.
        """

    def delete_waiting(self, account_id: str, entry_id: str) -> bool:
        """Removes an entry whose upload has not arrived; does nothing to any other. Returns True if it no longer
        exists."""

    def set_sha256(self, representation: Representation, sha256: str) -> None:
        """Notes the digest of a file, unless its bytes have been replaced meanwhile. Raises `NotFound` without it."""

    def change_faces(self, before: Entry, after: Entry, record: AuditRecord | None = None) -> None:
        """Writes `faces`, `measured_files` and those representations of `after` that differ from `before`, which is the
        entry as it was read, and the record, all or nothing: readers find the old files or the new ones.

        Raises `NotFound` without the entry; `StaleWrite` if the state of its faces was written since, or the media of a
        representation that differs is not that of `before`.
        """
