"""A disk that is really full: answers say so, and nothing that was accepted is lost."""

import errno
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import requests

from chalicelib.local.stack import DEFAULT_MODELS_DIR, Stack
from mien.client.job_documents import RemoteJob
from mien.client.media_api import MediaApiClient
from tests.local.waiting import wait_until
from tests.media_factory import write_video

pytestmark = pytest.mark.slow

_DISK_BYTES = 48_000_000
_LARGE_BYTES = 6_000_000  # too much to be kept in memory
_SAYS_SO = (503, 507)


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file system of 48 MB that holds all temporary files of this process and its children."""
    directory = tmp_path / "disk"
    directory.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={_DISK_BYTES},mode=700", "tmpfs", str(directory)]
    if shutil.which("mount") is None or not _succeeds(command):
        pytest.skip("only root may mount a file system for this test")
    monkeypatch.setattr(tempfile, "tempdir", str(directory))
    try:
        yield directory
    finally:
        subprocess.run(["umount", "--lazy", str(directory)], check=True)  # noqa: S607  # likewise


def _succeeds(command: list[str]) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def _fill(directory: Path) -> Path:
    """Writes a file until nothing is left."""
    filler = directory / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1_000_000, 4096, 1):
            with suppress(OSError):
                while file.write(b"\1" * size) == size:
                    pass
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        (directory / "more").write_bytes(b"\1" * 10_000)
    (directory / "more").unlink(missing_ok=True)
    return filler


def test_a_full_disk_is_said_to_be_so_and_loses_nothing(small_disk: Path, tmp_path: Path) -> None:
    if not DEFAULT_MODELS_DIR.is_dir():
        pytest.skip("there are no models; run make setup")
    clip, large = write_video(tmp_path / "clip.mp4"), tmp_path / "large.mp4"
    large.write_bytes(clip.read_bytes() + os.urandom(_LARGE_BYTES))
    with (
        Stack(log_path=tmp_path / "worker.log") as stack,
        MediaApiClient(stack.index_url, stack.user, stack.password) as client,
    ):
        before = _ended(client, client.create_job(clip, "sdk-metrics"))
        results = _results(client, before, tmp_path / "before")
        filler = _fill(small_disk)
        refused = _post(stack, large)
        assert refused.status_code in _SAYS_SO, refused.text
        assert set(refused.json()) == {"error"}
        small = _post(stack, clip)  # held in memory, so it may be accepted; then its worker finds no room
        assert small.status_code in (201, *_SAYS_SO)
        wait_until(lambda: "No space left" in (tmp_path / "worker.log").read_text(), "the worker's complaint")
        assert _results(client, client.get_job(before), tmp_path / "meanwhile") == results
        filler.unlink()
        if small.status_code == 201:
            assert _ended(client, client.find_job(small.json()["self"])).status == "done"
        again = _post(stack, large)
        assert again.status_code == 201
        assert _ended(client, client.find_job(again.json()["self"])).status == "done"
        listed = {job.id: job.status for job in client.list_jobs(limit=None)}
    assert set(listed.values()) <= {"done", "error"}
    assert listed[before.id] == "done"


def _post(stack: Stack, media: Path) -> requests.Response:
    with media.open("rb") as file, requests.Session() as session:
        session.trust_env = False
        files, data = {"entry_job[input]": (media.name, file)}, {"entry_job[name]": "sdk-metrics"}
        return session.post(
            f"{stack.index_url}jobs", files=files, data=data, auth=(stack.user, stack.password), timeout=120
        )


def _ended(client: MediaApiClient, job: RemoteJob) -> RemoteJob:
    return client.wait_for_job(job, lambda _: None, interval_s=0.2)


def _results(client: MediaApiClient, job: RemoteJob, directory: Path) -> dict[str, bytes]:
    directory.mkdir()
    return {path.name: path.read_bytes() for path in client.download_results(job, directory)}
