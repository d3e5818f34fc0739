"""A directory on the disk as the bucket's drop-folder: new files are uploaded, results are written back to it."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from boto3.exceptions import Boto3Error
from botocore.exceptions import ClientError

from chalicelib.domain.intake.drops import DROP_PREFIX, RESULTS_PREFIX
from chalicelib.local.drop_memory import RESULTS_NAME, DropMemory, Stamp

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_log = logging.getLogger(__name__)


class DropDirectory:
    """Copies what is put into `directory` to the account's drop-folder, and what comes of it into its `results`.

    A file counts as put there once two looks in a row find the same size and time of change. Written again, it is
    dropped again; a version that is done, as its `memory` says, is not. Names that begin with a dot are left alone, and
    links are not followed. A file that cannot be read or has no name that a bucket takes, and a result that the disk
    does not take, are passed over with a line in the log. Raises `DropMemoryError`.
    """

    def __init__(self, directory: Path, account_id: str, s3: "S3Client", bucket: str) -> None:
        self._memory = DropMemory(directory)
        self._waiting: dict[str, _Waiting] = {}
        self._directory = directory
        self._account_id = account_id
        self._s3 = s3
        self._bucket = bucket
        self._seen: dict[Path, Stamp] = {}
        self._dropped: dict[Path, Stamp] = {}
        self._fetched: dict[str, datetime] = {}

    def look(self) -> None:
        """Drops what has been put there since, and fetches what has come."""
        found = {path: _stamp(path) for path in self._files()}
        for path, stamp in found.items():
            if self._seen.get(path) == stamp != self._dropped.get(path):
                self._drop(path, stamp)
                self._dropped[path] = stamp
        self._seen = found
        self._remember(self._fetch())

    def _drop(self, path: Path, stamp: Stamp) -> None:
        name = path.relative_to(self._directory).as_posix()
        if self._memory.is_done(name, stamp):
            _log.info("%r is done already", name)
            return
        with _passed_over(f"{path!r} cannot be dropped"):
            self._s3.upload_file(str(path), self._bucket, f"{DROP_PREFIX}{self._account_id}/{name}")
            # Of two versions under way, nothing says whose results arrive: neither counts as done.
            self._waiting[name] = _Waiting(None if name in self._waiting else stamp)

    def _remember(self, fetched: Mapping[str, bool]) -> None:
        """Takes a file for done at the first look that brings none of its results any more. `fetched`: the names of
        results, each with whether it is on the disk."""
        arrived: dict[str, list[str]] = {}
        for result in fetched:
            owners = [name for name in self._waiting if result == f"{name}.error.txt" or result.startswith(f"{name}-")]
            if owners:
                arrived.setdefault(max(owners, key=len), []).append(result)
        is_changed = False
        for name, waiting in list(self._waiting.items()):
            waiting.results.update(arrived.get(name, ()))
            waiting.is_lost |= not all(fetched[result] for result in arrived.get(name, ()))
            if waiting.results and name not in arrived:
                del self._waiting[name]
                if waiting.stamp is not None and not waiting.is_lost:
                    self._memory.add(name, waiting.stamp, waiting.results)
                    is_changed = True
        if is_changed:
            self._memory.write()

    def _files(self) -> list[Path]:
        results = self._directory / RESULTS_NAME
        return [
            path
            for path in sorted(self._directory.rglob("*"))
            if not path.is_symlink()
            and path.is_file()
            and not path.is_relative_to(results)
            and not any(part.startswith(".") for part in path.relative_to(self._directory).parts)
        ]

    def _fetch(self) -> dict[str, bool]:
        """Returns the names of new results, each with whether it is on the disk now."""
        fetched: dict[str, bool] = {}
        prefix = f"{RESULTS_PREFIX}{self._account_id}/"
        for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix):
            for each in page.get("Contents", []):
                path = PurePosixPath(each["Key"].removeprefix(prefix))
                if self._fetched.get(each["Key"]) == each["LastModified"] or path.is_absolute() or ".." in path.parts:
                    continue
                target = self._directory / RESULTS_NAME / path
                fetched[path.as_posix()] = False
                with _passed_over(f"{each['Key']!r} cannot be fetched"):
                    target.parent.mkdir(parents=True, exist_ok=True)
                    self._s3.download_file(self._bucket, each["Key"], str(target))
                    fetched[path.as_posix()] = True
                self._fetched[each["Key"]] = each["LastModified"]
        return fetched


@dataclass(slots=True)
class _Waiting:
    """A dropped file whose results are awaited. `stamp` is None if nothing says whose results arrive."""

    stamp: Stamp | None
    results: set[str] = field(default_factory=set)
    is_lost: bool = False


@contextmanager
def _passed_over(what: str) -> Iterator[None]:
    """One bad file does not hold up the others; a bucket that is away does, and is asked again."""
    try:
        yield
    except (OSError, UnicodeError, Boto3Error, ClientError) as failure:
        _log.warning("%s: %s", what, failure)


def _stamp(path: Path) -> Stamp:
    status = path.stat()
    return status.st_size, status.st_mtime_ns
