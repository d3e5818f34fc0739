"""`make smoke` against the embedded stack, and against stacks that break the contract."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from boto3.session import Session

from chalicelib.local.stack import DEFAULT_MODELS_DIR, Stack
from chalicelib.local.workers.supervisor import REPOSITORY
from chalicelib.wiring import table_services
from infra.deployment.errors import DeploymentError
from infra.smoke.checks import CHECKS, run_checks
from infra.smoke.target import Target, chosen_target
from infra.smoke.visit import Visit, visit

pytestmark = pytest.mark.slow

_LONG_S = 30.0


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
    )
    with visit(target, job_limit_s=120.0) as guests:
        yield guests


@pytest.mark.parametrize("name", [name for name, _ in CHECKS])
def test_the_embedded_stack_keeps_the_contract(guests: Visit, name: str) -> None:
    (outcome,) = run_checks(guests, [(name, dict(CHECKS)[name])])
    assert outcome.is_right, outcome.seen


def _enabled_users(stack: Stack) -> set[str]:
    return {user.email for user in table_services(stack.table_name).users.list() if not user.disabled}


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


def test_a_stack_that_breaks_the_contract_is_found_out(guests: Visit) -> None:
    """Checks at an address at which something else answers, and with one account for both users."""
    elsewhere = replace(guests, target=replace(guests.target, index_url=f"{guests.index_url}docs/"))
    assert not [outcome for outcome in run_checks(elsewhere, CHECKS[:4]) if outcome.is_right]
    shared = replace(guests, ben=guests.ada)  # as if accounts saw each other
    (outcome,) = run_checks(shared, [("another account", dict(CHECKS)["another account"])])
    assert not outcome.is_right
    assert "is 200" in outcome.seen


def test_addresses_are_asked_for() -> None:
    with pytest.raises(DeploymentError, match="ENDPOINT="):
        chosen_target({"MIEN_SMOKE_URL": "http://127.0.0.1:8000/"})
