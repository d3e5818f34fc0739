"""Schemathesis calls every operation over real HTTP, as described and not as described, and compares the answers."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from chalicelib.services.users import Users
from tests.api.api_server import ADA, MAX_BODY_BYTES, PASSWORD, Api, running_api
from tests.api.openapi.described_api import closed_document, closed_schema, stocked, undocumented_headers
from tests.conftest import FOUND

Operation = APIOperation[Any, Any, Any, Any]

DOCUMENT = closed_document()
_SCHEMA = closed_schema()
_OPERATIONS: list[Operation] = [result.ok() for result in _SCHEMA.get_all_operations() if isinstance(result, Ok)]
_CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
_FEW = 5
_IS_FUZZ = settings.get_current_profile_name() == "fuzz"
_EXAMPLES = settings().max_examples if _IS_FUZZ else _FEW

# As the plugin marks tests with @given: `make fuzz` selects them.
pytestmark = [pytest.mark.hypothesis, pytest.mark.slow]

each_operation = pytest.mark.parametrize("operation", _OPERATIONS, ids=lambda each: each.label)


@pytest.fixture(scope="module")
def one_api(users: Users) -> Iterator[Api]:
    """One API for all operations of this module."""
    with running_api(users) as running:
        yield running


def test_every_operation_is_called() -> None:
    described = {
        f"{method.upper()} {path}"
        for path, node in DOCUMENT["paths"].items()
        for method in node
        if method != "parameters"
    }
    assert {operation.label for operation in _OPERATIONS} == described


@each_operation
def test_answers_are_as_described(one_api: Api, operation: Operation) -> None:
    _call_often(one_api, operation)


@each_operation
def test_only_public_operations_need_no_credentials(one_api: Api, operation: Operation) -> None:
    ids = stocked(one_api, operation.path)
    path = operation.path.format(**ids)
    answer = one_api.ada.call(operation.method.upper(), path, auth=lambda request: request)
    is_public = operation.definition.raw.get("security") == []
    assert (answer.status_code == 401) == (not is_public)
    _check_headers(operation, answer.status_code, set(answer.headers))


def test_rare_answers_are_as_described(users: Users) -> None:
    large = bytes(MAX_BODY_BYTES + 1)
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    key = {"Idempotency-Key": "once"}
    note = {"annotation": {"key": "k", "value": "v"}}
    with running_api(users, requests_per_minute=1, request_burst=15) as api:
        entries = [api.ada.send_entry().json() for _ in range(2)]
        for entry in entries:
            api.ada.call("POST", entry["annotations"], json=note)
        job = api.ada.send_job().json()["self"]
        tag = {"If-None-Match": api.ada.call("GET", job).headers["ETag"]}
        path, notes = job.removeprefix(api.url), entries[0]["annotations"].removeprefix(api.url)
        searched = "/entries/search_by_annotation"
        seen = [
            _check(api, "GET", searched, searched, 200, "Link", params={"key": "k", "limit": "1"}),
            _check(api, "GET", "/jobs/{job_id}", path, 200, "Retry-After"),
            _check(api, "GET", "/jobs/{job_id}", path, 304, "Retry-After", headers=tag),
            _check(api, "POST", "/entries/{entry_id}/annotations", notes, 201, json=note, headers=key),
            _check(
                api,
                "POST",
                "/entries/{entry_id}/annotations",
                notes,
                201,
                "Idempotency-Replayed",
                json=note,
                headers=key,
            ),
            _check(api, "POST", "/entries/{entry_id}/annotations", notes, 409, json={"annotation": {}}, headers=key),
            _check(api, "POST", "/jobs", "/jobs", 413, data=large, headers=form),
            _check(api, "POST", "/jobs", "/jobs", 415, data=b"x", headers={"Content-Type": "text/plain"}),
            _check(api, "GET", "/", "/", 406, headers={"Accept": "image/png"}),
            _check(api, "GET", "/", "/", 200, "Content-Security-Policy", headers={"Accept": "text/html"}),
        ]
        assert len(set(seen)) > 6
        while api.ada.call("GET", "/jobs").status_code == 200:
            pass
        _check(api, "GET", "/jobs", "/jobs", 429, "Retry-After")


def _check(api: Api, method: str, route: str, path: str, status: int, header: str = "", **options: Any) -> int:
    """Calls once and compares the answer, which must have `header`, with the description of `route`."""
    (operation,) = [each for each in _OPERATIONS if each.label == f"{method} {route}"]
    answer = api.ada.call(method, path, **options)
    assert answer.status_code == status, answer.text
    assert not header or header in answer.headers
    operation.validate_response(answer)
    _check_headers(operation, answer.status_code, set(answer.headers))
    return status


def _call_often(api: Api, operation: Operation) -> None:
    """Each kind of call by itself, so that even few examples have all of them: with ids of things that are there and
    with others, as described and otherwise."""
    ids = stocked(api, operation.path)
    known = {name: ids[name] for name in ids if f"{{{name}}}" in operation.path}
    for parameters in [known, None] if known else [None]:
        as_described = operation.as_strategy(GenerationMode.POSITIVE, path_parameters=parameters)
        otherwise = operation.as_strategy(GenerationMode.NEGATIVE, path_parameters=parameters)
        _call_with(api, operation, as_described)
        # If nothing can be wrong, `otherwise` is empty.
        _call_with(api, operation, otherwise if _can_be_wrong(operation) else st.one_of([otherwise, as_described]))


def _can_be_wrong(operation: Operation) -> bool:
    definition = operation.definition.raw
    return "requestBody" in definition or any("query" in each.values() for each in definition.get("parameters", ()))


def _call_with(api: Api, operation: Operation, cases: st.SearchStrategy[Case[Any]]) -> None:
    @settings(
        max_examples=_EXAMPLES,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        database=_found(operation),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def call(case: Case[Any]) -> None:
        answer = case.call(base_url=api.url, auth=(ADA, PASSWORD), allow_redirects=False, timeout=20)
        assert answer.status_code < 500
        case.validate_response(answer, checks=_CHECKS)
        _check_headers(operation, answer.status_code, set(answer.headers))

    run: Callable[[], None] = call
    run()


def _found(operation: Operation) -> ExampleDatabase | None:
    """Returns where `make fuzz` keeps what fails: all operations are called by one function, so one folder for each."""
    return DirectoryBasedExampleDatabase(FOUND / re.sub(r"\W+", "-", operation.label)) if _IS_FUZZ else None


def _check_headers(operation: Operation, status: int, names: set[str]) -> None:
    assert undocumented_headers(DOCUMENT, operation.method, operation.path, status, names) == set()
