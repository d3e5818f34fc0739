"""Scene cuts, from the difference of tiny grey pictures.

A cut ends what was known of where faces are. A scene that comes back within a second (a camera flash, a few black
frames, a quick look at something else) is recognised as the same scene.
"""

from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

_THUMBNAIL_SIZE = (32, 18)
_SAMPLED_SIDE_PX = 160
# Mean absolute difference of grey thumbnails, 0..255, at the best of small shifts. Measured: at most 6.2 from one frame
# to the next of four clips (a hand-held camera), 3 along a pan of a third of a picture; at least 21 between unrelated
# group photos, at least 15 and mostly above 18 between portraits before like backgrounds; 145 at a cut to black.
_CUT_DIFFERENCE = 18.0
_MAX_SHIFT_X, _MAX_SHIFT_Y = 2, 1
_MEMORY_S = 1.0
_MAX_SCENES = 4

Thumbnail = NDArray[np.float32]


def thumbnail(image: NDArray[np.uint8]) -> Thumbnail:
    """(18, 32) float32 grey, 0..255, of an image (H, W, 3) uint8 BGR."""
    # Pixels are skipped first: averaging all of a 4K frame would cost more than a face mesh.
    step = max(max(image.shape[:2]) // _SAMPLED_SIDE_PX, 1)
    grey = cv2.cvtColor(np.ascontiguousarray(image[::step, ::step]), cv2.COLOR_BGR2GRAY)
    return np.asarray(cv2.resize(grey, _THUMBNAIL_SIZE, interpolation=cv2.INTER_AREA), dtype=np.float32)


@dataclass(slots=True)
class _Scene:
    number: int
    last: Thumbnail
    seen_s: float


class Scenes:
    """Numbers the scenes of one video, from 0. A number is used again only for a scene that comes back soon."""

    def __init__(self) -> None:
        self._recent: list[_Scene] = []
        self._next_number = 0

    def number_of(self, picture: Thumbnail, time_s: float) -> int:
        """The scene of the next frame, given its `thumbnail` and its time."""
        self._recent = [
            scene for index, scene in enumerate(self._recent) if index == 0 or time_s - scene.seen_s <= _MEMORY_S
        ]
        found = next((scene for scene in self._recent if _alike(scene.last, picture)), None)
        if found is None:
            found = _Scene(self._next_number, picture, time_s)
            self._next_number += 1
        else:
            self._recent = [scene for scene in self._recent if scene is not found]
        found.last, found.seen_s = picture, time_s
        # The current scene comes first: only the ones behind it can grow old.
        self._recent = [found, *self._recent][:_MAX_SCENES]
        return found.number


def _alike(first: Thumbnail, second: Thumbnail) -> bool:
    """Whether two thumbnails are of one scene; the camera may have moved by up to 1/16 of the picture between them."""
    if float(np.abs(first - second).mean()) < _CUT_DIFFERENCE:
        return True
    shifts = product(range(-_MAX_SHIFT_X, _MAX_SHIFT_X + 1), range(-_MAX_SHIFT_Y, _MAX_SHIFT_Y + 1))
    return any(_shifted_difference(first, second, x, y) < _CUT_DIFFERENCE for x, y in shifts)


def _shifted_difference(first: Thumbnail, second: Thumbnail, x: int, y: int) -> float:
    """The difference where they overlap, the second moved by x to the right and y down."""
    height, width = first.shape
    moved = second[max(-y, 0) : height - max(y, 0), max(-x, 0) : width - max(x, 0)]
    still = first[max(y, 0) : height - max(-y, 0), max(x, 0) : width - max(-x, 0)]
    return float(np.abs(still - moved).mean())
