"""Where the files of a deployment are."""

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
"""Where Chalice and the linter pretend to be; nothing that is packaged depends on it."""


@dataclass(frozen=True, slots=True)
class Package:
    """What one stage's `make package` leaves in its folder."""

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
        """What CloudFormation will make of it, in its own resources."""
        return self.folder / "translated.json"


def package_of(stage: str) -> Package:
    """The package of a stage, whether it has been made or not."""
    return Package(ROOT / "build" / "package" / stage)


def stages() -> tuple[str, ...]:
    """The stages that `.chalice/config.json` names."""
    return tuple(json.loads((ROOT / ".chalice" / "config.json").read_text())["stages"])


def chosen_stage() -> str:
    """The stage of `make ... STAGE=`, in the environment. Raises `DeploymentError` where there is none of that name."""
    stage, known = os.environ.get("MIEN_STAGE", ""), stages()
    if stage not in known:
        raise DeploymentError(
            f"There is no stage {stage!r}; .chalice/config.json has {', '.join(known)}. Name one: make deploy STAGE=..."
        )
    return stage
