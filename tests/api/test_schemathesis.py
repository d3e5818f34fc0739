"""Schemathesis calls every operation over real HTTP, as described and not as described, and compares the answers."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from chalicelib.services.users import Users
from tests.api.api_server import ADA, PASSWORD, Api, running_api
from tests.api.described_api import closed_document, closed_schema, stocked, undocumented_headers

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
_FEW = 12
# pytest --hypothesis-profile=thorough
_EXAMPLES = settings().max_examples if settings.get_current_profile_name() == "thorough" else _FEW

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


def _call_often(api: Api, operation: Operation) -> None:
    ids = stocked(api, operation.path)
    known = {name: ids[name] for name in ids if f"{{{name}}}" in operation.path}

    @settings(
        max_examples=_EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=st.one_of([_cases(operation, mode, known) for mode in GenerationMode]))
    def call(case: Case[Any]) -> None:
        answer = case.call(base_url=api.url, auth=(ADA, PASSWORD), allow_redirects=False, timeout=20)
        assert answer.status_code < 500
        case.validate_response(answer, checks=_CHECKS)
        _check_headers(operation, answer.status_code, set(answer.headers))

    run: Callable[[], None] = call
    run()


def _cases(operation: Operation, mode: GenerationMode, known: dict[str, str]) -> st.SearchStrategy[Case[Any]]:
    """Calls with made-up ids, and where the path has ids, twice as many with those of things that are there."""
    made_up = operation.as_strategy(mode)
    if not known:
        return made_up
    real = operation.as_strategy(mode, path_parameters=known)
    return st.one_of([real, real.map(lambda case: case), made_up])


def _check_headers(operation: Operation, status: int, names: set[str]) -> None:
    assert undocumented_headers(DOCUMENT, operation.method, operation.path, status, names) == set()
