"""Entries: a media file or a result, its representations (files) and its annotations (key and value)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from unicodedata import category

from chalicelib.domain.faces.face_state import FaceState
from chalicelib.domain.ids import derived_id
from chalicelib.domain.intake.uploads import DirectUpload
from chalicelib.domain.requests.client_texts import REORDERING, has_reordering, reorders_others
from chalicelib.errors import Invalid

MAX_ANNOTATION_CHARACTERS = 255
ANNOTATION_TEXTS = ("key", "value", "source")
"""What a client says of an annotation, by name."""
MAX_FILE_NAME_CHARACTERS = 255
MAX_REPRESENTATIONS = 100

# Unicode's general categories. A lone surrogate can arrive in JSON, but no store can keep it: it has no bytes.
_HALF_CHARACTER = "Cs"
_NOT_IN_FILE_NAMES = {_HALF_CHARACTER, "Cc", "Zl", "Zp"}


@dataclass(frozen=True, slots=True)
class Representation:
    """One file of an entry. Its id is derived from the entry and the file name, so names are unique within an entry.

    `media_key` is the key of the bytes in the media store; nothing in it comes from a client. `sha256` is None for a
    direct upload that no worker has read yet.
    """

    id: str
    entry_id: str
    account_id: str
    file_name: str
    content_type: str
    size_bytes: int
    sha256: str | None
    media_key: str
    published: datetime
    updated: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """A media file that a client sent, or the result of a job. `media_seconds` is None if there is no duration,
    `upload` is set until a direct upload has arrived. `expires` is the time at which an entry without a job is deleted,
    None for never; entries of a job are deleted with it. `drop_key` is the key of the object in the drop-folder that
    its job was created for, `job_id` the id of the job whose input or result it is. `faces` are the corrections of a
    result, None if its faces cannot be corrected; `measured_files` its files as they were measured, by id, once it has
    been corrected.
    """

    id: str
    account_id: str
    author: str
    published: datetime
    updated: datetime
    source: str | None = None
    data_split: str | None = None
    media_seconds: float | None = None
    representations: Mapping[str, Representation] = field(default_factory=dict)
    upload: DirectUpload | None = None
    expires: datetime | None = None
    drop_key: str | None = None
    job_id: str | None = None
    faces: FaceState | None = None
    measured_files: Mapping[str, Representation] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AnnotationSearch:
    """The texts of the annotations to look for, each exactly; None stands for any text."""

    key: str
    value: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Annotation:
    """A note on an entry."""

    id: str
    entry_id: str
    account_id: str
    author: str
    key: str
    value: str
    source: str | None
    published: datetime
    updated: datetime


def representation_id(entry_id: str, file_name: str) -> str:
    """The id of the representation called `file_name` in the entry."""
    return derived_id(entry_id, "representation", file_name)


def media_key(account_id: str, entry_id: str, representation_id: str) -> str:
    """The object key of what a worker writes: always the same, so that a run that is repeated overwrites itself."""
    return f"{media_prefix(account_id, entry_id)}{representation_id}"


def upload_key(account_id: str, entry_id: str, representation_id: str, upload_id: str) -> str:
    """The object key of what a client sends: another one for each upload, so that no upload can harm another."""
    return f"{media_key(account_id, entry_id, representation_id)}/{upload_id}"


def media_prefix(account_id: str, entry_id: str) -> str:
    """Returns the prefix of the object keys of an entry, which no other entry has."""
    return f"accounts/{account_id}/entries/{entry_id}/"


def kept_frames_key(account_id: str, entry_id: str) -> str:
    """The object key of all that was measured for a result, from which its files can be written again."""
    return f"{media_prefix(account_id, entry_id)}faces/frames"


def face_index_key(account_id: str, entry_id: str) -> str:
    """The object key of the index of a result's faces."""
    return f"{media_prefix(account_id, entry_id)}faces/index"


def corrected_prefix(account_id: str, entry_id: str, number: int) -> str:
    """Returns the prefix of the object keys of files that follow the corrections of this number."""
    return f"{media_prefix(account_id, entry_id)}faces/{number}/"


def is_written_by_worker(file: Representation) -> bool:
    """Returns True if no client has sent the bytes of this file of a result."""
    prefix = media_prefix(file.account_id, file.entry_id)
    return file.media_key == f"{prefix}{file.id}" or file.media_key.startswith(f"{prefix}faces/")


def check_annotation_text(name: str, text: str | None) -> str:
    """A key or value as it is stored: as sent, 1 to 255 characters. Raises `Invalid`."""
    if not text:
        raise Invalid(f"An annotation needs a {name}; send annotation[{name}] with 1 to 255 characters.")
    if len(text) > MAX_ANNOTATION_CHARACTERS:
        raise Invalid(
            f"The annotation's {name} has {len(text)} characters; at most {MAX_ANNOTATION_CHARACTERS} are stored."
        )
    if "\0" in text:
        raise Invalid(f"The annotation's {name} contains a NUL character; remove it.")
    if any(category(character) == _HALF_CHARACTER for character in text):
        raise Invalid(f"The annotation's {name} contains a lone surrogate; send valid Unicode.")
    if reorders_others(text):
        raise Invalid(f"The annotation's {name} contains {REORDERING}, that are not closed or reverse it; remove them.")
    return text


def check_file_name(text: str | None) -> str:
    """A file name without any path, 1 to 255 characters, no control characters or line breaks. Raises `Invalid`."""
    name = (text or "").replace("\\", "/").rsplit("/", 1)[-1].strip()
    if not name or name in (".", ".."):
        raise Invalid(
            'The media has no file name; send one with the part, as in filename="clip.mp4" (curl does if @ comes '
            "before the path: -F 'entry_job[input]=@clip.mp4')."
        )
    if len(name) > MAX_FILE_NAME_CHARACTERS:
        raise Invalid(f"The file name has {len(name)} characters; at most {MAX_FILE_NAME_CHARACTERS} are stored.")
    if any(category(character) in _NOT_IN_FILE_NAMES for character in name):
        raise Invalid("The file name contains control characters, line breaks or invalid Unicode; rename the file.")
    if has_reordering(name):
        raise Invalid(f"The file name contains {REORDERING}; rename the file.")
    return name
