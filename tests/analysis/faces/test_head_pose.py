from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from chalicelib.analysis.faces.head_pose import _FACE_OVAL, head_pose, interocular_distance_px, mean_face_luminances
from chalicelib.analysis.faces.mesh import FaceMesh, MeshModel, crop_of_mesh
from chalicelib.analysis.faces.rigid_face import _INDICES, _PLACES, fit_rigid
from chalicelib.domain.requests.recipes import Mesh
from tests.analysis.network_fakes import FakeModels

_ANGLES = st.floats(-60.0, 60.0)


def _rotation(pitch_deg: float, yaw_deg: float, roll_deg: float) -> NDArray[np.float64]:
    """Rz(roll) Ry(-yaw) Rx(-pitch): x right, y down, z away from the camera."""
    pitch, yaw, roll = np.radians([-pitch_deg, -yaw_deg, roll_deg])
    about_x = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    about_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    about_z = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    turned: NDArray[np.float64] = about_z @ about_y @ about_x
    return turned


def _mesh(rotation: NDArray[np.float64], scale: float = 80.0) -> NDArray[np.float64]:
    points = np.zeros((478, 3))
    points[_INDICES] = scale * _PLACES @ rotation.T + (300, 200, 5)
    return points


@given(_ANGLES, _ANGLES, st.floats(-170.0, 170.0), st.floats(1.0, 500.0))
def test_the_angles_of_a_turned_head_come_back(pitch: float, yaw: float, roll: float, scale: float) -> None:
    fit = fit_rigid(_mesh(_rotation(pitch, yaw, roll), scale))
    pose = head_pose(fit)
    assert (pose.pitch_deg, pose.yaw_deg, pose.roll_deg) == pytest.approx((pitch, yaw, roll), abs=1e-6)
    assert fit.scale == pytest.approx(scale)


@given(_ANGLES, _ANGLES, _ANGLES)
def test_the_frontal_view_undoes_place_size_and_angles(pitch: float, yaw: float, roll: float) -> None:
    points = _mesh(_rotation(pitch, yaw, roll))
    assert fit_rigid(points).frontal(points)[_INDICES] == pytest.approx(_PLACES, abs=1e-9)


def test_signs_are_as_a_viewer_sees_them() -> None:
    nose = 4
    eyes_level = _mesh(_rotation(0, 0, 0))
    up, right = _mesh(_rotation(20, 0, 0)), _mesh(_rotation(0, 20, 0))
    assert up[nose, 1] < eyes_level[nose, 1]
    assert right[nose, 0] > eyes_level[nose, 0]
    tilted = _mesh(_rotation(0, 0, 20))
    assert tilted[10, 0] > eyes_level[10, 0]


def test_a_mesh_turned_inside_out_is_still_fitted_by_a_rotation() -> None:
    inside_out = _mesh(np.eye(3)) * (1, 1, -1)
    assert np.linalg.det(fit_rigid(inside_out).rotation) == pytest.approx(1)


def test_a_mesh_without_extent_still_has_finite_angles() -> None:
    pose = head_pose(fit_rigid(np.zeros((468, 3))))
    assert np.isfinite([pose.pitch_deg, pose.yaw_deg, pose.roll_deg]).all()


def test_the_interocular_distance_ignores_depth() -> None:
    points = np.zeros((468, 3))
    points[33], points[263] = (10, 10, 0), (40, 50, 99)
    assert interocular_distance_px(points) == pytest.approx(50)


@pytest.mark.parametrize("scale", [20.0, 150.0])
@pytest.mark.parametrize("hidden_px", [0, 200])
def test_luminance_is_rec_601_inside_the_face_and_the_picture_alone(scale: float, hidden_px: int) -> None:
    outline_points = np.zeros((468, 3))
    outline_points[:, :2] = (200 - hidden_px, 200)
    for landmark, angle in zip(_FACE_OVAL, np.linspace(0, 2 * np.pi, 36, endpoint=False), strict=True):
        outline_points[landmark, :2] += scale * np.array([np.sin(angle), -np.cos(angle)])
    image = np.zeros((400, 400, 3), np.uint8)
    rows, columns = np.mgrid[:400, :400]
    image[np.hypot(rows - 200, columns - 200) < 1.1 * scale + 3] = (10, 200, 100)
    image = np.ascontiguousarray(image[:, hidden_px:])
    (luminance,) = mean_face_luminances([_seen(image, outline_points)], [image.shape[:2]])
    assert luminance == pytest.approx(0.114 * 10 + 0.587 * 200 + 0.299 * 100, abs=1.5)


def test_a_face_outside_the_picture_has_no_luminance() -> None:
    image = np.full((50, 50, 3), 200, np.uint8)
    assert mean_face_luminances([_seen(image, np.full((468, 3), 900.0))], [(50, 50)]) == [0]


def _seen(image: NDArray[np.uint8], points: NDArray[np.float64]) -> FaceMesh:
    """A mesh of these points, and what a network that gave them would have looked at."""
    network = FakeModels(np.zeros((1, 468, 3), np.float32), np.ones((1, 1), np.float32))
    (mesh,) = MeshModel(network, Mesh.LIGHT).measure(image, [crop_of_mesh(points)])
    return replace(mesh, points=points)
