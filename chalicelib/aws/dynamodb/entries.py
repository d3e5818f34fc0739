"""Entries and their representations in DynamoDB. An entry is one row, so that its changes are atomic."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from chalicelib.aws.dynamodb.lists import MOST_ROWS_READ, list_rows
from chalicelib.aws.dynamodb.rows import (
    EXISTING,
    NEW,
    Condition,
    ConditionFailed,
    change_of,
    from_row,
    if_refused,
    stored,
    to_row,
)
from chalicelib.aws.dynamodb.table import DynamoTable
from chalicelib.aws.dynamodb.table_layout import ENTRY_PREFIX, audit_key, entry_key
from chalicelib.domain.audit import AuditRecord
from chalicelib.domain.entries import MAX_REPRESENTATIONS, Entry, Representation
from chalicelib.errors import Invalid, NotFound, StaleWrite
from chalicelib.services.ports import Page

_DELETING = "deleting"
"""The attribute of an entry whose deletion has begun: the time. To all other methods the entry no longer exists."""
_LIVE = Condition(f"{EXISTING.text} AND attribute_not_exists(#deleting)", {**EXISTING.names, "#deleting": _DELETING})


class DynamoEntries:
    """The port `EntryStore`. `most_rows_read` bounds what one page of a list looks at."""

    def __init__(self, table: DynamoTable, *, most_rows_read: int = MOST_ROWS_READ) -> None:
        self._table = table
        self._most_rows_read = most_rows_read

    def create(self, entry: Entry) -> None:
        with suppress(ConditionFailed):
            self._table.put(to_row(entry) | entry_key(entry.account_id, entry.id), NEW)

    def get(self, account_id: str, entry_id: str) -> Entry:
        row = self._table.get(entry_key(account_id, entry_id))
        if row is None or _DELETING in row:
            raise _not_found()
        return from_row(Entry, row)

    def get_many(self, account_id: str, entry_ids: Sequence[str]) -> dict[str, Entry]:
        keys = [entry_key(account_id, entry_id) for entry_id in dict.fromkeys(entry_ids)]
        entries = (from_row(Entry, row) for row in self._table.batch_get(keys) if _DELETING not in row)
        return {entry.id: entry for entry in entries}

    def add_representation(self, representation: Representation) -> None:
        free = Condition(
            f"{_LIVE.text} AND attribute_not_exists(#all.#id) AND size(#all) < :most",
            {**_LIVE.names, **_names(representation)},
            {":most": MAX_REPRESENTATIONS},
        )
        try:
            self._set(representation, free)
        except ConditionFailed as failure:
            if failure.row is None or _DELETING in failure.row:
                raise _not_found() from None
            if _is_ours(representation, failure):
                return
            if representation.id in failure.row["representations"]:
                raise Invalid("The entry has a file of this name already; choose another name.") from None
            raise Invalid(f"The entry has {MAX_REPRESENTATIONS} files, the most it can; use another entry.") from None

    def set_representation(self, representation: Representation) -> None:
        live = Condition(_LIVE.text, {**_LIVE.names, **_names(representation)})
        with if_refused(_not_found()):
            self._set(representation, live)

    def replace_representation(self, previous: Representation, replacement: Representation) -> None:
        try:
            self._set(replacement, _still(previous))
        except ConditionFailed as failure:
            error = _lost(previous, failure)
            if isinstance(error, NotFound) or not _is_ours(replacement, failure):
                raise error from None

    def remove_representation(self, representation: Representation, now: datetime) -> None:
        still = _still(representation)
        unchanged = Condition(
            still.text, {**still.names, "#updated": "updated"}, {**still.values, ":updated": stored(now)}
        )
        key = entry_key(representation.account_id, representation.entry_id)
        try:
            self._table.update(key, "REMOVE #all.#id SET #updated = :updated", unchanged)
        except ConditionFailed as failure:
            raise _lost(representation, failure) from None

    def list(self, account_id: str, *, limit: int, cursor: str | None, labels: Mapping[str, str]) -> Page[Entry]:
        page = list_rows(
            self._table,
            account_id,
            ENTRY_PREFIX,
            labels,
            limit=limit,
            cursor=cursor,
            most_rows_read=self._most_rows_read,
            is_there=lambda row: _DELETING not in row,
        )
        return Page(tuple(from_row(Entry, row) for row in page.rows), page.cursor)

    def set_labels(self, account_id: str, entry_id: str, labels: Mapping[str, str | None], now: datetime) -> None:
        self._set_fields(account_id, entry_id, {**labels, "updated": now})

    def set_media_seconds(self, account_id: str, entry_id: str, media_seconds: float | None) -> None:
        self._set_fields(account_id, entry_id, {"media_seconds": media_seconds})

    def begin_deletion(self, account_id: str, entry_id: str, now: datetime) -> Entry:
        marked = Condition(EXISTING.text, {**EXISTING.names, "#deleting": _DELETING}, {":now": stored(now)})
        with if_refused(_not_found()):
            self._table.update(entry_key(account_id, entry_id), "SET #deleting = :now", marked)
        row = self._table.get(entry_key(account_id, entry_id))
        if row is None:  # another deletion has finished
            raise _not_found()
        return from_row(Entry, row)

    def finish_deletion(self, record: AuditRecord) -> None:
        begun = Condition("attribute_exists(#deleting)", {"#deleting": _DELETING})
        row = to_row(record) | audit_key(record.account_id, record.id)
        with suppress(ConditionFailed):
            self._table.exchange(entry_key(record.account_id, record.subject_id), begun, row)

    def _set_fields(self, account_id: str, entry_id: str, fields: Mapping[str, str | float | datetime | None]) -> None:
        """A field that is None is taken away."""
        change, names, values = change_of(fields)
        live = Condition(_LIVE.text, {**_LIVE.names, **names}, values)
        with if_refused(_not_found()):
            self._table.update(entry_key(account_id, entry_id), change, live)

    def receive_upload(self, representation: Representation) -> None:
        names = {**_LIVE.names, "#upload": "upload", "#updated": "updated", **_names(representation)}
        values = {":representation": to_row(representation), ":updated": stored(representation.updated)}
        waiting = Condition(f"{_LIVE.text} AND attribute_exists(#upload)", names, values)
        key = entry_key(representation.account_id, representation.entry_id)
        with if_refused(_not_found()):
            self._table.update(key, "SET #all.#id = :representation, #updated = :updated REMOVE #upload", waiting)

    def delete_waiting(self, account_id: str, entry_id: str) -> bool:
        waiting = Condition("attribute_exists(#upload)", {"#upload": "upload"})
        try:
            self._table.delete(entry_key(account_id, entry_id), waiting)
        except ConditionFailed as failure:  # without a row: boto3 sends a deletion again whose answer was lost
            return failure.row is None
        return True

    def set_sha256(self, representation: Representation, sha256: str) -> None:
        names = {**_names(representation), "#key": "media_key", "#sha256": "sha256"}
        values = {":key": representation.media_key, ":sha256": sha256}
        unchanged = Condition("#all.#id.#key = :key", names, values)
        key = entry_key(representation.account_id, representation.entry_id)
        try:
            self._table.update(key, "SET #all.#id.#sha256 = :sha256", unchanged)
        except ConditionFailed as failure:
            if failure.row is None or representation.id not in failure.row["representations"]:
                raise _not_found() from None

    def change_faces(self, before: Entry, after: Entry, record: AuditRecord | None = None) -> None:
        key, (change, condition) = entry_key(before.account_id, before.id), _faces_change(before, after)
        try:
            if record is None:
                self._table.update(key, change, condition)
            else:
                row = to_row(record) | audit_key(record.account_id, record.id)
                self._table.update_and_put(key, change, condition, row)
        except ConditionFailed:
            self.get(before.account_id, before.id)
            raise StaleWrite(f"the faces of entry {before.id} were written since they were read") from None

    def _set(self, representation: Representation, condition: Condition) -> None:
        values = {":representation": to_row(representation), ":updated": stored(representation.updated)}
        self._table.update(
            entry_key(representation.account_id, representation.entry_id),
            "SET #all.#id = :representation, #updated = :updated",
            Condition(condition.text, {**condition.names, "#updated": "updated"}, {**condition.values, **values}),
        )


def _faces_change(before: Entry, after: Entry) -> tuple[str, Condition]:
    """The change of `change_faces`, and its condition: nothing that it replaces was written since."""
    change, names, values = change_of(
        {"faces": after.faces, "measured_files": after.measured_files, "updated": after.updated}
    )
    names |= {**_LIVE.names, "#version": "version"}
    conditions = [_LIVE.text, "#faces.#version = :version"]
    values[":version"] = -1 if before.faces is None else before.faces.version
    differing = [file for file_id, file in after.representations.items() if before.representations[file_id] != file]
    for place, file in enumerate(differing):
        names |= {"#all": "representations", "#key": "media_key", f"#file{place}": file.id}
        values |= {f":file{place}": to_row(file), f":key{place}": before.representations[file.id].media_key}
        change += f", #all.#file{place} = :file{place}"
        conditions.append(f"#all.#file{place}.#key = :key{place}")
    return change, Condition(" AND ".join(conditions), names, values)


def _names(representation: Representation) -> dict[str, str]:
    return {"#all": "representations", "#id": representation.id}


def _still(representation: Representation) -> Condition:
    """The entry has the file, and its media is the one that was read."""
    return Condition(
        f"{_LIVE.text} AND #all.#id.#key = :key",
        {**_LIVE.names, **_names(representation), "#key": "media_key"},
        {":key": representation.media_key},
    )


def _is_ours(representation: Representation, failure: ConditionFailed) -> bool:
    """Returns True if the row has the file already: boto3 repeats a write whose response was lost."""
    found = (failure.row or {}).get("representations", {}).get(representation.id, {})
    return bool(found.get("media_key") == representation.media_key)


def _lost(representation: Representation, failure: ConditionFailed) -> NotFound | StaleWrite:
    """Why a write on the condition `_still` failed."""
    if failure.row is None or _DELETING in failure.row:
        return _not_found()
    if representation.id not in failure.row["representations"]:
        return NotFound("There is no such representation.")
    return StaleWrite(f"representation {representation.id} was written since it was read")


def _not_found() -> NotFound:
    return NotFound("There is no such entry; use an entry URL that this API gave you.")
