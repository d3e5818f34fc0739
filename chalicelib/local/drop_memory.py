"""The memory of a drop directory over restarts: `.mien.json` in it."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from chalicelib.errors import MienError

MEMORY_NAME = ".mien.json"
RESULTS_NAME = "results"

Stamp = tuple[int, int]
"""The version of a file: size in bytes, time of change in ns."""


class DropMemoryError(MienError):
    """The memory cannot be read or written. The message is for the user."""


@dataclass(slots=True)
class _Content:
    """`done` has, for each path, its stamp and the names of its results. `expressions_only` is None until decided."""

    expressions_only: bool | None = None
    done: dict[str, tuple[int, int, list[str]]] = field(default_factory=dict)


class DropMemory:
    """Remembers whether `directory` is measured with expressions only, and which files are done."""

    def __init__(self, directory: Path) -> None:
        """Raises `DropMemoryError` if there is a memory that cannot be read: it may forbid emotions."""
        self._directory = directory
        self._path = directory / MEMORY_NAME
        self._content = self._read()

    def decide(self, asked: bool | None) -> bool:
        """Returns whether to measure expressions only: as asked, else as before, else not. Raises `DropMemoryError`."""
        chosen = bool(self._content.expressions_only) if asked is None else asked
        if chosen is not self._content.expressions_only:
            self._content.expressions_only = chosen
            self.write()
        return chosen

    def is_done(self, path: str, stamp: Stamp) -> bool:
        """Returns True if this version of the file was measured, in whatever mode, and its results are still there."""
        size, changed, names = self._content.done.get(path, (0, 0, []))
        results = self._directory / RESULTS_NAME
        return (size, changed) == stamp and bool(names) and all((results / name).is_file() for name in names)

    def add(self, path: str, stamp: Stamp, result_names: Iterable[str]) -> None:
        """Remembers a file that is done; `write` stores it."""
        self._content.done[path] = (*stamp, sorted(result_names))

    def write(self) -> None:
        """Raises `DropMemoryError`; the memory of before is then unchanged."""
        part = self._path.with_name(f"{MEMORY_NAME}.part")
        try:
            part.write_text(json.dumps(asdict(self._content)))
            part.replace(self._path)
        except OSError as failure:
            raise DropMemoryError(f"{self._path} cannot be written: {failure.strerror}.") from failure

    def _read(self) -> _Content:
        try:
            text = self._path.read_text()
        except FileNotFoundError:
            return _Content()
        except (OSError, UnicodeError) as failure:
            raise DropMemoryError(f"{self._path} cannot be read: {failure}.") from failure
        try:
            return _parse(json.loads(text))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as failure:
            raise DropMemoryError(
                f"{self._path} is damaged. It states whether emotions may be measured here; delete it, and start with "
                "MIEN_EXPRESSIONS_ONLY=on or off."
            ) from failure


def _parse(document: dict[str, object]) -> _Content:
    mode, done = document["expressions_only"], document["done"]
    if mode not in (True, False, None) or not isinstance(done, dict):
        raise ValueError(mode)
    content = _Content(mode)
    for path, (size, changed, names) in done.items():
        content.done[path] = (int(size), int(changed), [str(name) for name in names])
    return content
