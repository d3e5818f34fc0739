"""Concurrent conditional writes against moto over HTTP, with the lock and without."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

import pytest
from boto3.session import Session
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.responses import DynamoHandler
from moto.s3.models import s3_backends

from chalicelib.aws.clients import AwsClients
from chalicelib.aws.dynamodb.table_layout import TABLE_KEYS
from chalicelib.local.aws.embedded import EmbeddedAws
from chalicelib.local.aws.moto_changes import listings_under_change, short_search_for_values

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

THREADS = 8
INCREMENTS = 40
SCALARS = {"S": "text", "N": "-1.5", "B": b"\x00", "BOOL": False, "NULL": True}
SETS = {"SS": ["a", "b"], "NS": ["1", "2"], "BS": [b"a"]}
KEY = {"pk": {"S": "COUNTER"}, "sk": {"S": "COUNTER"}}


@pytest.fixture
def eager_threads() -> Iterator[None]:
    """Threads change places often, so that a race that is possible happens."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(5e-4)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("eager_threads")
def test_no_conditional_increment_is_lost() -> None:
    with EmbeddedAws() as aws:
        assert _count_together(aws, THREADS * INCREMENTS) == THREADS * INCREMENTS


@pytest.mark.usefixtures("eager_threads")
def test_without_the_lock_increments_are_lost() -> None:
    """Shows that the test above can fail: otherwise the lock could go."""
    with EmbeddedAws() as aws, _lock_taken_off():
        assert any(_count_together(aws, THREADS * 10) < THREADS * 10 for _ in range(20))


@pytest.mark.usefixtures("aws_environment")
def test_values_of_every_type_are_found_by_the_short_search(aws_session: Session) -> None:
    values: dict[str, Any] = {name: {name: value} for name, value in {**SCALARS, **SETS}.items()}
    nested = {"M": {"m": {"M": values}, "l": {"L": [*values.values(), {"L": []}, {"M": {}}]}, "S": {"S": ""}}}
    item = {**KEY, **values, "nested": nested}
    with mock_aws(), short_search_for_values():
        dynamodb = AwsClients(aws_session).dynamodb
        dynamodb.create_table(TableName="t", BillingMode="PAY_PER_REQUEST", **TABLE_KEYS)
        dynamodb.put_item(TableName="t", Item=item)
        assert dynamodb.get_item(TableName="t", Key=KEY)["Item"] == item


@contextmanager
def _lock_taken_off() -> Iterator[None]:
    guarded = DynamoHandler.call_action
    DynamoHandler.call_action = guarded.__wrapped__  # type: ignore[method-assign,attr-defined]  # what `wraps` keeps
    try:
        yield
    finally:
        DynamoHandler.call_action = guarded  # type: ignore[method-assign]  # as it was


def _count_together(aws: EmbeddedAws, increments: int) -> int:
    clients = AwsClients()
    table = aws.settings.table_name
    clients.dynamodb.put_item(TableName=table, Item={**KEY, "n": {"N": "0"}})
    with ThreadPoolExecutor(THREADS) as pool:
        for _ in pool.map(lambda _: _increment(clients.dynamodb, table), range(increments)):
            pass
    row = clients.dynamodb.get_item(TableName=table, Key=KEY, ConsistentRead=True)["Item"]
    return int(row["n"]["N"])


def _increment(dynamodb: "DynamoDBClient", table: str) -> None:
    dynamodb.update_item(
        TableName=table,
        Key=KEY,
        UpdateExpression="SET n = n + :one",
        ConditionExpression="attribute_exists(pk)",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )


class _Changing(str):
    """A text of metadata, to which another is added as soon as it is copied."""

    def __new__(cls, metadata: dict[str, str]) -> Self:
        text = super().__new__(cls, "x")
        text.metadata = metadata
        return text

    metadata: dict[str, str]

    def __deepcopy__(self, _known: object) -> Self:
        self.metadata["added"] = "x"
        return self


def test_objects_are_listed_while_one_of_them_gets_its_metadata() -> None:
    with mock_aws():
        backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
        backend.create_bucket("media", "us-east-1")
        metadata: dict[str, str] = {}
        metadata["first"] = _Changing(metadata)
        backend.put_object("media", "a.mp4", b"")
        backend.buckets["media"].keys["a.mp4"]._metadata = metadata  # the dictionary itself, no copy
        with listings_under_change():
            versions, *_ = backend.list_object_versions("media")
    assert [version.name for version in versions] == ["a.mp4"]
