"""AWS's own schemas, as cfn-lint carries them, find nothing wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.deployment.errors import DeploymentError
from infra.deployment.package import lint
from infra.deployment.places import FOUNDATION

pytestmark = pytest.mark.slow


def test_the_foundation_and_the_template_before_and_after_the_sam_translation(
    template: dict[str, Any], translated: dict[str, Any], tmp_path: Path
) -> None:
    """One call for all three: cfn-lint takes seconds to read AWS's schemas."""
    before, after = tmp_path / "template.json", tmp_path / "translated.json"
    before.write_text(json.dumps(template))
    after.write_text(json.dumps(translated))
    lint(FOUNDATION, before, after)


def test_a_mistake_is_told(tmp_path: Path) -> None:
    path = tmp_path / "template.json"
    path.write_text(json.dumps({"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"Delay": 1}}}}))
    with pytest.raises(DeploymentError, match="Delay"):
        lint(path)
