"""Many clients with one idempotency key at the same time, on real conditional writes, and the rows of keys."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest
import requests
from chalice.app import Chalice

from chalicelib.api.application import register_api
from chalicelib.domain.ids import new_id
from chalicelib.local.aws.embedded import EmbeddedAws
from chalicelib.local.http.server import HttpServer
from chalicelib.wiring import make_services
from tests.api.api_server import ADA, PASSWORD, Client
from tests.fakes import START


@pytest.fixture(scope="module")
def aws() -> Iterator[EmbeddedAws]:
    with EmbeddedAws() as embedded:
        yield embedded


@pytest.fixture(scope="module")
def url(aws: EmbeddedAws) -> Iterator[str]:
    """An API on an embedded AWS that knows Ada."""
    services = make_services(aws.settings)
    services.users.add(ADA, PASSWORD, new_id(START))
    app = Chalice("mien", configure_logs=False, env={})
    register_api(app, lambda: services)
    with HttpServer(app) as server:
        yield server.url


def test_of_many_at_once_one_makes_the_job_and_all_hear_of_it(url: str) -> None:
    def send(_number: int) -> tuple[int, str]:
        with Client(url, ADA) as client:
            files = {"entry_job[input]": ("clip.mp4", b"video")}  # a boundary of its own in each request
            answer = client.call("POST", "/jobs", files=files, headers={"Idempotency-Key": "one key"})
            if answer.status_code == 409:
                assert int(answer.headers["Retry-After"]) >= 1
            return answer.status_code, answer.headers.get("Location", "")

    with ThreadPoolExecutor(8) as pool:
        answers = Counter(pool.map(send, range(16)))
    locations = {location for _, location in answers if location}
    assert len(locations) == 1
    assert {status for status, _ in answers} <= {201, 409}
    assert send(0) == (201, *locations)
    with Client(url, ADA) as client:
        assert [job["self"] for job in client.call("GET", "/jobs").json()] == list(locations)


def _named(client: Client, path: str, **body: object) -> requests.Response:
    """A POST whose key is as telling as its body."""
    return client.call("POST", path, headers={"Idempotency-Key": f"{path}: Ada Lovelace.mp4"}, **body)


def _rows(aws: EmbeddedAws, text: str) -> list[str]:
    """The sort keys of the rows in which the text is."""
    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName=aws.settings.table_name)
    return [row["sk"]["S"] for page in pages for row in page["Items"] if text in repr(row)]


def test_names_in_kept_answers_go_with_their_job_and_entry(aws: EmbeddedAws, url: str) -> None:
    with Client(url, ADA) as client:
        new_job = {"files": {"entry_job[input]": ("Ada Lovelace.mp4", b"video")}}
        job = _named(client, "/jobs", **new_job).json()
        entry = _named(client, "/entries", files={"entry[media]": ("Ada Lovelace.mp4", b"video")}).json()
        for path, body in (
            (entry["representation_self"], {"files": {"media": ("Ada Lovelace.csv", b"1")}}),
            (entry["annotations"], {"json": {"annotation": {"key": "who", "value": "Ada Lovelace"}}}),
            (job["input"]["annotations"], {"json": {"annotation": {"key": "who", "value": "Ada Lovelace"}}}),
        ):
            assert _named(client, path, **body).status_code in (200, 201)
        again = _named(client, "/jobs", **new_job)
        assert (again.json(), again.headers["Idempotency-Replayed"]) == (job, "true")
        assert len(_rows(aws, "Lovelace")) > 8
        assert client.call("DELETE", job["self"]).status_code == 200
        assert client.call("DELETE", entry["self"]).status_code == 204
        assert _rows(aws, "Lovelace") == []
        late = _named(client, "/jobs", **new_job)
        assert (late.status_code, job["self"] in late.json()["error"]) == (409, True)
        assert client.call("GET", job["self"]).status_code == 404


def test_names_in_answers_about_a_requeued_job_go_at_once(aws: EmbeddedAws, url: str) -> None:
    """Its media go minutes later, for a worker may be at it."""
    with Client(url, ADA) as client:
        job = client.send_job(file_name="Grace Hopper.mp4").json()
        assert "Grace" in _named(client, f"{job['self']}/requeue").text
        assert any(sort_key.startswith("RESPONSE#") for sort_key in _rows(aws, "Grace"))
        assert client.call("DELETE", job["self"]).json()["is_complete"] is False
        assert not any(sort_key.startswith("RESPONSE#") for sort_key in _rows(aws, "Grace"))
