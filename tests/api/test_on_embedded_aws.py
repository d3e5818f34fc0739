"""The whole way: HTTP, services, the AWS adapters, moto, and back by the presigned link."""

from collections.abc import Iterator

import pytest
from chalice.app import Chalice
from requests.auth import HTTPBasicAuth

from chalicelib.api.application import register_api
from chalicelib.domain.ids import new_id
from chalicelib.local.embedded_aws import EmbeddedAws
from chalicelib.local.http_server import HttpServer
from chalicelib.wiring import make_api_services
from tests.api.api_server import ADA, BEN, PASSWORD, Client
from tests.fakes import START

_CONTENT = bytes(range(256)) * 4000


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """An API on an embedded AWS, with Ada and Ben in accounts of their own."""
    with EmbeddedAws() as aws:
        services = make_api_services(aws.settings)
        for email in (ADA, BEN):
            services.users.add(email, PASSWORD, new_id(START))
        app = Chalice("mien", configure_logs=False, env={})
        register_api(app, lambda: services)
        with HttpServer(app) as server:
            yield server.url


@pytest.fixture
def ada(url: str) -> Iterator[Client]:
    """Ada."""
    with Client(url, ADA) as client:
        yield client


def test_media_come_back_as_they_were_sent(ada: Client) -> None:
    job = ada.send_job(_CONTENT, 'na\u00efve "clip".mp4', name="no-op").json()
    assert ada.call("GET", job["self"]).json() == job
    (file,) = job["input"]["representations"]
    followed = ada.get(file["media"], timeout=20)
    assert followed.content == _CONTENT
    assert followed.headers["Content-Type"] == "video/mp4"
    assert "filename*=UTF-8''na%C3%AFve%20%22clip%22.mp4" in followed.headers["Content-Disposition"]
    assert "Authorization" not in followed.request.headers
    part = ada.get(file["media"], headers={"Range": "bytes=256-259"}, timeout=20)
    assert (part.status_code, part.content) == (206, bytes(range(4)))


def test_pages_of_jobs_show_their_entries(ada: Client) -> None:
    sent = [ada.send_job(b"1", f"{number}.mp4").json() for number in range(3)]
    seen, url = [], "/jobs?limit=2"
    while url:
        answer = ada.call("GET", url)
        seen += answer.json()
        url = answer.links.get("next", {}).get("url", "")
    assert [job for job in seen if job in sent] == sent[::-1]
    assert ada.call("GET", "/jobs?cursor=nonsense").status_code == 400


def test_a_job_is_cancelled_and_runs_again(ada: Client) -> None:
    url = ada.send_job().json()["self"]
    assert ada.call("PATCH", url, data={"entry_job[status]": "cancelled"}).json()["status"] == "cancelled"
    assert ada.call("POST", f"{url}/requeue").json()["status"] == "queued"


def test_annotations_and_representations_are_stored(ada: Client) -> None:
    entry = ada.send_entry().json()
    annotation = ada.call("POST", entry["annotations"], json={"annotation": {"key": "k", "value": "\U0001f600"}}).json()
    assert ada.call("GET", entry["annotations"]).json() == [annotation]
    added = ada.call("POST", entry["representation_self"], files={"media": ("a.csv", b"1")}).json()
    assert added in ada.call("GET", entry["self"]).json()["representations"]
    assert ada.call("POST", entry["representation_self"], files={"media": ("a.csv", b"1")}).status_code == 422


def test_another_account_sees_none_of_it(ada: Client, url: str) -> None:
    job = ada.send_job().json()
    entry = job["input"]
    (file,) = entry["representations"]
    with Client(url, BEN) as ben:
        assert ben.call("GET", "/jobs").json() == []
        for each in (job["self"], entry["self"], entry["annotations"], file["self"], file["media"]):
            assert ben.call("GET", each).status_code == 404


@pytest.mark.parametrize("user_name", ["x" * 5000, "", "\U0001f600", "a\0b"])
def test_strange_user_names_are_only_wrong(url: str, user_name: str) -> None:
    with Client(url, ADA) as client:
        client.auth = HTTPBasicAuth(user_name.encode(), b"password")
        assert client.call("GET", "/jobs").status_code == 401
