"""The key scheme of the table; no other module knows it (the rows of batches have their keys in `batch_keys`).

| row        | pk                     | sk                                  |
|------------|------------------------|-------------------------------------|
| job        | `ACCOUNT#<account id>` | `JOB#<job id>`                      |
| entry      | `ACCOUNT#<account id>` | `ENTRY#<entry id>`                  |
| annotation | `ACCOUNT#<account id>` | `ANNOTATION#<entry id>#<id>`        |
| audit record | `ACCOUNT#<account id>` | `AUDIT#<id>`                      |
| keyed request | `ACCOUNT#<account id>` | `IDEMPOTENCY#<SHA-256 of the key>` |
| kept response | `ACCOUNT#<account id>` | `RESPONSE#<subject id>#<SHA-256 of the key>` |
| reminder   | `ACCOUNT#<account id>` | `REMINDER#<duty>#<subject id>`      |
| segments   | `ACCOUNT#<account id>` | `SEGMENTS#<job id>#<run>`           |
| members    | `ACCOUNT#<account id>` | `BATCH#<job id>#MEMBERS#<part>`     |
| inputs     | `ACCOUNT#<account id>` | `BATCH#<job id>#INPUTS#<part>`      |
| webhook secret | `ACCOUNT#<account id>` | `WEBHOOK_SECRET`                |
| account    | `ACCOUNT#<account id>` | `ACCOUNT`                           |
| account settings | `ACCOUNT#<account id>` | `SETTINGS`                    |
| user       | `USER#<email>`         | `USER`                              |
| user name  | `USERS`                | `NAME#<email>`                      |
| dead letter | `DEAD_LETTERS`          | `RUN#<account id>#<job id>#<run>`   |
| failed log-ins | `LOGIN#<SHA-256 of name and source>` | `FAILURES`        |

Every read names one partition, and the account is the partition: no request can meet another account's rows. Ids
sort by time, so the sort key lists jobs and annotations in the order in which they were made without an index.
The index `due` holds the rows that have a `due_partition`, the reminders, by their `due_at`: the one place where
accounts meet, which only the sweeper reads. Its partitions are a few shards, so that many reminders share the load.
The indexes `by_key` and `by_value` hold the annotations, for the search; their partitions name the account, too, and
digests of the texts, which may be longer than a key.
An entry holds its representations as a map, by id. The other attributes are the fields of the domain's dataclasses,
by name (see `rows`).
"""

import hashlib
import zlib
from typing import TYPE_CHECKING, Final, TypedDict

from chalicelib.domain.entries import Annotation

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import (
        AttributeDefinitionTypeDef,
        GlobalSecondaryIndexTypeDef,
        KeySchemaElementTypeDef,
    )

PARTITION_KEY: Final = "pk"
SORT_KEY: Final = "sk"
BY_KEY: Final = "by_key"
BY_VALUE: Final = "by_value"
NOTED_ENTRY: Final = "noted_entry"
"""The sort key of both indexes: `<entry id>#<annotation id>`."""
EXPIRES_AT: Final = "expires_at"
"""The attribute after which DynamoDB may drop a row (its TTL), in seconds since 1970."""
DUE_INDEX: Final = "due"
DUE_PARTITION: Final = "due_partition"
DUE_AT: Final = "due_at"
DUE_PARTITIONS: Final = tuple(f"DUE#{shard}" for shard in range(4))
# DynamoDB's own limit for a partition key; it refuses a read of a longer one instead of finding nothing.
MAX_PARTITION_KEY_BYTES: Final = 2048


class TableKeys(TypedDict):
    """The part of a table definition that the code depends on: arguments of CreateTable, properties of the template."""

    KeySchema: "list[KeySchemaElementTypeDef]"
    AttributeDefinitions: "list[AttributeDefinitionTypeDef]"
    GlobalSecondaryIndexes: "list[GlobalSecondaryIndexTypeDef]"


def _search_index(name: str) -> "GlobalSecondaryIndexTypeDef":
    """An index that is called after its partition key; rows without that are not in it."""
    return {
        "IndexName": name,
        "KeySchema": [
            {"AttributeName": name, "KeyType": "HASH"},
            {"AttributeName": NOTED_ENTRY, "KeyType": "RANGE"},
        ],
        "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["source"]},
    }


