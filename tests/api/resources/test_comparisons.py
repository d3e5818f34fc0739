"""`POST /jobs/comparisons`: which jobs are compared, whose, and what is said of a request that is none."""

import json
from typing import Any

import pytest

from tests.api.api_server import Api


def _compare(api: Api, *groups: object, metric: str = "smile", **more: object) -> Any:
    wanted = {"comparison": {"metric": metric, "groups": list(groups), **more}}
    return api.ada.call("POST", "/jobs/comparisons", json=wanted)


def _jobs(api: Api, count: int) -> list[str]:
    """The ids of new jobs with the annotation stimulus=spot A."""
    documents = [api.ada.send_job().json() for _ in range(count)]
    for document in documents:
        note = {"annotation": {"key": "stimulus", "value": "spot A"}}
        api.ada.call("POST", document["input"]["annotations"], json=note).raise_for_status()
    return [document["self"].rsplit("/", 1)[1] for document in documents]


def test_an_annotation_names_the_jobs(api: Api) -> None:
    jobs = _jobs(api, 2)
    answer = _compare(api, {"annotation": {"key": "stimulus", "value": "spot A"}}, {"jobs": jobs[:1], "title": "one"})
    assert answer.status_code == 201
    job = answer.json()
    assert answer.headers["Location"] == job["self"]
    assert (job["name"], job["status"], job["filename"]) == ("comparison", "queued", "comparison.json")
    assert api.ada.call("GET", job["self"]).json() == job
    assert [each["self"] for each in api.ada.call("GET", "/jobs?name=comparison").json()] == [job["self"]]
    (file,) = job["input"]["representations"]
    assert api.ada.call("GET", file["media"]).status_code == 302
    entry_id = job["input"]["self"].rsplit("/", 1)[1]
    (stored,) = (each.body for key, each in api.media.objects.items() if entry_id in key)
    groups = json.loads(stored)["comparison"]["groups"]
    assert [(group["title"], sorted(group["jobs"])) for group in groups] == [
        ("stimulus=spot A", sorted(jobs)),
        ("one", jobs[:1]),
    ]


def test_another_account_finds_no_jobs(api: Api) -> None:
    jobs = _jobs(api, 1)
    for group in ({"jobs": jobs}, {"annotation": {"key": "stimulus"}}):
        wanted = {"comparison": {"metric": "smile", "groups": [group]}}
        answer = api.ben.call("POST", "/jobs/comparisons", json=wanted)
        assert answer.status_code == 422
        assert answer.json()["error"].startswith(("There is no job", "No job has"))


_ONE = {"annotation": {"key": "stimulus"}}


@pytest.mark.parametrize(
    ("comparison", "sentence"),
    [
        ({"metric": "smile"}, "The groups must be an array of one or two objects."),
        ({"metric": "smile", "groups": []}, "The groups must be an array of one or two objects."),
        ({"metric": "smile", "groups": [_ONE] * 3}, "The groups must be an array of one or two objects."),
        ({"metric": "luck", "groups": [_ONE]}, "The metric must be one of: "),
        ({"metric": ["smile"], "groups": [_ONE]}, "The metric must be one of: "),
        ({"metric": "smile", "groups": [1]}, "A group must be an object."),
        ({"metric": "smile", "groups": [{}]}, "A group needs either jobs"),
        ({"metric": "smile", "groups": [{"jobs": [], **_ONE}]}, "A group needs either jobs"),
        ({"metric": "smile", "groups": [{"jobs": []}]}, "A group has 0 jobs; it may have 1 to 300."),
        ({"metric": "smile", "groups": [{"jobs": ["0"] * 301}]}, "A group has 301 jobs; it may have 1 to 300."),
        ({"metric": "smile", "groups": [{"jobs": [7]}]}, "The jobs of a group must be an array of job ids."),
        ({"metric": "smile", "groups": [{"jobs": ["../7"]}]}, "not"),
        ({"metric": "smile", "groups": [{"annotation": "a=b"}]}, "The annotation of a group must be an object"),
        ({"metric": "smile", "groups": [{"annotation": {"key": 1}}]}, "The key of a group must be a text."),
        ({"metric": "smile", "groups": [{"annotation": {"key": ""}}]}, "An annotation needs a key"),
        ({"metric": "smile", "groups": [{**_ONE, "title": "a\0"}]}, "NUL"),
    ],
)
def test_a_request_that_is_none_is_told_why(api: Api, comparison: dict[str, object], sentence: str) -> None:
    answer = api.ada.call("POST", "/jobs/comparisons", json={"comparison": comparison})
    assert answer.status_code == 422
    assert sentence in answer.json()["error"]


def test_no_other_request_makes_one(api: Api) -> None:
    answer = api.ada.send_job(name="comparison")
    assert (answer.status_code, answer.json()) == (
        422,
        {"error": "A comparison takes no media file; create it by a POST to /jobs/comparisons."},
    )
