"""The drop-folder in S3."""

from typing import TYPE_CHECKING, Any

from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from chalicelib.aws.failures import aws_failures
from chalicelib.domain.drops import DroppedObject
from chalicelib.errors import NotFound

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_GONE = {"404", "NoSuchKey", "NoSuchVersion", "405", "MethodNotAllowed"}  # 405: a marker that the object was deleted
_REPLACED = {"412", "PreconditionFailed"}
_TEXT = "text/plain; charset=utf-8"
_NO_CONTENT_TYPE = "binary/octet-stream"  # what S3 says where nobody said anything
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
        """This version of the object, or the latest where none is named; None where it is gone."""
        try:
            head = self._client.head_object(Bucket=self._bucket, Key=key, **_version(version_id))
            found_id = head.get("VersionId")
            tags = self._client.get_object_tagging(Bucket=self._bucket, Key=key, **_version(found_id))["TagSet"]
        except ClientError as failure:
            if failure.response["Error"]["Code"] in _GONE:
                return None
            raise
        content_type = head.get("ContentType")
        return DroppedObject(
            key=key,
            version_id=found_id,
            etag=head["ETag"],
            size_bytes=head["ContentLength"],
            content_type=None if content_type == _NO_CONTENT_TYPE else content_type,
            modified=head["LastModified"],
            metadata=head["Metadata"],
            tags={tag["Key"]: tag["Value"] for tag in tags},
        )

    @aws_failures("take a dropped object")
    def take(self, dropped: DroppedObject, media_key: str, content_type: str) -> None:
        """Makes these very bytes an object of the media store, without passing them through this process.

        Raises `NotFound` where they are gone, or replaced in a store without versions.
        """
        source: Any = {"Bucket": self._bucket, "Key": dropped.key, **_version(dropped.version_id)}
        try:
            self._copy(source, media_key, content_type, CopySourceIfMatch=dropped.etag)
        except ClientError as failure:
            if failure.response["Error"]["Code"] in _GONE | _REPLACED:
                raise NotFound("The file was removed or replaced before it could be taken.") from None
            raise

    @aws_failures("publish a result")
    def publish(self, media_key: str, key: str, content_type: str) -> None:
        """Puts a copy of an object of the media store under `key`. Raises `NotFound` where there is none."""
        try:
            self._copy({"Bucket": self._bucket, "Key": media_key}, key, content_type)
        except ClientError as failure:
            if failure.response["Error"]["Code"] in _GONE:
                raise NotFound("The result is not stored any more.") from None
            raise

    @aws_failures("leave a sentence")
    def say(self, key: str, sentence: str) -> None:
        """Puts a text under `key`."""
        self._client.put_object(Bucket=self._bucket, Key=key, Body=f"{sentence}\n".encode(), ContentType=_TEXT)

    @aws_failures("take a sentence away")
    def unsay(self, key: str) -> None:
        """Takes a text away; none there is fine."""
        self._client.delete_object(Bucket=self._bucket, Key=key)

    def _copy(self, source: Any, key: str, content_type: str, **conditions: str) -> None:
        # Neither tags nor metadata go along: they have become annotations, and to read them takes further rights.
        replaced = {"MetadataDirective": "REPLACE", "TaggingDirective": "REPLACE", "ContentType": content_type}
        self._client.copy(source, self._bucket, key, ExtraArgs=replaced | conditions, Config=_COPY)


def _version(version_id: str | None) -> Any:
    return {} if version_id is None else {"VersionId": version_id}
