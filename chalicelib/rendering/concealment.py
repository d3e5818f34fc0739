"""Makes a part of a picture unrecognisable. What it shows afterwards are the means of at most `CELLS` x `CELLS` cells,
blurred into each other: nothing finer is left in the picture, so it cannot be undone."""

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from chalicelib.rendering.covers import Box, Region

CELLS = 2
"""The most cells along each side of a covered part."""

# Of the box of a mesh, which ends at the hairline, the chin and before the ears. An ellipse round a box has semi-axes
# of 0.71 of its sides; the rest is for what the mesh does not reach.
_SEMI_AXIS = 0.85
_UPWARDS = 0.08
_LEAST_SEMI_AXIS_PX = 4.0
_STEP_DEG = 10


def conceal(image: NDArray[np.uint8], regions: Iterable[Region]) -> None:
    """Covers the regions of `image` (H, W, 3), in place."""
    original = image.copy()
    for region in regions:
        _cover(original, image, _outline(region))


def _outline(region: Region) -> NDArray[np.int32]:
    """(N, 1, 2) the convex hull of the ellipses round both boxes."""
    points = np.concatenate([_ellipse(region.begin), _ellipse(region.end)])
    return np.asarray(cv2.convexHull(points), dtype=np.int32)


def _ellipse(box: Box) -> NDArray[np.int32]:
    width, height = box[2] - box[0], box[3] - box[1]
    angles = np.radians(np.arange(0, 360, _STEP_DEG))
    across, down = (max(_SEMI_AXIS * side, _LEAST_SEMI_AXIS_PX) for side in (width, height))
    x = (box[0] + box[2]) / 2 + across * np.cos(angles)
    y = (box[1] + box[3]) / 2 - _UPWARDS * height + down * np.sin(angles)
    return np.rint(np.stack([x, y], axis=1)).astype(np.int32)


def _cover(original: NDArray[np.uint8], image: NDArray[np.uint8], outline: NDArray[np.int32]) -> None:
    height, width = image.shape[:2]
    (left, top), (right, bottom) = outline.min(axis=(0, 1)), outline.max(axis=(0, 1)) + 1
    left, top, right, bottom = max(left, 0), max(top, 0), min(right, width), min(bottom, height)
    if left >= right or top >= bottom:
        return
    part = original[top:bottom, left:right]
    size = (right - left, bottom - top)
    cells = cv2.resize(part, (min(CELLS, size[0]), min(CELLS, size[1])), interpolation=cv2.INTER_AREA)
    blurred = cv2.resize(cells, size, interpolation=cv2.INTER_LINEAR)
    mask = np.zeros(part.shape[:2], dtype=np.uint8)
    cv2.fillConvexPoly(mask, outline - np.array([left, top], dtype=np.int32), 255)
    cv2.copyTo(blurred, mask, image[top:bottom, left:right])
