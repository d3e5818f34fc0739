"""The graphs in `models/`, written for speed, against what the plain graphs answered."""

import json

import numpy as np
import pytest

from infra.models.manifest import Model, load_manifest
from tests.infra.plain_graphs import PLAIN_OUTPUTS_FILE, REPOSITORY, crops, noise, sampled_outputs

MODELS_DIR = REPOSITORY / "models"
# Pixels of the input, and probabilities.
TOLERANCES = {"points": 1e-3, "regressors": 1e-3, "flag": 1e-5, "scores": 1e-5}


@pytest.mark.parametrize("pictures", ["noise", "crops"])
@pytest.mark.parametrize("model", load_manifest().models, ids=lambda model: model.name)
def test_the_fast_graph_answers_as_the_plain_one(model: Model, pictures: str) -> None:
    path = MODELS_DIR / model.file
    if not path.is_file():
        pytest.skip(f"{model.file} is not set up: run python -m infra.models.prepare")
    images = noise(model) if pictures == "noise" else crops(model)
    if images is None:
        pytest.skip("the test media are not here")
    plain = json.loads(PLAIN_OUTPUTS_FILE.read_text())[model.name][pictures]
    fast = sampled_outputs(path.read_bytes(), images)
    assert fast.keys() == plain.keys()
    for name, items in fast.items():
        for item, rows in items.items():
            np.testing.assert_allclose(rows, plain[name][item], atol=TOLERANCES[name], rtol=0, err_msg=name)
