"""The drop-folder: objects under `drop/<account>/` in the media bucket.

`drop/<account>/<job name>/<any path>` asks for a job of that name, `drop/<account>/<any path>` for the default one.
Options of the job come as metadata or tags (`mien-table`); other metadata and tags become annotations.
The results of an object are stored under `results/` with the same path: its result files, or a message in `.error.txt`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import HeaderParseError
from email.header import decode_header, make_header

from chalicelib.domain.entries import check_annotation_text, check_file_name
from chalicelib.domain.ids import id_of
from chalicelib.domain.requests.job_names import ANALYSES, DEFAULT_JOB_NAME, JobName, parse_job_name
from chalicelib.domain.requests.job_options import ALL_OPTIONS, OptionValues, options_of_texts
from chalicelib.errors import Invalid

DROP_PREFIX = "drop/"
RESULTS_PREFIX = "results/"
DROP_AUTHOR = "drop-folder"
"""Who the rows say has made what came in this way; S3 does not tell."""

OWNER = "mien-entry"
"""The metadata of objects under `results/` that names their entry; for an error file, the job's input."""

OPTION_PREFIX = "mien-"
"""What the name of metadata or a tag begins with that is a job option."""

_ERROR_SUFFIX = ".error.txt"
_LONGEST_SUFFIX_BYTES = 64
_MAX_KEY_BYTES = 1024  # of S3; a character may take four
_NAMES = {*ANALYSES, "auto"}


@dataclass(frozen=True, slots=True)
class DroppedObject:
    """One version of an object as the media store has it. `version_id` is None in a bucket without versions, `etag`
    as S3 states it, with its quotation marks; `metadata` is what was sent as `x-amz-meta-*`, as S3 gives it back."""

    key: str
    version_id: str | None
    etag: str
    size_bytes: int
    content_type: str | None
    modified: datetime
    metadata: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DropKey:
    """The parts of the key of a dropped object: account, job name and path."""

    account_id: str
    name: JobName
    file_name: str


def is_folder(key: str) -> bool:
    """Returns True if the object only represents a folder, as consoles create them."""
    return key.endswith("/")


def parse_drop_key(key: str) -> DropKey:
    """Parses `key`. Raises `Invalid` if the keys of its results would be invalid."""
    account_id, slash, path = key.removeprefix(DROP_PREFIX).partition("/")
    if not slash:
        raise Invalid("The file is not in the folder of an account; put it under drop/<account>/.")
    if any(part in {".", ".."} for part in key.split("/")):
        raise Invalid("The file's path contains `.` or `..`; choose another name.")
    if len(key.encode()) > _MAX_KEY_BYTES - _LONGEST_SUFFIX_BYTES:
        raise Invalid("The file's path is too long for the keys of its results; choose shorter names.")
    folder, slash, rest = path.partition("/")
    name = parse_job_name(folder) if slash and rest and folder in _NAMES else DEFAULT_JOB_NAME
    return DropKey(account_id, name, path.rsplit("/", 1)[-1])


def dropped_job_id(account_id: str, dropped: DroppedObject) -> str:
    """The id of the job for this version of this object: the same however often the object is announced."""
    return id_of(dropped.modified, account_id, "drop", dropped.key, dropped.version_id or "", dropped.etag)


def result_key(drop_key: str, suffix: str) -> str:
    """Returns the key of a result of the dropped object: `results/a/b.mp4` and the suffix for `drop/a/b.mp4`. If the
    suffix is too long for a key, its beginning is left out."""
    place, end = f"{RESULTS_PREFIX}{drop_key.removeprefix(DROP_PREFIX)}", suffix.encode()
    room = _MAX_KEY_BYTES - len(place.encode())
    return place + end[max(len(end) - room, 0) :].decode(errors="ignore")


def file_result_key(drop_key: str, file_name: str) -> str:
    """Returns the key of the copy of a job's file, under the path of the dropped object."""
    suffix = file_name.removeprefix(check_file_name(drop_key.rpartition("/")[2]))
    if suffix == file_name:
        # A name so long that its results' were cut, or a file of the client's own, which may be called like a result of
        # another dropped file.
        suffix = f"-{file_name}"
    return result_key(drop_key, suffix)


def account_of(drop_key: str) -> str:
    """Returns the account of the object's folder, also for a key that cannot be parsed."""
    return drop_key.removeprefix(DROP_PREFIX).partition("/")[0]


def is_in_folder_of(drop_key: str, account_id: str) -> bool:
    """Returns True if the object is in the drop-folder of that account."""
    return account_id != "" and "/" not in account_id and drop_key.startswith(f"{DROP_PREFIX}{account_id}/")


def error_key(drop_key: str) -> str:
    """Returns the key of the error file. If the path is too long for it, a part is left out."""
    room = _MAX_KEY_BYTES - len(_ERROR_SUFFIX) - (len(RESULTS_PREFIX) - len(DROP_PREFIX))
    return result_key(drop_key.encode()[:room].decode(errors="ignore"), _ERROR_SUFFIX)


def options_of(dropped: DroppedObject) -> OptionValues:
    """The job options that came with the object: metadata or a tag `mien-<option>`, in which `-` and `_` are the same.

    Raises `Invalid` for a value that cannot be, an option that does not exist, or one that is there twice with
    different values.
    """
    texts: dict[str, str] = {}
    for key, text in _pairs(dropped):
        if not _is_option(key):
            continue
        name = key.lower().removeprefix(OPTION_PREFIX).replace("-", "_")
        if texts.setdefault(name, text) != text:
            raise Invalid(f"The file has two values for {key}; leave one of tag and metadata out.")
    unknown = sorted(texts.keys() - {row.name for row in ALL_OPTIONS})
    if unknown:
        known = ", ".join(OPTION_PREFIX + row.name for row in ALL_OPTIONS)
        raise Invalid(f"There is no job option {OPTION_PREFIX}{unknown[0]}; use one of: {known}.")
    return options_of_texts(texts)


def notes_of(dropped: DroppedObject) -> tuple[tuple[str, str], ...]:
    """Keys and values of the annotations that came with the object: its tags and metadata, but for job options. Raises
    `Invalid` for one that cannot be stored, rather than lose it in silence."""
    notes = {
        (check_annotation_text("key", key), check_annotation_text("value", value))
        for key, value in _pairs(dropped)
        if value and not _is_option(key)
    }
    return tuple(sorted(notes))


def _pairs(dropped: DroppedObject) -> list[tuple[str, str]]:
    return [*dropped.tags.items(), *((key, _unwrapped(value)) for key, value in dropped.metadata.items())]


def _is_option(key: str) -> bool:
    # A result that is dropped again keeps this metadata.
    return key.lower().startswith(OPTION_PREFIX) and key.lower() != OWNER


def _unwrapped(text: str) -> str:
    """S3 gives metadata beyond ASCII back in the words of RFC 2047."""
    if "=?" not in text:
        return text
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, LookupError, ValueError):
        return text
