"""The members of batches in DynamoDB: rows of marks, of which each member changes its own."""

from collections.abc import Mapping, Sequence
from contextlib import suppress

from chalicelib.aws.dynamodb.batch_keys import batch_prefix, inputs_key, members_key, members_prefix
from chalicelib.aws.dynamodb.rows import EXISTING, Condition, ConditionFailed, Row, from_row, to_row
from chalicelib.aws.dynamodb.table import DynamoTable
from chalicelib.aws.dynamodb.table_layout import account_partition
from chalicelib.domain.batches import MEMBERS_PER_ROW, InputRow, MemberRow


class DynamoMembers:
    """The port `MemberStore`."""

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def create(self, rows: Sequence[MemberRow], inputs: Sequence[InputRow]) -> None:
        for part in inputs:
            self._table.put(to_row(part) | inputs_key(part.account_id, part.batch_id, part.part))
        for row in rows:
            self._table.put(to_row(row) | members_key(row.account_id, row.batch_id, row.part))

    def list(self, account_id: str, batch_id: str) -> tuple[MemberRow, ...]:
        rows = self._table.query(account_partition(account_id), members_prefix(batch_id))
        return tuple(from_row(MemberRow, row) for row in rows)

    def inputs(self, account_id: str, batch_id: str, part: int) -> InputRow | None:
        row = self._table.get(inputs_key(account_id, batch_id, part))
        return None if row is None else from_row(InputRow, row)

    def add(self, row: MemberRow, marks: Mapping[int, int]) -> None:
        changes = (f"#marks.#{index} = if_not_exists(#marks.#{index}, :{index})" for index in marks)
        names = {"#marks": "marks", **{f"#{index}": str(index) for index in marks}}
        values: Row = {f":{index}": mark for index, mark in marks.items()}
        there = Condition(EXISTING.text, {**EXISTING.names, **names}, values)
        with suppress(ConditionFailed):
            key = members_key(row.account_id, row.batch_id, row.part)
            self._table.update(key, f"SET {', '.join(changes)}", there)

    def mark(self, account_id: str, batch_id: str, index: int, mark: int) -> bool:
        text = f"{EXISTING.text} AND (attribute_not_exists(#marks.#index) OR #marks.#index < :mark)"
        names = {**EXISTING.names, "#marks": "marks", "#index": str(index)}
        key = members_key(account_id, batch_id, index // MEMBERS_PER_ROW)
        try:
            self._table.update(key, "SET #marks.#index = :mark", Condition(text, names, {":mark": mark}))
        except ConditionFailed:
            return False
        return True

    def delete_inputs(self, account_id: str, batch_id: str, part: int) -> None:
        self._table.delete(inputs_key(account_id, batch_id, part))

    def delete(self, account_id: str, batch_id: str) -> None:
        self._table.delete_many(self._table.query(account_partition(account_id), batch_prefix(batch_id)))
