"""Presigned forms of S3, checked and received: browsers' uploads by `multipart/form-data`.

A form is worth what the policy in it says, and the policy is worth what its signature says
(https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html). moto looks at neither.
"""

import base64
import binascii
import hmac
import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any, TypeAlias

from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from chalicelib.local.aws.credentials import RunCredentials
from chalicelib.local.aws.signatures import S3, RefusedRequest, check_scope, denied, parse_scope, signature_of

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_CHUNK_BYTES = 64 * 1024
_MAX_FIELD_BYTES = 20 * 1024  # of S3, for all fields before the file
_UNCOVERED = {"policy", "x-amz-signature"}
_Event: TypeAlias = MultipartSegment | bytes | bytearray | None  # a part begins, some of it, its end
_RANGE = "content-length-range"


@dataclass(frozen=True, slots=True)
class ReceivedForm:
    """A file that its form allowed. `file` is at its beginning; the owner of the form closes it."""

    key: str
    content_type: str
    file: IO[bytes]
    size_bytes: int
    region: str


@dataclass(frozen=True, slots=True)
class _Policy:
    key: str
    content_type: str
    region: str
    size_range: tuple[int, int] | None


def receive_form(environ: "WSGIEnvironment", bucket: str, credentials: RunCredentials, now: datetime) -> ReceivedForm:
    """Reads the fields, checks signature and policy, and only then reads the file, onto the disk.

    Raises `RefusedRequest`, or OSError if the disk does not take the file.
    """
    events = _events(environ)
    policy = _check_policy(_read_fields(events), bucket, credentials, now)
    file = tempfile.TemporaryFile()  # noqa: SIM115  # it outlives this function
    try:
        size_bytes = _copy_file(events, file, policy)
        file.seek(0)
    except BaseException:
        with suppress(OSError):
            file.close()
        raise
    return ReceivedForm(policy.key, policy.content_type, file, size_bytes, policy.region)


def _read_fields(events: Iterator[_Event]) -> dict[str, str]:
    """Reads up to the beginning of the file. Returns the fields before it, by name in lower case."""
    fields: dict[str, str] = {}
    name, text, read_bytes = "", bytearray(), 0
    for event in events:
        if isinstance(event, MultipartSegment):
            name, text = (event.name or "").lower(), bytearray()
            if name == "file":
                return fields
        elif event is None:
            if name in fields:
                break
            fields[name] = text.decode("utf-8", "surrogateescape")
        else:
            text += event
            read_bytes += len(event)
            if read_bytes > _MAX_FIELD_BYTES:
                break
    raise denied()


def _copy_file(events: Iterator[_Event], file: IO[bytes], policy: _Policy) -> int:
    """Returns the size of the file in bytes. What comes after the file is ignored, as S3 does."""
    size_bytes = 0
    for event in events:
        if not isinstance(event, bytes | bytearray):
            break
        size_bytes += len(event)
        _check_size(size_bytes, policy, is_complete=False)
        file.write(event)
    _check_size(size_bytes, policy, is_complete=True)
    return size_bytes


def _events(environ: "WSGIEnvironment") -> Iterator[_Event]:
    length = environ.get("CONTENT_LENGTH") or ""
    _, options = parse_options_header(environ.get("CONTENT_TYPE", ""))
    if not (length.isascii() and length.isdigit()) or "HTTP_TRANSFER_ENCODING" in environ:
        raise RefusedRequest(411, "MissingContentLength", "Send the form with its length.")
    left = int(length)
    try:
        boundary = options.get("boundary", "")
        with PushMultipartParser(boundary, content_length=left, max_segment_count=64, strict=True) as parser:
            while left > 0 and not parser.closed:
                chunk = environ["wsgi.input"].read(min(left, _CHUNK_BYTES))
                left -= len(chunk)
                if not chunk:
                    break
                yield from parser.parse(chunk)
    except MultipartError:
        raise RefusedRequest(400, "MalformedPOSTRequest", "The form cannot be read; send it again.") from None


def _check_policy(fields: Mapping[str, str], bucket: str, credentials: RunCredentials, now: datetime) -> _Policy:
    try:
        encoded, signature, signed_at = fields["policy"], fields["x-amz-signature"], fields["x-amz-date"]
        scope = parse_scope(fields["x-amz-credential"])
        check_scope(scope, signed_at, credentials)
        expected = signature_of(encoded, scope, signed_at, credentials)
        if scope.service != S3 or not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
            raise denied()
        policy = json.loads(base64.b64decode(encoded, validate=True))
        if now > datetime.fromisoformat(policy["expiration"]):
            raise RefusedRequest(403, "AccessDenied", "Invalid according to Policy: Policy expired.")
        covered, size_range = _conditions(policy["conditions"])
        key = fields["key"]
    except (KeyError, ValueError, TypeError, binascii.Error):
        raise denied() from None
    _check_fields({**fields, "bucket": bucket}, covered)
    return _Policy(key, fields.get("content-type", "binary/octet-stream"), scope.region, size_range)


def _conditions(listed: list[Any]) -> tuple[dict[str, list[tuple[str, str]]], tuple[int, int] | None]:
    """Returns what is asked of each field, and the sizes that the file may have."""
    asked: dict[str, list[tuple[str, str]]] = {}
    size_range = None
    for each in listed:
        if isinstance(each, dict):
            for name, value in each.items():
                asked.setdefault(name.lower(), []).append(("eq", value))
        elif each[0].lower() == _RANGE:
            size_range = int(each[1]), int(each[2])
        else:
            operator, name, value = each
            asked.setdefault(name.removeprefix("$").lower(), []).append((operator.lower(), value))
    return asked, size_range


def _check_fields(fields: Mapping[str, str], asked: Mapping[str, list[tuple[str, str]]]) -> None:
    """Each field is as the policy wants it, and none is there that the policy does not know."""
    for name, conditions in asked.items():
        found = fields.get(name, "")
        for operator, value in conditions:
            fits = found == value if operator == "eq" else operator == "starts-with" and found.startswith(value)
            if not fits:
                raise RefusedRequest(
                    403, "AccessDenied", f"Invalid according to Policy: {name} is not as it was signed."
                )
    if set(fields) - set(asked) - _UNCOVERED - {"bucket"}:
        raise RefusedRequest(403, "AccessDenied", "Invalid according to Policy: Extra input fields.")


def _check_size(size_bytes: int, policy: _Policy, *, is_complete: bool) -> None:
    if policy.size_range is None:
        return
    smallest, largest = policy.size_range
    if size_bytes > largest:
        raise RefusedRequest(400, "EntityTooLarge", "The file is larger than its form allows.")
    if is_complete and size_bytes < smallest:
        raise RefusedRequest(400, "EntityTooSmall", "The file is smaller than its form allows.")
