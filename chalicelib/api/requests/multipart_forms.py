"""Multipart bodies (RFC 7578), parsed as a stream: files go to temporary files, texts stay in memory."""

import hashlib
import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from typing import BinaryIO, cast
from urllib.parse import unquote

from multipart import MultipartError, MultipartSegment, ParserLimitReached, PushMultipartParser, parse_options_header

from chalicelib.domain.intake.media_types import is_content_type
from chalicelib.errors import Invalid, MalformedRequest, TooLarge
from chalicelib.services.entries import Upload

MAX_TEXT_BYTES = 64 * 1024
"""Of all text fields of a form together."""
MAX_PARTS = 128

_CHUNK_BYTES = 256 * 1024
_SPOOL_BYTES = 1024 * 1024
_PARAMETER = re.compile(r';\s*([\w*-]+)\s*=\s*("(?:\\.|[^"\\])*"|[^;]*)')
_CHARSETS = {"utf-8": "utf-8", "iso-8859-1": "latin-1"}


class MultipartForm:
    """Collects the parts of one body: texts as `fields`, and those files that are asked for as `uploads`.

    Everything else is read and forgotten. The temporary files live in `open_files`, which the caller closes.
    """

    def __init__(self, file_parts: tuple[str, ...], open_files: ExitStack) -> None:
        self.fields: dict[str, str] = {}
        self.uploads: dict[str, Upload] = {}
        self._file_parts = file_parts
        self._open_files = open_files
        self._text_bytes = 0

    def parse(self, content_type: str, body: bytes) -> None:
        """Reads the whole body.

        Raises `MalformedRequest` for one that is broken or ends early, `TooLarge` for too many or too long fields,
        `Invalid` for a file that is there twice.
        """
        part: _Part | None = None
        for event in _events(content_type, body):
            if isinstance(event, MultipartSegment):
                part = self._begin(event)
            elif event is None:
                self._end(part)
            elif part is not None:
                part.write(event)

    def _begin(self, segment: MultipartSegment) -> "_Part | None":
        if segment.name in self._file_parts:
            if segment.name in self.uploads:
                raise Invalid(f"The part {segment.name} is there twice; send one file.")
            return _FilePart(segment, self._open_files)
        return None if segment.filename is not None else _TextPart(segment.name)

    def _end(self, part: "_Part | None") -> None:
        if isinstance(part, _FilePart):
            self.uploads[part.name] = part.upload()
        elif isinstance(part, _TextPart):
            self._text_bytes += len(part.raw)
            if self._text_bytes > MAX_TEXT_BYTES:
                raise TooLarge(f"The form's fields are longer than {MAX_TEXT_BYTES:,} bytes together.")
            self.fields[part.name] = part.text()


def part_digests(content_type: str, body: bytes) -> list[tuple[str | None, ...]]:
    """Each part's name, file name, content type and SHA-256: what a body says, whatever its boundary.

    Sorted by name; parts of one name stay in their order, for there the last one counts. Raises as `parse` does.
    """
    digests: list[tuple[str | None, ...]] = []
    names: tuple[str | None, ...] = ()
    content = hashlib.sha256()
    for event in _events(content_type, body):
        if isinstance(event, MultipartSegment):
            names = (str(event.name), _file_name(event), _stated_content_type(event))
            content = hashlib.sha256()
        elif event is None:
            digests.append((*names, content.hexdigest()))
        else:
            content.update(event)
    return sorted(digests, key=lambda digest: str(digest[0]))


def _events(content_type: str, body: bytes) -> Iterator[MultipartSegment | bytes | None]:
    """Per part its headers, then chunks of its content, then None. Raises `MalformedRequest` or `TooLarge`."""
    boundary = parse_options_header(content_type)[1].get("boundary", "")
    if not boundary:
        raise MalformedRequest("The multipart body has no boundary in its Content-Type header.")
    view = memoryview(body)
    try:
        with PushMultipartParser(boundary, max_segment_count=MAX_PARTS) as parser:
            for start in range(0, len(body), _CHUNK_BYTES):
                yield from parser.parse(bytes(view[start : start + _CHUNK_BYTES]))
    except ParserLimitReached:
        raise TooLarge(f"The form has more than {MAX_PARTS} parts, or a part with too long headers.") from None
    except (MultipartError, UnicodeError):
        raise MalformedRequest("The multipart body is broken or ends early; send it again.") from None


class _TextPart:
    """A field that is not a file."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.raw = bytearray()

    def write(self, chunk: bytes) -> None:
        self.raw += chunk
        if len(self.raw) > MAX_TEXT_BYTES:
            raise TooLarge(f"A field of the form is longer than {MAX_TEXT_BYTES:,} bytes; send files with a filename.")

    def text(self) -> str:
        try:
            return self.raw.decode()
        except UnicodeDecodeError:
            raise MalformedRequest("A field of the multipart body is not in UTF-8; send it again.") from None


class _FilePart:
    """A file on its way to the disk."""

    def __init__(self, segment: MultipartSegment, open_files: ExitStack) -> None:
        self.name = str(segment.name)
        self._segment = segment
        spool = open_files.enter_context(tempfile.SpooledTemporaryFile(_SPOOL_BYTES))  # noqa: SIM115  # it is one
        self._file = cast("BinaryIO", spool)
        self._size_bytes = 0

    def write(self, chunk: bytes) -> None:
        self._size_bytes += self._file.write(chunk)

    def upload(self) -> Upload:
        self._file.seek(0)
        return Upload(
            file_name=_file_name(self._segment),
            content_type=_stated_content_type(self._segment),
            body=self._file,
            size_bytes=self._size_bytes,
        )


_Part = _TextPart | _FilePart


def _stated_content_type(segment: MultipartSegment) -> str | None:
    """Returns the part's own Content-Type with its parameters, None if it is missing or invalid."""
    text = segment.header("Content-Type")
    return text.strip() if text is not None and is_content_type(text.strip()) else None


def _file_name(segment: MultipartSegment) -> str | None:
    """The part's file name. `filename*` counts before `filename`: RFC 7578 knows the latter only, clients know both."""
    for name, value in _PARAMETER.findall(segment.header("Content-Disposition", "")):
        if name.lower() == "filename*":
            decoded = _decode_extended_value(value.strip())
            if decoded is not None:
                return decoded
    file_name: str | None = segment.filename
    return file_name


def _decode_extended_value(value: str) -> str | None:
    """Returns the text of an extended parameter value, `UTF-8''na%C3%AFve.mp4` (RFC 8187); None if it is invalid."""
    charset, _, rest = value.partition("'")
    _language, quote, encoded = rest.partition("'")
    codec = _CHARSETS.get(charset.lower())
    if codec is None or not quote:
        return None
    try:
        return unquote(encoded, encoding=codec, errors="strict")
    except UnicodeDecodeError:
        return None
