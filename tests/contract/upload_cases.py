"""Upload stores together with a client that sends to what they sign."""

from typing import Protocol

import requests

from chalicelib.aws.s3_uploads import S3Uploads
from chalicelib.domain.uploads import DirectUpload
from chalicelib.services.ports import UploadStore
from tests.fakes import FakeMedia, FakeUploads
from tests.moto_stack import MotoStack

EXPIRES_S = 300


class UploadCase(Protocol):
    """An upload store under test."""

    @property
    def store(self) -> UploadStore:
        """The store."""

    def send(self, upload: DirectUpload, content: bytes) -> None:
        """Sends a file in one piece."""

    def send_part(self, upload: DirectUpload, number: int, content: bytes) -> str:
        """Sends a part; returns its entity tag."""


class FakeUploadCase:
    """What the fake signs leads nowhere: the fake is told."""

    def __init__(self) -> None:
        self.store = FakeUploads(FakeMedia())

    def send(self, upload: DirectUpload, content: bytes) -> None:
        assert self.store.signed_form(upload, expires_s=EXPIRES_S).fields["key"] == upload.media_key
        self.store.send(upload, content)

    def send_part(self, upload: DirectUpload, number: int, content: bytes) -> str:
        assert self.store.signed_part(upload, number, size_bytes=len(content), expires_s=EXPIRES_S)
        return self.store.send(upload, content, number)


class S3UploadCase:
    """S3 in moto, asked over HTTP."""

    def __init__(self, stack: MotoStack) -> None:
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
