"""Requests with an idempotency key in DynamoDB."""

from datetime import datetime

from chalicelib.aws.dynamodb.rows import Row, from_row, stored, to_row
from chalicelib.aws.dynamodb.table import Condition, ConditionFailed, DynamoTable
from chalicelib.aws.dynamodb.table_layout import EXPIRES_AT, PARTITION_KEY, keyed_request_key
from chalicelib.domain.idempotency import KeyedRequest
from chalicelib.errors import StaleWrite

_FREE = "attribute_not_exists(#pk) OR #expires <= :now_s OR (attribute_not_exists(#answer) AND #lease <= :now)"
_NAMES = {"#pk": PARTITION_KEY, "#expires": EXPIRES_AT, "#answer": "answer", "#lease": "leased_until"}


class DynamoKeyedRequests:
    """The port `KeyedRequestStore`."""

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def claim(self, request: KeyedRequest, now: datetime) -> KeyedRequest | None:
        """Takes the key if it is free, by one conditional write; else returns the request that has it."""
        free = Condition(_FREE, _NAMES, {":now_s": stored(now.timestamp()), ":now": stored(now)})
        try:
            self._table.put(_row(request), free)
        except ConditionFailed as failure:
            if failure.row is None:
                raise StaleWrite("a key was neither free nor held") from failure
            holder = from_row(KeyedRequest, failure.row)
            # Our own write arrived although its answer was lost, and was sent again.
            return None if holder.owner == request.owner else holder
        return None

    def save(self, request: KeyedRequest) -> None:
        mine = Condition("#owner = :owner", {"#owner": "owner"}, {":owner": request.owner})
        try:
            self._table.put(_row(request), mine)
        except ConditionFailed:
            raise StaleWrite("the key was taken by another request") from None


def _row(request: KeyedRequest) -> Row:
    return to_row(request) | keyed_request_key(request.account_id, request.key)