TABLE_KEYS: Final[TableKeys] = {
    "KeySchema": [
        {"AttributeName": PARTITION_KEY, "KeyType": "HASH"},
        {"AttributeName": SORT_KEY, "KeyType": "RANGE"},
    ],
    "AttributeDefinitions": [
        {"AttributeName": PARTITION_KEY, "AttributeType": "S"},
        {"AttributeName": SORT_KEY, "AttributeType": "S"},
        {"AttributeName": DUE_PARTITION, "AttributeType": "S"},
        {"AttributeName": DUE_AT, "AttributeType": "S"},
        {"AttributeName": BY_KEY, "AttributeType": "S"},
        {"AttributeName": BY_VALUE, "AttributeType": "S"},
        {"AttributeName": NOTED_ENTRY, "AttributeType": "S"},
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": DUE_INDEX,
            "KeySchema": [
                {"AttributeName": DUE_PARTITION, "KeyType": "HASH"},
                {"AttributeName": DUE_AT, "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        },
        _search_index(BY_KEY),
        _search_index(BY_VALUE),
    ],
}

JOB_PREFIX: Final = "JOB#"
ENTRY_PREFIX: Final = "ENTRY#"
USER_NAMES_PARTITION: Final = "USERS"
DEAD_LETTERS_PARTITION: Final = "DEAD_LETTERS"
DEAD_LETTER_PREFIX: Final = "RUN#"
USER_NAME_PREFIX: Final = "NAME#"
AUDIT_PREFIX: Final = "AUDIT#"
SEGMENTS_PREFIX: Final = "SEGMENTS#"


def job_key(account_id: str, job_id: str) -> dict[str, str]:
    """Returns the key of a job's row."""
    return _key(account_partition(account_id), f"{JOB_PREFIX}{job_id}")


def entry_key(account_id: str, entry_id: str) -> dict[str, str]:
    """Returns the key of an entry's row."""
    return _key(account_partition(account_id), f"{ENTRY_PREFIX}{entry_id}")


def annotation_key(account_id: str, entry_id: str, annotation_id: str) -> dict[str, str]:
    """Returns the key of an annotation's row."""
    return _key(account_partition(account_id), f"{annotation_prefix(entry_id)}{annotation_id}")


def keyed_request_key(account_id: str, key: str) -> dict[str, str]:
    """Returns the key of the row of an idempotency key. `key` is its digest, for it comes from a client."""
    return _key(account_partition(account_id), f"IDEMPOTENCY#{key}")


def kept_response_key(account_id: str, subject_id: str, key: str) -> dict[str, str]:
    """Returns the key of the row of a kept response about a job or an entry. `key` as in `keyed_request_key`."""
    return _key(account_partition(account_id), f"{kept_responses_prefix(subject_id)}{key}")


def kept_responses_prefix(subject_id: str) -> str:
    """Returns the prefix of the sort keys of the kept responses about a job or an entry."""
    return f"RESPONSE#{subject_id}#"


def reminder_key(account_id: str, duty: str, subject_id: str) -> dict[str, str]:
    """Returns the key of a reminder's row."""
    return _key(account_partition(account_id), f"REMINDER#{duty}#{subject_id}")


def dead_letter_key(account_id: str, job_id: str, run: int) -> dict[str, str]:
    """Returns the key of the row of a dead letter."""
    return _key(DEAD_LETTERS_PARTITION, f"{DEAD_LETTER_PREFIX}{account_id}#{job_id}#{run}")


def segments_key(account_id: str, job_id: str, run: int) -> dict[str, str]:
    """Returns the key of the row of a run's segments."""
    return _key(account_partition(account_id), f"{segments_prefix(job_id)}{run}")


def segments_prefix(job_id: str) -> str:
    """Returns the prefix of the sort keys of the segments of a job's runs."""
    return f"{SEGMENTS_PREFIX}{job_id}#"


def webhook_secret_key(account_id: str) -> dict[str, str]:
    """Returns the key of the row of an account's webhook secret."""
    return _key(account_partition(account_id), "WEBHOOK_SECRET")


def account_settings_key(account_id: str) -> dict[str, str]:
    """Returns the key of the row of an account's settings."""
    return _key(account_partition(account_id), "SETTINGS")


def due_partition(subject_id: str) -> str:
    """The shard of the index `due` that a subject's reminders are in."""
    return DUE_PARTITIONS[zlib.crc32(subject_id.encode()) % len(DUE_PARTITIONS)]


def annotation_index(annotation: Annotation) -> dict[str, str]:
    """The attributes by which the indexes hold an annotation's row."""
    return {
        BY_KEY: by_key_partition(annotation.account_id, annotation.key),
        BY_VALUE: by_value_partition(annotation.account_id, annotation.key, annotation.value),
        NOTED_ENTRY: f"{annotation.entry_id}#{annotation.id}",
    }


def by_key_partition(account_id: str, key: str) -> str:
    """Returns the partition of an account's annotations in the index by key."""
    return f"{account_partition(account_id)}#{_digest(key)}"


def by_value_partition(account_id: str, key: str, value: str) -> str:
    """Returns the partition of an account's annotations in the index by key and value."""
    return f"{account_partition(account_id)}#{_digest(key)}#{_digest(value)}"


def audit_key(account_id: str, record_id: str) -> dict[str, str]:
    """Returns the key of a line of the audit trail."""
    return _key(account_partition(account_id), f"{AUDIT_PREFIX}{record_id}")


def account_key(account_id: str) -> dict[str, str]:
    """Returns the key of the row that marks an account as existing."""
    return _key(account_partition(account_id), "ACCOUNT")


def user_key(email: str) -> dict[str, str]:
    """Returns the key of a user's row."""
    return _key(f"USER#{email}", "USER")


def user_name_key(email: str) -> dict[str, str]:
    """Returns the key of a user in the list of users."""
    return _key(USER_NAMES_PARTITION, f"{USER_NAME_PREFIX}{email}")


def login_failures_key(email: str, source: str) -> dict[str, str]:
    """Returns the key of the counter of failed logins as `email` from `source`; a name may have any length."""
    pair = f"{email}\0{source}".encode("utf-8", "surrogatepass")
    return _key(f"LOGIN#{hashlib.sha256(pair).hexdigest()}", "FAILURES")


def account_partition(account_id: str) -> str:
    """The partition of all that an account owns."""
    return f"ACCOUNT#{account_id}"


def annotation_prefix(entry_id: str) -> str:
    """Returns the prefix of the sort keys of an entry's annotations."""
    return f"ANNOTATION#{entry_id}#"


def _key(partition: str, sort: str) -> dict[str, str]:
    return {PARTITION_KEY: partition, SORT_KEY: sort}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
