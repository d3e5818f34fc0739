"""Boxes in pixels: (N, 4) float64 of left, top, right, bottom; right and bottom are exclusive edges."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float64]

_SAME_FACE_OVERLAP = 0.4
_SAME_FACE_COVERAGE = 0.7


def stacked(boxes: Iterable[NDArray[np.float64]]) -> Boxes:
    """(N, 4) of N boxes (4,), also of none."""
    return np.array(list(boxes), dtype=np.float64).reshape(-1, 4)


def areas(boxes: Boxes) -> NDArray[np.float64]:
    """(N,) areas in square pixels; an inverted box has none."""
    sides = np.maximum(boxes[:, 2:] - boxes[:, :2], 0.0)
    return sides[:, 0] * sides[:, 1]


def intersections(first: Boxes, second: Boxes) -> NDArray[np.float64]:
    """(N, M) areas that each of N boxes shares with each of M, in square pixels."""
    top_left = np.maximum(first[:, None, :2], second[None, :, :2])
    bottom_right = np.minimum(first[:, None, 2:], second[None, :, 2:])
    sides = np.maximum(bottom_right - top_left, 0.0)
    shared: NDArray[np.float64] = sides[..., 0] * sides[..., 1]
    return shared


def overlaps(first: Boxes, second: Boxes) -> NDArray[np.float64]:
    """(N, M) intersection over union, 0..1."""
    shared = intersections(first, second)
    union = areas(first)[:, None] + areas(second)[None, :] - shared
    return shared / np.maximum(union, 1e-9)


def coverages(first: Boxes, second: Boxes) -> NDArray[np.float64]:
    """(N, M) intersection over the smaller box, 0..1: 1 if one box is inside the other."""
    shared = intersections(first, second)
    smaller = np.minimum(areas(first)[:, None], areas(second)[None, :])
    return shared / np.maximum(smaller, 1e-9)


def same_face(first: Boxes, second: Boxes) -> NDArray[np.bool_]:
    """(N, M) whether two boxes of one frame are of one face: they overlap much, or one lies mostly in the other."""
    same: NDArray[np.bool_] = (overlaps(first, second) > _SAME_FACE_OVERLAP) | (
        coverages(first, second) > _SAME_FACE_COVERAGE
    )
    return same


def side_of(box: NDArray[np.float64]) -> float:
    """The longer side of a box (4,)."""
    left, top, right, bottom = box.tolist()
    side: float = max(right - left, bottom - top, 1e-9)
    return side


def suppress(
    boxes: Boxes, scores: NDArray[np.float64], *, max_overlap: float, max_coverage: float = 1.0
) -> NDArray[np.intp]:
    """Non-maximum suppression: indices of the boxes to keep, best score first.

    A box is dropped if a better one overlaps it by more than `max_overlap` (intersection over union) or by more than
    `max_coverage` of the smaller of the two. The latter catches halves of a face that a window's edge cut through.
    """
    if len(boxes) < 2:
        return np.arange(len(boxes))
    order = np.argsort(-scores, kind="stable")
    kept: list[int] = []
    clash = (overlaps(boxes, boxes) > max_overlap) | (coverages(boxes, boxes) > max_coverage)
    gone = np.zeros(len(boxes), dtype=bool)
    for index in order:
        if not gone[index]:
            kept.append(int(index))
            gone |= clash[index]
    return np.array(kept, dtype=np.intp)


def is_cut(box: NDArray[np.float64], picture: tuple[int, ...]) -> bool:
    """Returns True if a box (4,) reaches beyond a picture of this height and width."""
    left, top, right, bottom = box.tolist()
    return bool(left < 0 or top < 0 or right > picture[1] or bottom > picture[0])
