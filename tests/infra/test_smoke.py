"""`make smoke` against the embedded stack, and against stacks that break the contract."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from boto3.session import Session

from chalicelib.local.stack import DEFAULT_MODELS_DIR, Stack
from chalicelib.local.workers.supervisor import REPOSITORY
from chalicelib.wiring import table_services
from infra.deployment.errors import DeploymentError
from infra.smoke.checks import CHECKS, run_checks
from infra.smoke.target import Target, chosen_target
from infra.smoke.visit import FOREIGN_ORIGIN, Guest, Visit, visit
from tests.api.api_server import ADA, PASSWORD, make_users, running_api

pytestmark = pytest.mark.slow

_slow = pytest.mark.slow

_LONG_S = 30.0
_ANY = "*"
_PAGE = "https://app.example.org"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    if not DEFAULT_MODELS_DIR.is_dir():
        pytest.skip("there are no models; run make setup")
    with Stack(
        log_path=tmp_path_factory.mktemp("log") / "worker.log",
        configure=lambda settings: replace(settings, segment_above_s=_LONG_S, segment_s=20.0),
    ) as stack:
        yield stack


@pytest.fixture(scope="module")
def guests(stack: Stack) -> Iterator[Visit]:
    target = Target(
        stack.index_url,
        stack.table_name,
        stack.bucket_name,
        Session(),  # the environment leads to the embedded AWS
        endpoint_url=None,
        too_large_bytes=600_000_000,
        segment_above_s=_LONG_S,
        cors_origins=stack.cors_origins,
    )
    with visit(target, job_limit_s=120.0) as guests:
        yield guests


@_slow
@pytest.mark.parametrize("name", [name for name, _ in CHECKS])
def test_the_embedded_stack_keeps_the_contract(guests: Visit, name: str) -> None:
    (outcome,) = run_checks(guests, [(name, dict(CHECKS)[name])])
    assert outcome.is_right, outcome.seen


def _enabled_users(stack: Stack) -> set[str]:
    return {user.email for user in table_services(stack.table_name).users.list() if not user.disabled}


@_slow
def test_the_command_prints_a_table_and_leaves_nothing(stack: Stack) -> None:
    """The command itself, with few checks: the others ran above."""
    before = _enabled_users(stack)
    script = (
        "import infra.smoke.checks as checks, infra.smoke.__main__ as main\n"
        "main.run_checks = lambda visit: checks.run_checks(visit, checks.CHECKS[:7])\n"
        "raise SystemExit(main.main())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=REPOSITORY,
        env={
            **{name: text for name, text in os.environ.items() if not name.startswith("AWS_")},
            "AWS_SHARED_CREDENTIALS_FILE": str(stack.credentials_path),
            "MIEN_SMOKE_URL": stack.index_url,
            "MIEN_SMOKE_TABLE": stack.table_name,
            "MIEN_SMOKE_BUCKET": stack.bucket_name,
            "MIEN_SMOKE_ENDPOINT": stack.aws_endpoint_url,
            "MIEN_SMOKE_ORIGINS": stack.cors_origins,
            "COLUMNS": "140",
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "FAILED" not in done.stdout
    assert "a form of another site: 403" in done.stdout
    assert _enabled_users(stack) == before


@_slow
def test_a_stack_that_breaks_the_contract_is_found_out(guests: Visit) -> None:
    """Checks at an address at which something else answers, and with one account for both users."""
    elsewhere = replace(guests, target=replace(guests.target, index_url=f"{guests.index_url}docs/"))
    assert not [outcome for outcome in run_checks(elsewhere, CHECKS[:4]) if outcome.is_right]
    shared = replace(guests, ben=guests.ada)  # as if accounts saw each other
    (outcome,) = run_checks(shared, [("another account", dict(CHECKS)["another account"])])
    assert not outcome.is_right
    assert "is 200" in outcome.seen


@pytest.mark.parametrize(
    ("served", "demanded", "is_right"),
    [
        (_ANY, _ANY, True),
        (_PAGE, _PAGE, True),
        (f"{_PAGE}, https://lab.example.org", f"https://lab.example.org,{_PAGE}", True),
        ("", _ANY, False),  # the header is missing
        (_PAGE, _ANY, False),
        (_ANY, _PAGE, False),  # every page may read
        ("https://lab.example.org", _PAGE, False),
        (FOREIGN_ORIGIN, _PAGE, False),
        (f"{_PAGE},{FOREIGN_ORIGIN}", _PAGE, False),
    ],
)
def test_cors_headers_are_as_the_stack_was_told(served: str, demanded: str, *, is_right: bool) -> None:
    """An API with the setting `served`, checked as a stack that was deployed with `demanded`."""
    with running_api(make_users(), cors_origins=served) as api:
        target = Target(f"{api.url}/", "", "", Session(), None, 0, _LONG_S, demanded)
        anything: Any = None
        ada = Guest(ADA, PASSWORD, "")
        guests = Visit(target, api.services, ada, ada, anything, anything, Path(), Path(), 0.0)
        (outcome,) = run_checks(guests, [("CORS", dict(CHECKS)["CORS"])])
    assert outcome.is_right == is_right, outcome.seen
    assert is_right or "Access-Control-Allow-Origin" in outcome.seen


def test_addresses_are_asked_for() -> None:
    with pytest.raises(DeploymentError, match="ENDPOINT="):
        chosen_target({"MIEN_SMOKE_URL": "http://127.0.0.1:8000/"})
