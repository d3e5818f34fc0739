"""Stacks in moto: made, changed, left alone, deleted."""

import json
from collections.abc import Iterator
from typing import Any, cast

import pytest
from boto3.session import Session
from moto import mock_aws

from infra.deployment.destroy import destroy
from infra.deployment.errors import DeploymentError
from infra.deployment.release import stack_name
from infra.deployment.stacks import Stacks

_STAGE = "trial"
_NAME = stack_name(_STAGE)
_TEMPLATE: dict[str, Any] = {
    "Parameters": {"Delay": {"Type": "Number"}},
    "Resources": {
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": {"Ref": "Delay"}}},
        "Bucket": {"Type": "AWS::S3::Bucket", "DeletionPolicy": "RetainExceptOnCreate"},
    },
    "Outputs": {
        "QueueUrl": {"Value": {"Ref": "Queue"}},
        "BucketName": {"Value": {"Ref": "Bucket"}},
        "Delay": {"Value": {"Ref": "Delay"}},
    },
}


@pytest.fixture
def session(aws_environment: None, aws_session: Session) -> Iterator[Session]:
    with mock_aws():
        yield aws_session


@pytest.fixture
def stacks(session: Session) -> Stacks:
    return Stacks(session.client("cloudformation"), poll_s=0.01, say=lambda _sentence: None)


def deploy(stacks: Stacks, delay: str) -> dict[str, str]:
    return stacks.deploy(_NAME, parameters={"Delay": delay}, TemplateBody=json.dumps(_TEMPLATE))


def test_a_second_deployment_changes_the_first(session: Session, stacks: Stacks) -> None:
    assert stacks.outputs(_NAME) is None
    made = deploy(stacks, "1")
    changed = deploy(stacks, "2")
    assert (made.pop("Delay"), changed.pop("Delay")) == ("1", "2")
    assert changed == made
    assert session.client("sqs").list_queues()["QueueUrls"] == [made["QueueUrl"]]


def test_a_stage_is_deleted_by_its_name_only(session: Session, stacks: Stacks) -> None:
    outputs = deploy(stacks, "1")
    with pytest.raises(DeploymentError, match="not the stage's name"):
        destroy(stacks, _STAGE, ask=lambda _question: "yes")
    assert stacks.outputs(_NAME) == outputs
    stays = destroy(stacks, _STAGE, ask=lambda _question: f"{_STAGE}\n")
    assert stays == [f"AWS::S3::Bucket {outputs['BucketName']}"]
    assert stacks.outputs(_NAME) is None


def test_there_has_to_be_one(stacks: Stacks) -> None:
    with pytest.raises(DeploymentError, match="no stack"):
        destroy(stacks, _STAGE, ask=lambda _question: _STAGE)


def test_a_stack_that_never_worked_is_not_changed() -> None:
    class Broken:
        """CloudFormation after a first deployment that failed; moto knows no such stacks."""

        def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803 - AWS calls it so
            return {"Stacks": [{"StackName": StackName, "StackStatus": "ROLLBACK_COMPLETE"}]}

    stacks = Stacks(cast("Any", Broken()), poll_s=0.01, say=lambda _sentence: None)
    with pytest.raises(DeploymentError, match="could never be made"):
        deploy(stacks, "1")
