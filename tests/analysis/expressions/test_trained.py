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
from chalicelib.analysis.expressions.scorers import ExpressionModel
from chalicelib.analysis.expressions.trained import BY_BOTH, BY_EITHER, CALIBRATION, NETWORKS_FOLDER, TrainedExpressions
from chalicelib.analysis.faces.detector import FaceDetector
from chalicelib.analysis.faces.head_pose import head_pose
from chalicelib.analysis.faces.mesh import Crop, FaceMesh, MeshModel, crop_of_detection, crop_of_mesh
from chalicelib.analysis.faces.rigid_face import fit_rigid
from chalicelib.analysis.faces.tiling import search
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.measurements.metrics import BASELINE_NAMES
from chalicelib.domain.requests.recipes import Mesh
from chalicelib.errors import ModelFileError
from tests.analysis.conftest import read_picture
from tests.analysis.geometric_expressions import GeometricExpressions

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


MODELS = pytest.mark.parametrize("model", [TrainedExpressions(), GeometricExpressions()], ids=["trained", "geometric"])


@MODELS
@pytest.mark.parametrize("mesh", list(Mesh))
@settings(max_examples=10)
@given(seed=st.integers(0, 2**32 - 1), faces=st.integers(1, 20))
def test_a_face_has_the_same_levels_whoever_is_asked_for_with_it(
    model: ExpressionModel, mesh: Mesh, seed: int, faces: int
) -> None:
    points = np.random.default_rng(seed).normal(0, 50, (faces, _POINTS[mesh], 3))
    meshes = [_mesh(each) for each in points]
    alone = np.concatenate([model.levels([each]) for each in meshes])
    assert alone.shape == (faces, len(BASELINE_NAMES))
    assert (model.levels(meshes) == alone).all()


@MODELS
@pytest.mark.parametrize("mesh", list(Mesh))
def test_a_mesh_without_extent_has_finite_levels(model: ExpressionModel, mesh: Mesh) -> None:
    assert np.isfinite(model.levels([_mesh(np.zeros((_POINTS[mesh], 3)))])).all()


@MODELS
@pytest.mark.parametrize("mesh", list(Mesh))
def test_every_expression_has_a_spread(model: ExpressionModel, mesh: Mesh) -> None:
    spreads = model.doubts(mesh).spreads
    assert spreads.shape == (len(BASELINE_NAMES),)
    assert (spreads > 0).all()


def test_a_missing_network_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"attention\.onnx is missing"):
        _levels(TrainedExpressions(Models(tmp_path)), np.random.default_rng(1).normal(0, 50, (478, 3)))


def test_the_networks_know_every_blendshape_of_the_calibration(
    model: TrainedExpressions, smiling: NDArray[np.float64]
) -> None:
    fit = fit_rigid(smiling)
    blendshapes = model.blendshapes(frontal_faces(smiling[None], [fit], [head_pose(fit).yaw_deg]))
    assert {name for blend in CALIBRATION.values() for name in blend.blendshapes} <= set(blendshapes)
    assert all(0 <= score <= 1 for scores in blendshapes.values() for score in scores)


def test_a_smile_is_a_smile(model: TrainedExpressions, smiling: NDArray[np.float64]) -> None:
    levels = _levels(model, smiling)
    assert levels["smile"] > 80
    assert max(levels[name] for name in ("lip pucker", "lip corner depressor")) < 40


def test_position_size_and_the_heads_angles_do_not_matter(
    model: TrainedExpressions, smiling: NDArray[np.float64]
) -> None:
    """As far as the mesh's own depth is right, which a turned mesh is by construction."""
    before = _levels(model, smiling)
    after = _levels(model, _turned(smiling * 1.7 + 300, 20.0, -25.0, 30.0))
    # Which side of the face counts more in the geometric ones depends on the turn.
    for name in set(CALIBRATION) - {*BY_BOTH, *BY_EITHER}:
        assert after[name] == pytest.approx(before[name], abs=3.0), name


def _mesh(points: NDArray[np.float64]) -> FaceMesh:
    """Of a face whose pixels no model asks for."""
    return FaceMesh(points, flag=1.0, sample=np.zeros((192, 192, 3), np.uint8), crop=Crop(0.0, 0.0, 1.0, 0.0))


def _levels(model: TrainedExpressions, points: NDArray[np.float64]) -> dict[str, float]:
    return dict(zip(BASELINE_NAMES, model.levels([_mesh(points)])[0].tolist(), strict=True))


def _turned(points: np.ndarray, pitch_deg: float, yaw_deg: float, roll_deg: float) -> np.ndarray:
    pitch, yaw, roll = np.radians([pitch_deg, yaw_deg, roll_deg])
    about_x = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    about_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    about_z = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    centre = points.mean(axis=0)
    turned: np.ndarray = (points - centre) @ (about_z @ about_y @ about_x).T + centre
    return turned
