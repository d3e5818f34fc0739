"""The keys are data at rest: changing them loses sight of what is stored."""

import hashlib

from chalicelib.aws.dynamodb.table_layout import (
    BY_KEY,
    BY_VALUE,
    TABLE_KEYS,
    annotation_index,
    annotation_key,
    annotation_prefix,
    audit_key,
    entry_key,
    job_key,
    kept_response_key,
    keyed_request_key,
    login_failures_key,
    user_key,
    user_name_key,
)
from tests.contract.samples import make_annotation, make_entry


def test_the_key_scheme() -> None:
    assert job_key("a", "j") == {"pk": "ACCOUNT#a", "sk": "JOB#j"}
    assert entry_key("a", "e") == {"pk": "ACCOUNT#a", "sk": "ENTRY#e"}
    assert annotation_key("a", "e", "n") == {"pk": "ACCOUNT#a", "sk": "ANNOTATION#e#n"}
    digest = "2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683"
    assert keyed_request_key("a", digest) == {"pk": "ACCOUNT#a", "sk": f"IDEMPOTENCY#{digest}"}
    assert kept_response_key("a", "j", digest) == {"pk": "ACCOUNT#a", "sk": f"RESPONSE#j#{digest}"}
    assert audit_key("a", "r") == {"pk": "ACCOUNT#a", "sk": "AUDIT#r"}
    assert user_key("x@y.org") == {"pk": "USER#x@y.org", "sk": "USER"}
    assert user_name_key("x@y.org") == {"pk": "USERS", "sk": "NAME#x@y.org"}
    digest = hashlib.sha256(b"x@y.org\x00192.0.2.1").hexdigest()
    assert login_failures_key("x@y.org", "192.0.2.1") == {"pk": f"LOGIN#{digest}", "sk": "FAILURES"}


def test_an_annotation_is_in_both_indexes_under_its_account() -> None:
    annotation = make_annotation(make_entry(account_id="a"), key="k", value="v")
    k = "8254c329a92850f6d539dd376f4816ee2764517da5e0235514af433164480d7a"
    v = "4c94485e0c21ae6c41ce1dfe7b6bfaceea5ab68e40a2476f50208e526f506080"
    assert annotation_index(annotation) == {
        "by_key": f"ACCOUNT#a#{k}",
        "by_value": f"ACCOUNT#a#{k}#{v}",
        "noted_entry": f"{annotation.entry_id}#{annotation.id}",
    }
    names = {index["IndexName"] for index in TABLE_KEYS["GlobalSecondaryIndexes"]}
    assert {BY_KEY, BY_VALUE} == {"by_key", "by_value"} <= names


def test_an_entrys_annotations_share_a_prefix_that_no_other_entry_has() -> None:
    assert annotation_key("a", "e1", "n")["sk"].startswith(annotation_prefix("e1"))
    assert not annotation_key("a", "e12", "n")["sk"].startswith(annotation_prefix("e1"))
