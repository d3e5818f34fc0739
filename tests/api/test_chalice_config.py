"""`.chalice/`: the settings of a deployment."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from chalicelib.settings import Settings, variable_name

_CHALICE = Path(__file__).resolve().parents[2] / ".chalice"
_CONFIG: dict[str, Any] = json.loads((_CHALICE / "config.json").read_text())
_STAGES = list(_CONFIG["stages"])


def test_the_endpoint_is_regional_and_roles_are_the_templates() -> None:
    assert _CONFIG["app_name"] == "mien"
    assert _CONFIG["api_gateway_endpoint_type"] == "REGIONAL"
    assert _CONFIG["manage_iam_role"] is False


@pytest.mark.parametrize("stage", _STAGES)
def test_every_variable_of_a_stage_is_a_setting(stage: str) -> None:
    known = {variable_name(field.name) for field in fields(Settings)}
    assert set(_CONFIG["stages"][stage].get("environment_variables", {})) <= known


@pytest.mark.parametrize("stage", _STAGES)
def test_the_gateways_stage_is_called_as_the_stage(stage: str) -> None:
    assert _CONFIG["stages"][stage]["api_gateway_stage"] == stage
