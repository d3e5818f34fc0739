"""The runbook knows every parameter of the template, and no others."""

import re
from typing import Any

from infra.deployment.parameters import SET_BY_DEPLOY
from infra.deployment.places import ROOT
from infra.simulation.scenarios import FRAMES_PER_S

_RUNBOOK = (ROOT / "docs" / "deploy.md").read_text()
_SCALE = (ROOT / "docs" / "scale.md").read_text()


def test_every_parameter_is_in_the_runbook_with_its_default(template: dict[str, Any]) -> None:
    section = _RUNBOOK.split("## Parameters")[1].split("\n## ")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", section, re.MULTILINE))
    shown = {name: "" if text == "empty" else text.strip("`") for name, text in rows.items()}
    defaults = {name: str(each["Default"]) for name, each in template["Parameters"].items() if "Default" in each}
    assert shown == {name: text for name, text in defaults.items() if name not in SET_BY_DEPLOY}


def test_every_alarm_is_in_the_runbook(template: dict[str, Any]) -> None:
    alarms = [each for each in template["Resources"].values() if each["Type"] == "AWS::CloudWatch::Alarm"]
    assert len(alarms) >= 8
    for alarm in alarms:
        name = alarm["Properties"]["AlarmName"]["Fn::Sub"].removeprefix("mien-${Stage}-")
        assert f"`...-{name}`" in _RUNBOOK


def test_the_page_on_scale_starts_from_the_speed_that_is_simulated() -> None:
    assert f"**{FRAMES_PER_S:g} frames for each second" in _SCALE
