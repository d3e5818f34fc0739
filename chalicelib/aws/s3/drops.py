"""The drop-folder in S3."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from chalicelib.aws.failures import aws_failures
from chalicelib.aws.s3.versions import delete_some_versions
from chalicelib.domain.intake.drops import OWNER, DroppedObject
from chalicelib.errors import NotFound

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_GONE = {"404", "NoSuchKey", "NoSuchVersion", "405", "MethodNotAllowed"}  # 405: a marker that the object was deleted
_REPLACED = {"412", "PreconditionFailed"}
_TEXT = "text/plain; charset=utf-8"
_NO_CONTENT_TYPE = "binary/octet-stream"  # S3's default if none was given
# Parts are copied inside S3, several at a time; large ones, for there are 10,000 at most.
_COPY = TransferConfig(
    multipart_threshold=1024**3, multipart_chunksize=512 * 1024**2, preferred_transfer_client="classic"
)


class S3Drops:
    """The port `DropStore`, in one bucket. The role needs s3:ListBucket as well: without it S3 calls a missing object
    forbidden."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    @aws_failures("look at a dropped object")
    def look(self, key: str, version_id: str | None) -> DroppedObject | None:
        try:
            found = self._head(key, version_id)
            version = _version(found.version_id)
            tags = self._client.get_object_tagging(Bucket=self._bucket, Key=key, **version)["TagSet"]
        except ClientError as failure:
            if failure.response["Error"]["Code"] in _GONE:
                return None
            raise
        return replace(found, tags={tag["Key"]: tag["Value"] for tag in tags})

    def _head(self, key: str, version_id: str | None) -> DroppedObject:
        head = self._client.head_object(Bucket=self._bucket, Key=key, **_version(version_id))
        content_type = head.get("ContentType")
        return DroppedObject(
            key=key,
            version_id=head.get("VersionId"),
            etag=head["ETag"],
            size_bytes=head["ContentLength"],
            content_type=None if content_type == _NO_CONTENT_TYPE else content_type,
            modified=head["LastModified"],
            metadata=head["Metadata"],
        )

    @aws_failures("take a dropped object")
    def take(self, dropped: DroppedObject, media_key: str, content_type: str) -> None:
        """Copies exactly these bytes to the media store, inside S3.

        Raises `NotFound` if they were deleted, or replaced in a bucket without versions.
        """
        source: Any = {"Bucket": self._bucket, "Key": dropped.key, **_version(dropped.version_id)}
        try:
            self._copy(source, media_key, content_type, CopySourceIfMatch=dropped.etag)
        except ClientError as failure:
            if failure.response["Error"]["Code"] in _GONE | _REPLACED:
                raise NotFound("The file was removed or replaced before it could be taken.") from None
            raise

    @aws_failures("publish a result")
    def publish(self, media_key: str, key: str, content_type: str, *, owner_id: str) -> None:
        try:
            self._copy({"Bucket": self._bucket, "Key": media_key}, key, content_type, Metadata={OWNER: owner_id})
        except ClientError as failure:
            if failure.response["Error"]["Code"] in _GONE:
                raise NotFound("The result is no longer stored.") from None
            raise

    @aws_failures("write an error file")
    def say(self, key: str, sentence: str, *, owner_id: str) -> None:
        body = f"{sentence}\n".encode()
        self._client.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType=_TEXT, Metadata={OWNER: owner_id})

    @aws_failures("remove an error file")
    def unsay(self, key: str) -> None:
        self._client.delete_object(Bucket=self._bucket, Key=key)

    @aws_failures("delete what was dropped")
    def delete_versions(self, key: str, is_own: Callable[[DroppedObject], bool]) -> None:
        """Removes for good those versions of exactly this object that `is_own`, which is shown them without tags; the
        others stay. None there is fine. It costs a request for each version that there is."""

        def is_to_go(version_id: str) -> bool:
            try:
                return is_own(self._head(key, version_id))
            except ClientError as failure:
                if failure.response["Error"]["Code"] in _GONE:
                    return False
                raise

        delete_some_versions(self._client, self._bucket, key, is_to_go)

    def _copy(self, source: Any, key: str, content_type: str, **more: Any) -> None:
        # Neither tags nor metadata go along: they have become annotations, and to read them takes further rights.
        replaced = {"MetadataDirective": "REPLACE", "TaggingDirective": "REPLACE", "ContentType": content_type}
        self._client.copy(source, self._bucket, key, ExtraArgs=replaced | more, Config=_COPY)


def _version(version_id: str | None) -> Any:
    return {} if version_id is None else {"VersionId": version_id}
