"""A whole deployment against moto, twice. SAM, API Gateway and Docker are played: moto has none of them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from boto3.session import Session
from moto import mock_aws

from chalicelib.wiring import table_services
from infra.deployment.errors import DeploymentError
from infra.deployment.first_user import create_first_user
from infra.deployment.images import image_tag
from infra.deployment.places import Package
from infra.deployment.release import Release, stack_name
from tests.infra.packaged_app import BUNDLE_BUCKET, BUNDLE_KEY, STAGE
from tests.infra.test_stack_in_moto import for_moto

# The foundation's bucket policy, over which moto passes.
pytestmark = pytest.mark.filterwarnings("ignore:Tried to parse AWS..S3..BucketPolicy:UserWarning")

_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


class PlayedDocker:
    """Puts a manifest into moto's repository where docker would push an image."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.calls: list[list[str]] = []
        self.passwords: list[str] = []

    def __call__(self, arguments: Sequence[str], standard_input: str | None) -> None:
        self.calls.append(list(arguments))
        if arguments[0] == "login":
            self.passwords.append(str(standard_input))
        if arguments[0] == "push":
            name, _, tag = arguments[1].partition("/")[2].partition(":")
            manifest = json.dumps({"schemaVersion": 2, "mediaType": _MANIFEST, "config": {"digest": f"sha256:{tag}"}})
            self._session.client("ecr").put_image(repositoryName=name, imageManifest=manifest, imageTag=tag)


@pytest.fixture
def session(aws_environment: None, aws_session: Session, package: Package) -> Iterator[Session]:
    with mock_aws():
        s3 = aws_session.client("s3")
        s3.create_bucket(Bucket=BUNDLE_BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        s3.put_object(Bucket=BUNDLE_BUCKET, Key=BUNDLE_KEY, Body=package.bundle.read_bytes())
        yield aws_session


@pytest.fixture
def translated_package(package: Package, translated: dict[str, Any], tmp_path: Path) -> Package:
    """Returns what CloudFormation would have made of the upload before it went on."""
    made = Package(tmp_path)
    made.bundle.write_bytes(package.bundle.read_bytes())
    template = for_moto(translated)
    for parameter in template["Parameters"].values():  # moto splits no defaults of lists
        if parameter["Type"] == "CommaDelimitedList":
            parameter |= {"Type": "String"}
    template["Resources"]["GpuSpotInstances"]["Properties"]["ComputeResources"]["InstanceTypes"] = ["g4dn.xlarge"]
    template["Resources"]["GpuOnDemandInstances"]["Properties"]["ComputeResources"]["InstanceTypes"] = ["g4dn.xlarge"]
    made.template.write_text(json.dumps(template))
    return made


@pytest.fixture
def parameters(tmp_path: Path) -> Path:
    """Those of a stage with both variants of the image."""
    folder = tmp_path / "parameters"
    folder.mkdir()
    (folder / f"{STAGE}.json").write_text('{"LongVideos": "gpu"}')
    return folder


def test_a_deployment_can_be_repeated(session: Session, translated_package: Package, parameters: Path) -> None:
    docker = PlayedDocker(session)
    said: list[str] = []
    release = Release(
        session, docker=docker, parameters=parameters, allowed_concurrency=lambda _: 1000, poll_s=0.01, say=said.append
    )
    outputs = release.deploy(STAGE, translated_package)
    assert [call[0] for call in docker.calls] == ["build", "login", "push"] * 2
    users = table_services(outputs["TableName"], region=session.region_name).users
    first = create_first_user(users, "ada@example.org")
    assert first is not None
    caller = users.authenticate("ada@example.org", first.password, source_ip="192.0.2.1")
    assert caller.account_id == first.user.account_id

    again = release.deploy(STAGE, translated_package)
    assert len(docker.calls) == 6  # images that are there are not built again
    assert again == outputs
    assert create_first_user(users, "eve@example.org") is None
    assert [user.email for user in users.list()] == ["ada@example.org"]


def test_functions_and_segments_name_their_image_by_digest(
    session: Session, translated_package: Package, parameters: Path
) -> None:
    release = Release(
        session,
        docker=PlayedDocker(session),
        parameters=parameters,
        allowed_concurrency=lambda _: 1000,
        poll_s=0.01,
        say=lambda _: None,
    )
    release.deploy(STAGE, translated_package)
    (stack,) = session.client("cloudformation").describe_stacks(StackName=stack_name(STAGE))["Stacks"]
    values = {each["ParameterKey"]: each["ParameterValue"] for each in stack["Parameters"]}
    assert "/mien-worker@sha256:" in values["WorkerImage"]
    assert values["WorkerImage"] != values["GpuWorkerImage"]
    assert values["Stage"] == STAGE


def test_workers_on_arm_get_an_image_for_it(session: Session, translated_package: Package, parameters: Path) -> None:
    docker = PlayedDocker(session)
    release = Release(
        session,
        docker=docker,
        parameters=parameters,
        allowed_concurrency=lambda _: 1000,
        poll_s=0.01,
        say=lambda _: None,
    )
    (parameters / f"{STAGE}.json").write_text('{"LongVideos": "gpu", "WorkerArchitecture": "arm64"}')
    release.deploy(STAGE, translated_package)
    builds = [call for call in docker.calls if call[0] == "build"]
    platforms = [call[call.index("--platform") + 1] for call in builds]
    assert platforms == ["linux/arm64", "linux/amd64"]  # GPU instances have x86 processors
    assert [call[call.index("--build-arg") + 1] for call in builds] == ["VARIANT=cpu", "VARIANT=cuda"]


def test_an_images_tag_follows_from_what_it_is_made_of() -> None:
    assert image_tag("cpu") == image_tag("cpu")
    assert image_tag("cpu").removeprefix("cpu-") == image_tag("cuda").removeprefix("cuda-")


def test_a_stage_of_expressions_only_measures_emotions_only_if_that_is_asked_for(
    session: Session, translated_package: Package, parameters: Path
) -> None:
    said: list[str] = []
    release = Release(
        session,
        docker=PlayedDocker(session),
        parameters=parameters,
        allowed_concurrency=lambda _: 1000,
        poll_s=0.01,
        say=said.append,
    )
    file = parameters / f"{STAGE}.json"
    file.write_text('{"LongVideos": "gpu", "ExpressionsOnly": "true"}')
    release.deploy(STAGE, translated_package)
    assert "Expressions only are measured." in said
    file.write_text('{"LongVideos": "gpu"}')
    with pytest.raises(DeploymentError, match="EMOTIONS=on"):
        release.deploy(STAGE, translated_package)
    assert release.stacks().parameters(stack_name(STAGE))["ExpressionsOnly"] == "true"
    replace(release, may_widen=True).deploy(STAGE, translated_package)
    assert release.stacks().parameters(stack_name(STAGE))["ExpressionsOnly"] == "false"
