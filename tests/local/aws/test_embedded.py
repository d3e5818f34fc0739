"""The embedded AWS: what it has, and that it is the only AWS in reach."""

import json
import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from boto3.session import Session

from chalicelib.aws.clients import AwsClients
from chalicelib.local.aws.embedded import EmbeddedAws
from chalicelib.local.aws.environment import process_environment, without_foreign_variables
from chalicelib.settings import read_settings

REAL = {
    "AWS_ACCESS_KEY_ID": "real-key",
    "AWS_SECRET_ACCESS_KEY": "real-secret",
    "AWS_SESSION_TOKEN": "real-token",
    "AWS_PROFILE": "production",
    "AWS_ENDPOINT_URL_S3": "http://192.0.2.1:9",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_ROLE_ARN": "arn:aws:iam::111111111111:role/production",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/nowhere/token",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://192.0.2.1/credentials",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "HTTP_PROXY": "http://192.0.2.1:9",
    "http_proxy": "http://192.0.2.1:9",
    "MIEN_PUBLIC_BASE_URL": "https://production.example.org",
    "MIEN_TABLE_NAME": "production",
}
PROBE = """
import json, os
from boto3.session import Session
session = Session()
keys = session.get_credentials().get_frozen_credentials()
endpoints = [session.client(name).meta.endpoint_url for name in ("s3", "sqs", "dynamodb", "sts")]
print(json.dumps([keys.access_key, keys.token, session.profile_name, session.region_name, endpoints]))
"""


def test_everything_is_provisioned() -> None:
    with EmbeddedAws(visibility_timeout_s=7, max_receives=4) as aws:
        clients = AwsClients()
        settings = aws.settings
        keys = clients.dynamodb.describe_table(TableName=settings.table_name)["Table"]["KeySchema"]
        assert [key["KeyType"] for key in keys] == ["HASH", "RANGE"]
        clients.s3.head_bucket(Bucket=settings.media_bucket)
        queue = clients.sqs.get_queue_attributes(QueueUrl=settings.job_queue_url, AttributeNames=["All"])["Attributes"]
        assert queue["VisibilityTimeout"] == "7"
        assert json.loads(queue["RedrivePolicy"])["maxReceiveCount"] == 4
        dead_letters = clients.sqs.get_queue_attributes(
            QueueUrl=aws.dead_letter_queue_url, AttributeNames=["QueueArn"]
        )["Attributes"]
        assert json.loads(queue["RedrivePolicy"])["deadLetterTargetArn"] == dead_letters["QueueArn"]


def test_settings_pass_through_the_environment() -> None:
    with EmbeddedAws(configure=lambda settings: replace(settings, models_dir=Path("elsewhere"), lease_s=9.0)) as aws:
        assert read_settings(os.environ) == aws.settings
        assert read_settings(aws.environment) == aws.settings
        assert aws.settings.models_dir == Path("elsewhere")
        assert aws.settings.lease_s == 9.0


def test_the_users_own_aws_is_out_of_reach(tmp_path: Path) -> None:
    home = tmp_path / ".aws"
    home.mkdir()
    (home / "config").write_text("[profile production]\nregion = eu-west-1\nendpoint_url = http://192.0.2.1:9\n")
    (home / "credentials").write_text("[production]\naws_access_key_id = real\naws_secret_access_key = real\n")
    with process_environment({**os.environ, **REAL, "HOME": str(tmp_path)}):
        with EmbeddedAws() as aws:
            AwsClients().s3.put_object(Bucket=aws.settings.media_bucket, Key="here", Body=b"here")
            seen_here = _credentials_here()
            seen_by_child = _credentials_in_child(aws.environment)
            assert aws.settings.public_base_url is None
        assert os.environ["AWS_PROFILE"] == "production"
        assert os.environ["MIEN_TABLE_NAME"] == "production"
    assert seen_here == [aws.credentials.access_key_id, None, "default", "us-east-1", [aws.endpoint_url] * 4]
    assert seen_by_child == seen_here


def _credentials_here() -> list[object]:
    session = Session()
    credentials = session.get_credentials()
    assert credentials is not None
    keys = credentials.get_frozen_credentials()
    endpoints = [session.client(name).meta.endpoint_url for name in ("s3", "sqs", "dynamodb", "sts")]
    return [keys.access_key, keys.token, session.profile_name, session.region_name, endpoints]


def _credentials_in_child(environment: dict[str, str]) -> list[object]:
    child = subprocess.run(
        [sys.executable, "-c", PROBE], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    seen: list[object] = json.loads(child.stdout)
    return seen


def test_it_listens_on_this_machine_only_and_ends() -> None:
    with EmbeddedAws() as aws:
        assert aws.endpoint_url.startswith("http://127.0.0.1:")
        with requests.Session() as session:
            session.get(f"{aws.endpoint_url}/moto-api/", timeout=10)
    with pytest.raises(requests.ConnectionError):
        requests.get(aws.endpoint_url, timeout=10)


def test_what_it_held_is_gone_afterwards() -> None:
    with EmbeddedAws() as aws:
        AwsClients().s3.put_object(Bucket=aws.settings.media_bucket, Key="kept", Body=b"kept")
    with EmbeddedAws() as aws:
        assert AwsClients().s3.list_objects_v2(Bucket=aws.settings.media_bucket)["KeyCount"] == 0


def test_two_in_one_process_are_refused() -> None:
    with EmbeddedAws(), pytest.raises(RuntimeError, match="already"), EmbeddedAws():
        pass
    with EmbeddedAws():
        pass


def test_a_port_in_use_is_refused_and_nothing_is_left() -> None:
    before = dict(os.environ)
    with (
        socket.create_server(("127.0.0.1", 0)) as other,
        pytest.raises(OSError, match="in use"),
        EmbeddedAws(port=other.getsockname()[1]),
    ):
        pass
    assert dict(os.environ) == before
    with EmbeddedAws():
        pass


def test_proxy_exceptions_are_added_to() -> None:
    kept = without_foreign_variables({"no_proxy": "internal.example", "PATH": "/bin", "BOTO_CONFIG": "/x"})
    assert kept == {
        "PATH": "/bin",
        "no_proxy": "internal.example,127.0.0.1",
        "NO_PROXY": "internal.example,127.0.0.1",
    }
