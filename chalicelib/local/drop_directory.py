"""A directory on the disk as the bucket's drop-folder: new files are uploaded, results are written back to it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from boto3.exceptions import Boto3Error
from botocore.exceptions import ClientError

from chalicelib.domain.intake.drops import DROP_PREFIX, RESULTS_PREFIX

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

RESULTS_NAME = "results"

_log = logging.getLogger(__name__)


class DropDirectory:
    """Copies what is put into `directory` to the account's drop-folder, and what comes of it into its `results`.

    A file counts as put there once two looks in a row find the same size and time of change. Written again, it is
    dropped again. Names that begin with a dot are left alone, and links are not followed. A file that cannot be read or
    has no name that a bucket takes, and a result that the disk does not take, are passed over with a line in the log.
    """

    def __init__(self, directory: Path, account_id: str, s3: "S3Client", bucket: str) -> None:
        self._directory = directory
        self._account_id = account_id
        self._s3 = s3
        self._bucket = bucket
        self._seen: dict[Path, tuple[int, int]] = {}
        self._dropped: dict[Path, tuple[int, int]] = {}
        self._fetched: dict[str, datetime] = {}

    def look(self) -> None:
        """Drops what has been put there since, and fetches what has come."""
        found = {path: _stamp(path) for path in self._files()}
        for path, stamp in found.items():
            if self._seen.get(path) == stamp != self._dropped.get(path):
                key = f"{DROP_PREFIX}{self._account_id}/{path.relative_to(self._directory).as_posix()}"
                with _passed_over(f"{path!r} cannot be dropped"):
                    self._s3.upload_file(str(path), self._bucket, key)
                self._dropped[path] = stamp
        self._seen = found
        self._fetch()

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

    def _fetch(self) -> None:
        prefix = f"{RESULTS_PREFIX}{self._account_id}/"
        for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix):
            for each in page.get("Contents", []):
                path = PurePosixPath(each["Key"].removeprefix(prefix))
                if self._fetched.get(each["Key"]) == each["LastModified"] or path.is_absolute() or ".." in path.parts:
                    continue
                target = self._directory / RESULTS_NAME / path
                with _passed_over(f"{each['Key']!r} cannot be fetched"):
                    target.parent.mkdir(parents=True, exist_ok=True)
                    self._s3.download_file(self._bucket, each["Key"], str(target))
                self._fetched[each["Key"]] = each["LastModified"]


@contextmanager
def _passed_over(what: str) -> Iterator[None]:
    """One bad file does not hold up the others; a bucket that is away does, and is asked again."""
    try:
        yield
    except (OSError, UnicodeError, Boto3Error, ClientError) as failure:
        _log.warning("%s: %s", what, failure)


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns
