"""Entries and their annotations."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.domain.audit import AuditRecord
from chalicelib.domain.entries import MAX_REPRESENTATIONS, Annotation, AnnotationSearch, Entry, Representation
from chalicelib.errors import Invalid, MalformedRequest, NotFound, StaleWrite
from chalicelib.services.ports import Page
from tests.fakes.kept import as_kept, found_row


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
            there = found_row(self._entry(representation).representations.get(representation.id), "file")
            if there.media_key == representation.media_key:
                self._set(replace(there, sha256=sha256))

    def list(self, account_id: str, *, limit: int, cursor: str | None, labels: Mapping[str, str]) -> Page[Entry]:
        with self._lock:
            keys = sorted((key for key in self._rows.keys() - self._deleting if key[0] == account_id), reverse=True)
            rows = [as_kept(self._rows[key]) for key in keys]
        if cursor is not None:
            account, _, last_id = cursor.rpartition("/")
            if account != account_id:
                raise MalformedRequest("This cursor does not continue this list.")
            rows = [entry for entry in rows if entry.id < last_id]
        rows = [entry for entry in rows if all(getattr(entry, name) == text for name, text in labels.items())]
        return Page(tuple(rows[:limit]), f"{account_id}/{rows[limit - 1].id}" if len(rows) > limit else None)

    def set_labels(self, account_id: str, entry_id: str, labels: Mapping[str, str | None], now: datetime) -> None:
        with self._lock:
            entry = self._live(account_id, entry_id)
            changed = replace(entry, updated=now, **labels)  # type: ignore[arg-type]  # names of texts
            self._rows[account_id, entry_id] = as_kept(changed)

    def begin_deletion(self, account_id: str, entry_id: str, now: datetime) -> Entry:
        with self._lock:
            entry = found_row(self._rows.get((account_id, entry_id)), "entry")
            self._deleting.add((account_id, entry_id))
            return as_kept(entry)

    def finish_deletion(self, record: AuditRecord) -> None:
        key = (record.account_id, record.subject_id)
        with self._lock:
            if key in self._deleting:
                self._deleting.remove(key)
                del self._rows[key]
                self.audit.append(as_kept(record))

    def change_faces(self, before: Entry, after: Entry, record: AuditRecord | None = None) -> None:
        with self._lock:
            entry = self._live(before.account_id, before.id)
            differing = [file for file in after.representations.values() if before.representations[file.id] != file]
            known = {file.id: file.media_key for file in entry.representations.values()}
            if (
                entry.faces is None
                or before.faces is None
                or entry.faces.version != before.faces.version
                or any(known.get(file.id) != before.representations[file.id].media_key for file in differing)
            ):
                raise StaleWrite(f"the faces of entry {before.id} were written since they were read")
            files = {**entry.representations, **{file.id: file for file in differing}}
            changed = replace(
                entry,
                faces=after.faces,
                measured_files=after.measured_files,
                representations=files,
                updated=after.updated,
            )
            self._rows[entry.account_id, entry.id] = as_kept(changed)
            if record is not None:
                self.audit.append(as_kept(record))

    def _live(self, account_id: str, entry_id: str) -> Entry:
        key = (account_id, entry_id)
        return found_row(None if key in self._deleting else self._rows.get(key), "entry")

    def _entry(self, representation: Representation) -> Entry:
        return self._live(representation.account_id, representation.entry_id)

    def _check_still(self, representation: Representation) -> Entry:
        entry = self._entry(representation)
        if (
            found_row(entry.representations.get(representation.id), "representation").media_key
            != representation.media_key
        ):
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
            return found_row(self._rows.get((account_id, entry_id, annotation_id)), "annotation")

    def list(self, account_id: str, entry_id: str, *, limit: int, cursor: str | None) -> Page[Annotation]:
        place = f"{account_id}/{entry_id}/"
        if cursor is not None and not cursor.startswith(place):
            raise MalformedRequest("This cursor does not continue this list.")
        last_id = "" if cursor is None else cursor.removeprefix(place)
        with self._lock:
            rows = [row for row in self._rows.values() if (row.account_id, row.entry_id) == (account_id, entry_id)]
        rows = sorted((row for row in rows if row.id > last_id), key=lambda annotation: annotation.id)
        return Page(tuple(rows[:limit]), place + rows[limit - 1].id if len(rows) > limit else None)

    def replace(self, previous: Annotation, replacement: Annotation) -> None:
        key = (previous.account_id, previous.entry_id, previous.id)
        with self._lock:
            row = found_row(self._rows.get(key), "annotation")
            if (row.key, row.value, row.source) != (previous.key, previous.value, previous.source):
                raise StaleWrite(f"annotation {previous.id} was written since it was read")
            self._rows[key] = as_kept(replacement)

    def delete(self, annotation: Annotation) -> None:
        with self._lock:
            found_row(self._rows.pop((annotation.account_id, annotation.entry_id, annotation.id), None), "annotation")

    def delete_all(self, account_id: str, entry_id: str) -> None:
        with self._lock:
            self._rows = {key: row for key, row in self._rows.items() if key[:2] != (account_id, entry_id)}

    def search(self, account_id: str, wanted: AnnotationSearch, *, limit: int, cursor: str | None) -> Page[str]:
        with self._lock:
            rows = [row for row in self._rows.values() if (row.account_id, row.key) == (account_id, wanted.key)]
        rows = [row for row in rows if wanted.value in (None, row.value) and wanted.source in (None, row.source)]
        ids = sorted({row.entry_id for row in rows}, reverse=True)
        if cursor is not None:
            account, _, last_id = cursor.rpartition("/")
            if account != account_id:
                raise MalformedRequest("This cursor does not continue this list.")
            ids = [entry_id for entry_id in ids if entry_id < last_id]
        return Page(tuple(ids[:limit]), f"{account_id}/{ids[limit - 1]}" if len(ids) > limit else None)
