"""One stage, from its package to an API that answers."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boto3.session import Session

from infra.deployment.artifacts import Artifacts
from infra.deployment.concurrency import account_concurrency, check_concurrency
from infra.deployment.errors import DeploymentError
from infra.deployment.images import Docker, WorkerImages, run_docker
from infra.deployment.parameters import load_parameters
from infra.deployment.places import FOUNDATION, PARAMETERS, Package
from infra.deployment.stacks import Stacks

FOUNDATION_STACK = "mien-foundation"


def stack_name(stage: str) -> str:
    """The stage's stack. The policy of the template's queues relies on its being in lower case."""
    return f"mien-{stage}"


@dataclass(frozen=True, slots=True)
class Release:
    """Brings stages into the account and region of `session`. `parameters` is the folder of the stages' files.
    `may_widen`: a stage of expressions only may measure emotions from now on.
    """

    session: Session
    docker: Docker = run_docker
    parameters: Path = PARAMETERS
    allowed_concurrency: Callable[[Session], int] = account_concurrency
    may_widen: bool = False
    poll_s: float = 5.0
    say: Callable[[str], None] = print

    def stacks(self) -> Stacks:
        """The account's stacks."""
        return Stacks(self.session.client("cloudformation"), poll_s=self.poll_s, say=self.say)

    def deploy(self, stage: str, package: Package) -> dict[str, str]:
        """Brings the stage to what the package and its parameters say; returns the stack's outputs.

        Each step may be repeated: what is there already stays. Raises `DeploymentError`.
        """
        template: dict[str, Any] = json.loads(package.template.read_text())
        parameters = load_parameters(stage, template, self.parameters)
        self._check_concurrency(template, parameters)
        stacks = self.stacks()
        self._check_mode(stacks.parameters(stack_name(stage)), template, parameters)
        shared = stacks.deploy(FOUNDATION_STACK, parameters={}, TemplateBody=FOUNDATION.read_text())
        parameters |= {"Stage": stage} | self._images(shared["WorkerRepositoryUri"], parameters)
        artifacts = Artifacts(self.session.client("s3"), shared["ArtifactsName"])
        address = artifacts.upload_template(template, artifacts.upload_bundle(package.bundle))
        return stacks.deploy(stack_name(stage), parameters=parameters, TemplateURL=address)

    def _check_concurrency(self, template: dict[str, Any], parameters: dict[str, str]) -> None:
        workers = parameters.get("WorkerConcurrency", template["Parameters"]["WorkerConcurrency"]["Default"])
        warning = check_concurrency(self.allowed_concurrency(self.session), int(workers))
        if warning is not None:
            self.say(warning)

    def _check_mode(self, before: dict[str, str], template: dict[str, Any], parameters: dict[str, str]) -> None:
        chosen = parameters.get("ExpressionsOnly", template["Parameters"]["ExpressionsOnly"]["Default"])
        self.say("Expressions only are measured." if chosen == "true" else "Expressions and emotions are measured.")
        if before.get("ExpressionsOnly") == "true" and chosen != "true" and not self.may_widen:
            raise DeploymentError(
                "The stage measures expressions only, and its parameters do not say so any more. Set ExpressionsOnly "
                "to true in infra/parameters/, or deploy with EMOTIONS=on if emotions are meant to be measured."
            )

    def _images(self, repository_uri: str, parameters: Mapping[str, str]) -> dict[str, str]:
        images = WorkerImages(self.session.client("ecr"), repository_uri, docker=self.docker, say=self.say)
        is_arm = parameters.get("WorkerArchitecture") == "arm64"
        found = {"WorkerImage": images.publish("cpu-arm64" if is_arm else "cpu")}
        if parameters.get("LongVideos") == "gpu":
            found["GpuWorkerImage"] = images.publish("cuda")
        return found
