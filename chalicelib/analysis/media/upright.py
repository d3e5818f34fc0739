"""Turning a stored picture upright: EXIF orientations and the display matrices of video containers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Turn:
    """One of the eight ways to stand a picture up: first rows and columns are swapped, then the result is mirrored.

    `mirror_x` exchanges left and right, `mirror_y` top and bottom.
    """

    transpose: bool = False
    mirror_x: bool = False
    mirror_y: bool = False

    def apply(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Turn `image`, (H, W, 3) uint8; the result is C-contiguous, (W, H, 3) if rows and columns are swapped."""
        turned = image.transpose(1, 0, 2) if self.transpose else image
        rows = slice(None, None, -1 if self.mirror_y else 1)
        columns = slice(None, None, -1 if self.mirror_x else 1)
        return np.ascontiguousarray(turned[rows, columns])


UPRIGHT = Turn()

# Values of the tag Orientation: EXIF 2.32, section 4.6.4.
_EXIF_TURNS = {
    1: UPRIGHT,
    2: Turn(mirror_x=True),
    3: Turn(mirror_x=True, mirror_y=True),
    4: Turn(mirror_y=True),
    5: Turn(transpose=True),
    6: Turn(transpose=True, mirror_x=True),
    7: Turn(transpose=True, mirror_x=True, mirror_y=True),
    8: Turn(transpose=True, mirror_y=True),
}


def turn_of_exif(orientation: object) -> Turn:
    """The turn that an EXIF orientation asks for; what is not a number from 1 to 8 asks for none."""
    return _EXIF_TURNS.get(orientation, UPRIGHT) if isinstance(orientation, int) else UPRIGHT


def turn_of_display_matrix(matrix: Sequence[int]) -> Turn:
    """The turn nearest to a display matrix (ISO/IEC 14496-12, 6.2.2): nine 32-bit numbers a b u c d v x y w, with
    x' = a x + c y and y' = b x + d y. Angles between the four right ones go to the nearest; scale is ignored."""
    a, b, _, c, d = matrix[:5]
    if abs(b) + abs(c) > abs(a) + abs(d):
        return Turn(transpose=True, mirror_x=c < 0, mirror_y=b < 0)
    return Turn(mirror_x=a < 0, mirror_y=d < 0)
