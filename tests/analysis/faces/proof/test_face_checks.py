"""The second look, with the network of the product."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from chalicelib.analysis.analyzer import FaceAnalyzer
from chalicelib.analysis.faces.mesh import Crop, FaceMesh, MeshModel, crop_of_mesh
from chalicelib.analysis.faces.proof.face_checks import PATCH_SIDE, FaceChecker, grey_patches, patches
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.measurements.validity import InvalidReason
from chalicelib.domain.requests.recipes import Mesh
from tests.analysis.conftest import faces_of, read_picture

_PORTRAITS = ("Y000033", "T000250", "S001172", "R000575", "P000598")
_CROP = Crop(100.0, 115.0, 190.0, 0.0)


@pytest.fixture(scope="module", params=Mesh)
def network(models: Models, request: pytest.FixtureRequest) -> MeshModel:
    return MeshModel(models, request.param)


def _laid(network: MeshModel, image: NDArray[np.uint8]) -> FaceMesh:
    (first,) = network.measure(image, [_CROP])
    (second,) = network.measure(image, [crop_of_mesh(first.points)])
    return second


def _picture(shared_media: Path, name: str) -> NDArray[np.uint8]:
    path = shared_media / "portraits" / f"{name}.jpg"
    if not path.is_file():
        pytest.skip(f"there is no portrait {name}")
    return read_picture(path)


@pytest.mark.parametrize("name", _PORTRAITS)
def test_a_mesh_on_a_face_is_right_and_on_an_inverted_one_wrong(
    network: MeshModel, shared_media: Path, name: str
) -> None:
    image = _picture(shared_media, name)
    upright = _laid(network, image)
    (inverted,) = network.measure(np.ascontiguousarray(image[::-1]), [Crop(100.0, 135.0, 190.0, 0.0)])
    right, wrong = FaceChecker().check([upright, inverted])
    assert right.right > 0.9
    assert wrong.right < 0.3
    assert max(right.eyes, right.mouth) < 0.5


def test_an_answer_does_not_depend_on_the_others(network: MeshModel, shared_media: Path) -> None:
    meshes = [_laid(network, _picture(shared_media, name)) for name in _PORTRAITS[:3]]
    checker = FaceChecker()
    together, alone = checker.check(meshes), [checker.check([mesh])[0] for mesh in meshes]
    for one, other in zip(together, alone, strict=True):
        assert (one.right, one.eyes, one.mouth) == pytest.approx((other.right, other.eyes, other.mouth), abs=1e-5)
    assert checker.check([]) == []


def test_a_patch_shows_the_head_upright_however_it_lies(network: MeshModel, shared_media: Path) -> None:
    image = _picture(shared_media, _PORTRAITS[0])
    upright = _laid(network, image)
    aside = np.ascontiguousarray(np.rot90(image, -1))  # a quarter clockwise
    height = image.shape[0]
    crop = crop_of_mesh(upright.points)
    (lying,) = network.measure(aside, [Crop(height - crop.centre_y, crop.centre_x, crop.side, crop.turn + np.pi / 2)])
    apart = np.abs(np.subtract(*grey_patches([upright, lying]).astype(float))).mean()
    assert apart < 4


def test_a_patch_knows_no_brightness(network: MeshModel, shared_media: Path) -> None:
    mesh = _laid(network, _picture(shared_media, _PORTRAITS[0]))
    dark = FaceMesh(mesh.points, mesh.flag, mesh.sample // 2, mesh.crop)
    blank = FaceMesh(mesh.points, mesh.flag, np.full_like(mesh.sample, 90), mesh.crop)
    seen = patches([mesh, dark, blank])
    assert seen.shape == (3, 1, PATCH_SIDE, PATCH_SIDE)
    assert np.abs(seen[0] - seen[1]).mean() < 0.03
    assert not seen[2].any()


def test_real_dark_glasses_are_told(analyzer: FaceAnalyzer, shared_media: Path) -> None:
    faces = faces_of(analyzer, read_picture(shared_media / "faces" / "multi_face.jpg"))
    marked = [InvalidReason.EYES_COVERED in face.invalid_reasons for face in faces]
    assert sum(marked) == 1
    assert not any(InvalidReason.MOUTH_COVERED in face.invalid_reasons for face in faces)


def test_a_mouth_behind_a_cloth_is_told(analyzer: FaceAnalyzer, shared_media: Path) -> None:
    image = _picture(shared_media, _PORTRAITS[0]).copy()
    (face,) = faces_of(analyzer, image)
    left, top, width, height = (round(face.values[f"face box {side}"]) for side in ("left", "top", "width", "height"))
    below = np.array([[left, 0.5], [left + width, 0.5], [left + 0.85 * width, 1.02], [left + 0.15 * width, 1.02]])
    below[:, 1] = top + below[:, 1] * height
    cv2.fillPoly(image, [np.round(below).astype(np.int32)], (225, 220, 210))
    (masked,) = faces_of(analyzer, image)
    assert InvalidReason.MOUTH_COVERED in masked.invalid_reasons
    assert InvalidReason.MOUTH_COVERED not in face.invalid_reasons
