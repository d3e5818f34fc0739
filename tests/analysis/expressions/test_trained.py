"""The trained expressions: their networks are complete, true to mirrors and blind to where the head points."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from chalicelib.analysis.expressions.features import frontal_faces
from chalicelib.analysis.expressions.geometric import GeometricExpressions
from chalicelib.analysis.expressions.scorers import ExpressionModel, ExpressionScores
from chalicelib.analysis.expressions.trained import CALIBRATION, NETWORKS_FOLDER, TrainedExpressions
from chalicelib.analysis.faces.detector import FaceDetector
from chalicelib.analysis.faces.head_pose import head_pose
from chalicelib.analysis.faces.mesh import MeshModel, crop_of_detection, crop_of_mesh
from chalicelib.analysis.faces.rigid_face import fit_rigid
from chalicelib.analysis.faces.tiling import search
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.measurements.metrics import EXPRESSION_NAMES
from chalicelib.domain.requests.recipes import Mesh
from chalicelib.errors import ModelFileError
from tests.analysis.conftest import read_picture

_ROOT = Path(__file__).resolve().parents[3]
_POINTS = {Mesh.ATTENTION: 478, Mesh.LIGHT: 468}


@pytest.fixture(scope="module")
def model() -> TrainedExpressions:
    return TrainedExpressions()


@pytest.fixture(params=list(Mesh))
def smiling(request: pytest.FixtureRequest, models: Models, shared_media: Path) -> NDArray[np.float64]:
    """The mesh of a smiling face, in pixels."""
    image = read_picture(shared_media / "faces/single_face.jpg")
    found = search(FaceDetector(models), image)
    network = MeshModel(models, request.param)
    first = network.measure(image, [crop_of_detection(found.boxes[0], found.eyes[0])])[0]
    return network.measure(image, [crop_of_mesh(first.points)])[0].points


def test_the_networks_are_those_of_the_record() -> None:
    record = json.loads((_ROOT / "lab/training/record.json").read_text())
    for mesh in Mesh:
        content = (NETWORKS_FOLDER / f"{mesh}.onnx").read_bytes()
        assert hashlib.sha256(content).hexdigest() == record[mesh]["sha256"]
        assert len(content) < 2_000_000


@pytest.mark.parametrize("mesh", list(Mesh))
@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1))
def test_any_mesh_gives_every_score_in_its_range(model: TrainedExpressions, mesh: Mesh, seed: int) -> None:
    scores = _scores(model, np.random.default_rng(seed).normal(0, 50, (_POINTS[mesh], 3)))
    for each in (scores.linear, scores.calibrated):
        assert tuple(each) == EXPRESSION_NAMES
        assert all(0 <= score <= 100 for score in each.values())


@pytest.mark.parametrize("mesh", list(Mesh))
def test_a_mesh_without_extent_gives_finite_scores(model: TrainedExpressions, mesh: Mesh) -> None:
    scores = _scores(model, np.zeros((_POINTS[mesh], 3)))
    assert all(np.isfinite(score) for each in (scores.linear, scores.calibrated) for score in each.values())


@pytest.mark.parametrize("mesh", list(Mesh))
@pytest.mark.parametrize("model", [TrainedExpressions(), GeometricExpressions()], ids=["trained", "geometric"])
@settings(max_examples=10)
@given(seed=st.integers(0, 2**32 - 1), faces=st.integers(1, 20))
def test_a_face_scores_the_same_whoever_is_scored_beside_it(
    model: ExpressionModel, mesh: Mesh, seed: int, faces: int
) -> None:
    points = np.random.default_rng(seed).normal(0, 50, (faces, _POINTS[mesh], 3))
    fits = [fit_rigid(each) for each in points]
    alone = [model.score(points[index : index + 1], fits[index : index + 1])[0] for index in range(faces)]
    assert model.score(points, fits) == alone


def test_a_missing_network_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"attention\.onnx is missing"):
        _scores(TrainedExpressions(Models(tmp_path)), np.random.default_rng(1).normal(0, 50, (478, 3)))


def test_the_networks_know_every_blendshape_of_the_calibration(
    model: TrainedExpressions, smiling: NDArray[np.float64]
) -> None:
    fit = fit_rigid(smiling)
    blendshapes = model.blendshapes(frontal_faces(smiling[None], [fit], [head_pose(fit).yaw_deg]))
    assert {name for blend in CALIBRATION.values() for name in blend.blendshapes} <= set(blendshapes)
    assert all(0 <= score <= 1 for scores in blendshapes.values() for score in scores)


def test_a_smile_is_a_smile(model: TrainedExpressions, smiling: NDArray[np.float64]) -> None:
    calibrated = _scores(model, smiling).calibrated
    assert calibrated["smile"] > 50
    assert max(calibrated[name] for name in ("eye closure", "lip pucker", "lip corner depressor", "jaw drop")) < 40


def test_position_size_and_the_heads_angles_do_not_matter(
    model: TrainedExpressions, smiling: NDArray[np.float64]
) -> None:
    """As far as the mesh's own depth is right, which a turned mesh is by construction."""
    before = _scores(model, smiling).calibrated
    after = _scores(model, _turned(smiling * 1.7 + 300, 20.0, -25.0, 30.0)).calibrated
    # Which side of the face counts more in the geometric ones depends on the turn; attention is the turn.
    for name in CALIBRATION:
        assert after[name] == pytest.approx(before[name], abs=2.0), name


def _scores(model: TrainedExpressions, points: NDArray[np.float64]) -> ExpressionScores:
    return model.score(points[None], [fit_rigid(points)])[0]


def _turned(points: np.ndarray, pitch_deg: float, yaw_deg: float, roll_deg: float) -> np.ndarray:
    pitch, yaw, roll = np.radians([pitch_deg, yaw_deg, roll_deg])
    about_x = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    about_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    about_z = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    centre = points.mean(axis=0)
    turned: np.ndarray = (points - centre) @ (about_z @ about_y @ about_x).T + centre
    return turned
