"""The numbers of three pictures, pinned. A change of models, of pre-processing or of calibration shows here first."""

from pathlib import Path

import pytest

from chalicelib.analysis.analyzer import FaceAnalyzer
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.measurements.metrics import METRICS, MetricGroup
from chalicelib.domain.requests.recipes import Mesh
from tests.analysis.conftest import faces_of, read_picture
from tests.analysis.geometric_expressions import GeometricExpressions

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
            "engagement": 89,
            "joy": 73,
            "valence": 69,
            "attention": 100,
            "cheek raise": 18,
            "eye closure": 20,
            "jaw drop": 67,
            "lid tighten": 18,
            "mouth open": 100,
            "nose wrinkle": 23,
            "smile": 100,
            "upper lip raise": 36,
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
        {
            "engagement": 25,
            "surprise": 59,
            "attention": 100,
            "eye widen": 51,
            "jaw drop": 100,
            "lip corner depressor": 13,
            "lip pucker": 13,
            "mouth open": 100,
        },
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
            "anger": 13,
            "engagement": 10,
            "valence": -14,
            "attention": 100,
            "chin raise": 11,
            "eye closure": 14,
            "lid tighten": 15,
            "smirk": 12,
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
            "engagement": 88,
            "joy": 67,
            "valence": 69,
            "attention": 100,
            "cheek raise": 34,
            "eye closure": 38,
            "jaw drop": 57,
            "lid tighten": 14,
            "mouth open": 93,
            "nose wrinkle": 22,
            "smile": 97,
            "smirk": 14,
            "upper lip raise": 47,
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
        {
            "engagement": 21,
            "surprise": 24,
            "attention": 99,
            "jaw drop": 100,
            "lip pucker": 29,
            "mouth open": 100,
        },
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
            "engagement": 15,
            "sadness": 12,
            "valence": -25,
            "attention": 98,
            "brow furrow": 14,
            "chin raise": 15,
            "eye closure": 29,
            "lip corner depressor": 19,
            "lip stretch": 19,
            "upper lip raise": 25,
        },
    ),
]


@pytest.mark.parametrize(("mesh", "name", "places", "scores"), _GOLDEN)
def test_the_numbers_of_a_picture(
    models: Models, shared_media: Path, mesh: Mesh, name: str, places: dict[str, float], scores: dict[str, float]
) -> None:
    analyzer = FaceAnalyzer(models, mesh=mesh, max_faces=5, expressions=GeometricExpressions())
    (face,) = faces_of(analyzer, read_picture(shared_media / name), mesh)
    pixels = _RELATIVE_SIZE_TOLERANCE * places["face box width"]
    for metric in METRICS:
        value, tolerance = face.values[metric.name], _TOLERANCES.get(metric.unit, pixels)
        if metric.group in (MetricGroup.HEAD, MetricGroup.FACE_BOX):
            assert value == pytest.approx(places[metric.name], abs=tolerance), metric.name
        elif metric.name in scores:
            assert value == pytest.approx(scores[metric.name], abs=tolerance), metric.name
        else:
            assert abs(value) < 10 + tolerance, metric.name
