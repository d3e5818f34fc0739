"""AWS's own schemas, as cfn-lint carries them, find nothing wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.deployment.errors import DeploymentError
from infra.deployment.package import lint
from infra.deployment.places import FOUNDATION


def test_before_and_after_the_sam_translation(
    template: dict[str, Any], translated: dict[str, Any], tmp_path: Path
) -> None:
    for name, document in (("template.json", template), ("translated.json", translated)):
        path = tmp_path / name
        path.write_text(json.dumps(document))
        lint(path)


def test_the_foundation() -> None:
    lint(FOUNDATION)


def test_a_mistake_is_told(tmp_path: Path) -> None:
    path = tmp_path / "template.json"
    path.write_text(json.dumps({"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"Delay": 1}}}}))
    with pytest.raises(DeploymentError, match="Delay"):
        lint(path)
