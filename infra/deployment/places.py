"""The paths of the files of a deployment."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from infra.deployment.errors import DeploymentError

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "infra" / "template.yaml"
FOUNDATION = ROOT / "infra" / "foundation.yaml"
DOCKERFILE = ROOT / "infra" / "worker.Dockerfile"
PARAMETERS = ROOT / "infra" / "parameters"
REGION_OF_CHECKS = "eu-central-1"
"""The region for Chalice and the linter; nothing that is packaged depends on it."""


@dataclass(frozen=True, slots=True)
class Package:
    """The files of one stage's `make package`."""

    folder: Path

    @property
    def bundle(self) -> Path:
        """The zip of the light functions."""
        return self.folder / "deployment.zip"

    @property
    def merged(self) -> Path:
        """Chalice's template with ours laid over it, in SAM, as YAML."""
        return self.folder / "sam.yaml"

    @property
    def template(self) -> Path:
        """The same as JSON: CloudFormation takes no YAML aliases."""
        return self.folder / "template.json"

    @property
    def translated(self) -> Path:
        """Returns the path of the translated template, in CloudFormation's own resources."""
        return self.folder / "translated.json"


def package_of(stage: str) -> Package:
    """The package of a stage, whether it has been made or not."""
    return Package(ROOT / "build" / "package" / stage)


def stages() -> tuple[str, ...]:
    """The stages that `.chalice/config.json` names."""
    return tuple(json.loads((ROOT / ".chalice" / "config.json").read_text())["stages"])


def chosen_stage() -> str:
    """Returns the stage of `make ... STAGE=` from the environment. Raises `DeploymentError` if it does not exist."""
    stage, known = os.environ.get("MIEN_STAGE", ""), stages()
    if stage not in known:
        raise DeploymentError(
            f"There is no stage {stage!r}; .chalice/config.json has {', '.join(known)}. Name one: make deploy STAGE=..."
        )
    return stage
