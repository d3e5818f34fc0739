"""The segments of runs in DynamoDB: one row, in which every segment changes what is its own."""

from contextlib import suppress

from chalicelib.aws.dynamodb.rows import EXISTING, NEW, Condition, ConditionFailed, Row, from_row, if_refused, to_row
from chalicelib.aws.dynamodb.table import DynamoTable
from chalicelib.aws.dynamodb.table_layout import account_partition, segments_key, segments_prefix
from chalicelib.domain.jobs import JobMessage
from chalicelib.domain.segments import SegmentRow
from chalicelib.errors import NotFound


class DynamoSegments:
    """The port `SegmentStore`."""

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def create(self, row: SegmentRow) -> None:
        with suppress(ConditionFailed):
            self._table.put(to_row(row) | segments_key(row.account_id, row.job_id, row.run), NEW)

    def list(self, account_id: str, job_id: str) -> tuple[SegmentRow, ...]:
        """The rows of all runs of the job, in no order."""
        rows = self._table.query(account_partition(account_id), segments_prefix(job_id))
        return tuple(from_row(SegmentRow, row) for row in rows)

    def get(self, at: JobMessage) -> SegmentRow:
        row = self._table.get(segments_key(at.account_id, at.job_id, at.run))
        if row is None:
            raise _not_found()
        return from_row(SegmentRow, row)

    def set_array(self, at: JobMessage, array_id: str) -> str:
        change = "SET #array = if_not_exists(#array, :array)"
        return str(self._change(at, change, {"#array": "array_id"}, {":array": array_id}).array_id)

    def begin(self, at: JobMessage, index: int) -> SegmentRow:
        names = {"#all": "attempts", "#index": str(index)}
        change = "SET #all.#index = if_not_exists(#all.#index, :none) + :one"
        return self._change(at, change, names, {":none": 0, ":one": 1})

    def report(self, at: JobMessage, index: int, frames: int) -> SegmentRow:
        names = {"#frames": "frames", "#index": str(index)}
        return self._change(at, "SET #frames.#index = :frames", names, {":frames": frames})

    def finish(self, at: JobMessage, index: int, frames: int, provider: str) -> SegmentRow:
        names = {"#frames": "frames", "#done": "done", "#providers": "providers", "#index": str(index)}
        change = "SET #frames.#index = :frames, #done.#index = :yes, #providers.#index = :provider"
        return self._change(at, change, names, {":frames": frames, ":yes": True, ":provider": provider})

    def delete(self, row: SegmentRow) -> None:
        self._table.delete(segments_key(row.account_id, row.job_id, row.run))

    def _change(self, at: JobMessage, change: str, names: dict[str, str], values: Row) -> SegmentRow:
        there = Condition(EXISTING.text, {**EXISTING.names, **names}, values)
        with if_refused(_not_found()):
            return from_row(
                SegmentRow, self._table.update_and_get(segments_key(at.account_id, at.job_id, at.run), change, there)
            )


def _not_found() -> NotFound:
    return NotFound("There is no such row of segments.")
