"""Orientations: all eight, by EXIF number and by display matrix."""

import pytest
from PIL import Image, ImageOps

from chalicelib.analysis.media.upright import UPRIGHT, turn_of_display_matrix, turn_of_exif
from tests.media_factory import corner_names, corners

ONE = 1 << 16


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turns_are_those_of_pillow(orientation: int) -> None:
    picture = Image.fromarray(corners())
    exif = picture.getexif()
    exif[0x0112] = orientation
    reference = ImageOps.exif_transpose(picture)
    turned = turn_of_exif(orientation).apply(corners())
    assert turned.shape[:2] == (reference.height, reference.width)
    assert turned.tobytes() == reference.tobytes()
    assert turned.flags.c_contiguous


@pytest.mark.parametrize("orientation", [0, 9, -1, "6", None, 6.0, (6,)])
def test_senseless_orientations_leave_the_picture_as_it_is(orientation: object) -> None:
    assert turn_of_exif(orientation) == UPRIGHT


@pytest.mark.parametrize(
    ("matrix", "expected"),
    [
        ((ONE, 0, 0, 0, ONE), "rgwb"),
        ((0, ONE, 0, -ONE, 0), "brgw"),  # a phone held upright: turn a quarter clockwise
        ((-ONE, 0, 0, 0, -ONE), "wbrg"),
        ((0, -ONE, 0, ONE, 0), "gwbr"),
        ((-ONE, 0, 0, 0, ONE), "grbw"),
        ((0, -ONE, 0, -ONE, 0), "wgrb"),
        ((60000, 9000, 0, -9000, 60000), "rgwb"),  # eight degrees: the nearest right angle is none
        ((0, 0, 0, 0, 0), "rgwb"),
    ],
)
def test_display_matrices(matrix: tuple[int, ...], expected: str) -> None:
    turned = turn_of_display_matrix((*matrix, 0, 0, 0, 1 << 30)).apply(corners())
    assert corner_names(turned) == expected
