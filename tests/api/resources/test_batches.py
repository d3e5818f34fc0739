"""`/batches`: what is accepted, what is shown, and what is said of a request that is none."""

from typing import Any

import pytest

from tests.api.api_server import Api
from tests.api.openapi.described_api import closed_document, validator

_URL = {"input_url": "https://example.org/clip.mp4"}
_FILE = {"file_name": "clip.mp4", "size_bytes": 5}
_DOCUMENT = closed_document()


def _create(api: Api, *inputs: object, **more: object) -> Any:
    return api.ada.call("POST", "/batches", json={"batch": {"inputs": list(inputs), **more}})


def test_a_batch_shows_its_jobs_and_where_to_send_the_files(api: Api) -> None:
    notes = [{"key": "shoot", "value": "monday"}]
    answer = _create(api, _URL, _FILE, _FILE, name="sdk-metrics", max_faces=2, data_split="test", annotations=notes)
    assert answer.status_code == 201
    batch = answer.json()
    assert answer.headers["Location"] == batch["self"]
    assert (batch["name"], batch["status"], batch["count"], batch["created"]) == ("sdk-metrics", "queued", 3, 3)
    assert {state: count for state, count in batch["states"].items() if count} == {"queued": 1, "awaited": 2}
    assert batch["annotations"] == [{"key": "shoot", "value": "monday", "source": None}]
    assert (batch["max_faces"], batch["data_split"]) == (2, "test")
    validator(_DOCUMENT, "Batch").validate(batch)
    jobs = api.ada.call("GET", batch["jobs"]).json()
    assert [(job["name"], job["max_faces"], job["batch"]) for job in jobs] == [("sdk-metrics", 2, batch["self"])] * 3
    for job in jobs:
        validator(_DOCUMENT, "Job").validate(job)
    awaited = api.ada.call("GET", batch["uploads"]).json()
    assert [(each["job"], each["index"], each["file_name"]) for each in awaited] == [
        (jobs[index]["self"], index, "clip.mp4") for index in (1, 2)
    ]
    for each in awaited:
        validator(_DOCUMENT, "AwaitedFile").validate(each)
        assert each["upload"]["fields"]
    as_job = api.ada.call("GET", batch["job"]).json()
    assert (as_job["name"], as_job["filename"], as_job["batch"]) == ("batch", "3 files", batch["self"])
    assert [each["self"] for each in api.ada.call("GET", "/batches").json()] == [batch["self"]]
    assert [each["self"] for each in api.ada.call("GET", "/jobs?name=batch").json()] == [batch["job"]]


def test_pages_follow_each_other(api: Api) -> None:
    batch = _create(api, *[_URL] * 3, *[_FILE] * 3).json()
    for url, count in ((batch["jobs"], 6), (batch["uploads"], 3)):
        seen = []
        page = api.ada.call("GET", f"{url}?limit=2")
        while True:
            seen += page.json()
            if "next" not in page.links:
                break
            page = api.ada.call("GET", page.links["next"]["url"])
        assert len({str(each) for each in seen}) == len(seen) == count
    awaited = api.ada.call("GET", f"{batch['jobs']}?state=awaited&limit=1")
    assert "state=awaited" in awaited.links["next"]["url"]
    assert api.ada.call("GET", f"{batch['jobs']}?state=asleep").status_code == 422


def test_a_repeated_request_makes_one_batch(api: Api) -> None:
    wanted = {"batch": {"inputs": [_URL, _FILE]}}
    answers = [
        api.ada.call("POST", "/batches", json=wanted, headers={"Idempotency-Key": "monday"}) for _again in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert len(api.ada.call("GET", "/jobs").json()) == 3


def test_a_batch_is_cancelled_and_deleted_as_one(api: Api) -> None:
    batch = _create(api, *[_URL] * 30).json()
    changed = api.ada.call("PATCH", batch["self"], json={"batch": {"status": "cancelled"}})
    assert changed.json()["status"] == "cancelled"
    assert changed.json()["states"]["cancelled"] == 30
    assert api.ada.call("PATCH", batch["self"], json={"batch": {"status": "done"}}).status_code == 422
    deleted = api.ada.call("DELETE", batch["self"])
    assert deleted.status_code == 200
    validator(_DOCUMENT, "JobDeletion").validate(deleted.json())
    assert {job["filename"] for job in api.ada.call("GET", "/jobs").json()} == {""}


def test_another_account_finds_no_batch(api: Api) -> None:
    batch = _create(api, _URL).json()
    for method, url in (
        ("GET", batch["self"]),
        ("GET", batch["jobs"]),
        ("GET", batch["uploads"]),
        ("DELETE", batch["self"]),
    ):
        assert api.ben.call(method, url).status_code == 404
    cancelled = api.ben.call("PATCH", batch["self"], json={"batch": {"status": "cancelled"}})
    assert cancelled.status_code == 404
    assert api.ada.call("GET", batch["self"]).json()["status"] == "queued"
    single = api.ada.send_job().json()
    assert api.ada.call("DELETE", single["self"].replace("/jobs/", "/batches/")).status_code == 404


@pytest.mark.parametrize(
    ("batch", "sentence"),
    [
        ({}, "must be an array of 1 to 1000 objects"),
        ({"inputs": []}, "must be an array of 1 to 1000 objects"),
        ({"inputs": [_URL] * 1001}, "must be an array of 1 to 1000 objects"),
        ({"inputs": [_URL, "https://example.org/a.mp4"]}, "Input 2: it must be an object"),
        ({"inputs": [{}]}, "Input 1: The JSON names no media"),
        ({"inputs": [{**_URL, **_FILE}]}, "Input 1: it has two media"),
        ({"inputs": [{"input_url": 7}]}, "Input 1: The input_url must be a text."),
        ({"inputs": [{"input_url": "http://example.org/a"}]}, "Input 1: The input_url must begin with https://."),
        ({"inputs": [{"input_url": "https://10.0.0.1/a"}]}, "Input 1: The input_url must name a host"),
        ({"inputs": [{**_FILE, "size_bytes": 0}]}, "Input 1: The size_bytes must be"),
        ({"inputs": [{**_FILE, "size_bytes": True}]}, "Input 1: The size_bytes must be a whole number."),
        ({"inputs": [{**_FILE, "content_type": "video"}]}, "Input 1: content_type is not a valid media type"),
        ({"inputs": [{**_URL, "max_faces": 3}]}, "Input 1: it has a member that only the batch may have"),
        ({"inputs": [_URL], "name": "comparison"}, "A comparison takes no media file"),
        ({"inputs": [_URL], "max_faces": 0}, "The max_faces must be a whole number"),
        ({"inputs": [_URL], "annotations": {}}, "must be an array of at most 10 objects"),
        ({"inputs": [_URL], "annotations": [{"key": "k"}]}, "An annotation needs a value"),
        ({"inputs": [_URL], "annotations": [{"key": "k", "value": 7}]}, "The value must be a text."),
    ],
)
def test_a_request_that_is_none_is_told_why(api: Api, batch: dict[str, object], sentence: str) -> None:
    answer = api.ada.call("POST", "/batches", json={"batch": batch})
    assert answer.status_code == 422
    assert sentence in answer.json()["error"]
    assert api.ada.call("GET", "/jobs").json() == []


def test_no_other_request_makes_one(api: Api) -> None:
    answer = api.ada.send_job(name="batch")
    assert (answer.status_code, answer.json()) == (
        422,
        {"error": "A batch takes many files; create it by a POST to /batches."},
    )
