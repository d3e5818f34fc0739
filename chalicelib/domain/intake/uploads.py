"""Direct uploads: media that clients send to the media store themselves, past the API.

The API hands out signed addresses for one key, one size and one content type, and waits for the object to arrive.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.domain.ids import check_id
from chalicelib.errors import Invalid, MalformedRequest, translated

UPLOAD_PREFIX = "uploads/"
MAX_FORM_BYTES = 100_000_000
"""The largest file that is sent in one piece; a larger one is sent in parts, each of which can be repeated."""
MAX_UPLOAD_BYTES = 5 * 1000**4
"""What S3 keeps as one object (5 TB), whatever the settings say."""

MIN_PART_BYTES = 32 * 1024 * 1024
# S3 allows 10,000, but the answer that holds all their URLs has to pass through a Lambda (6 MB).
MAX_PARTS = 1000
_PART_STEP_BYTES = 1024 * 1024
_MAX_ETAG_CHARACTERS = 128


class UploadOwner(StrEnum):
    """The resource that an upload belongs to."""

    JOB = "job"
    ENTRY = "entry"


@dataclass(frozen=True, slots=True)
class DirectUpload:
    """A direct upload of a job or an entry, in progress or finished. `multipart_id` is set if it is sent in parts."""

    media_key: str
    file_name: str
    content_type: str
    size_bytes: int
    expires: datetime
    multipart_id: str | None = None


@dataclass(frozen=True, slots=True)
class ArrivedObject:
    """The object in the media store under an upload's key. `etag` distinguishes it from one sent later."""

    size_bytes: int
    etag: str


@dataclass(frozen=True, slots=True)
class FinishedPart:
    """A part that the media store has taken, and the entity tag that it gave for it."""

    number: int
    etag: str


@dataclass(frozen=True, slots=True)
class UploadKey:
    """The object key of a direct upload. Nothing in it comes from a client."""

    account_id: str
    owner: UploadOwner
    owner_id: str

    def __str__(self) -> str:
        return f"{UPLOAD_PREFIX}{self.account_id}/{self.owner_id}/{self.owner}"


def parse_upload_key(key: str) -> UploadKey:
    """The inverse of `str(UploadKey)`. Raises ValueError for every other key."""
    prefix, *parts = key.split("/")
    if f"{prefix}/" != UPLOAD_PREFIX or len(parts) != 3:
        raise ValueError("this is not the key of an upload")
    account_id, owner_id, owner = parts
    with translated(MalformedRequest, into=ValueError("this is not the key of an upload")):
        check_id(account_id, "account")
        check_id(owner_id, owner)
    return UploadKey(account_id, UploadOwner(owner), owner_id)


def part_sizes_bytes(size_bytes: int) -> tuple[int, ...]:
    """The sizes of the parts of a file, in order: all the same, but for the last."""
    size = part_size_bytes(size_bytes)
    whole, rest = divmod(size_bytes, size)
    return (size,) * whole + ((rest,) if rest else ())


def part_size_bytes(size_bytes: int) -> int:
    """The size of every part but the last: whole MiB, and as many as keep the parts few."""
    needed = -(-size_bytes // MAX_PARTS)
    return max(MIN_PART_BYTES, -(-needed // _PART_STEP_BYTES) * _PART_STEP_BYTES)


def check_finished_parts(upload: DirectUpload, parts: Sequence[FinishedPart]) -> tuple[FinishedPart, ...]:
    """Returns the parts in order. Raises `Invalid` if one is missing, duplicate or unknown."""
    expected = len(part_sizes_bytes(upload.size_bytes))
    ordered = tuple(sorted(parts, key=lambda part: part.number))
    if [part.number for part in ordered] != list(range(1, expected + 1)):
        raise Invalid(f"The upload has {expected} parts; list each of them once, with its number and etag.")
    if not all(_is_etag(part.etag) for part in ordered):
        raise Invalid("The etag of a part is invalid; send the ETag header of the response to its PUT unchanged.")
    return ordered


def _is_etag(text: str) -> bool:
    return 0 < len(text) <= _MAX_ETAG_CHARACTERS and text.isascii() and text.isprintable()
