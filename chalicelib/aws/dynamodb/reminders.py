"""Reminders in DynamoDB: rows of their own in a sparse index by time."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from itertools import chain, islice, zip_longest

from chalicelib.aws.dynamodb.rows import EXISTING, Condition, ConditionFailed, Row, from_row, if_refused, stored, to_row
from chalicelib.aws.dynamodb.table import DynamoTable
from chalicelib.aws.dynamodb.table_layout import (
    DUE_AT,
    DUE_INDEX,
    DUE_PARTITION,
    DUE_PARTITIONS,
    due_partition,
    reminder_key,
)
from chalicelib.domain.reminders import Reminder
from chalicelib.errors import StaleWrite


class DynamoReminders:
    """The port `ReminderStore`."""

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def set(self, reminder: Reminder) -> None:
        self._table.put(_row(reminder))

    def move(self, reminder: Reminder) -> None:
        names, values = {**EXISTING.names, "#due": DUE_AT}, {":due": stored(reminder.due_at)}
        with suppress(ConditionFailed):
            self._table.update(_key(reminder), "SET #due = :due", Condition(EXISTING.text, names, values))

    def exchange(self, before: Reminder, after: Reminder) -> None:
        with if_refused(StaleWrite(f"the reminder {before.duty} of {before.subject_id} was moved or removed")):
            self._table.put(_row(after), _unmoved(before))

    def list_due(self, now: datetime, *, limit: int) -> tuple[Reminder, ...]:
        """The shards take turns, so that one that is always full cannot starve the others, and so do their ends."""
        shards = chain.from_iterable(self._ends(partition, now, limit) for partition in DUE_PARTITIONS)
        rows = (row for rank in zip_longest(*shards) for row in rank if row is not None)
        found = dict.fromkeys(from_row(Reminder, row) for row in rows)
        return tuple(islice(found, limit))

    def _ends(self, partition: str, now: datetime, limit: int) -> Iterator[list[Row]]:
        """The oldest rows of a shard and, if there may be more, the newest."""

        def rows(*, is_down: bool) -> list[Row]:
            shard, up_to = (DUE_PARTITION, partition), (DUE_AT, stored(now))
            return self._table.query_index(DUE_INDEX, shard, up_to, limit=limit, is_down=is_down)

        oldest = rows(is_down=False)
        yield oldest
        if len(oldest) == limit:
            yield rows(is_down=True)

    def remove(self, reminder: Reminder) -> None:
        with suppress(ConditionFailed):
            self._table.delete(_key(reminder), _unmoved(reminder))


def _unmoved(reminder: Reminder) -> Condition:
    return Condition("#due = :due", {"#due": DUE_AT}, {":due": stored(reminder.due_at)})


def _row(reminder: Reminder) -> Row:
    return to_row(reminder) | _key(reminder) | {DUE_PARTITION: due_partition(reminder.subject_id)}


def _key(reminder: Reminder) -> dict[str, str]:
    return reminder_key(reminder.account_id, reminder.duty, reminder.subject_id)
