"""What S3 tells a queue of its objects."""

import json
from urllib.parse import unquote_plus

_CREATED = "ObjectCreated:"


def created_keys(body: str) -> tuple[str, ...]:
    """The keys of the objects that a notification says were created, in order; none for S3's own test message.

    Keys come quoted as in a URL's query. Raises ValueError for a text that is no notification.
    """
    try:
        records = json.loads(body).get("Records", [])
        return tuple(
            unquote_plus(record["s3"]["object"]["key"])
            for record in records
            if record["eventName"].removeprefix("s3:").startswith(_CREATED)
        )
    except (AttributeError, KeyError, TypeError, RecursionError) as error:
        raise ValueError("this is no notification of S3") from error
