"""Media in S3."""

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast
from urllib.parse import quote

from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from chalicelib.aws.failures import aws_failures
from chalicelib.aws.s3.versions import delete_versions
from chalicelib.errors import NotFound
from chalicelib.services.ports import LinkMethod, StoredMedia

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_PART_BYTES = 8 * 1024 * 1024
_MISSING = {"404", "NoSuchKey"}

# The characters that RFC 8187 (section 3.2.1, attr-char) allows unescaped, besides letters and digits.
_ATTR_CHARACTERS = "!#$&+-.^_`|~"
# Outside printable ASCII, or with a meaning inside quotes to some reader (RFC 6266, appendix D).
_UNSAFE_IN_QUOTES = re.compile(r'[^ -~]|["\\%/]')

_OPERATIONS: dict[LinkMethod, str] = {"GET": "get_object", "HEAD": "head_object"}


class S3Media:
    """The port `MediaStore`, in one bucket. Links live for `link_expires_s` seconds.

    The role needs s3:ListBucket as well: without it S3 calls a missing object forbidden.
    """

    def __init__(self, client: "S3Client", bucket: str, *, link_expires_s: int) -> None:
        self._client = client
        self._bucket = bucket
        self._link_expires_s = link_expires_s

    @aws_failures("store media")
    def save(self, key: str, body: BinaryIO, content_type: str) -> StoredMedia:
        """Stores all of `body` (a seekable binary stream, read from its beginning), replacing what was there.

        Holds two parts of 8 MiB in memory at most, whatever the size.
        """
        body.seek(0)
        reader = _MeasuringReader(body)
        self._client.upload_fileobj(
            cast("BinaryIO", reader),
            self._bucket,
            key,
            ExtraArgs={"ContentType": content_type},
            Config=_transfer(_PART_BYTES),
        )
        return reader.measured()

    @aws_failures("load media")
    def load(self, key: str, target: Path) -> None:
        """Writes the object to the file `target`, as a stream. Raises `NotFound`.

        `target` appears or changes once all bytes are there.
        """
        try:
            # One request for all bytes: a Lambda's bandwidth is less than what one S3 connection gives.
            self._client.download_file(self._bucket, key, str(target), Config=_transfer(2**63))
        except ClientError as failure:
            if failure.response["Error"]["Code"] in _MISSING:
                raise NotFound("The bytes of this file are not stored; upload it again.") from None
            raise

    @aws_failures("delete media")
    def delete(self, key: str) -> None:
        delete_versions(self._client, self._bucket, key)

    @aws_failures("delete media")
    def delete_under(self, prefix: str) -> None:
        delete_versions(self._client, self._bucket, prefix, is_prefix=True)

    @aws_failures("sign a link")
    def presigned_url(self, key: str, *, file_name: str, content_type: str, method: LinkMethod = "GET") -> str:
        return self._client.generate_presigned_url(
            _OPERATIONS[method],
            Params={
                "Bucket": self._bucket,
                "Key": key,
                "ResponseContentDisposition": attachment(file_name),
                "ResponseContentType": content_type,
            },
            ExpiresIn=self._link_expires_s,
        )


class _MeasuringReader:
    """Counts and digests the bytes of a stream as they are read.

    It cannot seek, so the transfer reads every byte once and in order, and it cannot be closed: boto3 closes the
    stream that it uploads, but this one is the caller's.
    """

    def __init__(self, body: BinaryIO) -> None:
        self._body = body
        self._size_bytes = 0
        self._digest = hashlib.sha256()

    def read(self, size_bytes: int = -1, /) -> bytes:
        chunk = self._body.read(size_bytes)
        self._size_bytes += len(chunk)
        self._digest.update(chunk)
        return chunk

    def measured(self) -> StoredMedia:
        return StoredMedia(self._size_bytes, self._digest.hexdigest())


def _transfer(multipart_threshold_bytes: int) -> TransferConfig:
    # Threads would let ten parts wait in memory at a time.
    return TransferConfig(
        multipart_threshold=multipart_threshold_bytes,
        multipart_chunksize=_PART_BYTES,
        use_threads=False,
        preferred_transfer_client="classic",
    )


def attachment(file_name: str) -> str:
    """`attachment` with the file name twice (RFC 6266): in ASCII for old readers, exactly for the others.

    The result is printable ASCII whatever the name holds, so that it cannot end the header or begin another.
    """
    fallback = _UNSAFE_IN_QUOTES.sub("_", file_name)
    exact = quote(file_name, safe=_ATTR_CHARACTERS, encoding="utf-8", errors="replace")
    return f"attachment; filename=\"{fallback}\"; filename*=UTF-8''{exact}"
