from pathlib import Path

import numpy as np
import pytest

from chalicelib.analysis.expressions.features import FEATURES
from chalicelib.analysis.networks.models import ModelFile, Models
from chalicelib.domain.requests.recipes import Mesh
from lab.calibration.expression_features import _features_of, _ramps_on

_MODELS = Path(__file__).resolve().parents[2] / "models"


def test_features_are_measured_on_every_face_of_a_file(shared_media: Path) -> None:
    if not all((_MODELS / name).is_file() for name in ModelFile):
        pytest.skip("no model files in models/: run `make setup`")
    table = _features_of(Models(_MODELS), Mesh.ATTENTION, shared_media / "videos/single_face.mp4", 3)
    assert list(table) == list(FEATURES)
    assert {len(values) for values in table.values()} == {3}
    assert all(np.isfinite(values).all() for values in table.values())


def test_every_use_of_a_feature_is_printed() -> None:
    text = _ramps_on("lip gap", Mesh.LIGHT)
    assert "jaw drop" in text
    assert "mouth open" in text
