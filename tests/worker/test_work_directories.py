"""The directory of a worker that was killed is removed; that of another worker stays."""

import errno
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from chalicelib.worker.work_directories import clear_leftovers, work_directory

_KEEPER = """
import sys, time
from chalicelib.worker.work_directories import work_directory
with work_directory() as directory:
    (directory / "media").write_bytes(b"a face")
    print(directory, flush=True)
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def _temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def _start_keeper(tmp_path: Path) -> tuple[subprocess.Popen[str], Path]:
    environment = {"TMPDIR": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[2])}
    keeper = subprocess.Popen([sys.executable, "-c", _KEEPER], env=environment, stdout=subprocess.PIPE, text=True)
    assert keeper.stdout is not None
    return keeper, Path(keeper.stdout.readline().strip())


def test_a_directory_goes_with_its_block(tmp_path: Path) -> None:
    with work_directory() as directory:
        (directory / "media").write_bytes(b"a face")
        assert directory.stat().st_mode & 0o777 == 0o700
        clear_leftovers()
        assert (directory / "media").exists()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_worker_left_goes_before_the_next_job(tmp_path: Path) -> None:
    keeper, left = _start_keeper(tmp_path)
    with keeper:
        with work_directory():
            assert (left / "media").read_bytes() == b"a face", "its worker is at it"
        keeper.kill()
        keeper.wait()
        assert (left / "media").exists()
        with work_directory() as directory:
            assert list(tmp_path.iterdir()) == [directory]
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_worker_left_goes_when_a_worker_begins(tmp_path: Path) -> None:
    keeper, left = _start_keeper(tmp_path)
    with keeper:
        keeper.kill()
        keeper.wait()
        (tmp_path / "of-others").mkdir()
        clear_leftovers()
    assert not left.exists()
    assert (tmp_path / "of-others").exists()


def test_a_worker_that_was_killed_while_it_deleted_left_no_lock(tmp_path: Path) -> None:
    (tmp_path / "mien-work-x").mkdir()
    (tmp_path / "mien-work-x" / "media").write_bytes(b"a face")
    clear_leftovers()
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_its_worker_is_deleting_stays_locked_to_the_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two workers with one disk: the second looks for leftovers in the middle of the first one's deletion."""
    seen = []

    def looked_at(part: Path) -> None:
        clear_leftovers()
        seen.append(part.exists())
        rmtree(part)

    with work_directory() as directory:
        (directory / "media").write_bytes(b"a face")
        (directory / "part").mkdir()
        rmtree = shutil.rmtree
        monkeypatch.setattr(shutil, "rmtree", lambda path: looked_at(path) if path.name == "part" else rmtree(path))
    assert seen == [True]
    assert list(tmp_path.iterdir()) == []


def test_a_directory_whose_lock_cannot_be_opened_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_many(*_: object) -> int:
        raise OSError(errno.EMFILE, "Too many open files")

    with work_directory() as directory:
        (directory / "media").write_bytes(b"a face")
        with monkeypatch.context() as patch:
            patch.setattr(os, "open", too_many)
            clear_leftovers()
        assert (directory / "media").exists()


def test_a_link_under_such_a_name_leads_to_nothing(tmp_path: Path) -> None:
    """Another user of the machine makes it, to have this user's files deleted, or to hold up every job."""
    home = tmp_path / "home"
    home.mkdir()
    for name in (".lock", "thesis.txt"):
        (home / name).write_text("years of work")
    (tmp_path / "mien-work-x").symlink_to(home)
    (tmp_path / "mien-work-y").symlink_to(tmp_path / "nowhere")
    with work_directory():
        assert (home / "thesis.txt").exists()
    assert sorted(path.name for path in home.iterdir()) == [".lock", "thesis.txt"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
def test_a_directory_of_another_user_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mien-work-x").mkdir()
    (tmp_path / "mien-work-x" / ".lock").touch()
    os.chown(tmp_path / "mien-work-x", 65534, 65534)
    with work_directory():
        pass
    assert (tmp_path / "mien-work-x" / ".lock").exists()
