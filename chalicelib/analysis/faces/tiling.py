"""Searching a whole picture: windows of several sizes, so that faces from large to small are found.

One pass of the detector looks at 192 x 192 pixels, so over a whole picture it finds large faces only. Smaller ones are
looked for in overlapping windows of 512 and 288 pixels, heads that lean or lie in turned passes over the whole picture.
Faces that fill the picture are what another network is for, which looks over the picture and a border round it.

A picture larger than `max_side_px` is searched in a copy scaled down to it, which bounds the work: at 2048 pixels and
30 % overlap at most 10 x 10 + 6 x 6 + 6 = 142 passes (about a second on one thread), however large the photograph.
The smallest face found is then about 18 pixels wide in the copy: about 80 pixels in a photograph of 60 megapixels.
"""

from dataclasses import replace
from math import ceil

import cv2
import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.boxes import overlaps, suppress
from chalicelib.analysis.faces.detector import Detections, FaceDetector, Window, joined

STILL_MAX_SIDE_PX = 2048
"""Longest side at which a still picture is searched."""

# Heads that lean or lie; together with the upright pass every roll up to 120 degrees is within 30 of one pass.
_TURNS_DEG = (-45, 45, -90, 90)
_LYING_DEG = (90, -90, 180)
_WINDOW_SIDES_PX = (512, 288)
_WINDOW_OVERLAP = 0.3
_NEAR_BORDER = 0.15  # on each side, of the picture's longer side
_MAX_OVERLAP = 0.3
# A window's edge that cuts a face leaves a box of its half: mostly inside the whole face's box.
_MAX_COVERAGE = 0.6
# The networks' boxes of one face differ a little in size and roll. A part of a face that full range takes for the whole
# is smaller, or its eyes are not level: measured on 400 tight crops.
_SAME_BOX_OVERLAP = 0.5
_SAME_ROLL_DEG = 20


def search_windows(width_px: int, height_px: int) -> list[Window]:
    """Returns the windows that cover a picture of this size, the whole picture first (upright, then turned), then from
    large to small.

    A window is cut to the picture if that is smaller; a level whose window would contain the whole picture is left out.
    Every pixel is in a window of every level that is used.
    """
    windows = [Window(0, 0, width_px, height_px, turn_deg) for turn_deg in (0, *_TURNS_DEG)]
    windows.append(_near_window(width_px, height_px))
    for side in _WINDOW_SIDES_PX:
        if side >= max(width_px, height_px):
            continue
        lefts, tops = _starts(width_px, side), _starts(height_px, side)
        windows += [Window(left, top, min(side, width_px), min(side, height_px)) for top in tops for left in lefts]
    return windows


def _near_window(width_px: int, height_px: int) -> Window:
    """The whole picture and a border: a face that fills the picture is found in a window that is larger than it."""
    border = max(round(max(width_px, height_px) * _NEAR_BORDER), 1)
    return Window(-border, -border, width_px + 2 * border, height_px + 2 * border, is_near=True)


def windows_of_picture(width_px: int, height_px: int, max_side_px: int) -> list[Window]:
    """Those of `search_windows` for the picture scaled down to `max_side_px`, in pixels of the picture itself."""
    scale = search_scale(width_px, height_px, max_side_px)
    found: list[Window] = []
    for window in search_windows(max(round(width_px * scale), 1), max(round(height_px * scale), 1)):
        if window.is_near:
            found.append(_near_window(width_px, height_px))
            continue
        left, top = min(int(window.left / scale), width_px - 1), min(int(window.top / scale), height_px - 1)
        width = min(round(window.width / scale), width_px - left)
        height = min(round(window.height / scale), height_px - top)
        found.append(Window(left, top, max(width, 1), max(height, 1), window.turn_deg))
    return found


def _starts(length_px: int, side_px: int) -> list[int]:
    """Returns the starts of windows of `side_px` along `length_px`: evenly spaced, overlapping by at least 30 %."""
    if length_px <= side_px:
        return [0]
    steps = ceil((length_px - side_px) / (side_px * (1 - _WINDOW_OVERLAP)))
    return [round(step * (length_px - side_px) / steps) for step in range(steps + 1)]


def search_scale(width_px: int, height_px: int, max_side_px: int) -> float:
    """The factor, at most 1, by which a picture is scaled before it is searched."""
    return min(1.0, max_side_px / max(width_px, height_px))


def scaled_copy(image: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    """Returns `image` scaled by `scale`; the image itself if `scale` is 1."""
    if scale >= 1:
        return image
    height, width = image.shape[:2]
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def merged(parts: list[Detections]) -> Detections:
    """The faces of several windows, each once: those of full range first, and of each network by score.

    A near face that full range found as well is left out. One whose parts full range took for faces is not: which of
    them shows a face is for the meshes to say.
    """
    found = joined(parts)
    near = _best(found.select(np.flatnonzero(found.near)))
    far = _best(found.select(np.flatnonzero(~found.near)))
    if not (len(near) and len(far)):
        return joined([far, near])
    turns_deg = np.abs((near.rolls_deg()[:, None] - far.rolls_deg()[None] + 180) % 360 - 180)
    same = (overlaps(near.boxes, far.boxes) > _SAME_BOX_OVERLAP) & (turns_deg < _SAME_ROLL_DEG)
    known = same.any(axis=1)
    return joined([far, near.select(np.flatnonzero(~known))])


def _best(found: Detections) -> Detections:
    return found.select(suppress(found.boxes, found.scores, max_overlap=_MAX_OVERLAP, max_coverage=_MAX_COVERAGE))


def turned_windows(width_px: int, height_px: int, max_side_px: int) -> list[Window]:
    """The smaller windows of `windows_of_picture`, for faces that lie or stand on their head; the whole picture too,
    in which those that stand on their head are looked for."""
    upright = [each for each in windows_of_picture(width_px, height_px, max_side_px) if not each.is_near]
    whole, parts = upright[0], upright[1 + len(_TURNS_DEG) :]
    return [replace(whole, turn_deg=180), *(replace(part, turn_deg=turn) for part in parts for turn in _LYING_DEG)]


def search(
    detector: FaceDetector, image: NDArray[np.uint8], *, max_side_px: int = STILL_MAX_SIDE_PX, turn_deg: int = 0
) -> Detections:
    """All faces of `image` (H, W, 3) uint8 BGR, in its pixels, as `merged` has them. `turn_deg`: how far the picture
    as a whole is turned, clockwise."""
    height, width = image.shape[:2]
    scale = search_scale(width, height, max_side_px)
    copy = scaled_copy(image, scale)
    windows = search_windows(copy.shape[1], copy.shape[0])
    if turn_deg:
        windows = [replace(window, turn_deg=window.turn_deg + turn_deg) for window in windows]
    return merged(detector.detect_all(copy, windows)).scaled(1 / scale)
