"""File names from the API, made safe for a directory of the user's."""

from collections.abc import Collection
from pathlib import PurePosixPath

_MAX_BYTES = 255  # of one name, on the usual file systems
_FALLBACK = "result"


def safe_file_name(name: str, taken: Collection[str] = ()) -> str:
    """A name for a file right inside a directory: no path, no control characters, not hidden, 255 bytes of UTF-8 at
    most, and none of `taken`. A name that is safe already stays as it is."""
    last_part = name.replace("\\", "/").rsplit("/", 1)[-1]
    printable = "".join(character if character.isprintable() else "_" for character in last_part)
    whole = _shortened(printable.strip().lstrip(".") or _FALLBACK)
    candidate, number = whole, 1
    while candidate in taken:
        number += 1
        candidate = _shortened(whole, f"-{number}")
    return candidate


def _shortened(name: str, addition: str = "") -> str:
    """Returns `name` with `addition` before its suffix, shortened in the middle if it is too long."""
    path = PurePosixPath(name)
    suffix = path.suffix if len(path.suffix.encode()) <= 32 else ""
    stem = name[: len(name) - len(suffix)].encode(errors="replace")
    room = _MAX_BYTES - len(addition.encode()) - len(suffix.encode())
    return stem[:room].decode(errors="ignore") + addition + suffix
