"""Sending a file to the addresses that an announced job or entry came with, as a stream from the disk."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import requests
from requests_toolbelt import MultipartEncoder, MultipartEncoderMonitor

from chalicelib.errors import MienError

UploadProgress = Callable[[int, int], None]
"""Called with the bytes sent so far and all bytes to send."""

_TIMEOUT_S = (10.0, 300.0)
_TRIES = 3


class UploadFailed(MienError):
    """The media store refused the file or did not answer. The message is a sentence for a person."""


def send_file(
    session: requests.Session, media: Path, upload: Mapping[str, Any], on_upload: UploadProgress
) -> dict[str, Any]:
    """Sends `media` the way that `upload` says, and returns the body with which to complete it.

    Holds no more of the file in memory than a socket takes at a time. Our credentials are not sent along: the addresses
    are signed. Raises `UploadFailed`, OSError for an unreadable file, or KeyError for an `upload` that is none.
    """
    with media.open("rb") as body:
        if upload["method"] == "post":
            _post(session, body, media.name, upload, on_upload)
            return {"parts": []}
        return {"parts": _put_parts(session, body, upload, on_upload)}


def _post(
    session: requests.Session, body: BinaryIO, file_name: str, upload: Mapping[str, Any], on_upload: UploadProgress
) -> None:
    name = file_name.encode(errors="replace").decode()  # a name on the disk need not be text
    form = MultipartEncoder({**upload["fields"], "file": (name, body, str(upload["content_type"]))})
    monitor = MultipartEncoderMonitor(form, lambda sent: on_upload(sent.bytes_read, form.len))
    _send(session, "POST", str(upload["url"]), data=monitor, headers={"Content-Type": form.content_type})


def _put_parts(
    session: requests.Session, body: BinaryIO, upload: Mapping[str, Any], on_upload: UploadProgress
) -> list[dict[str, Any]]:
    size_bytes, step = int(upload["size_bytes"]), int(upload["part_size_bytes"])
    finished = []
    for part in upload["parts"]:
        start = (int(part["number"]) - 1) * step
        piece = _Piece(body, start, min(step, size_bytes - start), lambda sent: on_upload(sent, size_bytes))
        finished.append({"number": part["number"], "etag": _put(session, str(part["url"]), piece)})
    return finished


def _put(session: requests.Session, url: str, piece: "_Piece") -> str:
    """Sends a part, again where that fails: one broken connection must not cost all that was sent before."""
    for _ in range(_TRIES - 1):
        piece.rewind()
        try:
            return _send(session, "PUT", url, data=piece).headers["ETag"]
        except UploadFailed:
            continue
    piece.rewind()
    return _send(session, "PUT", url, data=piece).headers["ETag"]


def _send(session: requests.Session, method: str, url: str, **options: Any) -> requests.Response:
    try:
        answer = session.request(method, url, timeout=_TIMEOUT_S, allow_redirects=False, **options)
    except requests.RequestException as failure:
        raise UploadFailed("The connection broke during the upload; try again.") from failure
    if not answer.ok:
        raise UploadFailed(f"The media store refused the upload with status {answer.status_code}; announce it again.")
    return answer


class _Piece:
    """Part of a file, as a stream of a known length."""

    def __init__(self, body: BinaryIO, start: int, size_bytes: int, on_read: Callable[[int], None]) -> None:
        self._body = body
        self._start = start
        self._size_bytes = size_bytes
        self._on_read = on_read
        self._read_bytes = 0

    def rewind(self) -> None:
        """Back to the beginning of the piece."""
        self._body.seek(self._start)
        self._read_bytes = 0

    def __len__(self) -> int:
        """How long it is in all, from which the Content-Length is taken."""
        return self._size_bytes

    def read(self, size_bytes: int = -1) -> bytes:
        """The next bytes, none at the end of the piece."""
        left = self._size_bytes - self._read_bytes
        chunk = self._body.read(left if size_bytes < 0 else min(size_bytes, left))
        self._read_bytes += len(chunk)
        self._on_read(self._start + self._read_bytes)
        return chunk
