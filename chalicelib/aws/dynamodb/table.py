"""The table in Python's values: conditions, pages and unprocessed keys are dealt with here, once."""

import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from chalicelib.aws.dynamodb.rows import Condition, ConditionFailed, Row, conditional, from_wire, to_wire
from chalicelib.aws.dynamodb.table_layout import PARTITION_KEY, SORT_KEY
from chalicelib.aws.failures import AwsFailure, aws_failures
from chalicelib.errors import Conflict, MienError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import WriteRequestUnionTypeDef

Key = Mapping[str, str]
_BATCH_KEYS = 100  # the most that BatchGetItem takes
_BATCH_WRITES = 25  # the most that BatchWriteItem takes
_BATCH_ATTEMPTS = 8  # in a row that bring nothing
_CONFLICT_ATTEMPTS = 4
_FIRST_PAUSE_S = 0.05
T = TypeVar("T")


class _OtherTransaction(MienError):
    """DynamoDB refused a write because a transaction on the same row was under way."""


class DynamoTable:
    """One DynamoDB table. `sleep` takes seconds. May be shared by threads."""

    def __init__(self, client: "DynamoDBClient", name: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._name = name
        self._sleep = sleep

    def get(self, key: Key) -> Row | None:
        """The row, read consistently."""
        with aws_failures("read a row"):
            answer = self._client.get_item(TableName=self._name, Key=to_wire(key), ConsistentRead=True)
        return from_wire(answer["Item"]) if "Item" in answer else None

    def put(self, row: Row, condition: Condition | None = None) -> None:
        """Writes or replaces the whole row. Raises `ConditionFailed`."""
        self._write(self._client.put_item, condition, Item=to_wire(row))

    def update(self, key: Key, change: str, condition: Condition) -> None:
        """Changes attributes. `change` is an UpdateExpression in the names and values of `condition`, which it
        raises as `ConditionFailed`."""
        self._write(self._client.update_item, condition, Key=to_wire(key), UpdateExpression=change)

    def delete(self, key: Key, condition: Condition | None = None) -> None:
        """Removes the row. Raises `ConditionFailed`."""
        self._write(self._client.delete_item, condition, Key=to_wire(key))

    def query_index(
        self, index: str, partition: tuple[str, str], up_to: tuple[str, str], *, limit: int, is_down: bool = False
    ) -> list[Row]:
        """At most `limit` rows of a partition of an index, ascending or descending, whose sort key is not above a text.
        `partition` and `up_to` are names of attributes with their values. An index lags behind the table."""
        request: dict[str, Any] = {
            "IndexName": index,
            "KeyConditionExpression": "#partition = :partition AND #sort <= :up_to",
            "ExpressionAttributeNames": {"#partition": partition[0], "#sort": up_to[0]},
            "ExpressionAttributeValues": to_wire({":partition": partition[1], ":up_to": up_to[1]}),
            "ScanIndexForward": not is_down,
        }
        return list(islice(self._query(request, limit), limit))

    def update_and_get(self, key: Key, change: str, condition: Condition) -> Row:
        """Like `update`; returns the row as it is then, be it changed or made by this."""
        return from_wire(
            self._write(
                self._client.update_item, condition, Key=to_wire(key), UpdateExpression=change, ReturnValues="ALL_NEW"
            )["Attributes"]
        )

    def delete_many(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Removes the rows, of which only the keys count, as far as they exist. No key may be there twice."""
        waiting = ({name: row[name] for name in (PARTITION_KEY, SORT_KEY)} for row in rows)
        while batch := list(islice(waiting, _BATCH_WRITES)):
            self._delete_batch([{"DeleteRequest": {"Key": to_wire(key)}} for key in batch])

    def exchange(self, gone: Key, condition: Condition, row: Row) -> None:
        """Removes one row and writes another, both or neither. Raises `ConditionFailed`, without the row."""
        self._write_with("Delete", gone, condition, row)

    def update_and_put(self, key: Key, change: str, condition: Condition, row: Row) -> None:
        """Changes a row as `update` does and writes another, both or neither. Raises `ConditionFailed`, without the
        row."""
        self._write_with("Update", key, condition, row, UpdateExpression=change)

    def _write_with(self, kind: str, key: Key, condition: Condition, row: Row, **change: str) -> None:
        first = {"TableName": self._name, "Key": to_wire(key), **change, **conditional(condition)}
        items: list[Any] = [{kind: first}, {"Put": {"TableName": self._name, "Item": to_wire(row)}}]
        with aws_failures("write two rows"):
            self._past_conflicts(lambda: self._write_together(items))

    def _write_together(self, items: list[Any]) -> None:
        try:
            self._client.transact_write_items(TransactItems=items)
        except self._client.exceptions.TransactionCanceledException as failure:
            codes = [reason.get("Code") for reason in failure.response["CancellationReasons"]]
            if codes[0] == "ConditionalCheckFailed":
                raise ConditionFailed(None) from failure
            if "TransactionConflict" in codes:
                raise _OtherTransaction from failure
            raise

    def query(
        self,
        partition: str,
        prefix: str,
        *,
        descending: bool = False,
        after: Key | None = None,
        read_size: int | None = None,
    ) -> Iterator[Row]:
        """The partition's rows whose sort key begins with `prefix`, in order, read consistently, as they are asked for.

        `after` is the key behind which to begin; `read_size` is how many rows one request looks at.
        """
        request: dict[str, Any] = {
            "KeyConditionExpression": "#pk = :pk AND begins_with(#sk, :prefix)",
            "ExpressionAttributeNames": {"#pk": PARTITION_KEY, "#sk": SORT_KEY},
            "ExpressionAttributeValues": to_wire({":pk": partition, ":prefix": prefix}),
            "ScanIndexForward": not descending,
        }
        if after is not None:
            request["ExclusiveStartKey"] = to_wire(after)
        return self._query(request, read_size)

    def query_index_down(
        self, index: str, partition: str, *, sort_key: str, before: str | None, read_size: int
    ) -> Iterator[Row]:
        """The rows of an index (which is called after its partition key) in descending order of `sort_key`, those
        below `before` only. May lag behind the writes."""
        request: dict[str, Any] = {
            "IndexName": index,
            "KeyConditionExpression": "#pk = :pk",
            "ExpressionAttributeNames": {"#pk": index},
            "ExpressionAttributeValues": to_wire({":pk": partition}),
            "ScanIndexForward": False,
        }
        if before is not None:
            request["KeyConditionExpression"] += " AND #sk < :before"
            request["ExpressionAttributeNames"]["#sk"] = sort_key
            request["ExpressionAttributeValues"] |= to_wire({":before": before})
        return self._query(request, read_size)

    def _query(self, request: dict[str, Any], read_size: int | None) -> Iterator[Row]:
        if read_size is not None:
            request["Limit"] = read_size
        if "IndexName" not in request:  # a global index cannot be read consistently
            request["ConsistentRead"] = True
        while True:
            with aws_failures("query rows"):
                answer = self._client.query(TableName=self._name, **request)
            yield from (from_wire(item) for item in answer["Items"])
            if not answer.get("LastEvaluatedKey"):
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def batch_get(self, keys: Sequence[Key]) -> Iterator[Row]:
        """Those of the rows that exist, read consistently, in no order. No key may be there twice."""
        for first in range(0, len(keys), _BATCH_KEYS):
            yield from self._get_batch([to_wire(key) for key in keys[first : first + _BATCH_KEYS]])

    def _get_batch(self, keys: list[dict[str, Any]]) -> Iterator[Row]:
        fruitless = 0
        while True:
            with aws_failures("read rows"):
                answer = self._client.batch_get_item(RequestItems={self._name: {"Keys": keys, "ConsistentRead": True}})
            rows = answer["Responses"].get(self._name, [])
            yield from (from_wire(item) for item in rows)
            unprocessed = answer["UnprocessedKeys"].get(self._name)
            if not unprocessed:
                return
            # A reply that is full (16 MB) leaves keys over as well: only replies that bring nothing count as failed.
            fruitless = 0 if rows else fruitless + 1
            if fruitless == _BATCH_ATTEMPTS:
                raise AwsFailure(f"could not read rows: {len(unprocessed['Keys'])} stayed unprocessed")
            keys = list(unprocessed["Keys"])
            self._sleep(_pause_s(fruitless))

    def _delete_batch(self, requests: "list[WriteRequestUnionTypeDef]") -> None:
        for attempt in range(_BATCH_ATTEMPTS):
            with aws_failures("delete rows"):
                answer = self._client.batch_write_item(RequestItems={self._name: requests})
            unprocessed = answer["UnprocessedItems"].get(self._name)
            if not unprocessed:
                return
            requests = list(unprocessed)
            self._sleep(_pause_s(attempt))
        raise AwsFailure(f"could not delete rows: {len(requests)} stayed unprocessed")

    def _write(self, operation: Callable[..., Any], condition: Condition | None, **request: Any) -> Any:
        if condition is not None:
            request |= conditional(condition) | {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        with aws_failures("write a row"):
            return self._past_conflicts(lambda: self._try_to_write(operation, request))

    def _try_to_write(self, operation: Callable[..., Any], request: dict[str, Any]) -> Any:
        try:
            return operation(TableName=self._name, **request)
        except self._client.exceptions.ConditionalCheckFailedException as failure:
            found: Any = failure.response.get("Item")
            raise ConditionFailed(from_wire(found) if found else None) from failure
        except self._client.exceptions.TransactionConflictException as failure:
            raise _OtherTransaction from failure

    def _past_conflicts(self, write: Callable[[], T]) -> T:
        """Repeats a write that met another transaction on the same row. Raises `Conflict` if they do not end."""
        for attempt in range(_CONFLICT_ATTEMPTS):
            try:
                return write()
            except _OtherTransaction:
                self._sleep(_pause_s(attempt))
        raise Conflict("Another request is changing the same resource; try again.", retry_after_s=1)


def _pause_s(fruitless: int) -> float:
    """Exponential, with full jitter, so that throttled readers do not come back together."""
    return secrets.SystemRandom().uniform(0.0, _FIRST_PAUSE_S * 2**fruitless)
