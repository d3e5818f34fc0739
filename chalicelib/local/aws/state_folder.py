"""A folder on the disk with the rows and objects of the embedded AWS: an SQLite file, and one file for each version."""

import fcntl
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import RLock
from typing import Any

from chalicelib.errors import MienError

_LAYOUT = 1
_STATE = "state.sqlite"
# What the folder may have before there is a state: of a start that was interrupted, and the memory of the mode.
_OURS = {".lock", ".mien.json", "objects", "password"}
_TABLES = """
CREATE TABLE IF NOT EXISTS rows (pk TEXT NOT NULL, sk TEXT NOT NULL, item TEXT NOT NULL, PRIMARY KEY (pk, sk))
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS versions (place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    key TEXT NOT NULL, modified TEXT NOT NULL, etag TEXT, metadata TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS versions_by_key ON versions (key);
"""


class StateFolderError(MienError):
    """The folder cannot be used. The message is for the user."""


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A version of an object. `etag` is None for a delete marker, which has no bytes."""

    key: str
    id: str
    modified: datetime
    etag: str | None
    metadata: dict[str, str]


class StateFolder:
    """Keeps rows (as DynamoDB's JSON) and versions of objects. Each change is stored when its method returns, so a
    process that is killed loses none. For this user only; one process at a time.
    """

    def __init__(self, folder: Path) -> None:
        """Makes or opens the folder. Raises `StateFolderError`, also for one with other files: it is closed to other
        users, and what no version needs is deleted."""
        self._folder = folder
        self._bytes = folder / "objects"
        self._lock = RLock()
        try:
            with ExitStack() as undo:
                folder.mkdir(parents=True, exist_ok=True)
                self._check_contents()
                folder.chmod(0o700)
                self._bytes.mkdir(exist_ok=True)
                self._claim(undo)
                self._rows = sqlite3.connect(folder / _STATE, check_same_thread=False, isolation_level=None)
                undo.callback(self._rows.close)
                self._lay_out()
                self._undo = undo.pop_all()
        except (OSError, sqlite3.Error) as failure:
            raise StateFolderError(f"The folder {folder} cannot be used: {failure}.") from failure

    def close(self) -> None:
        """Lets another process have the folder."""
        with self._lock:
            self._undo.close()

    def save_row(self, pk: str, sk: str, item: dict[str, Any] | None) -> None:
        """Stores the row with this key; None deletes it."""
        with self._lock:
            if item is None:
                self._rows.execute("DELETE FROM rows WHERE pk = ? AND sk = ?", (pk, sk))
            else:
                self._rows.execute("INSERT OR REPLACE INTO rows VALUES (?, ?, ?)", (pk, sk, json.dumps(item)))

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yields all rows, by key."""
        for (item,) in self._rows.execute("SELECT item FROM rows ORDER BY pk, sk"):
            yield json.loads(item)

    def version_ids(self, key: str) -> set[str]:
        """Returns the ids of the stored versions of an object."""
        with self._lock:
            return {row[0] for row in self._rows.execute("SELECT id FROM versions WHERE key = ?", (key,))}

    def add_version(self, version: StoredVersion, copy: Callable[[Path], None]) -> None:
        """Stores a version whose bytes `copy` writes to a file; none for a delete marker."""
        if version.etag is not None:
            part = self.path_of(version.id).with_suffix(".part")
            copy(part)
            part.replace(self.path_of(version.id))
        described = (version.id, version.key, version.modified.isoformat(), version.etag, json.dumps(version.metadata))
        with self._lock:
            self._rows.execute(
                "INSERT OR IGNORE INTO versions (id, key, modified, etag, metadata) VALUES (?, ?, ?, ?, ?)", described
            )

    def set_metadata(self, version_id: str, metadata: dict[str, str]) -> None:
        """Changes the metadata of a version, if it is stored."""
        with self._lock:
            self._rows.execute("UPDATE versions SET metadata = ? WHERE id = ?", (json.dumps(metadata), version_id))

    def remove_version(self, version_id: str) -> None:
        """Removes a version with its bytes."""
        with self._lock:
            self._rows.execute("DELETE FROM versions WHERE id = ?", (version_id,))
        self.path_of(version_id).unlink(missing_ok=True)

    def versions(self) -> Iterator[StoredVersion]:
        """Yields all versions, oldest first."""
        for version_id, key, modified, etag, metadata in self._rows.execute(
            "SELECT id, key, modified, etag, metadata FROM versions ORDER BY place"
        ):
            yield StoredVersion(key, version_id, datetime.fromisoformat(modified), etag, json.loads(metadata))

    def path_of(self, version_id: str) -> Path:
        """Returns the path of a version's bytes."""
        return self._bytes / version_id

    def _check_contents(self) -> None:
        if (self._folder / _STATE).exists():
            return
        kept = [path for path in self._folder.iterdir() if path.name not in _OURS]
        kept += self._bytes.iterdir() if self._bytes.is_dir() else ()
        if kept:
            raise StateFolderError(
                f"The folder {self._folder} has other files, such as {kept[0].name}; name a new or an empty folder."
            )

    def _claim(self, undo: ExitStack) -> None:
        guard = os.open(self._folder / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
        undo.callback(os.close, guard)
        try:
            fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StateFolderError(
                f"Another `make serve` uses the folder {self._folder}; stop it, or name another folder."
            ) from None

    def _lay_out(self) -> None:
        (layout,) = self._rows.execute("PRAGMA user_version").fetchone()
        if layout > _LAYOUT:
            raise StateFolderError(
                f"The folder {self._folder} was written by a newer Mien; use that, or another folder."
            )
        self._rows.execute("PRAGMA journal_mode = WAL")
        self._rows.execute("PRAGMA synchronous = NORMAL")  # a killed process loses nothing, a power cut the last moment
        self._rows.execute("PRAGMA secure_delete = ON")  # what is deleted is not left on the disk
        self._rows.executescript(_TABLES)
        self._rows.execute(f"PRAGMA user_version = {_LAYOUT}")
        known = {row[0] for row in self._rows.execute("SELECT id FROM versions WHERE etag IS NOT NULL")}
        for path in self._bytes.iterdir():
            if path.name not in known:  # of a process that was killed in between
                path.unlink()


class StoredBytes:
    """The bytes of a stored version as the file object that moto expects. It opens the file only while it reads: a
    process cannot have thousands open."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._at = 0

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """As files do."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._path.stat().st_size}[whence]
        self._at = start + offset
        return self._at

    def tell(self) -> int:
        """As files do."""
        return self._at

    def read(self, size: int = -1) -> bytes:
        """As files do."""
        with self._path.open("rb") as stream:
            stream.seek(self._at)
            content = stream.read(size)
        self._at += len(content)
        return content

    def close(self) -> None:
        """Nothing is open."""


def own_password(folder: Path, make: Callable[[], str]) -> str:
    """Returns the password kept in the folder, which is made once."""
    path = folder / "password"
    with suppress(FileNotFoundError):
        return path.read_text(encoding="utf-8").strip()
    password = make()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        stream.write(password + "\n")
    return password


def copied(source: Any, path: Path) -> None:
    """Copies a file object from its beginning."""
    source.seek(0)
    with path.open("wb") as target:
        shutil.copyfileobj(source, target)
