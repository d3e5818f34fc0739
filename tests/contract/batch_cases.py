"""Batch services that arrays can be submitted to."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from boto3.session import Session
from moto import mock_aws

from chalicelib.aws.batch_jobs import AwsBatch
from chalicelib.aws.clients import AwsClients
from chalicelib.local.aws.batch_service import BatchService
from chalicelib.local.aws.credentials import RunCredentials

_CREDENTIALS = RunCredentials("testing", "testing")
_SLEEP = "import time; time.sleep(60)"
_TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})


@contextmanager
def moto_batch(session: Session) -> Iterator[AwsBatch]:
    """AWS Batch as moto plays it: no process is started, every job succeeds at once."""
    with mock_aws(config={"batch": {"use_docker": False}}):
        role_arn = session.client("iam").create_role(RoleName="batch", AssumeRolePolicyDocument=_TRUST)["Role"]["Arn"]
        client = AwsClients().batch
        environment = client.create_compute_environment(
            computeEnvironmentName="segments", type="UNMANAGED", state="ENABLED", serviceRole=role_arn
        )
        client.create_job_queue(
            jobQueueName="segments",
            state="ENABLED",
            priority=1,
            computeEnvironmentOrder=[{"order": 1, "computeEnvironment": environment["computeEnvironmentArn"]}],
        )
        client.register_job_definition(
            jobDefinitionName="worker",
            type="container",
            containerProperties={"image": "worker", "vcpus": 1, "memory": 128},
        )
        yield AwsBatch(client, "segments", "worker")


@contextmanager
def local_batch(session: Session, log_path: Path) -> Iterator[AwsBatch]:
    """The local stack's service, with processes that would sleep for a minute."""
    command = (sys.executable, "-c", _SLEEP)
    with BatchService(dict(os.environ), log_path, _CREDENTIALS, max_processes=2, command=command) as service:
        yield AwsBatch(session.client("batch", endpoint_url=service.url), "any", "any")
