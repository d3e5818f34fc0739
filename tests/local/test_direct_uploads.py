"""Files past the API, over real HTTP, the bucket's notification, its queue and the handler that Lambda calls."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
from boto3.session import Session
from chalice.app import Chalice

from chalicelib.api.application import register_api
from chalicelib.domain.ids import new_id
from chalicelib.domain.intake.uploads import MAX_FORM_BYTES
from chalicelib.local.aws.embedded import EmbeddedAws
from chalicelib.local.background import Background
from chalicelib.local.http.server import HttpServer
from chalicelib.wiring import make_services, utc_now
from mien.client.http_session import ApiError
from mien.client.media_api import MediaApiClient
from tests.local.waiting import wait_until

USER, PASSWORD = "ada@example.org", "correct horse battery"
CLIENT = Path(__file__).with_name("upload_client.py")


@dataclass(frozen=True)
class Place:
    """The address of the API, and the bucket behind it."""

    index_url: str
    bucket: str

    def client(self) -> MediaApiClient:
        return MediaApiClient(self.index_url, USER, PASSWORD)

    def announce(self, size_bytes: int) -> Any:
        file = {"entry_job": {"name": "no-op", "file_name": "a.mp4", "size_bytes": size_bytes}}
        answer = requests.post(f"{self.index_url}jobs", json=file, auth=(USER, PASSWORD), timeout=30)
        return answer.json()

    def get(self, url: str) -> Any:
        return requests.get(url, auth=(USER, PASSWORD), timeout=30).json()

    def has_failed(self, url: str) -> bool:
        return bool(self.get(url)["status"] == "error")


@contextmanager
def running(*, upload_expires_s: int) -> Iterator[Place]:
    """The API, the embedded AWS and the background, without workers."""
    with ExitStack() as undo:
        aws = undo.enter_context(
            EmbeddedAws(configure=lambda settings: replace(settings, upload_expires_s=upload_expires_s))
        )
        services = make_services(aws.settings)
        services.users.add(USER, PASSWORD, new_id(utc_now()))
        undo.enter_context(Background(services, aws.event_queues, sweep_interval_s=0.2))
        app = Chalice("mien", configure_logs=False)
        register_api(app, lambda: services)
        server = undo.enter_context(HttpServer(app))
        yield Place(f"{server.url}/", aws.settings.media_bucket)


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with running(upload_expires_s=600) as place:
        yield place


def test_what_never_arrives_ends_as_an_error_and_is_given_up() -> None:
    """The first test, before the embedded AWS of the others: there can be one in a process."""
    with running(upload_expires_s=2) as place:
        small, large = place.announce(3), place.announce(MAX_FORM_BYTES + 1)
        requests.put(large["upload"]["parts"][0]["url"], data=b"abc", timeout=30)
        for url in (small["self"], large["self"]):
            wait_until(partial(place.has_failed, url), "the end of the wait")
            assert "did not arrive in time" in place.get(url)["error"]
        s3 = Session().client("s3")
        wait_until(lambda: "Uploads" not in s3.list_multipart_uploads(Bucket=place.bucket), "the abort of the parts")


def test_what_arrives_goes_on_by_itself(place: Place) -> None:
    job = place.announce(3)
    upload = job["upload"]
    sent = requests.post(upload["url"], data=upload["fields"], files={"file": ("a.mp4", b"abc")}, timeout=30)
    assert sent.ok
    wait_until(lambda: bool(place.get(job["self"])["input"]), "the arrival")
    assert "upload" not in place.get(job["self"])


def test_the_client_sends_a_file_in_one_piece(place: Place, tmp_path: Path) -> None:
    media = tmp_path / "na\u00efve clip.mp4"
    media.write_bytes(b"abc" * 1000)
    with place.client() as client:
        job = client.upload_job(media, "no-op")
        assert place.get(job.url)["filename"] == media.name
        media.write_bytes(b"")
        with pytest.raises(ApiError, match="size_bytes"):
            client.upload_job(media, "no-op")


def test_the_client_sends_a_file_in_parts(place: Place, tmp_path: Path) -> None:
    size_bytes = MAX_FORM_BYTES + 12_345
    document, _ = _upload(place, tmp_path, size_bytes)
    assert document["input"]["representations"][0]["size_bytes"] == size_bytes


@pytest.mark.slow
def test_three_hundred_megabytes_need_less_than_a_hundred_of_memory(place: Place, tmp_path: Path) -> None:
    document, memory_kib = _upload(place, tmp_path, 300_000_000)
    assert document["input"]["representations"][0]["size_bytes"] == 300_000_000
    assert memory_kib * 1024 < 100_000_000


def _upload(place: Place, directory: Path, size_bytes: int) -> tuple[Any, int]:
    """The job after a client in a process of its own has sent so many bytes, and the most memory of that client."""
    media = directory / "large.mp4"
    with media.open("wb") as stream:
        stream.truncate(size_bytes)
    arguments = [sys.executable, str(CLIENT), place.index_url, USER, PASSWORD, str(media)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONSAFEPATH": "1"}
    done = subprocess.run(arguments, env=environment, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    url, heard, memory_kib = done.stdout.split()
    assert int(heard) > 1
    return place.get(url), int(memory_kib)
