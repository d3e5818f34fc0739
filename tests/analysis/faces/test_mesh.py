from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from chalicelib.analysis.faces.mesh import Crop, FaceMesh, MeshModel, crop_of_detection, crop_of_mesh
from chalicelib.analysis.networks.crew import Crew
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.requests.recipes import Mesh
from tests.analysis.conftest import read_picture
from tests.analysis.network_fakes import FakeModels

# Of the crop's side: how far the mesh of a face moves if the crop is turned or shifted with the picture.
_MESH_TOLERANCE = 0.012


def _upright_points() -> NDArray[np.float64]:
    """468 points in an ellipse 80 wide and 100 high round (200, 150), outer eye corners on a level line."""
    angles = np.linspace(0, 2 * np.pi, 468)
    points = np.column_stack([200 + 40 * np.cos(angles), 150 + 50 * np.sin(angles), np.zeros(468)])
    points[33, :2], points[263, :2] = (170, 140), (230, 140)
    return points


def _turned(points: NDArray[np.float64], angle: float) -> NDArray[np.float64]:
    cosine, sine = np.cos(angle), np.sin(angle)
    turned = points.copy()
    turned[:, :2] = (points[:, :2] - (200, 150)) @ np.array([[cosine, sine], [-sine, cosine]]) + (200, 150)
    return turned


@given(st.floats(-3.0, 3.0))
def test_the_crop_of_a_turned_face_turns_and_keeps_its_size(angle: float) -> None:
    crop = crop_of_mesh(_turned(_upright_points(), angle))
    assert crop.side == pytest.approx(150, rel=1e-3)
    assert crop.turn == pytest.approx(angle, abs=1e-9)
    assert (crop.centre_x, crop.centre_y) == pytest.approx((200, 150), abs=0.1)


def test_the_crop_of_a_detection_is_a_square_half_as_large_again() -> None:
    crop = crop_of_detection(np.array([100.0, 100.0, 140.0, 180.0]), np.array([[110.0, 120.0], [130.0, 140.0]]))
    assert (crop.centre_x, crop.centre_y, crop.side) == (120, 140, 120)
    assert crop.turn == pytest.approx(np.pi / 4)


def test_points_come_back_in_pixels_of_the_picture() -> None:
    answer = np.zeros((1, 468, 3), np.float32)
    answer[0, 0], answer[0, 1] = (96, 96, 10), (192, 96, -10)
    model = MeshModel(FakeModels(answer, np.ones((1, 1), np.float32)), Mesh.LIGHT)
    (mesh,) = model.measure(np.zeros((50, 50, 3), np.uint8), [Crop(30.0, 20.0, 96.0, np.pi / 2)])
    assert mesh.points[0] == pytest.approx([30, 20, 5])
    # The right edge of a crop turned clockwise by a quarter lies below its centre.
    assert mesh.points[1] == pytest.approx([30, 20 + 48, -5])
    assert mesh.flag == 1


@pytest.mark.parametrize("mesh", list(Mesh))
def test_a_mesh_does_not_depend_on_how_many_hands_measure_or_what_beside_it(
    models: Models, shared_media: Path, mesh: Mesh
) -> None:
    image = read_picture(shared_media / "crowds/16.jpg")
    crops = [Crop(100.0 + 90 * place, 300.0, 60.0 + 20 * place, 0.1 * place) for place in range(7)]
    alone = [MeshModel(models, mesh).measure(image, [crop])[0] for crop in crops]
    folder = Path(__file__).resolve().parents[3] / "models"
    for hands in (1, 2, 4):
        together = MeshModel(Models(folder, crew=Crew(hands)), mesh).measure(image, crops)
        for one, other in zip(alone, together, strict=True):
            assert np.array_equal(one.points, other.points)
            assert one.flag == other.flag


@given(st.floats(-3.0, 3.0), st.floats(10.0, 500.0))
def test_places_of_the_picture_are_found_in_the_sample(turn: float, side: float) -> None:
    answer = np.random.default_rng(1).uniform(0, 192, (1, 468, 3)).astype(np.float32)
    model = MeshModel(FakeModels(answer, np.ones((1, 1), np.float32)), Mesh.LIGHT)
    (mesh,) = model.measure(np.zeros((50, 50, 3), np.uint8), [Crop(30.0, 20.0, side, turn)])
    assert mesh.in_sample(mesh.points[:, :2]) == pytest.approx(answer[0, :, :2], abs=1e-3)


def test_many_faces_are_measured_in_order_and_bounded_batches() -> None:
    models = FakeModels(np.full((1, 468, 3), 96, np.float32), np.ones((1, 1), np.float32))
    crops = [Crop(float(place), 5.0, 19.2, 0.0) for place in range(40)]
    meshes = MeshModel(models, Mesh.LIGHT).measure(np.zeros((50, 50, 3), np.uint8), crops)
    assert [mesh.points[0, 0] for mesh in meshes] == pytest.approx(list(range(40)))
    assert max(len(blob) for blob in models.inputs) <= 16


@pytest.mark.parametrize("side", [100.0, 1000.0])
def test_the_input_is_rgb_between_zero_and_one_and_black_outside(side: float) -> None:
    models = FakeModels(np.zeros((1, 468, 3), np.float32), np.ones((1, 1), np.float32))
    image = np.full((2000, 2000, 3), (255, 0, 51), np.uint8)
    MeshModel(models, Mesh.LIGHT).measure(image, [Crop(0.0, 1000.0, side, 0.0)])
    assert models.inputs[0][0, :, 96, 150] == pytest.approx([0.2, 0, 1], abs=0.01)
    assert models.inputs[0][0, :, 96, 40] == pytest.approx([0, 0, 0])


def test_a_crop_outside_the_picture_is_black() -> None:
    models = FakeModels(np.zeros((1, 468, 3), np.float32), np.zeros((1, 1), np.float32))
    image = np.full((100, 100, 3), 255, np.uint8)
    MeshModel(models, Mesh.LIGHT).measure(image, [Crop(-900.0, -900.0, 800.0, 0.0)])
    assert models.inputs[0].max() == 0


def test_a_box_has_all_points() -> None:
    points = np.array([[1.0, 2.0, 0.0], [3.0, 7.0, 0.0]])
    mesh = FaceMesh(points, 1.0, np.zeros((192, 192, 3), np.uint8), Crop(2.0, 4.5, 5.0, 0.0))
    assert mesh.box.tolist() == [1, 2, 3, 7]


@pytest.mark.parametrize("mesh", list(Mesh))
@pytest.mark.parametrize("angle_deg", [-40.0, 25.0, 90.0])
def test_the_mesh_turns_with_the_picture(models: Models, shared_media: Path, mesh: Mesh, angle_deg: float) -> None:
    image = read_picture(shared_media / "faces/single_face.jpg")
    height, width = image.shape[:2]
    model = MeshModel(models, mesh)
    crop = Crop(width / 2, height / 2 - 60, 330.0, 0.0)
    (upright,) = model.measure(image, [crop])
    crop = crop_of_mesh(upright.points)
    (upright,) = model.measure(image, [crop])
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -angle_deg, 1.0)
    turned_image = np.asarray(cv2.warpAffine(image, matrix, (width, height)), dtype=np.uint8)
    centre = matrix @ (crop.centre_x, crop.centre_y, 1)
    turned_crop = Crop(centre[0], centre[1], crop.side, crop.turn + np.radians(angle_deg))
    (turned,) = model.measure(turned_image, [turned_crop])
    expected = upright.points[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    assert upright.flag > 0.9
    assert np.abs(turned.points[:, :2] - expected).mean() < _MESH_TOLERANCE * crop.side
