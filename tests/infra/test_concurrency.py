"""Tests whether a stage fits into what an account may run at once."""

import pytest
from boto3.session import Session
from botocore.stub import Stubber

from infra.deployment.concurrency import account_concurrency, check_concurrency
from infra.deployment.errors import DeploymentError


def test_an_account_without_room_for_the_api_is_refused_before_anything_is_made() -> None:
    with pytest.raises(DeploymentError, match=r"WorkerConcurrency to 2 or less .* higher quota"):
        check_concurrency(allowed=10, workers=20)


def test_a_tight_account_is_warned_about() -> None:
    assert "higher quota" in (check_concurrency(allowed=40, workers=20) or "")


def test_an_ordinary_account_has_room() -> None:
    assert check_concurrency(allowed=1000, workers=20) is None


def test_the_limit_is_the_accounts_own(aws_environment: None, aws_session: Session) -> None:
    client = aws_session.client("lambda")
    with Stubber(client) as stubber:
        stubber.add_response("get_account_settings", {"AccountLimit": {"ConcurrentExecutions": 10}})
        assert account_concurrency(_OneClient(client)) == 10  # type: ignore[arg-type]  # a session with one client


class _OneClient:
    def __init__(self, client: object) -> None:
        self._client = client

    def client(self, name: str) -> object:
        assert name == "lambda"
        return self._client
