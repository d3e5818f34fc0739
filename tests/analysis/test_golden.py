"""The numbers of three pictures, pinned. A change of models, of pre-processing or of calibration shows here first."""

from pathlib import Path

import pytest

from chalicelib.analysis.analyzer import FaceAnalyzer
from chalicelib.analysis.expressions.geometric import GeometricExpressions
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.measurements.metrics import METRICS, MetricGroup
from chalicelib.domain.requests.recipes import Mesh
from tests.analysis.conftest import faces_of, read_picture

# Builds of ONNX Runtime and OpenCV differ in the last bits, which three looks at a face carry to this much.
_ANGLE_TOLERANCE_DEG = 0.7
_LUMINANCE_TOLERANCE = 0.7
_RELATIVE_SIZE_TOLERANCE = 0.01
_SCORE_TOLERANCE = 5.0
_TOLERANCES = {"degrees": _ANGLE_TOLERANCE_DEG, "0..255": _LUMINANCE_TOLERANCE, "score": _SCORE_TOLERANCE}

# Scores that are not named are below 10 (of valence: between -10 and 10).
_GOLDEN: list[tuple[Mesh, str, dict[str, float], dict[str, float]]] = [
    (
        Mesh.ATTENTION,
        "faces/single_face.jpg",
        {
            "pitch": 0.3,
            "yaw": -7.1,
            "roll": -2.3,
            "interocular distance": 114.5,
            "mean face luminance": 151.5,
            "face box left": 190.4,
            "face box top": 175.2,
            "face box width": 182.2,
            "face box height": 223.3,
        },
        {
            "attention": 100,
            "cheek raise": 48,
            "jaw drop": 17,
            "lid tighten": 29,
            "mouth open": 63,
            "smile": 100,
            "upper lip raise": 52,
            "engagement": 80,
            "joy": 100,
            "valence": 79,
        },
    ),
    (
        Mesh.ATTENTION,
        "faces/0-f1-su-ph.jpg",
        {
            "pitch": 10.0,
            "yaw": 2.5,
            "roll": -1.2,
            "interocular distance": 176.7,
            "mean face luminance": 139.2,
            "face box left": 120.0,
            "face box top": 134.5,
            "face box width": 281.9,
            "face box height": 337.7,
        },
        {"attention": 100, "eye widen": 31, "jaw drop": 47, "mouth open": 100, "engagement": 20, "surprise": 36},
    ),
    (
        Mesh.ATTENTION,
        "faces/15-f13-anc-ph.jpg",
        {
            "pitch": 1.4,
            "yaw": -11.2,
            "roll": -1.7,
            "interocular distance": 182.4,
            "mean face luminance": 147.2,
            "face box left": 98.7,
            "face box top": 166.6,
            "face box width": 290.7,
            "face box height": 307.1,
        },
        {
            "attention": 100,
            "brow furrow": 27,
            "chin raise": 20,
            "lid tighten": 27,
            "lip press": 30,
            "anger": 26,
            "engagement": 17,
            "valence": -14,
        },
    ),
    (
        Mesh.LIGHT,
        "faces/single_face.jpg",
        {
            "pitch": 1.6,
            "yaw": -8.5,
            "roll": -2.0,
            "interocular distance": 117.2,
            "mean face luminance": 150.1,
            "face box left": 189.2,
            "face box top": 175.6,
            "face box width": 189.4,
            "face box height": 223.3,
        },
        {
            "attention": 100,
            "cheek raise": 51,
            "jaw drop": 12,
            "lid tighten": 11,
            "mouth open": 55,
            "smile": 72,
            "upper lip raise": 29,
            "engagement": 62,
            "joy": 72,
            "valence": 62,
        },
    ),
    (
        Mesh.LIGHT,
        "faces/0-f1-su-ph.jpg",
        {
            "pitch": 12.1,
            "yaw": 1.4,
            "roll": -0.4,
            "interocular distance": 179.2,
            "mean face luminance": 138.9,
            "face box left": 124.1,
            "face box top": 134.3,
            "face box width": 280.2,
            "face box height": 339.3,
        },
        {"attention": 99, "jaw drop": 40, "mouth open": 98, "engagement": 20, "surprise": 20},
    ),
    (
        Mesh.LIGHT,
        "faces/15-f13-anc-ph.jpg",
        {
            "pitch": 3.0,
            "yaw": -12.5,
            "roll": -1.6,
            "interocular distance": 186.7,
            "mean face luminance": 146.7,
            "face box left": 99.1,
            "face box top": 164.0,
            "face box width": 291.7,
            "face box height": 308.3,
        },
        {
            "attention": 98,
            "brow furrow": 60,
            "cheek raise": 11,
            "chin raise": 22,
            "anger": 32,
            "engagement": 23,
            "sadness": 11,
            "valence": -15,
        },
    ),
]


@pytest.mark.parametrize(("mesh", "name", "places", "scores"), _GOLDEN)
def test_the_numbers_of_a_picture(
    models: Models, shared_media: Path, mesh: Mesh, name: str, places: dict[str, float], scores: dict[str, float]
) -> None:
    analyzer = FaceAnalyzer(models, mesh=mesh, max_faces=5, expressions=GeometricExpressions())
    (face,) = faces_of(analyzer, read_picture(shared_media / name))
    pixels = _RELATIVE_SIZE_TOLERANCE * places["face box width"]
    for metric in METRICS:
        value, tolerance = face.values[metric.name], _TOLERANCES.get(metric.unit, pixels)
        if metric.group in (MetricGroup.HEAD, MetricGroup.FACE_BOX):
            assert value == pytest.approx(places[metric.name], abs=tolerance), metric.name
        elif metric.name in scores:
            assert value == pytest.approx(scores[metric.name], abs=tolerance), metric.name
        else:
            assert abs(value) < 10 + tolerance, metric.name
