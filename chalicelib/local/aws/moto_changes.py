"""Changes to moto: a DynamoDB that is safe for threads and answers sooner, S3 notifications with versions, and
lists of objects that change."""

from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from functools import wraps
from threading import RLock
from time import sleep
from typing import Any

from moto.core.common_types import TYPE_RESPONSE
from moto.core.model import StructureShape
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.responses import DynamoHandler
from moto.s3 import notifications
from moto.s3.models import S3Backend

_LISTED_AGAIN, _PAUSE_S = 10, 0.01


@contextmanager
def one_dynamodb_call_at_a_time(after: Callable[[DynamoHandler], None] | None = None) -> Iterator[None]:
    """Puts one lock round everything that moto's DynamoDB does, until the end of the block. `after` is called with each
    call, still under the lock.

    moto checks a condition and writes in two steps. Under threads several conditional writes win and updates are lost,
    and with them the leases on which the workers rely. Enter the block before the server takes its first request.
    """
    unguarded: Callable[[DynamoHandler], TYPE_RESPONSE] = DynamoHandler.call_action
    lock = RLock()

    @wraps(unguarded)
    def guarded(handler: DynamoHandler) -> TYPE_RESPONSE:
        with lock:
            answer = unguarded(handler)
            if after is not None:
                after(handler)
            return answer

    DynamoHandler.call_action = guarded  # type: ignore[method-assign]  # all actions pass through this method
    try:
        yield
    finally:
        DynamoHandler.call_action = unguarded  # type: ignore[method-assign]  # as it was


@contextmanager
def short_search_for_values() -> Iterator[None]:
    """Until the end of the block, a value of an item is searched in DynamoDB's answers for the type that it has.

    moto searches it for each of the ten types, under up to eight names, which is most of the work for an answer.
    """
    plain = BaseJSONSerializer._serialize_type_structure  # noqa: SLF001  # each structure of an answer passes through it

    @wraps(plain)
    def short(
        serializer: BaseJSONSerializer,
        answer: MutableMapping[str, Any],
        value: Any,
        shape: StructureShape,
        key: str,
    ) -> None:
        if shape.name != "AttributeValue" or not isinstance(value, dict) or not key:
            plain(serializer, answer, value, shape, key)
            return
        found: dict[str, Any] = {}
        for name in value.keys() & shape.members.keys():
            serializer._serialize_structure_member(found, value, shape.members[name], name)  # noqa: SLF001
        serializer._default_serialize(answer, found, shape, key)  # noqa: SLF001

    BaseJSONSerializer._serialize_type_structure = short  # type: ignore[method-assign,assignment]  # noqa: SLF001
    try:
        yield
    finally:
        BaseJSONSerializer._serialize_type_structure = plain  # type: ignore[method-assign]  # noqa: SLF001


@contextmanager
def versions_in_s3_events() -> Iterator[None]:
    """Until the end of the block, notifications of objects in a bucket with versions say which version was created
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html).

    moto leaves that out, and an object that is written twice in a row would be two announcements of the second.
    """
    plain = notifications._get_s3_event  # noqa: SLF001  # the only method that creates the record

    @wraps(plain)
    def with_version(event_name: str, bucket: Any, key: Any, notification_id: str) -> dict[str, list[dict[str, Any]]]:
        event: dict[str, list[dict[str, Any]]] = plain(event_name, bucket, key, notification_id)
        if bucket.is_versioned:
            for record in event["Records"]:
                record["s3"]["object"]["versionId"] = key.version_id
        return event

    notifications._get_s3_event = with_version  # noqa: SLF001
    try:
        yield
    finally:
        notifications._get_s3_event = plain  # noqa: SLF001


@contextmanager
def listings_under_change() -> Iterator[None]:
    """Until the end of the block, a list of versions is made again if objects change meanwhile.

    moto copies every object for it. An object that gets its metadata meanwhile raises RuntimeError in the copy, and the
    answer would be 500.
    """
    plain = S3Backend.list_object_versions

    @wraps(plain)
    def patient(backend: S3Backend, *arguments: Any, **options: Any) -> Any:
        for _ in range(_LISTED_AGAIN):
            try:
                return plain(backend, *arguments, **options)
            except RuntimeError:
                sleep(_PAUSE_S)
        return plain(backend, *arguments, **options)

    S3Backend.list_object_versions = patient  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        S3Backend.list_object_versions = plain  # type: ignore[method-assign]
