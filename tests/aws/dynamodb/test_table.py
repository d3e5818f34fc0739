"""Tests what the table does beyond the ports' promises: retries, pages, failures, what it asks of DynamoDB."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from boto3.session import Session
from botocore.stub import Stubber

from chalicelib.aws.clients import AwsClients
from chalicelib.aws.dynamodb.entries import DynamoEntries
from chalicelib.aws.dynamodb.rows import EXISTING, NEW, ConditionFailed
from chalicelib.aws.dynamodb.table import DynamoTable
from chalicelib.aws.failures import AwsFailure
from chalicelib.errors import Conflict
from tests.contract.samples import make_entry, make_representation
from tests.moto_stack import TABLE_NAME, MotoStack, moto_stack


@pytest.fixture
def stack(aws_environment: None, aws_session: Session) -> Iterator[MotoStack]:
    with moto_stack(aws_session) as provisioned:
        yield provisioned


class _StubbedTable:
    """A table whose client answers as given."""

    def __init__(self, session: Session) -> None:
        client = AwsClients(session).dynamodb
        self.client = client
        self.pauses_s: list[float] = []
        self.stubber = Stubber(client)
        self.stubber.activate()
        self.table = DynamoTable(client, TABLE_NAME, sleep=self.pauses_s.append)

    def answer_batch(self, asked: list[str], found: list[str], unprocessed: list[str]) -> None:
        left = {TABLE_NAME: {"Keys": [_wire_key(name) for name in unprocessed]}} if unprocessed else {}
        self.stubber.add_response(
            "batch_get_item",
            {"Responses": {TABLE_NAME: [_wire_key(name) for name in found]}, "UnprocessedKeys": left},
            {"RequestItems": {TABLE_NAME: {"Keys": [_wire_key(name) for name in asked], "ConsistentRead": True}}},
        )


@pytest.fixture
def stubbed(aws_environment: None, aws_session: Session) -> _StubbedTable:
    return _StubbedTable(aws_session)


def _key(name: str) -> dict[str, str]:
    return {"pk": "P", "sk": name}


def _wire_key(name: str) -> dict[str, Any]:
    return {"pk": {"S": "P"}, "sk": {"S": name}}


def test_unprocessed_keys_are_asked_for_again(stubbed: _StubbedTable) -> None:
    stubbed.answer_batch(["a", "b", "c"], ["b"], ["a", "c"])
    stubbed.answer_batch(["a", "c"], [], ["a", "c"])
    stubbed.answer_batch(["a", "c"], ["a", "c"], [])
    rows = list(stubbed.table.batch_get([_key("a"), _key("b"), _key("c")]))
    assert [row["sk"] for row in rows] == ["b", "a", "c"]
    assert len(stubbed.pauses_s) == 2
    stubbed.stubber.assert_no_pending_responses()


def test_keys_that_stay_unprocessed_end_in_a_failure(stubbed: _StubbedTable) -> None:
    stubbed.answer_batch(["a", "b"], ["b"], ["a"])
    for _ in range(8):
        stubbed.answer_batch(["a"], [], ["a"])
    with pytest.raises(AwsFailure, match="1 stayed unprocessed"):
        list(stubbed.table.batch_get([_key("a"), _key("b")]))
    assert all(0.0 <= pause_s <= 0.05 * 2**number for number, pause_s in enumerate(stubbed.pauses_s))
    stubbed.stubber.assert_no_pending_responses()


def test_rows_are_read_consistently(stubbed: _StubbedTable) -> None:
    stubbed.stubber.add_response(
        "get_item",
        {"Item": _wire_key("a")},
        {"TableName": TABLE_NAME, "Key": _wire_key("a"), "ConsistentRead": True},
    )
    assert stubbed.table.get(_key("a")) == _key("a")


@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException", "InternalServerError"])
def test_botocores_errors_stop_here(stubbed: _StubbedTable, code: str) -> None:
    for operation in ("get_item", "put_item", "query", "batch_get_item"):
        stubbed.stubber.add_client_error(operation, code)
    with pytest.raises(AwsFailure, match=code):
        stubbed.table.get(_key("a"))
    with pytest.raises(AwsFailure, match=code):
        stubbed.table.put(_key("a"), NEW)
    with pytest.raises(AwsFailure, match=code):
        list(stubbed.table.query("P", ""))
    with pytest.raises(AwsFailure, match=code):
        list(stubbed.table.batch_get([_key("a")]))


def test_a_missing_table_is_a_failure(stack: MotoStack) -> None:
    with pytest.raises(AwsFailure, match="read a row"):
        DynamoTable(stack.clients.dynamodb, "no-such-table").get(_key("a"))


def test_a_failed_condition_shows_the_row(stack: MotoStack) -> None:
    stack.table.put(_key("a") | {"colour": "red"})
    with pytest.raises(ConditionFailed) as failed:
        stack.table.put(_key("a"), NEW)
    assert failed.value.row == _key("a") | {"colour": "red"}
    with pytest.raises(ConditionFailed) as failed:
        stack.table.put(_key("b"), EXISTING)
    assert failed.value.row is None


@pytest.mark.parametrize("read_size", [None, 1, 2, 5, 100])
@pytest.mark.parametrize("descending", [False, True])
def test_queries_cross_pages(stack: MotoStack, read_size: int | None, descending: bool) -> None:
    for name in ("A#1", "B#1", "B#2", "B#3", "B#4", "B#5", "C#1"):
        stack.table.put(_key(name))
    rows = stack.table.query("P", "B#", descending=descending, read_size=read_size)
    names = [f"B#{number}" for number in (1, 2, 3, 4, 5)]
    assert [row["sk"] for row in rows] == (names[::-1] if descending else names)


def test_a_query_begins_behind_a_key_even_if_its_row_is_gone(stack: MotoStack) -> None:
    for name in ("B#1", "B#3", "B#4"):
        stack.table.put(_key(name))
    rows = stack.table.query("P", "B#", after=_key("B#2"))
    assert [row["sk"] for row in rows] == ["B#3", "B#4"]


def test_deletions_that_stay_unprocessed_are_asked_for_again_and_end_in_a_failure(stubbed: _StubbedTable) -> None:
    def answer(asked: list[str], unprocessed: list[str]) -> None:
        wire = [[{"DeleteRequest": {"Key": _wire_key(name)}} for name in names] for names in (asked, unprocessed)]
        left = {TABLE_NAME: wire[1]} if unprocessed else {}
        stubbed.stubber.add_response(
            "batch_write_item", {"UnprocessedItems": left}, {"RequestItems": {TABLE_NAME: wire[0]}}
        )

    names = [f"{number}" for number in range(26)]
    answer(names[:25], ["3", "4"])
    answer(["3", "4"], [])
    answer(names[25:], [])
    stubbed.table.delete_many(_key(name) for name in names)
    for _ in range(8):
        answer(["a"], ["a"])
    with pytest.raises(AwsFailure, match="1 stayed unprocessed"):
        stubbed.table.delete_many([_key("a")])
    stubbed.stubber.assert_no_pending_responses()


def test_an_exchange_is_both_or_neither(stack: MotoStack) -> None:
    stack.table.put(_key("a"))
    stack.table.exchange(_key("a"), EXISTING, _key("b"))
    assert (stack.table.get(_key("a")), stack.table.get(_key("b"))) == (None, _key("b"))
    with pytest.raises(ConditionFailed):
        stack.table.exchange(_key("a"), EXISTING, _key("c"))
    assert stack.table.get(_key("c")) is None


def test_an_exchange_that_is_cancelled_for_another_reason_is_a_failure(stubbed: _StubbedTable) -> None:
    _cancel(stubbed, "ThrottlingError")
    with pytest.raises(AwsFailure, match="write two rows"):
        stubbed.table.exchange(_key("a"), EXISTING, _key("b"))


def test_an_exchange_that_meets_another_transaction_is_made_again(stubbed: _StubbedTable) -> None:
    _cancel(stubbed, "TransactionConflict")
    stubbed.stubber.add_response("transact_write_items", {})
    stubbed.table.exchange(_key("a"), EXISTING, _key("b"))
    stubbed.stubber.assert_no_pending_responses()


def test_transactions_that_do_not_end_are_a_conflict_and_no_failure_of_ours(stubbed: _StubbedTable) -> None:
    for _ in range(4):
        _cancel(stubbed, "TransactionConflict")
    with pytest.raises(Conflict) as conflict:
        stubbed.table.exchange(_key("a"), EXISTING, _key("b"))
    assert conflict.value.retry_after_s == 1


def test_a_write_that_meets_a_transaction_is_made_again(stubbed: _StubbedTable) -> None:
    stubbed.stubber.add_client_error("put_item", "TransactionConflictException")
    stubbed.stubber.add_response("put_item", {})
    stubbed.table.put(_key("a"))
    stubbed.stubber.assert_no_pending_responses()


def test_rows_are_queried_consistently_and_indexes_as_they_can_be(stubbed: _StubbedTable) -> None:
    asked: list[dict[str, object]] = []
    stubbed.client.meta.events.register(
        "provide-client-params.dynamodb.Query", lambda params, **_: asked.append(dict(params))
    )
    for _ in range(2):
        stubbed.stubber.add_response("query", {"Items": []})
    assert list(stubbed.table.query("p", "s")) == []
    assert list(stubbed.table.query_index_down("by_key", "k", sort_key="n", before=None, read_size=1)) == []
    assert [each.get("ConsistentRead") for each in asked] == [True, None]


def _cancel(stubbed: _StubbedTable, code: str) -> None:
    stubbed.stubber.add_client_error(
        "transact_write_items",
        "TransactionCanceledException",
        modeled_fields={"CancellationReasons": [{"Code": code}, {"Code": "None"}]},
    )


def test_a_write_that_was_sent_twice_is_no_error(stubbed: _StubbedTable) -> None:
    file = make_representation(make_entry())
    row = {"representations": {"M": {file.id: {"M": {"media_key": {"S": file.media_key}}}}}}
    for _ in range(2):
        stubbed.stubber.add_client_error("update_item", "ConditionalCheckFailedException", modeled_fields={"Item": row})
    entries = DynamoEntries(stubbed.table)
    entries.add_representation(file)
    entries.replace_representation(replace(file, media_key="old"), file)
    stubbed.stubber.assert_no_pending_responses()
