"""The record of a directory for results: which file comes from which input and job. A batch continues from it.

One JSON document a line, added and never changed; of several lines of one input the last one counts. A line that was
cut off is left out.
"""

import json
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from chalicelib import __version__

NAME = "mien-manifest.jsonl"


@dataclass(frozen=True, slots=True)
class Entry:
    """The state of one input: `sent` to the API, `fetching` its files, `done`, or another end of its job. `files` are
    relative to the directory."""

    fingerprint: str
    medium: str
    state: str
    job: str = ""
    files: tuple[str, ...] = ()
    error: str = ""
    annotations: Mapping[str, str] = field(default_factory=dict)


class Manifest:
    """The record in `directory`. A context manager that closes the file; safe to use from several threads."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._path = directory / NAME
        self.id = _id_of(self._path)
        self._entries = {each.fingerprint: each for each in read_manifest(self._path)}
        self._lock = threading.Lock()
        self._stream: TextIO | None = None

    def __enter__(self) -> Self:
        has_end = not self._path.exists() or self._path.read_bytes()[-1:] in (b"\n", b"")
        self._stream = self._path.open("a", encoding="utf-8")
        if not has_end:  # the process that wrote it was killed
            self._stream.write("\n")
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._stream is not None:
            self._stream.close()

    def find(self, fingerprint: str) -> Entry | None:
        """Returns what is known of an input."""
        return self._entries.get(fingerprint)

    def add(self, entry: Entry) -> None:
        """Writes a line, onto the disk."""
        line = json.dumps(_document(entry), ensure_ascii=False)
        with self._lock:
            self._entries[entry.fingerprint] = entry
            if self._stream is not None:
                self._stream.write(line + "\n")
                self._stream.flush()


def _id_of(path: Path) -> str:
    """The id of the record, its first line, which is written if there is none: it tells one batch from another."""
    if path.exists():
        with path.open(encoding="utf-8") as lines:
            try:
                return str(json.loads(lines.readline())["manifest"])
            except (ValueError, KeyError, TypeError):
                pass
    made = uuid.uuid4().hex
    with path.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps({"manifest": made}) + "\n")
    return made


def read_manifest(path: Path) -> Iterator[Entry]:
    """Yields the entries of a record, oldest first; none if there is no file."""
    if not path.exists():
        return
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            try:
                yield _entry(json.loads(line))
            except (ValueError, KeyError, TypeError):
                continue


def _document(entry: Entry) -> dict[str, Any]:
    document: dict[str, Any] = {
        "fingerprint": entry.fingerprint,
        "input": entry.medium,
        "state": entry.state,
        "job": entry.job,
        "files": list(entry.files),
        "error": entry.error,
        "annotations": dict(entry.annotations),
        "version": __version__,
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
    return {name: value for name, value in document.items() if value not in ("", [], {})}


def _entry(document: Mapping[str, Any]) -> Entry:
    return Entry(
        fingerprint=str(document["fingerprint"]),
        medium=str(document["input"]),
        state=str(document["state"]),
        job=str(document.get("job", "")),
        files=tuple(document.get("files", ())),
        error=str(document.get("error", "")),
        annotations=dict(document.get("annotations", {})),
    )
