"""Tiny grey pictures, and how like each other they are."""

import math
from collections.abc import Iterator
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.media.pixels.planes import Picture, Planes

_THUMBNAIL_SIZE = (32, 18)
_SAMPLED_SIDE_PX = 200
_MAX_SHIFT_X, _MAX_SHIFT_Y = 2, 1
_BLANK_CONTRAST = 5.0
_BLUR = 0.7

Thumbnail = NDArray[np.float32]


def sampled_grey(image: Picture) -> NDArray[np.uint8]:
    """(h, w) uint8 grey of every n-th pixel of a picture (H, W, 3): its longer side is 200 to 399 pixels, or
    that of the image if that is smaller. Averaging all of a 4K frame would cost more than a face mesh."""
    height, width = image.shape[:2]
    step = max(max(height, width) // _SAMPLED_SIDE_PX, 1)
    size = (max(width // step, 1), max(height // step, 1))
    if isinstance(image, Planes):
        return image.grey_samples(*size)
    if step > 1:
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_NEAREST), dtype=np.uint8)
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def thumbnail(grey: NDArray[np.uint8]) -> Thumbnail:
    """(18, 32) float32 grey, 0..255, of a grey picture (h, w) uint8."""
    small = np.asarray(cv2.resize(grey, _THUMBNAIL_SIZE, interpolation=cv2.INTER_AREA), dtype=np.float32)
    # A little blur, or a crowd that the camera passes by half a pixel of the thumbnail would be another picture.
    return np.asarray(cv2.GaussianBlur(small, (0, 0), _BLUR), dtype=np.float32)


def is_blank(picture: Thumbnail) -> bool:
    """Returns True if nothing can be recognised: black, white, fog."""
    return float(cv2.meanStdDev(picture)[1][0, 0]) < _BLANK_CONTRAST


def is_like(first: Thumbnail, second: Thumbnail, least: float) -> bool:
    """Returns True if their correlation, -1..1, is at least `least` at one of the shifts by up to 1/16 of the picture.
    It does not depend on brightness and contrast; without contrast it is 0."""
    if _correlation(first, second) >= least:  # mostly
        return True
    return any(_correlation(still, moved) >= least for still, moved in shifted(first, second))


def shifted(first: Thumbnail, second: Thumbnail) -> Iterator[tuple[Thumbnail, Thumbnail]]:
    """Yields the overlap of the two at each shift of the second."""
    height, width = first.shape
    for x, y in product(range(-_MAX_SHIFT_X, _MAX_SHIFT_X + 1), range(-_MAX_SHIFT_Y, _MAX_SHIFT_Y + 1)):
        moved = second[max(-y, 0) : height - max(y, 0), max(-x, 0) : width - max(x, 0)]
        still = first[max(y, 0) : height - max(-y, 0), max(x, 0) : width - max(-x, 0)]
        yield still, moved


def _correlation(first: Thumbnail, second: Thumbnail) -> float:
    one, other = first - cv2.mean(first)[0], second - cv2.mean(second)[0]
    strength = math.sqrt(float(np.vdot(one, one)) * float(np.vdot(other, other)))
    return float(np.vdot(one, other)) / strength if strength > 0 else 0.0
