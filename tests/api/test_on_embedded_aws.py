"""The whole way: HTTP, services, the AWS adapters, moto, and back by the presigned link."""

from collections.abc import Iterator

import pytest
import requests
from chalice.app import Chalice
from requests.auth import HTTPBasicAuth

from chalicelib.api.application import register_api
from chalicelib.domain.ids import new_id
from chalicelib.local.aws.embedded import EmbeddedAws
from chalicelib.local.http.server import HttpServer
from chalicelib.wiring import make_services
from tests.api.api_server import ADA, BEN, PASSWORD, Client
from tests.api.resources.other_account import PROBES, make_things, seen_by
from tests.fakes import START

_CONTENT = bytes(range(256)) * 4000


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """An API on an embedded AWS, with Ada and Ben in accounts of their own."""
    with EmbeddedAws() as aws:
        services = make_services(aws.settings)
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
    ids = make_things(ada)
    before = seen_by(ada, ids)
    with Client(url, BEN) as ben:
        assert ben.call("GET", "/jobs").json() == []
        for probe in PROBES:
            statuses = {answer.status_code for answer in probe.answers(ben, ids)}
            assert 404 in statuses, probe
            assert statuses <= {404, 415, 422, 400}, probe
    assert seen_by(ada, ids) == before


@pytest.mark.parametrize("user_name", ["x" * 5000, "", "\U0001f600", "a\0b"])
def test_strange_user_names_are_only_wrong(url: str, user_name: str) -> None:
    with Client(url, ADA) as client:
        client.auth = HTTPBasicAuth(user_name.encode(), b"password")
        assert client.call("GET", "/jobs").status_code == 401


def test_a_page_that_somebody_uploads_is_downloaded_and_never_shown(ada: Client) -> None:
    files = {"entry[media]": ("page.html", b"<script>alert(1)</script>", "text/html")}
    (file,) = ada.call("POST", "/entries", files=files).json()["representations"]
    followed = ada.get(file["media"], timeout=20)
    assert followed.headers["Content-Disposition"].startswith("attachment;")
    assert followed.content == b"<script>alert(1)</script>"


_GONE = (403, 404)  # S3 says either, by whether the signer may list the bucket


def _status(link: str) -> int:
    """Returns what every caller gets who has the link."""
    with requests.Session() as anybody:
        anybody.trust_env = False
        return anybody.get(link, timeout=20).status_code


def test_a_search_and_a_deletion_on_aws(ada: Client) -> None:
    entries = [ada.send_entry().json() for _ in range(2)]
    for entry in entries:
        note = ada.call(
            "POST", entry["annotations"], json={"annotation": {"key": "scene", "value": "\u05e2 <b>"}}
        ).json()
    query = {"key": "scene", "value": "\u05e2 <b>"}
    found = ada.call("GET", "/entries/search_by_annotation", params=query).json()
    assert sorted(entry["self"] for entry in found) == sorted(entry["self"] for entry in entries)
    assert ada.call("PUT", note["self"], json={"annotation": {"value": "new"}}).status_code == 204
    assert [each["self"] for each in ada.call("GET", "/entries/search_by_annotation", params=query).json()] == [
        entries[0]["self"]
    ]
    assert ada.call("PUT", entries[0]["self"], json={"entry": {"data_split": "test"}}).json()["data_split"] == "test"
    (file,) = entries[0]["representations"]
    link = ada.call("GET", file["media"]).headers["Location"]
    assert _status(link) == 200
    assert ada.call("DELETE", entries[0]["self"]).status_code == 204
    assert ada.call("DELETE", entries[0]["self"]).status_code == 404
    assert ada.call("GET", "/entries/search_by_annotation", params=query).json() == []
    assert _status(link) in _GONE


def test_a_representation_is_replaced_and_deleted_on_aws(ada: Client) -> None:
    (file,) = ada.send_entry(b"old").json()["representations"]
    old = ada.call("GET", file["media"]).headers["Location"]
    assert _status(old) == 200
    assert ada.call("PUT", file["self"], files={"media": ("clip.mp4", b"new")}).status_code == 201
    assert ada.get(file["media"], timeout=20).content == b"new"
    assert _status(old) in _GONE
    assert ada.call("DELETE", file["self"]).status_code == 204
    assert ada.call("GET", file["media"]).status_code == 404


def test_a_clients_result_is_stored_on_aws(ada: Client) -> None:
    url = ada.send_job().json()["self"]
    for body in (b"{}", b"[]"):
        job = ada.call("PATCH", url, files={"entry_job[result]": ("mine.json", body)}).json()
    (file,) = job["result"]["representations"]
    assert (job["status"], ada.get(file["media"], timeout=20).content) == ("done", b"[]")
