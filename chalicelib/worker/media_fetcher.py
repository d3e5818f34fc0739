"""Media that a client named by a URL: fetched from the public Internet, and from nowhere else.

Each hop of a redirect is treated like the first URL: parsed, resolved, checked, connected to at the checked address.
No cookies, no credentials, no proxy, nothing unpacked; so many bytes and seconds and no more.
"""

import ssl
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urljoin

from urllib3.exceptions import HTTPError
from urllib3.response import HTTPResponse

from chalicelib.domain.intake.input_urls import InputUrl, parse_input_url
from chalicelib.domain.intake.media_types import is_content_type
from chalicelib.domain.intake.public_addresses import IPAddress
from chalicelib.domain.requests.number_texts import plain_number
from chalicelib.errors import Invalid, MediaError
from chalicelib.outbound.pinned_connections import (
    Connector,
    HostNotFound,
    HostNotPublic,
    PinnedConnection,
    Resolver,
    checked_addresses,
    connect,
    is_of_tls,
    public_tls,
    resolve,
)

MAX_REDIRECTS = 5

_STALL_S = 10.0
_CHUNK_BYTES = 256 * 1024
_MAX_LENGTH_DIGITS = 18
_REDIRECTS = {301, 302, 303, 307, 308}
_HEADERS = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "Mien", "Connection": "close"}


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """The limits of size and of time, redirects included.

    `answer_s` limits finding the host, connecting and the headers of one hop: a fetch reports no progress meanwhile, so
    it must be shorter than any lease on the job.
    """

    max_bytes: int
    timeout_s: float
    answer_s: float = 15.0


