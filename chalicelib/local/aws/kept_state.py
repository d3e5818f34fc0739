"""Keeps moto's DynamoDB and S3 in a folder: every change is written before it is answered, and read at the start.

Queues are not kept: messages are sent again for the jobs that are not over (`unfinished`), and what was submitted to
Batch is submitted again. Nor are the copies of results under `results/`, which a watched directory has.
"""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.responses import DynamoHandler
from moto.s3.models import FakeDeleteMarker, FakeKey, S3Backend, s3_backends

from chalicelib.aws.dynamodb.table_layout import JOB_PREFIX, PARTITION_KEY, SEGMENTS_PREFIX, SORT_KEY
from chalicelib.domain.intake.drops import RESULTS_PREFIX
from chalicelib.domain.jobs import JobMessage, JobStatus
from chalicelib.local.aws.environment import REGION
from chalicelib.local.aws.state_folder import StateFolder, StoredBytes, StoredVersion, copied

_LIVE = {JobStatus.QUEUED, JobStatus.WORKING}
_PARTITION = "aws"
# What writes and deletes objects, with the parameters that name bucket and key.
_WRITES = {
    "put_object": ("bucket_name", "key_name"),
    "delete_object": ("bucket_name", "key_name"),
    "copy_object": ("dest_bucket_name", "dest_key_name"),
}


def row_keeper(folder: StateFolder) -> Callable[[DynamoHandler], None]:
    """Returns what stores the rows that a call of DynamoDB has written."""

    def keep(handler: DynamoHandler) -> None:
        for table_name, key in _written(handler.get_endpoint_name(handler.headers), handler.body):
            table, (pk, sk) = handler.dynamodb_backend.get_table(table_name), key
            item = table.get_item(DynamoType({"S": pk}), DynamoType({"S": sk}))
            folder.save_row(pk, sk, None if item is None else item.to_json()["Attributes"])

    return keep


def _written(action: str | None, body: dict[str, Any]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yields the table and key of each row that a call may have written."""
    if action in ("PutItem", "UpdateItem", "DeleteItem"):
        yield body["TableName"], _key(body)
    elif action == "BatchWriteItem":
        for table_name, requests in body["RequestItems"].items():
            for request in requests:
                yield table_name, _key(*request.values())
    elif action == "TransactWriteItems":
        for each in body["TransactItems"]:
            (change,) = each.values()
            yield change["TableName"], _key(change)


def _key(change: dict[str, Any]) -> tuple[str, str]:
    attributes = change["Item"] if "Item" in change else change["Key"]
    return attributes[PARTITION_KEY]["S"], attributes[SORT_KEY]["S"]


@contextmanager
def objects_kept(folder: StateFolder) -> Iterator[None]:
    """Stores what S3 is told to write or delete, until the end of the block. An object's bytes are then read from the
    folder, so that memory does not grow with them."""

    def keep(backend: S3Backend, bucket_name: str, key_name: str) -> None:
        if not key_name.startswith(RESULTS_PREFIX):
            _keep_versions(folder, key_name, backend.get_bucket(bucket_name).keys.getlist(key_name, []))

    plain = {name: getattr(S3Backend, name) for name in _WRITES}
    plain_metadata = FakeKey.set_metadata

    def kept(name: str) -> Callable[..., Any]:
        bucket, key = _WRITES[name]
        signature = inspect.signature(plain[name])

        @wraps(plain[name])
        def call(*arguments: Any, **options: Any) -> Any:
            answer = plain[name](*arguments, **options)
            given = signature.bind(*arguments, **options).arguments
            keep(given["self"], given[bucket], given[key])
            return answer

        return call

    @wraps(plain_metadata)
    def with_metadata(key: FakeKey, *arguments: Any, **options: Any) -> None:
        plain_metadata(key, *arguments, **options)
        folder.set_metadata(key.version_id, dict(key.metadata))

    for name in _WRITES:
        setattr(S3Backend, name, kept(name))
    FakeKey.set_metadata = with_metadata  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        FakeKey.set_metadata = plain_metadata  # type: ignore[method-assign]
        for name, method in plain.items():
            setattr(S3Backend, name, method)


def _keep_versions(folder: StateFolder, key_name: str, versions: list[Any]) -> None:
    stored = folder.version_ids(key_name)
    for version in list(versions):
        if version.version_id in stored:
            continue
        if isinstance(version, FakeDeleteMarker):
            marker = StoredVersion(key_name, version.version_id, version.last_modified, None, {})
            folder.add_version(marker, lambda _path: None)
        else:
            etag, metadata = version.etag.strip('"'), dict(version.metadata)
            described = StoredVersion(key_name, version.version_id, version.last_modified, etag, metadata)
            with version.lock:
                source = version._value_buffer  # noqa: SLF001  # the only place of the bytes that need not fit in memory
                folder.add_version(described, lambda path, source=source: copied(source, path))  # type: ignore[misc]
                version._value_buffer = StoredBytes(folder.path_of(version.version_id))  # noqa: SLF001  # likewise
                source.close()
    for gone in stored - {version.version_id for version in versions}:
        folder.remove_version(gone)


def restore(folder: StateFolder, table_name: str, bucket_name: str) -> None:
    """Fills a new table and a new bucket with what is stored."""
    table = dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].get_table(table_name)
    for row in folder.rows():
        if row[SORT_KEY]["S"].startswith(SEGMENTS_PREFIX):
            row.pop("array_id", None)  # Batch has forgotten it; the sweeper submits another
        table.put_item(row)
    bucket = s3_backends[DEFAULT_ACCOUNT_ID][_PARTITION].get_bucket(bucket_name)
    for version in folder.versions():
        bucket.keys[version.key] = _restored(folder, version, bucket)


def _restored(folder: StateFolder, version: StoredVersion, bucket: Any) -> Any:
    if version.etag is None:
        marker = FakeDeleteMarker(bucket.keys[version.key])
        marker._version_id, marker.last_modified = version.id, version.modified  # noqa: SLF001  # it takes none
        return marker
    key = FakeKey(
        version.key,
        b"",
        DEFAULT_ACCOUNT_ID,
        REGION,
        etag=version.etag,
        is_versioned=True,
        version_id=version.id,
        bucket_name=bucket.name,
    )
    key.set_metadata(dict(version.metadata))
    key.last_modified = version.modified
    path = folder.path_of(version.id)
    key.contentsize = path.stat().st_size
    key._value_buffer.close()  # noqa: SLF001  # likewise
    key._value_buffer = StoredBytes(path)  # type: ignore[assignment]  # noqa: SLF001  # as much of a file as is used
    return key


def unfinished(folder: StateFolder) -> Iterator[JobMessage]:
    """Yields the messages of the jobs that are not over."""
    for row in folder.rows():
        if row[SORT_KEY]["S"].startswith(JOB_PREFIX) and row["status"]["S"] in _LIVE:
            yield JobMessage(row["account_id"]["S"], row["id"]["S"], int(row["run"]["N"]))
