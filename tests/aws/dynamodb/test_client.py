"""Tests which endpoint a client uses if one is given."""

import pytest

from chalicelib.aws.dynamodb.client import make_dynamodb_client
from chalicelib.aws.failures import AwsFailure


def _signer_of(endpoint_url: str | None) -> tuple[str, str]:
    client = make_dynamodb_client(endpoint_url=endpoint_url)
    credentials = client._request_signer._credentials  # type: ignore[attr-defined]  # nothing else tells
    return client.meta.region_name, credentials.access_key


@pytest.mark.usefixtures("aws_environment")
@pytest.mark.parametrize("endpoint_url", ["http://127.0.0.1:5000", "http://localhost:5000", "http://[::1]:5000"])
def test_this_machine_never_sees_real_credentials(endpoint_url: str) -> None:
    assert _signer_of(endpoint_url) == ("us-east-1", "local")


@pytest.mark.usefixtures("aws_environment")
@pytest.mark.parametrize("endpoint_url", [None, "https://dynamodb.eu-central-1.example.org", "http://10.0.0.1:8000"])
def test_elsewhere_boto3_knows(endpoint_url: str | None) -> None:
    assert _signer_of(endpoint_url) == ("eu-central-1", "testing")


@pytest.mark.usefixtures("aws_environment")
def test_without_a_region_there_is_no_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(AwsFailure, match="region"):
        make_dynamodb_client()
    assert make_dynamodb_client(region="eu-west-1").meta.region_name == "eu-west-1"
