"""The stack in moto's CloudFormation: that everything can be made of what it refers to.

moto has no API Gateway that CloudFormation could fill, and passes over policies of buckets, queues and topics, alarms,
budgets, subscriptions and retry settings of functions; it reads no lifecycle, CORS or notifications of a bucket, splits
no defaults of lists, and wants a service role for Batch. cfn-lint sees all of these.
"""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from boto3.session import Session
from moto import mock_aws

from infra.deployment.package import placeholders
from infra.deployment.parameters import load_parameters
from infra.deployment.places import Package
from tests.infra.packaged_app import BUNDLE_BUCKET, BUNDLE_KEY, STAGE

_NAME = f"mien-{STAGE}"
_NOT_IN_MOTO = {
    "AWS::Budgets::Budget",
    "AWS::CloudWatch::Alarm",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
}


def without(template: dict[str, Any], prefix: str) -> dict[str, Any]:
    """The template without resources of these types, and without what refers to them."""
    kept = deepcopy(template)
    resources, gone = kept["Resources"], {n for n, r in template["Resources"].items() if r["Type"].startswith(prefix)}
    while gone:
        for name in gone:
            del resources[name]
        gone_before = set(template["Resources"]) - set(resources)
        gone = {name for name, each in resources.items() if refers(each, gone_before)}
    gone = set(template["Resources"]) - set(resources)
    kept["Outputs"] = {name: each for name, each in kept["Outputs"].items() if not refers(each, gone)}
    return kept


def refers(part: Any, names: set[str]) -> bool:
    text = json.dumps(part)
    return any(f'"{name}"' in text or f"${{{name}}}" in text or f"${{{name}." in text for name in names)


def for_moto(template: dict[str, Any]) -> dict[str, Any]:
    """The template as far as moto knows the resources, with what it asks for beyond AWS."""
    made = without(template, "AWS::ApiGateway")
    trust = {"Version": "2012-10-17", "Statement": []}
    made["Resources"]["BatchForMoto"] = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}}
    for name, resource in list(made["Resources"].items()):
        if resource["Type"] in _NOT_IN_MOTO:
            del made["Resources"][name]
        elif resource["Type"] == "AWS::Batch::ComputeEnvironment":
            resource["Properties"]["ServiceRole"] = {"Fn::GetAtt": ["BatchForMoto", "Arn"]}
        if isinstance(resource.get("DependsOn"), str) and resource["DependsOn"] not in made["Resources"]:
            resource.pop("DependsOn")
    return made


@pytest.fixture
def session(aws_environment: None, aws_session: Session, package: Package) -> Iterator[Session]:
    """moto, with the zip where the template says."""
    with mock_aws():
        s3 = aws_session.client("s3")
        s3.create_bucket(Bucket=BUNDLE_BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        s3.put_object(Bucket=BUNDLE_BUCKET, Key=BUNDLE_KEY, Body=package.bundle.read_bytes())
        yield aws_session


@pytest.mark.parametrize("long_videos", ["gpu", "fargate"])
def test_the_stack_is_made(
    session: Session, template: dict[str, Any], translated: dict[str, Any], long_videos: str
) -> None:
    defaults = {name: str(each["Default"]) for name, each in template["Parameters"].items() if "Default" in each}
    values = defaults | placeholders(STAGE) | load_parameters(STAGE, template) | {"LongVideos": long_videos}
    wanted = for_moto(translated)
    cloudformation = session.client("cloudformation")
    cloudformation.create_stack(
        StackName=_NAME,
        TemplateBody=json.dumps(wanted),
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in values.items()],
        Capabilities=["CAPABILITY_IAM"],
    )
    (stack,) = cloudformation.describe_stacks(StackName=_NAME)["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    assert outputs["MediaBucketName"].startswith(f"{_NAME}-mediabucket-")  # which the policy of the queues relies on
    functions = session.client("lambda").list_functions()["Functions"]
    for function in functions:
        assert function["Environment"]["Variables"]["MIEN_MEDIA_BUCKET"] == outputs["MediaBucketName"]
    assert len(functions) == sum(each["Type"] == "AWS::Lambda::Function" for each in wanted["Resources"].values())
    (queue,) = session.client("batch").describe_job_queues()["jobQueues"]
    assert len(queue["computeEnvironmentOrder"]) == 2
    (segments,) = session.client("batch").describe_job_definitions()["jobDefinitions"]
    needs = {each["type"] for each in segments["containerProperties"]["resourceRequirements"]}
    assert ("GPU" in needs) == (long_videos == "gpu")
