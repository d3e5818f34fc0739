"""Reminders in DynamoDB: rows of their own in a sparse index by time."""

from contextlib import suppress
from datetime import datetime
from itertools import islice, zip_longest

from chalicelib.aws.dynamodb.rows import from_row, stored, to_row
from chalicelib.aws.dynamodb.table import Condition, ConditionFailed, DynamoTable
from chalicelib.aws.dynamodb.table_layout import (
    DUE_AT,
    DUE_INDEX,
    DUE_PARTITION,
    DUE_PARTITIONS,
    due_partition,
    reminder_key,
)
from chalicelib.domain.reminders import Duty, Reminder


class DynamoReminders:
    """The port `ReminderStore`."""

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def set(self, reminder: Reminder) -> None:
        self._table.put(to_row(reminder) | _key(reminder) | {DUE_PARTITION: due_partition(reminder.subject_id)})

    def list_due(self, now: datetime, *, limit: int) -> tuple[Reminder, ...]:
        """At most `limit` of the reminders that are due. One that was written or removed just now may be amiss.

        The shards take turns, so that one that is always full cannot starve the others.
        """
        shards = (
            self._table.query_index(DUE_INDEX, (DUE_PARTITION, partition), (DUE_AT, stored(now)), limit=limit)
            for partition in DUE_PARTITIONS
        )
        rows = (row for rank in zip_longest(*shards) for row in rank if row is not None)
        return tuple(from_row(Reminder, row) for row in islice(rows, limit))

    def remove(self, reminder: Reminder) -> None:
        unmoved = Condition("#due = :due", {"#due": DUE_AT}, {":due": stored(reminder.due_at)})
        with suppress(ConditionFailed):
            self._table.delete(_key(reminder), unmoved)

    def forget(self, account_id: str, duty: Duty, subject_id: str) -> None:
        self._table.delete(reminder_key(account_id, duty, subject_id))


def _key(reminder: Reminder) -> dict[str, str]:
    return reminder_key(reminder.account_id, reminder.duty, reminder.subject_id)
