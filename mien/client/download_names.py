"""File names from the API, made safe for a directory of the user's."""

import threading
from collections.abc import Collection, Container, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

_MAX_BYTES = 255  # of one name, on the usual file systems
_FALLBACK = "result"


def safe_file_name(name: str, *taken: Container[str]) -> str:
    """A name for a file right inside a directory: no path, no control characters, not hidden, 255 bytes of UTF-8 at
    most, and none of `taken`. A name that is safe already stays as it is."""
    last_part = name.replace("\\", "/").rsplit("/", 1)[-1]
    printable = "".join(character if character.isprintable() else "_" for character in last_part)
    whole = _shortened(printable.strip().lstrip(".") or _FALLBACK)
    candidate, number = whole, 1
    while any(candidate in each for each in taken):
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


class ResultNames:
    """Hands out names in directories: none of a file that is there, or that another thread is about to write."""

    def __init__(self) -> None:
        self._reserved: set[Path] = set()
        self._lock = threading.Lock()

    @contextmanager
    def reserved(
        self, directory: Path, wanted: Iterable[str], mine: Collection[Path] = ()
    ) -> Iterator[tuple[str, ...]]:
        """Returns a free name for each of `wanted`, which is kept until the block ends. Files that are `mine` may be
        replaced."""
        with self._lock:
            taken = _Taken(directory, self._reserved, frozenset(mine))
            names: list[str] = []
            for name in wanted:
                names.append(safe_file_name(name, names, taken))
            paths = {directory / name for name in names}
            self._reserved |= paths
        try:
            yield tuple(names)
        finally:
            with self._lock:
                self._reserved -= paths


class _Taken:
    """The names in a directory that a new file may not get."""

    def __init__(self, directory: Path, reserved: set[Path], mine: frozenset[Path]) -> None:
        self._directory, self._reserved, self._mine = directory, reserved, mine

    def __contains__(self, name: object) -> bool:
        path = self._directory / str(name)
        return path in self._reserved or (path not in self._mine and path.exists())
