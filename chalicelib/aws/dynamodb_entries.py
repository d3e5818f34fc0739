"""Entries and their representations in DynamoDB. An entry is one row, so that its changes are atomic."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from chalicelib.aws.dynamodb_table import EXISTING, NEW, Condition, ConditionFailed, DynamoTable
from chalicelib.aws.rows import from_row, stored, to_row
from chalicelib.aws.table_layout import entry_key
from chalicelib.domain.entries import MAX_REPRESENTATIONS, Entry, Representation
from chalicelib.errors import Invalid, NotFound, StaleWrite


class DynamoEntries:
    """The port `EntryStore`."""

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def create(self, entry: Entry) -> None:
        """Writes a new row; one that exists already is left as it is (a worker may run twice)."""
        with suppress(ConditionFailed):
            self._table.put(to_row(entry) | entry_key(entry.account_id, entry.id), NEW)

    def get(self, account_id: str, entry_id: str) -> Entry:
        """Reads the row, consistently. Raises `NotFound`."""
        row = self._table.get(entry_key(account_id, entry_id))
        if row is None:
            raise _not_found()
        return from_row(Entry, row)

    def get_many(self, account_id: str, entry_ids: Sequence[str]) -> dict[str, Entry]:
        """Those of the entries that exist, by id."""
        keys = [entry_key(account_id, entry_id) for entry_id in dict.fromkeys(entry_ids)]
        entries = (from_row(Entry, row) for row in self._table.batch_get(keys))
        return {entry.id: entry for entry in entries}

    def add_representation(self, representation: Representation) -> None:
        """Adds a file to its entry. Raises `NotFound` without the entry, `Invalid` where the name is taken by a file
        with another `media_key` or the entry is full."""
        free = Condition(
            "attribute_exists(#pk) AND attribute_not_exists(#all.#id) AND size(#all) < :most",
            {**EXISTING.names, **_names(representation)},
            {":most": MAX_REPRESENTATIONS},
        )
        try:
            self._set(representation, free)
        except ConditionFailed as failure:
            if failure.row is None:
                raise _not_found() from None
            if _is_ours(representation, failure):
                return
            if representation.id in failure.row["representations"]:
                raise Invalid("The entry has a file of this name already; choose another name.") from None
            raise Invalid(f"The entry has {MAX_REPRESENTATIONS} files, the most it can; use another entry.") from None

    def set_representation(self, representation: Representation) -> None:
        """Adds a file to its entry or replaces it. Raises `NotFound` without the entry."""
        existing = Condition(EXISTING.text, {**EXISTING.names, **_names(representation)})
        try:
            self._set(representation, existing)
        except ConditionFailed:
            raise _not_found() from None

    def replace_representation(self, previous: Representation, replacement: Representation) -> None:
        """Puts `replacement` in the place of `previous`, which has the same id, in one write.

        Raises `NotFound` where entry or file are gone, `StaleWrite` where the file's media is neither `previous`' nor
        `replacement`'s own.
        """
        try:
            self._set(replacement, _still(previous))
        except ConditionFailed as failure:
            if not _is_ours(replacement, failure):
                raise _lost(previous, failure) from None

    def remove_representation(self, representation: Representation, now: datetime) -> None:
        """Takes a file out of its entry. Raises as `replace_representation` does."""
        still = _still(representation)
        unchanged = Condition(
            still.text, {**still.names, "#updated": "updated"}, {**still.values, ":updated": stored(now)}
        )
        key = entry_key(representation.account_id, representation.entry_id)
        try:
            self._table.update(key, "REMOVE #all.#id SET #updated = :updated", unchanged)
        except ConditionFailed as failure:
            raise _lost(representation, failure) from None

    def set_media_seconds(self, account_id: str, entry_id: str, media_seconds: float | None) -> None:
        """Notes how long the medium is, once a worker has looked. Raises `NotFound`."""
        key, names = entry_key(account_id, entry_id), {**EXISTING.names, "#seconds": "media_seconds"}
        try:
            if media_seconds is None:
                self._table.update(key, "REMOVE #seconds", Condition(EXISTING.text, names))
            else:
                values = {":seconds": stored(media_seconds)}
                self._table.update(key, "SET #seconds = :seconds", Condition(EXISTING.text, names, values))
        except ConditionFailed:
            raise _not_found() from None

    def receive_upload(self, representation: Representation) -> None:
        """Adds the file that the entry waited for, and ends the waiting, in one write.

        Raises `NotFound` where there is no such entry or it does not wait.
        """
        names = {"#upload": "upload", "#updated": "updated", **_names(representation)}
        values = {":representation": to_row(representation), ":updated": stored(representation.updated)}
        waiting = Condition("attribute_exists(#upload)", names, values)
        key = entry_key(representation.account_id, representation.entry_id)
        try:
            self._table.update(key, "SET #all.#id = :representation, #updated = :updated REMOVE #upload", waiting)
        except ConditionFailed:
            raise _not_found() from None

    def delete_waiting(self, account_id: str, entry_id: str) -> None:
        """Removes an entry whose upload has not arrived; does nothing to any other."""
        with suppress(ConditionFailed):
            waiting = Condition("attribute_exists(#upload)", {"#upload": "upload"})
            self._table.delete(entry_key(account_id, entry_id), waiting)

    def set_sha256(self, representation: Representation, sha256: str) -> None:
        """Notes the digest of a file, unless its bytes have been replaced meanwhile. Raises `NotFound` without it."""
        names = {**_names(representation), "#key": "media_key", "#sha256": "sha256"}
        values = {":key": representation.media_key, ":sha256": sha256}
        unchanged = Condition("#all.#id.#key = :key", names, values)
        key = entry_key(representation.account_id, representation.entry_id)
        try:
            self._table.update(key, "SET #all.#id.#sha256 = :sha256", unchanged)
        except ConditionFailed as failure:
            if failure.row is None or representation.id not in failure.row["representations"]:
                raise _not_found() from None

    def _set(self, representation: Representation, condition: Condition) -> None:
        values = {":representation": to_row(representation), ":updated": stored(representation.updated)}
        self._table.update(
            entry_key(representation.account_id, representation.entry_id),
            "SET #all.#id = :representation, #updated = :updated",
            Condition(condition.text, {**condition.names, "#updated": "updated"}, {**condition.values, **values}),
        )


def _names(representation: Representation) -> dict[str, str]:
    return {"#all": "representations", "#id": representation.id}


def _still(representation: Representation) -> Condition:
    """The entry has the file, and its media is the one that was read."""
    return Condition(
        f"{EXISTING.text} AND #all.#id.#key = :key",
        {**EXISTING.names, **_names(representation), "#key": "media_key"},
        {":key": representation.media_key},
    )


def _is_ours(representation: Representation, failure: ConditionFailed) -> bool:
    """Whether the row has the file already: boto3 sends a write again whose answer was lost on the way."""
    found = (failure.row or {}).get("representations", {}).get(representation.id, {})
    return bool(found.get("media_key") == representation.media_key)


def _lost(representation: Representation, failure: ConditionFailed) -> NotFound | StaleWrite:
    """Why a write on the condition `_still` failed."""
    if failure.row is None:
        return _not_found()
    if representation.id not in failure.row["representations"]:
        return NotFound("There is no such representation.")
    return StaleWrite(f"representation {representation.id} was written since it was read")


def _not_found() -> NotFound:
    return NotFound("There is no such entry; use an entry URL that this API gave you.")
