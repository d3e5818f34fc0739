"""Tests what S3 is asked for, and how much of a stream is held at a time."""

import io
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from boto3.session import Session

from chalicelib.aws.failures import AwsFailure
from chalicelib.aws.s3.media import S3Media
from chalicelib.services.ports import LinkMethod
from tests.moto_stack import MotoStack, moto_stack

LINK_METHODS: tuple[LinkMethod, ...] = ("GET", "HEAD")
_PART_BYTES = 8 * 1024 * 1024


class _WatchedStream(io.BytesIO):
    """Notes the size of each read."""

    def __init__(self, body: bytes) -> None:
        super().__init__(body)
        self.asked: list[int] = []

    def read(self, size_bytes: int | None = -1, /) -> bytes:
        self.asked.append(-1 if size_bytes is None else size_bytes)
        return super().read(size_bytes)


@pytest.fixture
def stack(aws_environment: None, aws_session: Session) -> Iterator[MotoStack]:
    with moto_stack(aws_session) as provisioned:
        yield provisioned


@pytest.fixture
def media(stack: MotoStack) -> S3Media:
    return S3Media(stack.clients.s3, stack.bucket, link_expires_s=120)


def test_no_read_asks_for_more_than_a_part(media: S3Media) -> None:
    body = _WatchedStream(bytes(3 * _PART_BYTES + 5))
    assert media.save("key", body, "video/mp4").size_bytes == 3 * _PART_BYTES + 5
    assert body.asked
    assert all(0 < size_bytes <= _PART_BYTES for size_bytes in body.asked)


@pytest.mark.parametrize("size_bytes", [0, 10, _PART_BYTES + 1])
def test_the_object_has_its_content_type(stack: MotoStack, media: S3Media, size_bytes: int) -> None:
    media.save("key", io.BytesIO(bytes(size_bytes)), "video/quicktime")
    head = stack.clients.s3.head_object(Bucket=stack.bucket, Key="key")
    assert (head["ContentType"], head["ContentLength"]) == ("video/quicktime", size_bytes)


def test_links_are_signed_with_version_4_for_the_buckets_region(stack: MotoStack, media: S3Media) -> None:
    url = urlsplit(media.presigned_url("a/b", file_name="c.mp4", content_type="video/mp4"))
    query = parse_qs(url.query, strict_parsing=True)
    assert (url.scheme, url.netloc, url.path) == ("https", f"{stack.bucket}.s3.eu-central-1.amazonaws.com", "/a/b")
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert query["X-Amz-Expires"] == ["120"]
    assert query["X-Amz-SignedHeaders"] == ["host"]  # a Range header is then the client's to choose
    assert query["response-content-type"] == ["video/mp4"]
    assert query["response-content-disposition"] == ["attachment; filename=\"c.mp4\"; filename*=UTF-8''c.mp4"]


def test_a_missing_bucket_is_a_failure(stack: MotoStack, tmp_path: Path) -> None:
    media = S3Media(stack.clients.s3, "no-such-bucket", link_expires_s=60)
    with pytest.raises(AwsFailure, match="store media"):
        media.save("key", io.BytesIO(b"x"), "text/plain")


def test_a_folder_as_a_target_leaves_it_alone(media: S3Media, tmp_path: Path) -> None:
    media.save("key", io.BytesIO(b"x"), "text/plain")
    with pytest.raises(OSError, match="irectory"):
        media.load("key", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_stream_that_fails_is_not_stored(stack: MotoStack, media: S3Media) -> None:
    class Broken(io.BytesIO):
        def read(self, size_bytes: int | None = -1, /) -> bytes:
            raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        media.save("key", Broken(b"x"), "text/plain")
    assert "Contents" not in stack.clients.s3.list_objects_v2(Bucket=stack.bucket)


def test_a_link_is_signed_for_one_method(media: S3Media) -> None:
    links = {
        method: parse_qs(
            urlsplit(media.presigned_url("a/b", file_name="c.mp4", content_type="x/y", method=method)).query
        )
        for method in LINK_METHODS
    }
    names = ("X-Amz-Signature", "response-content-type")
    signatures, content_types = ([query[name] for query in links.values()] for name in names)
    assert content_types == [["x/y"], ["x/y"]]
    assert signatures[0] != signatures[1]


@pytest.mark.parametrize("versioned", [False, True])
def test_a_deletion_leaves_no_version_behind(stack: MotoStack, media: S3Media, versioned: bool) -> None:
    if versioned:
        stack.clients.s3.put_bucket_versioning(Bucket=stack.bucket, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"one", b"two", b"three"):
        media.save("folder/key", io.BytesIO(body), "text/plain")
        media.save("folder/other", io.BytesIO(body), "text/plain")
    stack.clients.s3.delete_object(Bucket=stack.bucket, Key="folder/other")  # which only hides it under versions
    media.delete("folder/key")
    left = stack.clients.s3.list_object_versions(Bucket=stack.bucket)
    assert len(left.get("Versions", [])) == (3 if versioned else 0)
    assert len(left.get("DeleteMarkers", [])) == (1 if versioned else 0)
    media.delete_under("folder/")
    left = stack.clients.s3.list_object_versions(Bucket=stack.bucket)
    assert not left.get("Versions")
    assert not left.get("DeleteMarkers")


def test_a_deletion_that_s3_refuses_is_a_failure(stack: MotoStack) -> None:
    with pytest.raises(AwsFailure, match="delete media"):
        S3Media(stack.clients.s3, "no-such-bucket", link_expires_s=120).delete("key")
