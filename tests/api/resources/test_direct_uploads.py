"""Media that go past the API: announced, sent elsewhere, completed."""

from typing import Any

import pytest

from chalicelib.domain.intake.uploads import MAX_FORM_BYTES
from tests.api.api_server import MAX_BODY_BYTES, Api

FILE = {"file_name": "na\u00efve clip.mp4", "size_bytes": 3}


def _announce(api: Api, **changes: object) -> Any:
    answer = api.ada.call("POST", "/jobs", json={"entry_job": {**FILE, "name": "no-op", **changes}})
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == answer.json()["self"]
    return answer.json()


def _send(api: Api, document: Any, content: bytes = b"abc") -> None:
    job = api.backstage.jobs.get(*_ids(api, document))
    assert job.upload is not None
    api.backstage.uploads.send(job.upload, content)


def _ids(api: Api, document: Any) -> tuple[str, str]:
    job_id = document["self"].rpartition("/")[2]
    (account_id,) = {account for account, known in api.backstage.jobs._rows if known == job_id}
    return account_id, job_id


def test_an_announced_job_says_where_to_send_its_media(api: Api) -> None:
    job = _announce(api)
    upload = job["upload"]
    assert (job["input"], job["status"], job["name"]) == ([], "queued", "no-op")
    assert job["filename"] == "na\u00efve clip.mp4"
    assert (upload["method"], upload["size_bytes"], upload["content_type"]) == ("post", 3, "video/mp4")
    assert upload["expires"] == "2026-01-31T10:30:00.250Z"
    assert upload["fields"]["key"] == "/".join(("uploads", *_ids(api, job), "job"))
    shown = api.ada.call("GET", job["self"]).json()
    assert shown["upload"] == {name: upload[name] for name in shown["upload"]}
    assert not {"url", "fields", "parts"} & set(shown["upload"])


def test_a_large_file_comes_in_parts(api: Api) -> None:
    size_bytes = MAX_FORM_BYTES + 1
    upload = _announce(api, size_bytes=size_bytes)["upload"]
    assert upload["method"] == "multipart"
    assert [part["number"] for part in upload["parts"]] == list(range(1, len(upload["parts"]) + 1))
    assert (len(upload["parts"]) - 1) * upload["part_size_bytes"] < size_bytes
    assert len(upload["parts"]) * upload["part_size_bytes"] >= size_bytes
    assert not {"url", "fields"} & set(upload)


def test_a_completed_upload_is_the_jobs_input(api: Api) -> None:
    job = _announce(api)
    complete = job["upload"]["complete"]
    assert api.ada.call("POST", complete).status_code == 409
    _send(api, job)
    for _ in range(2):
        answer = api.ada.call("POST", complete)
        assert answer.status_code == 200
        (file,) = answer.json()["input"]["representations"]
        assert (file["file_name"], file["size_bytes"], file["sha256"]) == ("na\u00efve clip.mp4", 3, None)
        assert "upload" not in answer.json()
    assert api.queue.sent
    assert api.ada.call("GET", file["media"]).status_code == 302
    assert api.ada.call("DELETE", complete).status_code == 409


def test_an_upload_is_given_up(api: Api) -> None:
    job = _announce(api)
    for _ in range(2):
        assert api.ada.call("DELETE", job["upload"]["complete"]).status_code == 204
    assert api.ada.call("GET", job["self"]).json()["status"] == "cancelled"


def test_an_entry_is_announced_and_completed(api: Api) -> None:
    answer = api.ada.call("POST", "/entries", json={"entry": {**FILE, "data_split": "train"}})
    entry = answer.json()
    assert (answer.status_code, entry["representations"]) == (201, [])
    assert answer.headers["Location"] == entry["self"]
    stored = api.backstage.entries.get(entry["upload"]["fields"]["key"].split("/")[1], entry["self"][-26:])
    assert stored.upload is not None
    api.backstage.uploads.send(stored.upload, b"abc")
    completed = api.ada.call("POST", entry["upload"]["complete"]).json()
    assert [file["size_bytes"] for file in completed["representations"]] == [3]
    assert "upload" not in completed
    other = api.ada.call("POST", "/entries", json={"entry": FILE}).json()
    assert api.ada.call("DELETE", other["upload"]["complete"]).status_code == 204
    assert api.ada.call("GET", other["self"]).status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"size_bytes": None},
        {"size_bytes": 0},
        {"size_bytes": -1},
        {"size_bytes": True},
        {"size_bytes": "3"},
        {"size_bytes": 3.0},
        {"size_bytes": 10_000_000_001},
        {"size_bytes": 10**30},
        {"file_name": None},
        {"file_name": ""},
        {"file_name": "a\nb"},
        {"file_name": "x" * 256},
        {"file_name": 7},
        {"content_type": "video"},
        {"content_type": "a/b\r\nX-Evil: 1"},
        {"content_type": 7},
        {"name": "no-such-job"},
        {"data_split": "x" * 256},
    ],
)
def test_what_cannot_be_announced_is_refused(api: Api, changes: dict[str, object]) -> None:
    answer = api.ada.call("POST", "/jobs", json={"entry_job": {**FILE, **changes}})
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"].endswith(".")
    assert api.ada.call("GET", "/jobs").json() == []


@pytest.mark.parametrize(
    ("body", "status"), [(b"{", 400), (b"[]", 422), (b"{}", 422), (b'{"entry_job": 1}', 422), (b"\xff", 400)]
)
def test_bodies_that_announce_nothing(api: Api, body: bytes, status: int) -> None:
    headers = {"Content-Type": "application/json"}
    assert api.ada.call("POST", "/jobs", data=body, headers=headers).status_code == status


@pytest.mark.parametrize(
    "parts",
    [None, {}, [1], [{}], [{"number": 1}], [{"number": True, "etag": "x"}], [{"number": 1, "etag": "x"}], [{}] * 1001],
)
def test_parts_that_cannot_be_joined(api: Api, parts: object) -> None:
    job = _announce(api, size_bytes=MAX_FORM_BYTES + 1)
    answer = api.ada.call("POST", job["upload"]["complete"], json={"parts": parts})
    assert answer.status_code == 422, answer.text


def test_a_job_that_came_with_its_media_has_no_upload(api: Api) -> None:
    url = f"{api.ada.send_job().json()['self']}/upload"
    assert [api.ada.call(method, url).status_code for method in ("POST", "DELETE")] == [409, 409]
    entry = api.ada.send_entry().json()["self"]
    assert api.ada.call("DELETE", f"{entry}/upload").status_code == 409


def test_another_account_finds_nothing(api: Api) -> None:
    job = _announce(api)
    entry = api.ada.call("POST", "/entries", json={"entry": FILE}).json()
    for document in (job, entry):
        for method in ("POST", "DELETE"):
            assert api.ben.call(method, document["upload"]["complete"]).status_code == 404
    assert "/" not in _ids(api, job)[0]


def test_a_body_that_is_too_large_hears_the_way_out(api: Api) -> None:
    answer = api.ada.send_job(bytes(MAX_BODY_BYTES + 1))
    assert answer.status_code == 413
    assert all(word in answer.json()["error"] for word in ("POST", "JSON", "file_name", "content_type", "size_bytes"))
