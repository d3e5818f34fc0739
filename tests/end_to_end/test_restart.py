"""`make serve DATA=folder`: killed in the middle of a job and started again, it has its users, jobs and results."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from chalicelib.domain.measurements.metrics import EMOTION_NAMES
from chalicelib.local.demo_clip import write_demo_clip
from chalicelib.local.stack import DEFAULT_MODELS_DIR
from chalicelib.local.workers.supervisor import REPOSITORY
from mien.client.job_documents import RemoteJob
from mien.client.media_api import MediaApiClient
from tests.local.waiting import wait_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DEFAULT_MODELS_DIR.is_dir(), reason="there are no models; run make setup"),
]


_OWN = "a-password-of-my-own"


@contextmanager
def _served(directory: Path, **variables: str) -> Iterator[tuple[subprocess.Popen[str], MediaApiClient]]:
    command = (sys.executable, "-m", "chalicelib.local", "serve", "--port", "0", "--data", str(directory / "data"))
    process = subprocess.Popen(
        [*command, "--log", str(directory / "mien.log")],
        cwd=REPOSITORY,
        env={**os.environ, "TMPDIR": str(directory), **variables},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process:
        try:
            (exports,) = (line for line in process.stdout if line.startswith("export ")).__next__().splitlines()
            url, user, password = (match.strip("'") for match in re.findall(r"MIEN_\w+=(\S+)", exports))
            with MediaApiClient(url, user, password) as client:
                yield process, client
        finally:
            process.kill()


def _files(client: MediaApiClient, job: RemoteJob, directory: Path) -> dict[str, bytes]:
    directory.mkdir()
    return {path.name: path.read_bytes() for path in client.download_results(job, directory)}


def _job(client: MediaApiClient, job_id: str) -> RemoteJob:
    return next(job for job in client.list_jobs(limit=None) if job.id == job_id)


def test_what_was_done_and_what_was_not_survives_a_kill(tmp_path: Path) -> None:
    short, long = tmp_path / "short.mp4", tmp_path / "long.mp4"
    write_demo_clip(short, seconds=0.4)
    write_demo_clip(long, seconds=8)
    with _served(tmp_path, MIEN_EXPRESSIONS_ONLY="on") as (process, client):
        done = client.wait_for_job(client.create_job(short, "multiface"), lambda _job: None, interval_s=0.2)
        before = _files(client, done, tmp_path / "before")
        begun = client.create_job(long, "multiface")
        wait_until(lambda: client.get_job(begun).status == "working", "the worker")
        process.kill()
    with _served(tmp_path) as (process, client):  # with the same password, and the same mode
        assert _files(client, _job(client, done.id), tmp_path / "after") == before
        ended = client.wait_for_job(_job(client, begun.id), lambda _job: None, interval_s=0.5)
        assert ended.status == "done"
        again = _files(client, ended, tmp_path / "again")
        assert not any(name.encode() in again["long.mp4-metrics.json"] for name in EMOTION_NAMES)
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    # For a colleague, under another address of this machine: media come from there, too.
    with _served(tmp_path, MIEN_SERVE_PASSWORD=_OWN, MIEN_SERVE_HOST="127.0.0.2") as (_, client):
        job = _job(client, begun.id)
        assert _files(client, job, tmp_path / "third") == again
        assert {each.id for each in client.list_jobs(limit=None)} == {done.id, begun.id}
        document = requests.get(job.url, auth=("demo@localhost", _OWN), timeout=30).json()
        media_url = document["result"]["representations"][0]["media"]
        link = requests.get(media_url, auth=("demo@localhost", _OWN), allow_redirects=False, timeout=30)
        assert link.headers["Location"].startswith("http://127.0.0.2:")
