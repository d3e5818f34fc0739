"""Requests with an idempotency key in DynamoDB.

The body of a response lies in a row of its own, under the job or entry that it describes and is deleted with.
"""

from dataclasses import replace
from datetime import datetime

from chalicelib.aws.dynamodb.rows import Condition, ConditionFailed, Row, from_row, if_refused, stored, to_row
from chalicelib.aws.dynamodb.table import DynamoTable
from chalicelib.aws.dynamodb.table_layout import (
    EXPIRES_AT,
    PARTITION_KEY,
    account_partition,
    kept_response_key,
    kept_responses_prefix,
    keyed_request_key,
)
from chalicelib.domain.idempotency import KeptAnswer, KeyedRequest
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
            return None if holder.owner == request.owner else self._with_body(holder)
        return None

    def save(self, request: KeyedRequest) -> None:
        answer = request.answer
        if answer is not None and answer.subject_id is not None and answer.body is not None:
            # Before the key's row: the owner alone writes to it, and a repeated request finds both or is to wait.
            self._table.put(_response_row(request, answer.subject_id, answer.body))
            request = replace(request, answer=replace(answer, body=None))
        mine = Condition("#owner = :owner", {"#owner": "owner"}, {":owner": request.owner})
        with if_refused(StaleWrite("the key was taken by another request")):
            self._table.put(_row(request), mine)

    def delete_responses(self, account_id: str, subject_id: str) -> None:
        self._table.delete_many(self._table.query(account_partition(account_id), kept_responses_prefix(subject_id)))

    def _with_body(self, holder: KeyedRequest) -> KeyedRequest:
        answer = holder.answer
        if answer is None or answer.subject_id is None:
            return holder
        row = self._table.get(kept_response_key(holder.account_id, answer.subject_id, holder.key))
        return replace(holder, answer=_read(answer, row))


def _row(request: KeyedRequest) -> Row:
    return to_row(request) | keyed_request_key(request.account_id, request.key)


def _response_row(request: KeyedRequest, subject_id: str, body: str) -> Row:
    row = {"body": body, EXPIRES_AT: request.expires_at}
    return row | kept_response_key(request.account_id, subject_id, request.key)


def _read(answer: KeptAnswer, row: Row | None) -> KeptAnswer:
    return answer if row is None else replace(answer, body=row["body"])
