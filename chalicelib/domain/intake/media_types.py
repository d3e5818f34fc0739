"""Content types of media: which a file name stands for, and whether a client's own word is worth more."""

import re
from pathlib import PurePosixPath

UNKNOWN_CONTENT_TYPE = "application/octet-stream"

_CONTENT_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(?:[ \t]*;[\x20-\x7e]*)?")
_MAX_CONTENT_TYPE_CHARACTERS = 255

HEAD_BYTES = 64
"""How much of a file tells what it is."""

_BY_SUFFIX = {
    ".mp4": "video/mp4",
    ".m4v": "video/x-m4v",
    ".mov": "video/quicktime",
    ".webm": "video/webm",
    ".mkv": "video/x-matroska",
    ".avi": "video/x-msvideo",
    ".wmv": "video/x-ms-wmv",
    ".flv": "video/x-flv",
    ".ogv": "video/ogg",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".heic": "image/heic",
    ".heif": "image/heif",
    ".bmp": "image/bmp",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".gif": "image/gif",
    ".json": "application/json",
    ".csv": "text/csv",
    ".txt": "text/plain",
}

# One container under several names: there the suffix knows better.
_FAMILIES = ({"video/mp4", "video/x-m4v", "video/quicktime"}, {"video/webm", "video/x-matroska"})
_BY_MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
)
_BY_RIFF_FORM = {b"WEBP": "image/webp", b"AVI ": "video/x-msvideo"}
_BY_BRAND = {b"qt  ": "video/quicktime", b"M4V ": "video/x-m4v", b"M4A ": "audio/mp4", b"avif": "image/avif"}
_BY_BRAND |= dict.fromkeys((b"heic", b"heix", b"hevc", b"mif1", b"msf1"), "image/heic")
_PROGRAMS_AND_DOCUMENTS = (b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"%PDF-", b"PK\3\4", b"#!")
_MARKUP = (b"<!doctype", b"<html", b"<script", b"<svg", b"<?xml", b"<?php")


def content_type_of(file_name: str, stated: str | None, head: bytes = b"") -> str:
    """Returns the `stated` content type, unless it is missing, invalid or generic.

    Otherwise it follows from the suffix of `file_name` and the first bytes (`head`, `HEAD_BYTES` of them): the bytes
    decide if they are a media file of another type, or clearly not a media file.
    """
    if stated and is_content_type(stated) and stated.lower() != UNKNOWN_CONTENT_TYPE:
        return stated
    named = _BY_SUFFIX.get(PurePosixPath(file_name).suffix.lower(), UNKNOWN_CONTENT_TYPE)
    found = _media_type(head)
    if found is not None:
        return named if any({named, found} <= family for family in _FAMILIES) else found
    if named.startswith(("image/", "video/")) and _is_no_medium(head):
        return UNKNOWN_CONTENT_TYPE
    return named


def is_content_type(text: str) -> bool:
    """Returns True if `text` is a content type, with or without parameters, that can be stored and sent in a header."""
    return len(text) <= _MAX_CONTENT_TYPE_CHARACTERS and _CONTENT_TYPE.fullmatch(text) is not None


def _media_type(head: bytes) -> str | None:
    """Returns the content type of a file that begins with these bytes, None if they are not known."""
    for magic, content_type in _BY_MAGIC:
        if head.startswith(magic):
            return content_type
    if head[:4] == b"RIFF":
        return _BY_RIFF_FORM.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _BY_BRAND.get(head[8:12], "video/mp4")
    if head[:4] == b"\x1aE\xdf\xa3":  # EBML, whose header names the document type
        return "video/webm" if b"webm" in head else "video/x-matroska"
    if head[:2] == b"BM" and head[6:10] == bytes(4):
        return "image/bmp"
    return None


def _is_no_medium(head: bytes) -> bool:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return head.startswith(_PROGRAMS_AND_DOCUMENTS) or text.startswith(_MARKUP)
