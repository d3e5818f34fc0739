"""The reading of a place that is taken, with networks and a checker that answer what the test tells them."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from chalicelib.analysis.faces.mesh import Crop, FaceMesh, MeshModel
from chalicelib.analysis.faces.proof.face_proof import FaceProof
from chalicelib.domain.requests.recipes import Mesh
from tests.analysis.network_fakes import FakeChecker, FakeModels

_PICTURE: NDArray[np.uint8] = np.zeros((200, 200, 3), np.uint8)
_CROP = Crop(100.0, 100.0, 90.0, 0.0)
_HALF, _QUARTER = math.pi, math.pi / 2


def _mesh() -> FakeModels:
    """Points that fill two thirds of the crop, the eyes level in it."""
    points = np.random.default_rng(0).uniform(40, 150, (1, 468, 3)).astype(np.float32)
    points[0, 33, :2], points[0, 263, :2] = (60, 80), (132, 80)
    return FakeModels(points, np.ones((1, 1), np.float32))


def _proof(rights: dict[float, float], networks: FakeModels | None = None) -> tuple[FaceProof, FakeChecker]:
    """`rights`: how right a mesh lies, by its turn."""

    def right(mesh: FaceMesh) -> float:
        apart = {turn: abs((mesh.crop.turn - turn + _HALF) % (2 * _HALF) - _HALF) for turn in rights}
        nearest = min(apart, key=lambda turn: apart[turn])
        return rights[nearest] if apart[nearest] < 0.1 else 0.0

    checker, models = FakeChecker(right), networks or _mesh()
    return FaceProof(MeshModel(models, Mesh.LIGHT), MeshModel(models, Mesh.LIGHT), checker), checker


def _turns(found: list[FaceMesh]) -> list[float]:
    return [abs(mesh.crop.turn) for mesh in found]


def test_a_sure_reading_is_kept_and_no_other_looked_at() -> None:
    proof, checker = _proof({0.0: 0.95, _HALF: 1.0})
    assert _turns(proof.proven(_PICTURE, [_CROP], any_roll=True)) == pytest.approx([0.0])
    assert checker.asked == 1


@pytest.mark.parametrize("turn", [_HALF, _QUARTER, -_QUARTER])
def test_a_head_that_lies_otherwise_is_read_as_it_lies(turn: float) -> None:
    proof, _ = _proof({0.0: 0.1, turn: 0.97})
    assert _turns(proof.proven(_PICTURE, [_CROP], any_roll=False)) == pytest.approx([abs(turn)])


@pytest.mark.parametrize("rights", [{0.0: 0.7, _HALF: 0.97}, {0.0: 0.75, _HALF: 0.7}])
def test_the_detectors_reading_stays_unless_another_wins_clearly(rights: dict[float, float]) -> None:
    proof, _ = _proof(rights)
    assert _turns(proof.proven(_PICTURE, [_CROP], any_roll=True)) == pytest.approx([0.0])


def test_where_no_reading_is_right_there_is_no_face() -> None:
    proof, _ = _proof({0.0: 0.01})
    assert proof.proven(_PICTURE, [_CROP], any_roll=True) == []
    (mesh,) = MeshModel(_mesh(), Mesh.LIGHT).measure(_PICTURE, [_CROP])
    assert proof.reread(_PICTURE, [mesh]) == [None]


def test_what_is_new_has_to_be_surer_than_what_is_followed() -> None:
    proof, _ = _proof({0.0: 0.6})
    assert proof.proven(_PICTURE, [_CROP], any_roll=True) == []
    (mesh,) = MeshModel(_mesh(), Mesh.LIGHT).measure(_PICTURE, [_CROP])
    assert proof.reread(_PICTURE, [mesh]) == [mesh]


def test_what_the_meshes_refuse_is_turned_only_if_asked() -> None:
    networks = _mesh()
    networks.answer_with_flag(0.0)
    for any_roll, looks in ((False, 1), (True, 4)):
        networks.inputs.clear()
        proof, _ = _proof({0.0: 1.0}, networks)
        assert proof.proven(_PICTURE, [_CROP], any_roll=any_roll) == []
        assert sum(map(len, networks.inputs)) == looks
