"""Upload stores together with a client that sends to what they sign."""

from typing import Protocol

import requests

from chalicelib.aws.s3.uploads import S3Uploads
from chalicelib.domain.intake.uploads import DirectUpload
from chalicelib.services.ports import UploadStore
from tests.fakes import FakeMedia, FakeUploads
from tests.moto_stack import MotoStack

EXPIRES_S = 300


class UploadCase(Protocol):
    """An upload store under test. `copies_on_condition`: whether a copy is refused if the object has changed."""

    copies_on_condition: bool

    @property
    def store(self) -> UploadStore:
        """The store."""

    def send(self, upload: DirectUpload, content: bytes) -> None:
        """Sends a file in one piece."""

    def send_part(self, upload: DirectUpload, number: int, content: bytes) -> str:
        """Sends a part; returns its entity tag."""

    def content(self, media_key: str) -> tuple[bytes, str] | None:
        """The bytes under a key and their content type; None if there are none."""


class FakeUploadCase:
    """Sends to the fake itself: what it signs leads to no server."""

    copies_on_condition = True

    def __init__(self) -> None:
        self._media = FakeMedia()
        self.store = FakeUploads(self._media)

    def send(self, upload: DirectUpload, content: bytes) -> None:
        assert self.store.signed_form(upload, expires_s=EXPIRES_S).fields["key"] == upload.media_key
        self.store.send(upload, content)

    def send_part(self, upload: DirectUpload, number: int, content: bytes) -> str:
        assert self.store.signed_part(upload, number, size_bytes=len(content), expires_s=EXPIRES_S)
        return self.store.send(upload, content, number)

    def content(self, media_key: str) -> tuple[bytes, str] | None:
        found = self._media.objects.get(media_key)
        return None if found is None else (found.body, found.content_type)


class S3UploadCase:
    """S3 in moto, asked over HTTP."""

    copies_on_condition = False

    def __init__(self, stack: MotoStack) -> None:
        self._stack = stack
        self.store = S3Uploads(stack.clients.s3, stack.bucket)

    def send(self, upload: DirectUpload, content: bytes) -> None:
        form = self.store.signed_form(upload, expires_s=EXPIRES_S)
        answer = requests.post(form.url, data=form.fields, files={"file": ("clip", content)}, timeout=10)
        assert answer.ok, answer.text

    def send_part(self, upload: DirectUpload, number: int, content: bytes) -> str:
        url = self.store.signed_part(upload, number, size_bytes=len(content), expires_s=EXPIRES_S)
        answer = requests.put(url, data=content, timeout=10)
        assert answer.ok, answer.text
        return answer.headers["ETag"]

    def content(self, media_key: str) -> tuple[bytes, str] | None:
        try:
            found = self._stack.clients.s3.get_object(Bucket=self._stack.bucket, Key=media_key)
        except self._stack.clients.s3.exceptions.NoSuchKey:
            return None
        return found["Body"].read(), found["ContentType"]
