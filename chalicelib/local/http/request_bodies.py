"""Request bodies off the wire: of a stated length or in chunks (RFC 9112), never more than a limit."""

import re
from email.errors import FirstHeaderLineIsContinuationDefect, MissingHeaderBodySeparatorDefect
from email.message import Message
from io import BufferedIOBase, BytesIO

from chalicelib.api.call import too_large_sentence

_CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")
_BROKEN_HEADERS = (FirstHeaderLineIsContinuationDefect, MissingHeaderBodySeparatorDefect)
_MAX_LINE_BYTES = 4096
_MAX_TRAILER_LINES = 64


class RefusedBody(Exception):
    """The body is not read to its end, so the connection cannot go on. `sentence` is for the client."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


def check_framing(headers: Message, limit_bytes: int) -> int | None:
    """Returns the length that the headers state, None for a chunked body. Raises `RefusedBody`.

    Two lengths, or a length together with chunks, are used for request smuggling; they are refused.
    """
    # The reader stops at a line that is no header and takes the rest for a body. (Its other complaints are about that
    # body, which it does not have: every multipart request has some.)
    if any(isinstance(defect, _BROKEN_HEADERS) for defect in headers.defects):
        raise RefusedBody(400, "The headers cannot be read.")
    encodings = headers.get_all("transfer-encoding", [])
    lengths = headers.get_all("content-length", [])
    if encodings:
        if lengths or len(encodings) > 1 or encodings[0].strip().lower() != "chunked":
            raise RefusedBody(400, "The body's Transfer-Encoding cannot be read; send it chunked, without a length.")
        return None
    if not lengths:
        return 0
    text = lengths[0].strip()
    if len(lengths) > 1 or not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise RefusedBody(400, "The Content-Length header is not a number.")
    if int(text) > limit_bytes:
        raise RefusedBody(413, too_large_sentence(limit_bytes))
    return int(text)


def read_body(headers: Message, stream: BufferedIOBase, limit_bytes: int) -> bytes:
    """Returns the whole body, once in memory; empty if there is none. Raises `RefusedBody`."""
    length = check_framing(headers, limit_bytes)
    return _read_chunks(stream, limit_bytes) if length is None else _read_exactly(stream, length)


def _read_exactly(stream: BufferedIOBase, length: int) -> bytes:
    body = stream.read(length)
    if len(body) < length:
        raise RefusedBody(400, "The body is incomplete; send it again.")
    return body


def _read_chunks(stream: BufferedIOBase, limit_bytes: int) -> bytes:
    body = BytesIO()
    while size := _chunk_size(stream):
        if body.tell() + size > limit_bytes:
            raise RefusedBody(413, too_large_sentence(limit_bytes))
        body.write(_read_exactly(stream, size))
        if stream.readline(_MAX_LINE_BYTES) not in (b"\r\n", b"\n"):
            raise RefusedBody(400, "The chunked encoding of the body is invalid; send it again.")
    for _ in range(_MAX_TRAILER_LINES):
        if stream.readline(_MAX_LINE_BYTES) in (b"\r\n", b"\n", b""):
            return body.getvalue()
    raise RefusedBody(400, "There are too many trailers after the body.")


def _chunk_size(stream: BufferedIOBase) -> int:
    match = _CHUNK_LINE.fullmatch(stream.readline(_MAX_LINE_BYTES))
    if match is None:
        raise RefusedBody(400, "The chunked encoding of the body is invalid; send it again.")
    return int(match[1], 16)
