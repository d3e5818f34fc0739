"""Annotations in DynamoDB."""

from collections.abc import Iterator
from itertools import islice

from chalicelib.aws.dynamodb.annotation_cursors import (
    decode_cursor,
    decode_list_cursor,
    encode_cursor,
    encode_list_cursor,
    end_of,
    entry_of,
)
from chalicelib.aws.dynamodb.rows import EXISTING, Condition, ConditionFailed, Row, from_row, if_refused, to_row
from chalicelib.aws.dynamodb.table import DynamoTable, Key
from chalicelib.aws.dynamodb.table_layout import (
    BY_KEY,
    BY_VALUE,
    NOTED_ENTRY,
    account_partition,
    annotation_index,
    annotation_key,
    annotation_prefix,
    by_key_partition,
    by_value_partition,
)
from chalicelib.domain.entries import Annotation, AnnotationSearch
from chalicelib.errors import NotFound, StaleWrite
from chalicelib.services.ports import Page

_READ_SIZE = 200  # rows that one request looks at
# Rows that one page of a search looks at, whatever the filter by source lets through.
MOST_ROWS_READ = 1000


class DynamoAnnotations:
    """The port `AnnotationStore`. `most_rows_read` bounds what one page of a search looks at."""

    def __init__(self, table: DynamoTable, *, most_rows_read: int = MOST_ROWS_READ) -> None:
        self._table = table
        self._most_rows_read = most_rows_read

    def create(self, annotation: Annotation) -> None:
        self._table.put(_row(annotation))

    def get(self, account_id: str, entry_id: str, annotation_id: str) -> Annotation:
        row = self._table.get(annotation_key(account_id, entry_id, annotation_id))
        if row is None:
            raise _not_found()
        return from_row(Annotation, row)

    def list(self, account_id: str, entry_id: str, *, limit: int, cursor: str | None) -> Page[Annotation]:
        rows = self._table.query(
            account_partition(account_id),
            annotation_prefix(entry_id),
            after=None if cursor is None else _after(account_id, entry_id, cursor),
            read_size=limit + 1,  # one more than the page holds tells that there is more
        )
        found = tuple(from_row(Annotation, row) for row in islice(rows, limit + 1))
        has_more = len(found) > limit
        return Page(found[:limit], encode_list_cursor(account_id, entry_id, found[limit - 1].id) if has_more else None)

    def replace(self, previous: Annotation, replacement: Annotation) -> None:
        names = {"#key": "key", "#value": "value", "#source": "source"}
        values = {":key": previous.key, ":value": previous.value}
        same_source = "attribute_not_exists(#source)"
        if previous.source is not None:
            same_source, values[":source"] = "#source = :source", previous.source
        try:
            unchanged = Condition(f"#key = :key AND #value = :value AND {same_source}", names, values)
            self._table.put(_row(replacement), unchanged)
        except ConditionFailed as failure:
            if failure.row is None:
                raise _not_found() from None
            raise StaleWrite(f"annotation {previous.id} was written since it was read") from None

    def delete(self, annotation: Annotation) -> None:
        with if_refused(_not_found()):
            self._table.delete(annotation_key(annotation.account_id, annotation.entry_id, annotation.id), EXISTING)

    def delete_all(self, account_id: str, entry_id: str) -> None:
        self._table.delete_many(self._table.query(account_partition(account_id), annotation_prefix(entry_id)))

    def search(self, account_id: str, wanted: AnnotationSearch, *, limit: int, cursor: str | None) -> Page[str]:
        index, partition = BY_KEY, by_key_partition(account_id, wanted.key)
        if wanted.value is not None:
            index, partition = BY_VALUE, by_value_partition(account_id, wanted.key, wanted.value)
        before = None if cursor is None else decode_cursor(account_id, cursor)
        read_size = min(limit, _READ_SIZE, self._most_rows_read) + 1
        rows = self._table.query_index_down(index, partition, sort_key=NOTED_ENTRY, before=before, read_size=read_size)
        return self._page(account_id, rows, wanted.source, limit)

    def _page(self, account_id: str, rows: Iterator[Row], source: str | None, limit: int) -> Page[str]:
        found: list[str] = []
        position = ""
        for number, row in enumerate(rows):
            entry_id = entry_of(row[NOTED_ENTRY])
            is_next = source in (None, row.get("source")) and found[-1:] != [entry_id]
            if number >= self._most_rows_read or (is_next and len(found) == limit):
                return Page(tuple(found), encode_cursor(account_id, position))
            if is_next:
                found.append(entry_id)
            # The next page begins after this annotation, or after the whole entry if that has been listed.
            position = end_of(entry_id) if found[-1:] == [entry_id] else row[NOTED_ENTRY]
        return Page(tuple(found), None)


def _after(account_id: str, entry_id: str, cursor: str) -> Key:
    return annotation_key(account_id, entry_id, decode_list_cursor(account_id, entry_id, cursor))


def _row(annotation: Annotation) -> Row:
    key = annotation_key(annotation.account_id, annotation.entry_id, annotation.id)
    return to_row(annotation) | key | annotation_index(annotation)


def _not_found() -> NotFound:
    return NotFound("There is no such annotation; list the entry's annotations to see those that exist.")
