"""The picture of a moment ago, which goes on or does not, with pictures drawn by chance."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from chalicelib.analysis.faces.appearance import GOES_ON, appearance, differs, is_other, is_replaced
from chalicelib.analysis.faces.mesh import Crop, FaceMesh, sample_of

_SIDE_PX = 90.0


def _scene(seed: int) -> NDArray[np.uint8]:
    """A picture of large patches of colour, (240, 480, 3)."""
    patches = np.random.default_rng(seed).integers(0, 255, (12, 24, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(patches, (480, 240), interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def _mesh(image: NDArray[np.uint8], x: float, y: float = 120.0, *, lag_px: float = 0.0) -> FaceMesh:
    """A face whose middle is at x, y, measured in a crop that lags behind by some pixels."""
    angles = np.linspace(0, 2 * np.pi, 468, endpoint=False)
    points = np.zeros((468, 3))
    points[:, 0], points[:, 1] = x + _SIDE_PX / 2 * np.cos(angles), y + _SIDE_PX / 2 * np.sin(angles)
    points[33, :2], points[263, :2] = (x - 20, y - 10), (x + 20, y - 10)
    crop = Crop(x - lag_px, y, 1.5 * _SIDE_PX, 0.0)
    return FaceMesh(points, 1.0, sample_of(image, crop), crop)


def test_the_same_picture_is_known_wherever_it_is() -> None:
    image = _scene(0)
    moved = np.roll(image, 200, axis=1)
    then, now = appearance(_mesh(image, 120)), appearance(_mesh(moved, 320, lag_px=7))
    assert then.is_picture_of(now) > 0.95
    assert appearance(_mesh(image, 320)).is_picture_of(now) == 0


@pytest.mark.parametrize(("gain", "offset"), [(0.4, 0), (0.6, 90)])
def test_light_makes_no_other_picture(gain: float, offset: float) -> None:
    image = _scene(1)
    lit = np.clip(image * gain + offset, 0, 255).astype(np.uint8)
    assert appearance(_mesh(image, 200)).likeness(appearance(_mesh(lit, 200))) > 0.98


def test_another_picture_is_not_like_it() -> None:
    assert appearance(_mesh(_scene(2), 200)).likeness(appearance(_mesh(_scene(3), 200))) < GOES_ON


def test_a_picture_without_contrast_is_like_none() -> None:
    grey = np.full((240, 480, 3), 90, np.uint8)
    assert appearance(_mesh(grey, 200)).likeness(appearance(_mesh(grey, 200))) == 0


def test_what_is_hidden_bit_by_bit_is_not_replaced() -> None:
    image = _scene(4)
    before = _mesh(image, 200)
    covered = image.copy()
    covered[:, :160] = 70
    assert not is_replaced(before, image)
    assert not is_replaced(before, covered)
    assert is_replaced(before, _scene(5))
    assert is_replaced(before, np.full_like(image, 70))


def test_a_face_differs_if_another_is_in_its_place() -> None:
    here, there = _mesh(_scene(6), 200), _mesh(_scene(7), 200)
    assert not differs(here, here)
    assert not differs(here, _mesh(_scene(6), 200, lag_px=0.5))
    assert differs(here, there)


def test_before_one_wall_another_person_has_to_be_plainly_another() -> None:
    """The wall stays, so that the place looks much as it did; the picture along the mesh tells."""
    image = _scene(8)
    before = _mesh(image, 200)
    somewhat, plainly = _with_face(image, 0.5), _with_face(image, 0.6)
    assert not is_replaced(before, plainly)
    assert not is_other(before, _mesh(somewhat, 200), somewhat, ())
    assert is_other(before, _mesh(plainly, 200), plainly, ())
    assert not is_other(before, _mesh(plainly, 200), plainly, [appearance(_mesh(plainly, 200))])


def _with_face(image: NDArray[np.uint8], share: float) -> NDArray[np.uint8]:
    """The picture with another person's in it, over the middle of the face's place."""
    other = image.copy()
    half = round(_SIDE_PX * share / 2)
    middle = np.s_[120 - half : 120 + half, 200 - half : 200 + half]
    other[middle] = 255 - image[middle]
    return other
