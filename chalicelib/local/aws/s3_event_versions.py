"""moto's S3 notifications, with the version of the object that they speak of, as S3 sends them."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from moto.s3 import notifications


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
