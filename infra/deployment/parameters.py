"""A stage's parameters: its file under `infra/parameters/`, held against the template."""

import json
from pathlib import Path
from typing import Any

from infra.deployment.errors import DeploymentError
from infra.deployment.places import PARAMETERS

SET_BY_DEPLOY = frozenset({"Stage", "WorkerImage", "GpuWorkerImage"})
"""Parameters that no file may set, because `make deploy` does."""


def load_parameters(stage: str, template: dict[str, Any], folder: Path = PARAMETERS) -> dict[str, str]:
    """Reads the stage's file. Raises `DeploymentError` for a name or a value that the template does not have."""
    path = folder / f"{stage}.json"
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise DeploymentError(f"{path.name} of infra/parameters cannot be read: {error}") from error
    known = template["Parameters"]
    for name, value in found.items():
        if name in SET_BY_DEPLOY or name not in known:
            raise DeploymentError(f"{path.name} sets {name}, which is not for it to set.")
        if not isinstance(value, str):
            raise DeploymentError(
                f"{path.name} sets {name} to something that is no text; write {json.dumps(str(value))}."
            )
        _check_value(path.name, name, value, known[name])
    return dict(found)


def _check_value(file_name: str, name: str, value: str, parameter: dict[str, Any]) -> None:
    allowed = [str(each) for each in parameter.get("AllowedValues", ())]
    if allowed and value not in allowed:
        raise DeploymentError(f"{file_name} sets {name} to {value!r}; it can be {', '.join(allowed)}.")
    if parameter["Type"] == "Number" and not value.isdigit():
        raise DeploymentError(f"{file_name} sets {name} to {value!r}, which is no number.")
