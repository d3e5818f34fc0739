"""The keys are data at rest: changing them loses sight of what is stored."""

import hashlib

from chalicelib.aws.table_layout import (
    annotation_key,
    annotation_prefix,
    entry_key,
    job_key,
    keyed_request_key,
    login_failures_key,
    user_key,
    user_name_key,
)


def test_the_key_scheme() -> None:
    assert job_key("a", "j") == {"pk": "ACCOUNT#a", "sk": "JOB#j"}
    assert entry_key("a", "e") == {"pk": "ACCOUNT#a", "sk": "ENTRY#e"}
    assert annotation_key("a", "e", "n") == {"pk": "ACCOUNT#a", "sk": "ANNOTATION#e#n"}
    digest = "2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683"
    assert keyed_request_key("a", "key") == {"pk": "ACCOUNT#a", "sk": f"IDEMPOTENCY#{digest}"}
    assert user_key("x@y.org") == {"pk": "USER#x@y.org", "sk": "USER"}
    assert user_name_key("x@y.org") == {"pk": "USERS", "sk": "NAME#x@y.org"}
    digest = hashlib.sha256(b"x@y.org\x00192.0.2.1").hexdigest()
    assert login_failures_key("x@y.org", "192.0.2.1") == {"pk": f"LOGIN#{digest}", "sk": "FAILURES"}


def test_an_entrys_annotations_share_a_prefix_that_no_other_entry_has() -> None:
    assert annotation_key("a", "e1", "n")["sk"].startswith(annotation_prefix("e1"))
    assert not annotation_key("a", "e12", "n")["sk"].startswith(annotation_prefix("e1"))
