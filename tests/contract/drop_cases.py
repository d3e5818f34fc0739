"""Drop stores together with someone who drops files and looks at what lies there."""

from collections.abc import Mapping
from typing import Protocol
from urllib.parse import urlencode

from chalicelib.aws.s3.drops import S3Drops
from chalicelib.domain.intake.drops import OWNER
from chalicelib.services.ports import DropStore
from tests.fakes import FakeDrops, FakeMedia, FixedClock
from tests.moto_stack import MotoStack


class DropCase(Protocol):
    """A drop store under test."""

    @property
    def store(self) -> DropStore:
        """The store."""

    def put(self, key: str, body: bytes, metadata: Mapping[str, str], tags: Mapping[str, str]) -> str:
        """Drops a file, said to be a video; returns its version."""

    def remove(self, key: str) -> None:
        """Removes the latest of it."""

    def read(self, key: str) -> tuple[bytes, str] | None:
        """The object under any key, and its content type."""

    def versions(self, key: str) -> int:
        """Returns how many versions of the object are kept, also hidden; marks of deletion if there is nothing
        else."""


class FakeDropCase:
    """The fake, over media in memory."""

    def __init__(self) -> None:
        self._media = FakeMedia()
        self.store = FakeDrops(self._media, FixedClock())

    def put(self, key: str, body: bytes, metadata: Mapping[str, str], tags: Mapping[str, str]) -> str:
        return self.store.put(key, body, content_type="video/mp4", metadata=metadata, tags=tags)

    def remove(self, key: str) -> None:
        self.store.remove(key)

    def read(self, key: str) -> tuple[bytes, str] | None:
        found = self._media.objects.get(key)
        return None if found is None else (found.body, found.content_type)

    def versions(self, key: str) -> int:
        return len(self.store.kept(key))


class S3DropCase:
    """S3 in moto, in a bucket with versions."""

    def __init__(self, stack: MotoStack) -> None:
        self._client, self._bucket = stack.clients.s3, stack.bucket
        self._client.put_bucket_versioning(Bucket=self._bucket, VersioningConfiguration={"Status": "Enabled"})
        self.store = S3Drops(self._client, self._bucket)

    def put(self, key: str, body: bytes, metadata: Mapping[str, str], tags: Mapping[str, str]) -> str:
        return self._client.put_object(
            Bucket=self._bucket,
            Key=key,
            Body=body,
            ContentType="video/mp4",
            Metadata=dict(metadata),
            Tagging=urlencode(tags),
        )["VersionId"]

    def remove(self, key: str) -> None:
        self._client.delete_object(Bucket=self._bucket, Key=key)

    def read(self, key: str) -> tuple[bytes, str] | None:
        if not self._client.list_objects_v2(Bucket=self._bucket, Prefix=key).get("Contents"):
            return None
        found = self._client.get_object(Bucket=self._bucket, Key=key)
        assert set(found["Metadata"]) <= {OWNER}
        return found["Body"].read(), found["ContentType"]

    def versions(self, key: str) -> int:
        page = self._client.list_object_versions(Bucket=self._bucket, Prefix=key)
        found = [each for each in page.get("Versions", []) if each["Key"] == key]
        marks = [each for each in page.get("DeleteMarkers", []) if each["Key"] == key]
        return len(found) or len(marks)
