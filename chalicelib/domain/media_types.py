"""Content types of media: which a file name stands for, and whether a client's own word is worth more."""

import re
from pathlib import PurePosixPath

UNKNOWN_CONTENT_TYPE = "application/octet-stream"

_CONTENT_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(?:[ \t]*;[\x20-\x7e]*)?")
_MAX_CONTENT_TYPE_CHARACTERS = 255

_BY_SUFFIX = {
    ".mp4": "video/mp4",
    ".m4v": "video/x-m4v",
    ".mov": "video/quicktime",
    ".webm": "video/webm",
    ".mkv": "video/x-matroska",
    ".avi": "video/x-msvideo",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".bmp": "image/bmp",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".gif": "image/gif",
    ".json": "application/json",
    ".csv": "text/csv",
    ".txt": "text/plain",
}


def content_type_of(file_name: str, stated: str | None) -> str:
    """The `stated` content type, unless it is missing, none or says nothing; then what the suffix of `file_name`
    means."""
    if stated and is_content_type(stated) and stated.lower() != UNKNOWN_CONTENT_TYPE:
        return stated
    return _BY_SUFFIX.get(PurePosixPath(file_name).suffix.lower(), UNKNOWN_CONTENT_TYPE)


def is_content_type(text: str) -> bool:
    """Whether `text` is a content type, with or without parameters, that can be stored and sent in a header."""
    return len(text) <= _MAX_CONTENT_TYPE_CHARACTERS and _CONTENT_TYPE.fullmatch(text) is not None
