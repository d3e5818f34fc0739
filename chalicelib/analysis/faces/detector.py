"""The face detector: one pass of a network over one window of a picture."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.block_means import quick_reduction, reduced_part
from chalicelib.analysis.faces.boxes import Boxes, suppress
from chalicelib.analysis.media.pixels.planes import Picture
from chalicelib.analysis.networks.models import ModelFile, Models, Network
from chalicelib.analysis.networks.pixels import rgb_planes

_MIDDLE_LEVEL, _PER_LEVEL = np.float32(127.5), np.float32(1 / 127.5)
_MAX_OVERLAP = 0.3
SMALLEST_FACE = 12 / 192
"""The width of the narrowest face that is found, as a share of the window's longer side."""
SMALLEST_NEAR_FACE = 18 / 128
"""The same of a window in which near faces are looked for."""


@dataclass(frozen=True, slots=True)
class Window:
    """A rectangle in whole pixels of a picture. What of it lies outside the picture is black.

    Faces that roll by about `turn_deg` (clockwise) are looked for in it: the detector itself finds a roll of up to
    about 30 degrees. `is_near`: whether near faces are looked for, which may fill the window and reach beyond it.
    """

    left: int
    top: int
    width: int
    height: int
    turn_deg: int = 0
    is_near: bool = False

    @property
    def smallest_face(self) -> float:
        """The width of the narrowest face that is found, as a share of the longer side."""
        return SMALLEST_NEAR_FACE if self.is_near else SMALLEST_FACE


@dataclass(frozen=True, slots=True)
class Detections:
    """N faces, best score first, in pixels of the picture that was searched.

    `boxes` (N, 4) float64: left, top, right, bottom. `eyes` (N, 2, 2) float64: x, y of the person's right eye, then
    of the left. `scores` (N,) float64, 0..1. `near` (N,) bool: whether the short-range network found them.
    """

    boxes: Boxes
    eyes: NDArray[np.float64]
    scores: NDArray[np.float64]
    near: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.scores)

    def select(self, indices: NDArray[np.intp]) -> "Detections":
        """Those at `indices`, in that order."""
        return Detections(self.boxes[indices], self.eyes[indices], self.scores[indices], self.near[indices])

    def rolls_deg(self) -> NDArray[np.float64]:
        """(N,) how far the line between the eyes is turned, clockwise, -180..180."""
        across = self.eyes[:, 1] - self.eyes[:, 0]
        rolls: NDArray[np.float64] = np.degrees(np.arctan2(across[:, 1], across[:, 0]))
        return rolls

    def scaled(self, factor: float) -> "Detections":
        """The same faces in a picture that is `factor` times as large."""
        return Detections(self.boxes * factor, self.eyes * factor, self.scores, self.near)


def no_detections() -> Detections:
    """Nothing found."""
    return Detections(np.empty((0, 4)), np.empty((0, 2, 2)), np.empty(0), np.empty(0, dtype=bool))


def joined(parts: list[Detections]) -> Detections:
    """All faces of `parts` in one, not deduplicated, in the order given."""
    if not parts:
        return no_detections()
    return Detections(
        np.concatenate([part.boxes for part in parts]),
        np.concatenate([part.eyes for part in parts]),
        np.concatenate([part.scores for part in parts]),
        np.concatenate([part.near for part in parts]),
    )


class FaceDetector:
    """The two face detection networks: full range for most windows, short range for near faces.

    Input: the window, scaled to fit 192 x 192 (short range: 128 x 128) with its aspect ratio kept, centred on black,
    RGB, channels first, (c - 127.5) / 127.5. Outputs per anchor: centre, size and six keypoints in input pixels,
    positions relative to the anchor's centre; a score whose sigmoid is part of the network. Anchors: full range a grid
    of 48 x 48 cells with one each; short range 16 x 16 cells with two each, then 8 x 8 cells with six each.

    Full range misses faces narrower than about 12 of its 192 pixels and most that fill the window; short range finds
    these, of any roll (keypoints are upright up to a roll of 75 degrees), and misses most narrower than 18 of its 128.
    """

    def __init__(self, models: Models, *, min_score: float = 0.5) -> None:
        self._models = models
        self._min_score = min_score
        self._far = _Network(models.network(ModelFile.FACE_DETECTION), 192, _anchors(192, (4, 1)))
        self._near = _Network(models.network(ModelFile.FACE_DETECTION_NEAR), 128, _anchors(128, (8, 2), (16, 6)))

    def detect_all(self, image: Picture, windows: Sequence[Window]) -> list[Detections]:
        """Returns what `detect` finds in each of `windows`, in their order."""
        return self._models.beside(lambda part: [self.detect(image, window) for window in part], windows)

    def detect(self, image: Picture, window: Window) -> Detections:
        """The faces in `window` of `image` (H, W, 3) uint8 BGR, in pixels of the image. The box of a face found in a
        turned window is upright and of the size it had there."""
        network = self._near if window.is_near else self._far
        square, placing = _place(image, window, network.side)
        planes = rgb_planes([square])
        planes -= _MIDDLE_LEVEL
        planes *= _PER_LEVEL
        regressors, scores = network.run(planes)
        found = self._decode(network, regressors[0], scores[0, :, 0])
        centres = placing.back((found.boxes[:, :2] + found.boxes[:, 2:]) / 2)
        reach = (found.boxes[:, 2:] - found.boxes[:, :2]) / 2 / placing.scale
        boxes = np.concatenate([centres - reach, centres + reach], axis=1)
        return Detections(boxes, placing.back(found.eyes), found.scores, np.full(len(found), window.is_near))

    def _decode(self, network: "_Network", regressors: NDArray[np.float32], scores: NDArray[np.float32]) -> Detections:
        likely = np.flatnonzero(scores >= self._min_score)
        if not len(likely):
            return no_detections()
        anchors, values = network.anchors[likely], regressors[likely].astype(np.float64)
        centres, sizes = values[:, 0:2] + anchors, values[:, 2:4]
        boxes = np.concatenate([centres - sizes / 2, centres + sizes / 2], axis=1)
        eyes = values[:, 4:8].reshape(-1, 2, 2) + anchors[:, None, :]
        found = Detections(boxes, eyes, scores[likely].astype(np.float64), np.zeros(len(likely), dtype=bool))
        return found.select(suppress(boxes, found.scores, max_overlap=_MAX_OVERLAP))


