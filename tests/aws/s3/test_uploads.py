"""Tests what is signed for direct uploads. moto takes anything, so the signed policy itself is read."""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from boto3.session import Session
from botocore.stub import Stubber

from chalicelib.aws.failures import AwsFailure
from chalicelib.aws.s3.uploads import S3Uploads
from chalicelib.domain.intake.uploads import ArrivedObject, FinishedPart
from tests.contract.samples import make_upload
from tests.moto_stack import MotoStack, moto_stack


@pytest.fixture
def stack(aws_environment: None, aws_session: Session) -> Iterator[MotoStack]:
    with moto_stack(aws_session) as provisioned:
        yield provisioned


@pytest.fixture
def uploads(stack: MotoStack) -> S3Uploads:
    return S3Uploads(stack.clients.s3, stack.bucket)


def test_the_policy_takes_one_key_one_size_one_type(stack: MotoStack, uploads: S3Uploads) -> None:
    upload = replace(make_upload(12_345), content_type="video/mp4; codecs=avc1")
    form = uploads.signed_form(upload, expires_s=600)
    policy: dict[str, Any] = json.loads(base64.b64decode(form.fields["policy"]))
    conditions = policy["conditions"]
    exact = {name: value for each in conditions if isinstance(each, dict) for name, value in each.items()}
    assert exact["key"] == form.fields["key"] == upload.media_key
    assert exact["bucket"] == stack.bucket
    assert exact["Content-Type"] == form.fields["Content-Type"] == upload.content_type
    assert [each for each in conditions if isinstance(each, list)] == [["content-length-range", 12_345, 12_345]]
    assert exact["x-amz-algorithm"] == "AWS4-HMAC-SHA256"
    assert set(form.fields) - {"policy", "x-amz-signature"} == set(exact) - {"bucket"}
    signed_at = datetime.strptime(exact["x-amz-date"], "%Y%m%dT%H%M%S%z")
    expires = datetime.fromisoformat(policy["expiration"])
    assert (expires - signed_at).total_seconds() == pytest.approx(600, abs=2)


def test_a_part_is_signed_with_its_number_and_size(uploads: S3Uploads) -> None:
    upload = replace(make_upload(), multipart_id="the-id")
    url = urlsplit(uploads.signed_part(upload, 7, size_bytes=99, expires_s=600))
    query = parse_qs(url.query, strict_parsing=True)
    assert url.path == f"/{upload.media_key}"
    assert (query["partNumber"], query["uploadId"], query["X-Amz-Expires"]) == (["7"], ["the-id"], ["600"])
    assert query["X-Amz-SignedHeaders"] == ["content-length;host"]
    other = parse_qs(urlsplit(uploads.signed_part(upload, 7, size_bytes=98, expires_s=600)).query)
    assert other["X-Amz-Signature"] != query["X-Amz-Signature"]


def test_parts_that_were_joined_or_given_up_before_are_no_error(stack: MotoStack, uploads: S3Uploads) -> None:
    with Stubber(stack.clients.s3) as s3:
        s3.add_client_error("complete_multipart_upload", "NoSuchUpload", http_status_code=404)
        uploads.join_parts(replace(make_upload(), multipart_id="gone"), [FinishedPart(1, "tag")])


@pytest.mark.parametrize(("code", "status"), [("PreconditionFailed", 412), ("NoSuchKey", 404)])
def test_a_copy_is_of_the_object_that_was_seen_or_of_none(
    stack: MotoStack, uploads: S3Uploads, code: str, status: int
) -> None:
    """moto copies whatever is there."""
    upload, seen = make_upload(), ArrivedObject(3, '"abc"')
    asked = {
        "Bucket": stack.bucket,
        "Key": "accounts/a",
        "CopySource": {"Bucket": stack.bucket, "Key": upload.media_key},
        "CopySourceIfMatch": '"abc"',
        "MetadataDirective": "REPLACE",
        "ContentType": upload.content_type,
    }
    with Stubber(stack.clients.s3) as s3:
        s3.add_response("copy_object", {}, asked)
        assert uploads.copy(upload, seen, "accounts/a")
        s3.add_client_error("copy_object", code, http_status_code=status, expected_params=asked)
        assert not uploads.copy(upload, seen, "accounts/a")
        s3.add_client_error("copy_object", "AccessDenied", http_status_code=403)
        with pytest.raises(AwsFailure):
            uploads.copy(upload, seen, "accounts/a")


def test_what_s3_refuses_otherwise_is_a_failure(stack: MotoStack, uploads: S3Uploads) -> None:
    upload = replace(make_upload(), multipart_id="gone")
    with Stubber(stack.clients.s3) as s3:
        s3.add_client_error("complete_multipart_upload", "AccessDenied", http_status_code=403)
        with pytest.raises(AwsFailure):
            uploads.join_parts(upload, [FinishedPart(1, "tag")])
        s3.add_client_error("head_object", "403", http_status_code=403)
        with pytest.raises(AwsFailure):
            uploads.arrived(upload)
