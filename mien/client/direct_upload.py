"""Large media go past the API: announced there, sent to the media store as a stream from the disk, completed there.

API Gateway takes 10 MB, but hands a body to a Lambda as base64 in an event of at most 6 MB.
"""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import requests
from requests_toolbelt import MultipartEncoder, MultipartEncoderMonitor

from mien.client.http_session import ApiError, HttpSession

DIRECT_ABOVE_BYTES = 4_000_000
"""Media that are larger are sent directly."""

UploadProgress = Callable[[int, int], None]
"""Called with the bytes sent so far and all bytes to send."""

_TRIES = 4
_READ_BYTES = 64 * 1024


def send_upload(http: HttpSession, upload: Mapping[str, Any], media: Path, on_upload: UploadProgress) -> Any:
    """Sends the file as the API's `upload` object says, completes the upload and returns the job's document.

    Holds no more of the file in memory than a socket takes at a time. Sends no credentials: the URLs are signed. Sends
    a part that fails again; if an error or an exception such as KeyboardInterrupt ends the upload, the upload is
    cancelled at the API. Raises `ApiError`, OSError for an unreadable file, or KeyError for an `upload` that is none.
    """
    complete_url = str(upload["complete"])
    try:
        with media.open("rb") as body:
            if upload["method"] == "post":
                _post(http, body, media.name, upload, on_upload)
                parts = []
            else:
                parts = _put_parts(http, body, upload, on_upload)
        return http.json("POST", complete_url, json={"parts": parts})
    except BaseException:
        _give_up(http, complete_url)
        raise


def _post(
    http: HttpSession, body: BinaryIO, file_name: str, upload: Mapping[str, Any], on_upload: UploadProgress
) -> None:
    name = file_name.encode(errors="replace").decode()  # a name on the disk need not be text
    form = MultipartEncoder({**upload["fields"], "file": (name, body, str(upload["content_type"]))})
    monitor = MultipartEncoderMonitor(form, lambda sent: on_upload(sent.bytes_read, form.len))
    _send(http, "POST", str(upload["url"]), data=monitor, headers={"Content-Type": form.content_type})


def _put_parts(
    http: HttpSession, body: BinaryIO, upload: Mapping[str, Any], on_upload: UploadProgress
) -> list[dict[str, Any]]:
    size_bytes, step = int(upload["size_bytes"]), int(upload["part_size_bytes"])
    finished = []
    for part in upload["parts"]:
        start = (int(part["number"]) - 1) * step
        piece = _Piece(body, start, min(step, size_bytes - start), lambda sent: on_upload(sent, size_bytes))
        finished.append({"number": part["number"], "etag": _put(http, str(part["url"]), piece)})
    return finished


def _put(http: HttpSession, url: str, piece: "_Piece") -> str:
    """Sends a part, and again if that fails: a lost connection must not cost the parts sent before."""
    for attempt in range(1, _TRIES):
        piece.rewind()
        try:
            return str(_send(http, "PUT", url, data=piece).headers["ETag"])
        except ApiError as failure:
            if 400 <= (failure.status or 0) < 500:  # a signature that has expired, say: no better next time
                raise
            time.sleep(2 ** (attempt - 3))
    piece.rewind()
    return str(_send(http, "PUT", url, data=piece).headers["ETag"])


def _send(http: HttpSession, method: str, url: str, **options: Any) -> requests.Response:
    try:
        answer = http.request(method, url, authorized=False, allow_redirects=False, **options)
    except ApiError as failure:
        sentence = "The connection to the media store was lost during the upload; try again."
        if failure.status:
            sentence = f"The media store refused the upload with status {failure.status}; try again."
        raise ApiError(sentence, status=failure.status) from failure
    answer.close()
    return answer


def _give_up(http: HttpSession, complete_url: str) -> None:
    """Cancels the upload at the API; if that fails, the upload expires there."""
    try:
        http.request("DELETE", complete_url).close()
    except ApiError:
        return


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
        """Returns the total length in bytes, which becomes the Content-Length."""
        return self._size_bytes

    def read(self, size_bytes: int = -1) -> bytes:
        """The next bytes, at most 64 KiB of them; none at the end of the piece."""
        left = min(self._size_bytes - self._read_bytes, _READ_BYTES)
        chunk = self._body.read(left if size_bytes < 0 else min(size_bytes, left))
        self._read_bytes += len(chunk)
        self._on_read(self._start + self._read_bytes)
        return chunk
