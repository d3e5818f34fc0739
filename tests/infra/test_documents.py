"""The runbook knows every parameter of the template, and no others."""

import re
from typing import Any

import pytest

from infra.deployment.parameters import SET_BY_DEPLOY
from infra.deployment.places import ROOT
from infra.simulation.report import percentile
from infra.simulation.scenarios import FRAMES_PER_S, SCENARIOS
from infra.simulation.simulate import Simulation

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


def test_the_page_on_scale_says_what_is_simulated() -> None:
    plans = {plan.name: plan for plan in SCENARIOS}
    rows = re.findall(r"^\| `([\w-]+)` \| .*? \| ([\d.]+) \| ([\d.]+) \| (\d+) \| ([\d.]+) \|$", _SCALE, re.MULTILINE)
    assert len(rows) >= 8
    for name, *numbers in rows:
        outcome = Simulation(plans[name]).run()
        is_clips = not outcome.long_totals_s
        totals_s = outcome.short_totals_s if is_clips else outcome.long_totals_s
        most = outcome.functions_peak if is_clips else outcome.machines_peak
        usd = outcome.function_usd if is_clips else outcome.fleet_usd
        simulated = [percentile(totals_s, 0.5), percentile(totals_s, 0.95), most, usd]
        assert [float(text) for text in numbers] == pytest.approx(simulated, rel=0.05), name


def test_the_page_on_scale_starts_from_the_speed_that_is_simulated() -> None:
    assert f"**{FRAMES_PER_S:g} frames for each second" in _SCALE
