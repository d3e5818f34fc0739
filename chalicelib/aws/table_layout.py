"""The key scheme of the one table, in the one place that knows it.

| row        | pk                     | sk                                  |
|------------|------------------------|-------------------------------------|
| job        | `ACCOUNT#<account id>` | `JOB#<job id>`                      |
| entry      | `ACCOUNT#<account id>` | `ENTRY#<entry id>`                  |
| annotation | `ACCOUNT#<account id>` | `ANNOTATION#<entry id>#<id>`        |
| keyed request | `ACCOUNT#<account id>` | `IDEMPOTENCY#<SHA-256 of the key>` |
| user       | `USER#<email>`         | `USER`                              |

Every read names one partition, and the account is the partition: no request can meet another account's rows. Ids
sort by time, so the sort key lists jobs and annotations in the order in which they were made; no index is needed.
An entry holds its representations as a map, by id. The other attributes are the fields of the domain's dataclasses,
by name (see `rows`).
"""

import hashlib
from typing import TYPE_CHECKING, Final, TypedDict

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeDefinitionTypeDef, KeySchemaElementTypeDef

PARTITION_KEY: Final = "pk"
SORT_KEY: Final = "sk"
EXPIRES_AT: Final = "expires_at"
"""The attribute after which DynamoDB may drop a row (its TTL), in seconds since 1970."""
# DynamoDB's own limit for a partition key; it refuses a read of a longer one instead of finding nothing.
MAX_PARTITION_KEY_BYTES: Final = 2048


class TableKeys(TypedDict):
    """The part of a table definition that the code depends on: arguments of CreateTable, properties of the template."""

    KeySchema: "list[KeySchemaElementTypeDef]"
    AttributeDefinitions: "list[AttributeDefinitionTypeDef]"


TABLE_KEYS: Final[TableKeys] = {
    "KeySchema": [
        {"AttributeName": PARTITION_KEY, "KeyType": "HASH"},
        {"AttributeName": SORT_KEY, "KeyType": "RANGE"},
    ],
    "AttributeDefinitions": [
        {"AttributeName": PARTITION_KEY, "AttributeType": "S"},
        {"AttributeName": SORT_KEY, "AttributeType": "S"},
    ],
}

JOB_PREFIX: Final = "JOB#"


def job_key(account_id: str, job_id: str) -> dict[str, str]:
    """Where a job's row is."""
    return _key(account_partition(account_id), f"{JOB_PREFIX}{job_id}")


def entry_key(account_id: str, entry_id: str) -> dict[str, str]:
    """Where an entry's row is."""
    return _key(account_partition(account_id), f"ENTRY#{entry_id}")


def annotation_key(account_id: str, entry_id: str, annotation_id: str) -> dict[str, str]:
    """Where an annotation's row is."""
    return _key(account_partition(account_id), f"{annotation_prefix(entry_id)}{annotation_id}")


def keyed_request_key(account_id: str, key: str) -> dict[str, str]:
    """Where the request under an idempotency key is; the key itself comes from a client."""
    return _key(account_partition(account_id), f"IDEMPOTENCY#{hashlib.sha256(key.encode()).hexdigest()}")


def user_key(email: str) -> dict[str, str]:
    """Where a user's row is."""
    return _key(f"USER#{email}", "USER")


def account_partition(account_id: str) -> str:
    """The partition of all that an account owns."""
    return f"ACCOUNT#{account_id}"


def annotation_prefix(entry_id: str) -> str:
    """What the sort keys of an entry's annotations begin with."""
    return f"ANNOTATION#{entry_id}#"


def _key(partition: str, sort: str) -> dict[str, str]:
    return {PARTITION_KEY: partition, SORT_KEY: sort}
