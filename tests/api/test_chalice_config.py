"""`.chalice/`: what a deployment is told, and what it may do."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from chalicelib.settings import Settings, variable_name

_CHALICE = Path(__file__).resolve().parents[2] / ".chalice"
_CONFIG: dict[str, Any] = json.loads((_CHALICE / "config.json").read_text())
_STAGES = list(_CONFIG["stages"])


def test_the_endpoint_is_regional_and_policies_are_written_by_hand() -> None:
    assert _CONFIG["app_name"] == "mien"
    assert _CONFIG["api_gateway_endpoint_type"] == "REGIONAL"
    assert _CONFIG["autogen_policy"] is False


@pytest.mark.parametrize("stage", _STAGES)
def test_every_variable_of_a_stage_is_a_setting(stage: str) -> None:
    known = {variable_name(field.name) for field in fields(Settings)}
    assert set(_CONFIG["stages"][stage]["environment_variables"]) <= known


@pytest.mark.parametrize("stage", _STAGES)
def test_a_stage_may_touch_its_own_things_only(stage: str) -> None:
    policy = json.loads((_CHALICE / _CONFIG["stages"][stage]["iam_policy_file"]).read_text())
    for statement in policy["Statement"]:
        assert statement["Effect"] == "Allow"
        assert all("*" not in action for action in statement["Action"])
        assert f"mien-{stage}" in statement["Resource"]
