"""Lists of an account's rows, newest first, in pages: jobs and entries."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chalicelib.aws.dynamodb.rows import Row
from chalicelib.aws.dynamodb.table import DynamoTable
from chalicelib.aws.dynamodb.table_layout import PARTITION_KEY, SORT_KEY, account_partition
from chalicelib.domain.ids import check_id, derived_id
from chalicelib.errors import MalformedRequest

# Rows that one request reads if a filter may drop most of them.
_FILTERED_READ_SIZE = 200
# Rows that one page looks at: what a page costs must not grow with the number of rows that no filter lets through.
MOST_ROWS_READ = 1000
_ID_CHARACTERS = 26


@dataclass(frozen=True, slots=True)
class RowPage:
    """The rows of a page, and the cursor behind it, None at the end."""

    rows: tuple[Row, ...]
    cursor: str | None


def list_rows(
    table: DynamoTable,
    account_id: str,
    prefix: str,
    wanted: Mapping[str, str],
    *,
    limit: int,
    cursor: str | None,
    most_rows_read: int,
    is_there: Callable[[Row], bool] = lambda _row: True,
) -> RowPage:
    """Returns the rows whose sort key is `prefix` and an id, newest first, that have the `wanted` attributes and for
    which `is_there` is true.

    With a filter, a page that is not full may have a cursor all the same. Raises `MalformedRequest` for a cursor that
    was not made for this account and `prefix`.
    """
    most_rows = max(limit, most_rows_read)
    after = None
    if cursor is not None:
        last = _decode_cursor(account_id, prefix, cursor)
        after = {PARTITION_KEY: account_partition(account_id), SORT_KEY: prefix + last}
    read_size = min(max(limit, _FILTERED_READ_SIZE), most_rows) + 1 if wanted else limit + 1
    rows = table.query(account_partition(account_id), prefix, descending=True, after=after, read_size=read_size)
    found: list[Row] = []
    last_id = ""
    for number, row in enumerate(rows):
        is_wanted = is_there(row) and all(row.get(field) == text for field, text in wanted.items())
        # One more than the page holds tells that there is more at all.
        if number >= most_rows or (is_wanted and len(found) == limit):
            return RowPage(tuple(found), _encode_cursor(account_id, prefix, last_id))
        if is_wanted:
            found.append(row)
        last_id = row["id"]
    return RowPage(tuple(found), None)


def _encode_cursor(account_id: str, prefix: str, last_id: str) -> str:
    """The last id of a page, then 16 characters that follow from it, the list and the account.

    They catch mistakes and are no signature: the account is never read from a cursor, so that a forged one can do
    no more than begin the caller's own list elsewhere.
    """
    return last_id + derived_id(last_id, f"{prefix}cursor", account_id)[-16:]


def _decode_cursor(account_id: str, prefix: str, cursor: str) -> str:
    """The last id before the cursor. Raises `MalformedRequest` for a text not made for this list."""
    last_id = check_id(cursor[:_ID_CHARACTERS], "cursor")
    if cursor != _encode_cursor(account_id, prefix, last_id):
        raise MalformedRequest("This cursor does not continue this list; follow the Link header of the last page.")
    return last_id
