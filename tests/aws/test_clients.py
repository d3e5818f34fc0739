"""Tests how the clients are set up."""

import pytest
from boto3.session import Session

from chalicelib.aws.clients import AwsClients
from chalicelib.aws.failures import AwsFailure


@pytest.mark.usefixtures("aws_environment")
def test_region_and_endpoint_come_from_boto3s_own_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-3")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:5999")
    clients = AwsClients()
    for client in (clients.dynamodb, clients.s3, clients.sqs):
        assert client.meta.region_name == "eu-west-3"
        assert client.meta.endpoint_url == "http://127.0.0.1:5999"
    url = clients.s3.generate_presigned_url("get_object", Params={"Bucket": "media", "Key": "k"})
    assert url.startswith("http://127.0.0.1:5999/media/k?")


@pytest.mark.usefixtures("aws_environment")
def test_every_client_has_timeouts_and_few_retries(aws_session: Session) -> None:
    clients = AwsClients(aws_session)
    for config in (clients.dynamodb.meta.config, clients.s3.meta.config, clients.sqs.meta.config):
        assert (config.connect_timeout, config.read_timeout) == (3.0, 20.0)  # type: ignore[attr-defined]  # not in the stubs
        assert config.retries == {"mode": "standard", "total_max_attempts": 4}  # type: ignore[attr-defined]  # likewise


@pytest.mark.usefixtures("aws_environment")
@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1", "eu-central-1"])
def test_links_are_of_version_4_in_every_region(monkeypatch: pytest.MonkeyPatch, region: str) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    url = AwsClients().s3.generate_presigned_url("get_object", Params={"Bucket": "media", "Key": "k"})
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in url
    assert url.startswith(f"https://media.s3.{region}.amazonaws.com/k?") or region == "us-east-1"


@pytest.mark.usefixtures("aws_environment")
def test_without_a_region_there_are_no_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(AwsFailure, match="region"):
        _ = AwsClients().dynamodb
