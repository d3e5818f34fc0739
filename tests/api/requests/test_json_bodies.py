"""Closed JSON bodies have the members that are described, and no others; the original service's bodies are open."""

from typing import Any

import pytest

from chalicelib.api.application import ROUTES
from chalicelib.api.openapi.document import openapi_document
from chalicelib.api.responses import JSON_CONTENT_TYPE
from chalicelib.domain.measurements.metrics import EVERY_METRIC
from tests.api.api_server import Api
from tests.api.openapi.described_api import stocked

_SCHEMAS: dict[str, Any] = openapi_document(ROUTES, EVERY_METRIC)["components"]["schemas"]  # type: ignore[index]
_JSON = [
    (method, route.path, _SCHEMAS[body.schema])
    for route in ROUTES
    for method in route.methods
    for body in route.bodies
    if body.content_type == JSON_CONTENT_TYPE
]
_CLOSED = [each for each in _JSON if each[2].get("additionalProperties") is False]


def _ids(case: tuple[str, str, Any]) -> str:
    return f"{case[0]} {case[1]}"


def _send(api: Api, method: str, path: str, body: object) -> str:
    answer = api.ada.call(method, path.format(**stocked(api, path)), json=body)
    return str(answer.json().get("error")) if answer.content else ""


def test_bodies_of_the_original_service_are_open() -> None:
    paths = {path for _method, path, _schema in _JSON} - {path for _method, path, _schema in _CLOSED}
    assert paths == {
        "/entries/{entry_id}",
        "/entries/{entry_id}/annotations",
        "/entries/{entry_id}/annotations/{annotation_id}",
    }


@pytest.mark.parametrize("case", _CLOSED, ids=_ids)
def test_what_is_described_is_accepted_and_nothing_else(api: Api, case: tuple[str, str, Any]) -> None:
    method, path, schema = case
    ((name, resource),) = schema["properties"].items()
    assert 'The body has no member "tabel"' in _send(api, method, path, {name: {}, "tabel": "csv"})
    is_list = resource["type"] == "array"
    described, owner = (resource["items"], f"A {name[:-1]}") if is_list else (resource, f"The {name}")
    assert described["additionalProperties"] is False
    every, wrong = dict.fromkeys(described["properties"]), {"tabel": "csv"}
    assert "has no member" not in _send(api, method, path, {name: [every] if is_list else every})
    assert f'{owner} has no member "tabel"' in _send(api, method, path, {name: [wrong] if is_list else wrong})


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        (
            "/batches",
            {"batch": {"inputs": [], "tabel": "parquet"}},
            'batch has no member "tabel"; perhaps you mean "table".',
        ),
        ("/batches", {"batch": {"inputs": []}, "table": "parquet"}, 'body has no member "table"; use one of: batch.'),
        ("/jobs", {"entry_job": {"neutral_basline": "off"}}, 'perhaps you mean "neutral_baseline".'),
        (
            "/batches",
            {"batch": {"inputs": [{"file_name": "a.mp4", "size_byte": 5}]}},
            'Input 1: an input has no member "size_byte"; perhaps you mean "size_bytes".',
        ),
        (
            "/batches",
            {"batch": {"inputs": [{"input_url": "https://example.org/a.mp4"}], "annotations": [{"keys": "k"}]}},
            'An annotation has no member "keys"; perhaps you mean "key".',
        ),
        (
            "/jobs/comparisons",
            {"comparison": {"metric": "smile", "groups": [{"anotation": {"key": "k"}}]}},
            'A group has no member "anotation"; perhaps you mean "annotation".',
        ),
        (
            "/jobs/comparisons",
            {"comparison": {"metric": "smile", "groups": [{"annotation": {"key": "k", "vaule": "v"}}]}},
            'The annotation of a group has no member "vaule"; perhaps you mean "value".',
        ),
    ],
)
def test_a_mistyped_member_is_refused_with_the_one_that_was_meant(
    api: Api, path: str, body: dict[str, object], sentence: str
) -> None:
    answer = api.ada.call("POST", path, json=body)
    assert answer.status_code == 422
    assert sentence in answer.json()["error"]
    assert api.ada.call("GET", "/jobs").json() == []


def test_forms_ignore_what_they_do_not_know(api: Api) -> None:
    job = api.ada.send_job().json()["self"]
    changed = api.ada.call("PATCH", job, data={"entry_job[name]": "no-op", "entry_job[tabel]": "csv"})
    assert (changed.status_code, changed.json()["name"]) == (200, "no-op")


@pytest.mark.parametrize("name", ["expires_in", "callback_url"])
def test_what_only_new_jobs_have_is_refused_with_the_reason(api: Api, name: str) -> None:
    job = api.ada.call("POST", "/jobs", json={"entry_job": {"input_url": "https://example.org/a.mp4"}}).json()
    answer = api.ada.call("PATCH", job["self"], json={"entry_job": {name: 60}})
    assert answer.status_code == 422
    assert f'"{name}" is for new jobs only' in answer.json()["error"]