@dataclass(frozen=True, slots=True)
class _Network:
    """A network, the side of its square input, and the centres (N, 2) of its anchors in pixels of the input."""

    run: Network
    side: int
    anchors: NDArray[np.float64]


def _anchors(side: int, *layers: tuple[int, int]) -> NDArray[np.float64]:
    """(N, 2) the centres of anchors: per layer the stride of its grid and the anchors of each cell."""
    grids = []
    for stride, in_cell in layers:
        cells = (np.arange(side // stride) + 0.5) * stride
        grid = np.stack(np.meshgrid(cells, cells), axis=-1).reshape(-1, 2)
        grids.append(np.repeat(grid, in_cell, axis=0))
    return np.concatenate(grids)


@dataclass(frozen=True, slots=True)
class _Placing:
    """The place of the picture in the input: scaled, turned by -`turn` radians, the place `middle` of the picture at
    the place `centre` of the input."""

    middle: NDArray[np.float64]
    scale: float
    turn: float
    centre: NDArray[np.float64]

    def back(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """(..., 2) pixels of the input -> pixels of the picture."""
        cosine, sine = np.cos(self.turn), np.sin(self.turn)
        unturned = (places - self.centre) @ np.array([[cosine, sine], [-sine, cosine]])
        picture: NDArray[np.float64] = unturned / self.scale + self.middle
        return picture


def _place(image: Picture, window: Window, side: int) -> tuple[NDArray[np.uint8], _Placing]:
    """The window in a black square of `side` pixels, as large as fits."""
    height, width = image.shape[:2]
    left, top = min(max(window.left, 0), width), min(max(window.top, 0), height)
    right, bottom = (
        max(min(window.left + window.width, width), left),
        max(min(window.top + window.height, height), top),
    )
    if (right - left, bottom - top) == (window.width, window.height) and not window.turn_deg:
        return _place_whole(image, window, side)
    middle = np.array([window.left + window.width / 2, window.top + window.height / 2])
    turn = float(np.radians(window.turn_deg))
    placing = _Placing(middle, _fitting_scale(window, turn, side), turn, np.full(2, side / 2))
    if left == right or top == bottom:
        return np.zeros((side, side, 3), dtype=np.uint8), placing
    reduction = quick_reduction(image, _reduction(right - left, bottom - top, placing.scale))
    reduced = reduced_part(image, (left, top, right, bottom), reduction)
    return _warp(reduced, np.array([left, top]), reduction, placing, side), placing


def _place_whole(image: Picture, window: Window, side: int) -> tuple[NDArray[np.uint8], _Placing]:
    """The window, which lies inside the picture and is not turned."""
    scale = _fitting_scale(window, 0.0, side)
    reduction = quick_reduction(image, _reduction(window.width, window.height, scale))
    right, bottom = window.left + window.width, window.top + window.height
    reduced = reduced_part(image, (window.left, window.top, right, bottom), reduction)
    height, width = reduced.shape[:2]
    scale = side / max(height, width)
    new_width, new_height = max(round(width * scale), 1), max(round(height * scale), 1)
    square = np.zeros((side, side, 3), dtype=np.uint8)
    left, top = (side - new_width) // 2, (side - new_height) // 2
    square[top : top + new_height, left : left + new_width] = cv2.resize(
        reduced, (new_width, new_height), interpolation=cv2.INTER_LINEAR
    )
    middle = np.array([window.left, window.top]) + np.array([width / 2, height / 2]) * reduction
    return square, _Placing(middle, scale / reduction, 0.0, np.array([left + new_width / 2, top + new_height / 2]))


def _reduction(width: int, height: int, scale: float) -> int:
    """By how many whole pixels a part of this size is shrunk before it is scaled: see `block_means`."""
    return max(min(int(1 / scale), width, height), 1)


def _fitting_scale(window: Window, turn: float, side: int) -> float:
    cosine, sine = abs(np.cos(turn)), abs(np.sin(turn))
    across = window.width * cosine + window.height * sine
    return float(side / max(across, window.width * sine + window.height * cosine))


def _warp(
    reduced: NDArray[np.uint8], origin: NDArray[np.float64], reduction: int, placing: _Placing, side: int
) -> NDArray[np.uint8]:
    """The square that `placing` makes of a part of the picture that begins at `origin` and is `reduction` times as
    large as `reduced`."""
    cosine, sine = np.cos(placing.turn), np.sin(placing.turn)
    turned = np.array([[cosine, sine], [-sine, cosine]]) * placing.scale
    # Coordinates of pixels are of their middles, half a pixel from their edges.
    first = turned @ (origin + reduction / 2 - placing.middle) + placing.centre - 0.5
    matrix = np.column_stack([turned * reduction, first])
    return np.asarray(cv2.warpAffine(reduced, matrix, (side, side), flags=cv2.INTER_LINEAR), dtype=np.uint8)
