"""Direct uploads to S3: signed forms, signed parts, and what became of them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.aws.failures import aws_failures
from chalicelib.aws.s3.versions import delete_versions
from chalicelib.domain.intake.uploads import ArrivedObject, DirectUpload, FinishedPart
from chalicelib.errors import Invalid
from chalicelib.services.ports import SignedForm

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_MISSING = {"404", "NoSuchKey"}
_CHANGED = {"412", "PreconditionFailed"}
_WRONG_PARTS = {"InvalidPart", "InvalidPartOrder", "EntityTooSmall"}
_NO_SUCH_UPLOAD = "NoSuchUpload"


class S3Uploads:
    """The port `UploadStore`, in one bucket.

    What is signed works no longer than the credentials that signed it: a Lambda's live for some hours.
    """

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    @aws_failures("sign an upload form")
    def signed_form(self, upload: DirectUpload, *, expires_s: int) -> SignedForm:
        content_type = {"Content-Type": upload.content_type}
        answer = self._client.generate_presigned_post(
            self._bucket,
            upload.media_key,
            Fields=dict(content_type),
            Conditions=[content_type, ["content-length-range", upload.size_bytes, upload.size_bytes]],
            ExpiresIn=expires_s,
        )
        return SignedForm(answer["url"], answer["fields"])

    @aws_failures("begin an upload in parts")
    def begin_parts(self, upload: DirectUpload) -> str:
        answer = self._client.create_multipart_upload(
            Bucket=self._bucket, Key=upload.media_key, ContentType=upload.content_type
        )
        return answer["UploadId"]

    @aws_failures("sign a part")
    def signed_part(self, upload: DirectUpload, number: int, *, size_bytes: int, expires_s: int) -> str:
        return self._client.generate_presigned_url(
            "upload_part",
            Params={**self._parts(upload), "PartNumber": number, "ContentLength": size_bytes},
            ExpiresIn=expires_s,
        )

    @aws_failures("join the parts of an upload")
    def join_parts(self, upload: DirectUpload, parts: Sequence[FinishedPart]) -> None:
        listed: Any = [{"PartNumber": part.number, "ETag": part.etag} for part in parts]
        try:
            self._client.complete_multipart_upload(**self._parts(upload), MultipartUpload={"Parts": listed})
        except ClientError as failure:
            if _code(failure) in _WRONG_PARTS:
                raise Invalid("A part is missing, too small, or has another etag; send it again.") from None
            if _code(failure) != _NO_SUCH_UPLOAD:
                raise

    @aws_failures("look for an upload")
    def arrived(self, upload: DirectUpload) -> ArrivedObject | None:
        try:
            found = self._client.head_object(Bucket=self._bucket, Key=upload.media_key)
        except ClientError as failure:
            if _code(failure) in _MISSING:
                return None
            raise
        return ArrivedObject(found["ContentLength"], found["ETag"])

    @aws_failures("copy an upload")
    def copy(self, upload: DirectUpload, arrived: ArrivedObject, media_key: str) -> bool:
        """Copies the object that `arrived` to `media_key`, as the announced content type. Returns False if it was
        deleted or replaced. S3 copies objects of up to 5 GB in one request."""
        try:
            self._client.copy_object(
                Bucket=self._bucket,
                Key=media_key,
                CopySource={"Bucket": self._bucket, "Key": upload.media_key},
                CopySourceIfMatch=arrived.etag,
                MetadataDirective="REPLACE",  # nothing of what a client may have sent along
                ContentType=upload.content_type,
            )
        except ClientError as failure:
            if _code(failure) in _MISSING | _CHANGED:
                return False
            raise
        return True

    @aws_failures("remove an upload")
    def discard(self, media_key: str) -> None:
        # By key, not by id: if a process died just after it began an upload, no row has the id.
        unfinished = self._client.list_multipart_uploads(Bucket=self._bucket, Prefix=media_key).get("Uploads", [])
        for upload in unfinished:
            if upload["Key"] == media_key:
                self._abort(media_key, upload["UploadId"])
        delete_versions(self._client, self._bucket, media_key)

    def _abort(self, media_key: str, multipart_id: str) -> None:
        try:
            self._client.abort_multipart_upload(Bucket=self._bucket, Key=media_key, UploadId=multipart_id)
        except ClientError as failure:
            if _code(failure) != _NO_SUCH_UPLOAD:
                raise

    def _parts(self, upload: DirectUpload) -> dict[str, Any]:
        return {"Bucket": self._bucket, "Key": upload.media_key, "UploadId": upload.multipart_id}


def _code(failure: ClientError) -> str:
    answer: Mapping[str, Any] = failure.response
    return str(answer["Error"]["Code"])
