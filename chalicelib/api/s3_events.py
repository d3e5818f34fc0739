"""Parses S3's event notifications."""

import json
from dataclasses import dataclass
from urllib.parse import unquote_plus

_CREATED = "ObjectCreated:"


@dataclass(frozen=True, slots=True)
class CreatedObject:
    """An object that came into being. `version_id` is None in a bucket without versions."""

    key: str
    version_id: str | None = None


def created_objects(body: str) -> tuple[CreatedObject, ...]:
    """The objects that a notification says were created, in order; none for S3's own test message.

    Keys come quoted as in a URL's query. Raises ValueError for a text that is no notification.
    """
    try:
        records = json.loads(body).get("Records", [])
        return tuple(
            CreatedObject(unquote_plus(found["key"]), found.get("versionId") or None)
            for found in (
                record["s3"]["object"]
                for record in records
                if record["eventName"].removeprefix("s3:").startswith(_CREATED)
            )
        )
    except (AttributeError, KeyError, TypeError, RecursionError) as error:
        raise ValueError("this is no notification of S3") from error