class MediaFetcher:
    """Fetches media. `resolver`, `connector` and `tls` are the ways to the outside; tests bring their own."""

    def __init__(
        self,
        limits: FetchLimits,
        *,
        resolver: Resolver = resolve,
        connector: Connector = connect,
        tls: Callable[[], ssl.SSLContext] = public_tls,
    ) -> None:
        self._limits = limits
        self._resolver = resolver
        self._connector = connector
        self._tls = tls

    def fetch(self, url: str, target: Path, on_chunk: Callable[[], None]) -> str | None:
        """Writes the file at `url` to `target` and returns the content type that the server states, if any.

        `on_chunk` is called as the bytes arrive, and its exceptions end the fetch. Raises `MediaError`, with a message
        for the client, for every external error.
        """
        deadline = time.monotonic() + self._limits.timeout_s
        hop = _parse(url)
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._get(hop, target, deadline, on_chunk)
            if not isinstance(answer, InputUrl):
                return answer
            hop = answer
        raise MediaError(
            f"The input_url is redirected more than {MAX_REDIRECTS} times; send the URL of the file itself."
        )

    def _get(self, url: InputUrl, target: Path, deadline: float, on_chunk: Callable[[], None]) -> InputUrl | str | None:
        """The next hop, or the content type of what was written."""
        on_chunk()
        answer_by = min(time.monotonic() + self._limits.answer_s, deadline)
        addresses = self._addresses(url.host, answer_by, deadline)
        answer_s = answer_by - time.monotonic()
        if answer_s <= 0:
            raise MediaError(self._too_slow() if answer_by == deadline else self._no_answer(url.host))
        connection = PinnedConnection(
            url.host,
            addresses,
            connector=self._connector,
            tls=self._tls(),
            timeout_s=min(_STALL_S, deadline - time.monotonic()),
            connect_s=answer_s,
        )
        is_answered = False
        watch = connection.cut_after(answer_s)
        try:
            connection.request("GET", url.target, headers=_HEADERS, preload_content=False, decode_content=False)
            with closing(connection.getresponse()) as answer:
                if time.monotonic() >= answer_by:  # a connection that was cut looks like the end of the headers
                    raise TimeoutError
                is_answered = True
                watch.cancel()
                watch = connection.cut_after(deadline - time.monotonic())
                return self._read(url, answer, target, deadline, on_chunk)
        except (OSError, HTTPError, HTTPException, ValueError) as failure:
            if time.monotonic() >= deadline:
                raise MediaError(self._too_slow()) from failure
            if not is_answered and time.monotonic() >= answer_by:
                raise MediaError(self._no_answer(url.host)) from failure
            raise MediaError(
                f"The input_url could not be fetched from {url.host}: {_reason(failure)}; requeue the job to try again."
            ) from failure
        finally:
            watch.cancel()
            connection.release()

    def _addresses(self, host: str, answer_by: float, deadline: float) -> Sequence[IPAddress]:
        try:
            return checked_addresses(host, self._resolver, within_s=answer_by - time.monotonic())
        except HostNotFound as error:
            if time.monotonic() >= deadline:
                raise MediaError(self._too_slow()) from error
            if time.monotonic() >= answer_by:
                raise MediaError(self._no_answer(host)) from error
            raise MediaError(f"The host of the input_url, {host}, cannot be found; check the URL.") from error
        except HostNotPublic as error:
            raise MediaError(
                f"The host of the input_url, {host}, is not on the public Internet; send a public URL."
            ) from error

    def _read(
        self, url: InputUrl, answer: HTTPResponse, target: Path, deadline: float, on_chunk: Callable[[], None]
    ) -> InputUrl | str | None:
        location = answer.headers.get("Location")
        if answer.status in _REDIRECTS and location:
            return _parse(urljoin(str(url), location))
        if answer.status != 200:
            raise MediaError(
                f"The server at input_url, {url.host}, answered with status {answer.status} instead of a file."
            )
        if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise MediaError("The server at input_url sent a Content-Encoding that was not requested.")
        if answer.headers.get("Transfer-Encoding", "chunked").lower() != "chunked":
            raise MediaError("The server at input_url sent a Transfer-Encoding that was not requested.")
        stated_bytes = _stated_bytes(answer)
        if stated_bytes is not None and stated_bytes > self._limits.max_bytes:
            raise MediaError(self._too_large())
        with target.open("wb") as stream:
            size_bytes = self._copy(answer, stream, deadline, on_chunk)
        if size_bytes == 0:
            raise MediaError("The file at the input_url is empty.")
        if stated_bytes is not None and size_bytes != stated_bytes:
            raise MediaError("The file at the input_url was incomplete; requeue the job to try again.")
        content_type = answer.headers.get("Content-Type", "").strip()
        return content_type if is_content_type(content_type) else None

    def _copy(self, answer: HTTPResponse, stream: BinaryIO, deadline: float, on_chunk: Callable[[], None]) -> int:
        size_bytes = 0
        while chunk := answer.read1(_CHUNK_BYTES, decode_content=False):
            size_bytes += len(chunk)
            if size_bytes > self._limits.max_bytes:
                raise MediaError(self._too_large())
            stream.write(chunk)
            on_chunk()
            if time.monotonic() >= deadline:
                raise MediaError(self._too_slow())
        if time.monotonic() >= deadline:  # a connection that was cut looks like the end of the file
            raise MediaError(self._too_slow())
        return size_bytes

    def _too_large(self) -> str:
        return f"The file at the input_url is too large; at most {self._limits.max_bytes:,} bytes are fetched."

    def _no_answer(self, host: str) -> str:
        return (
            f"The input_url could not be fetched: {host} did not answer within {plain_number(self._limits.answer_s)} "
            "seconds; requeue the job to try again."
        )

    def _too_slow(self) -> str:
        within = f"within {plain_number(self._limits.timeout_s)} seconds"
        return f"The file at the input_url was not received {within}; upload it instead."


def _parse(url: str) -> InputUrl:
    try:
        return parse_input_url(url)
    except Invalid as error:
        raise MediaError(str(error)) from error


def _stated_bytes(answer: HTTPResponse) -> int | None:
    """Returns the length that the server states, None if it states none. Raises `MediaError` for an invalid length."""
    text = answer.headers.get("Content-Length")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _MAX_LENGTH_DIGITS):
        raise MediaError("The server at input_url sent an invalid Content-Length.")
    return int(text)


def _reason(failure: Exception) -> str:
    """Returns a description that reveals nothing about internal addresses."""
    if is_of_tls(failure):
        return "its certificate is not trusted or TLS failed"
    return "the connection failed or ended early"
