"""A stage's file is held against the template before anything is uploaded."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.deployment.errors import DeploymentError
from infra.deployment.parameters import load_parameters

_TEMPLATE: dict[str, Any] = {
    "Parameters": {
        "Stage": {"Type": "String"},
        "Days": {"Type": "Number", "AllowedValues": [1, 30]},
        "Count": {"Type": "Number"},
        "Email": {"Type": "String"},
    }
}


def load(folder: Path, values: object) -> dict[str, str]:
    (folder / "trial.json").write_text(json.dumps(values))
    return load_parameters("trial", _TEMPLATE, folder)


def test_what_the_file_says_is_taken(tmp_path: Path) -> None:
    values = {"Days": "30", "Count": "7", "Email": "ada@example.org"}
    assert load(tmp_path, values) == values


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"Dais": "30"}, "sets Dais"),
        ({"Stage": "trial"}, "not for it to set"),
        ({"Count": 7}, 'write "7"'),
        ({"Count": "many"}, "no number"),
        ({"Days": "2"}, "can be 1, 30"),
    ],
)
def test_what_the_template_would_refuse_is_refused_here(tmp_path: Path, values: object, sentence: str) -> None:
    with pytest.raises(DeploymentError, match=sentence):
        load(tmp_path, values)


def test_a_stage_needs_its_file(tmp_path: Path) -> None:
    with pytest.raises(DeploymentError, match=r"trial\.json"):
        load_parameters("trial", _TEMPLATE, tmp_path)
