"""The bytes of representations, and direct uploads of them."""

import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, urlencode

from chalicelib.domain.intake.uploads import ArrivedObject, DirectUpload, FinishedPart
from chalicelib.errors import Invalid
from chalicelib.services.ports import LinkMethod, SignedForm, StoredMedia
from tests.fakes.kept import found_row


@dataclass(frozen=True, slots=True)
class FakeObject:
    """The object that `FakeMedia` keeps under one key."""

    body: bytes
    content_type: str


class FakeMedia:
    """The port `MediaStore`. `objects` is for tests to look at; the links lead nowhere."""

    def __init__(self) -> None:
        self.objects: dict[str, FakeObject] = {}
        self._lock = threading.Lock()

    def save(self, key: str, body: BinaryIO, content_type: str) -> StoredMedia:
        body.seek(0)
        content = body.read()
        with self._lock:
            self.objects[key] = FakeObject(content, content_type)
        return StoredMedia(len(content), hashlib.sha256(content).hexdigest())

    def load(self, key: str, target: Path) -> None:
        with self._lock:
            found = found_row(self.objects.get(key), "media")
        target.write_bytes(found.body)

    def delete(self, key: str) -> None:
        with self._lock:
            self.objects.pop(key, None)

    def delete_under(self, prefix: str) -> None:
        with self._lock:
            self.objects = {key: found for key, found in self.objects.items() if not key.startswith(prefix)}

    def presigned_url(self, key: str, *, file_name: str, content_type: str, method: LinkMethod = "GET") -> str:
        """`https://media.invalid/<key>?file_name=...&content_type=...&method=...`."""
        query = urlencode({"file_name": file_name, "content_type": content_type, "method": method})
        return f"https://media.invalid/{quote(key)}?{query}"


class FakeUploads:
    """The port `UploadStore`, over the objects of `media`. What is signed leads nowhere: tests call `send`.
    `before_copying` is called before every copy."""

    def __init__(self, media: FakeMedia) -> None:
        self.before_copying: Callable[[], object] = lambda: None
        self._media = media
        self._parts: dict[tuple[str, str], dict[int, bytes]] = {}
        self._lock = threading.Lock()

    @property
    def unfinished(self) -> list[str]:
        """The keys of the uploads in parts that have neither been joined nor given up."""
        return [key for key, _multipart_id in self._parts]

    def send(self, upload: DirectUpload, content: bytes, number: int | None = None) -> str:
        """Sends as a client does with the form, or with the URL of a part; returns the entity tag."""
        with self._lock:
            if number is None:
                self._media.objects[upload.media_key] = FakeObject(content, upload.content_type)
            else:
                self._parts[upload.media_key, str(upload.multipart_id)][number] = content
        return hashlib.md5(content, usedforsecurity=False).hexdigest()

    def signed_form(self, upload: DirectUpload, *, expires_s: int) -> SignedForm:
        fields = {"key": upload.media_key, "Content-Type": upload.content_type, "size": str(upload.size_bytes)}
        return SignedForm("https://media.invalid/", {**fields, "expires": str(expires_s)})

    def begin_parts(self, upload: DirectUpload) -> str:
        with self._lock:
            multipart_id = f"multipart-{len(self._parts)}"
            self._parts[upload.media_key, multipart_id] = {}
        return multipart_id

    def signed_part(self, upload: DirectUpload, number: int, *, size_bytes: int, expires_s: int) -> str:
        query = urlencode({"part": number, "id": upload.multipart_id, "size": size_bytes, "expires": expires_s})
        return f"https://media.invalid/{quote(upload.media_key)}?{query}"

    def join_parts(self, upload: DirectUpload, parts: Sequence[FinishedPart]) -> None:
        with self._lock:
            sent = self._parts.get((upload.media_key, str(upload.multipart_id)))
            if sent is None:
                return
            for part in parts:
                content = sent.get(part.number, b"")
                if part.etag.strip('"') != hashlib.md5(content, usedforsecurity=False).hexdigest():
                    raise Invalid("A part is missing, too small, or has another etag; send it again.")
            body = b"".join(sent[part.number] for part in parts)
            self._media.objects[upload.media_key] = FakeObject(body, upload.content_type)
            del self._parts[upload.media_key, str(upload.multipart_id)]

    def arrived(self, upload: DirectUpload) -> ArrivedObject | None:
        with self._lock:
            found = self._media.objects.get(upload.media_key)
            return None if found is None else _arrived(found)

    def copy(self, upload: DirectUpload, arrived: ArrivedObject, media_key: str) -> bool:
        self.before_copying()
        with self._lock:
            found = self._media.objects.get(upload.media_key)
            if found is None or _arrived(found) != arrived:
                return False
            self._media.objects[media_key] = FakeObject(found.body, upload.content_type)
            return True

    def discard(self, media_key: str) -> None:
        with self._lock:
            self._media.objects.pop(media_key, None)
            self._parts = {key: parts for key, parts in self._parts.items() if key[0] != media_key}


def _arrived(found: FakeObject) -> ArrivedObject:
    return ArrivedObject(len(found.body), hashlib.md5(found.body, usedforsecurity=False).hexdigest())
