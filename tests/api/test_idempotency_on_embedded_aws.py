"""Many clients with one idempotency key at the same time, on a store of real conditional writes."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from chalice.app import Chalice

from chalicelib.api.application import register_api
from chalicelib.domain.ids import new_id
from chalicelib.local.aws.embedded import EmbeddedAws
from chalicelib.local.http.server import HttpServer
from chalicelib.wiring import make_services
from tests.api.api_server import ADA, PASSWORD, Client
from tests.fakes import START


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """An API on an embedded AWS that knows Ada."""
    with EmbeddedAws() as aws:
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
