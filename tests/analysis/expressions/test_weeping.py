"""The clip that everyone tries first: a woman who weeps, dries her tears and laughs."""

from pathlib import Path

import numpy as np
import pytest

from chalicelib.analysis.analyzer import FaceAnalyzer, with_scores
from chalicelib.analysis.media.open_media import open_media
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.recipes import RECIPES

_SEVEN = ("anger", "contempt", "disgust", "fear", "joy", "sadness", "surprise")
_WEEPS_S, _LAUGHS_FROM_S = (1.0, 4.5), 12.5

Values = list[tuple[float, dict[str, float]]]


@pytest.fixture(scope="module")
def frames(models: Models, shared_media: Path) -> Values:
    """Time and values of her face, as the default job has them."""
    recipe = RECIPES[JobName.MULTIFACE]
    assert recipe is not None
    analyzer = FaceAnalyzer(models, mesh=recipe.mesh, max_faces=1)
    with open_media(shared_media / "videos" / "WolfgangLanger_Pexels.mp4") as medium:
        measured = with_scores(analyzer.analyze(medium.frames()), recipe, recipe.metrics(expressions_only=False))
        return [(frame.time_s, dict(frame.faces[0].values)) for frame in measured if frame.faces]


def _first(values: dict[str, float]) -> str:
    return max(_SEVEN, key=lambda name: values[name])


def test_weeping_is_sad_and_no_joy_even_behind_a_hand(frames: Values) -> None:
    weeping = [values for time_s, values in frames if _WEEPS_S[0] <= time_s <= _WEEPS_S[1]]
    joys = [values["joy"] for values in weeping]
    assert np.percentile(joys, 95) < 20
    assert max(joys) < 40
    assert np.mean([_first(values) == "sadness" for values in weeping]) > 0.85
    assert np.median([values["brow furrow"] for values in weeping]) > 50


def test_laughing_is_a_joy(frames: Values) -> None:
    laughing = [values for time_s, values in frames if time_s >= _LAUGHS_FROM_S]
    assert np.mean([_first(values) == "joy" for values in laughing]) > 0.8
    assert np.median([values["smile"] for values in laughing]) > 60
    assert np.median([values["brow furrow"] for values in laughing]) < 10
