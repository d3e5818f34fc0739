"""The directory in which a worker has a job's media, and what earlier workers left of theirs.

A process that is killed, or that Lambda ends at its time-out, deletes nothing, and its disk may outlive it. The kernel
does let go of its locks: a directory whose lock can be taken belongs to no worker.
"""

import fcntl
import logging
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PREFIX, _UNLOCKED_PREFIX = "mien-work-", "mien-begun-"
_LOCK_NAME = ".lock"

_log = logging.getLogger(__name__)


@contextmanager
def work_directory() -> Iterator[Path]:
    """Yields an empty directory for one job, after clearing away what others left. It is removed at the end of the
    block."""
    clear_leftovers()
    # It is found under its final name only once it is locked.
    begun = Path(tempfile.mkdtemp(prefix=_UNLOCKED_PREFIX))
    lock = os.open(begun / _LOCK_NAME, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        directory = begun.rename(begun.with_name(begun.name.replace(_UNLOCKED_PREFIX, _PREFIX, 1)))
        try:
            yield directory
        finally:
            _empty(directory)
    finally:
        os.close(lock)


def clear_leftovers() -> None:
    """Deletes the directories of jobs whose workers have ended. What cannot be deleted is logged and left."""
    for directory in filter(_is_ours, Path(tempfile.gettempdir()).glob(f"{_PREFIX}*")):
        try:
            lock = os.open(directory / _LOCK_NAME, os.O_RDWR)
        except FileNotFoundError:
            _remove_bare(directory)  # its worker has deleted it, or is about to
            continue
        except OSError as failure:  # this process has too many files open
            _log.info("%s is left as it is: %s", directory, failure)
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _delete(directory)
        except BlockingIOError:
            continue
        finally:
            os.close(lock)


def _is_ours(path: Path) -> bool:
    """Any user may put something under such a name there: a link would lead the deletion to files of this user's."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()


def _delete(directory: Path) -> None:
    try:
        _empty(directory)
    except OSError:
        _log.exception("what a worker left in %s cannot be deleted", directory)
    else:
        _log.warning("deleted what a worker that was killed had left in %s", directory)


def _empty(directory: Path) -> None:
    """Deletes the directory, its lock last: while anything of a job is in it, others can tell whose it is."""
    for each in directory.iterdir():
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each)
        elif each.name != _LOCK_NAME:
            each.unlink()
    (directory / _LOCK_NAME).unlink()
    _remove_bare(directory)


def _remove_bare(directory: Path) -> None:
    """Removes a directory without a lock; of two workers that do so, one is late."""
    with suppress(FileNotFoundError):
        shutil.rmtree(directory)
