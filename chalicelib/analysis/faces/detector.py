"""The face detector: one pass of the full-range network over one window of a picture."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.block_means import block_means
from chalicelib.analysis.faces.boxes import Boxes, suppress
from chalicelib.analysis.networks.models import ModelFile, Models

_SIDE = 192
_STRIDE = 4
_GRID = _SIDE // _STRIDE
_MAX_OVERLAP = 0.3
SMALLEST_FACE = 12 / _SIDE
"""The width of the narrowest face that is found, as a share of the window's longer side."""


@dataclass(frozen=True, slots=True)
class Window:
    """A rectangle of a picture, in whole pixels, inside the picture. Faces that roll by about `turn_deg` (clockwise)
    are looked for in it: the detector itself finds a roll of up to about 30 degrees."""

    left: int
    top: int
    width: int
    height: int
    turn_deg: int = 0


@dataclass(frozen=True, slots=True)
class Detections:
    """N faces, best score first, in pixels of the picture that was searched.

    `boxes` (N, 4) float64: left, top, right, bottom. `eyes` (N, 2, 2) float64: x, y of the person's right eye, then
    of the left. `scores` (N,) float64, 0..1.
    """

    boxes: Boxes
    eyes: NDArray[np.float64]
    scores: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.scores)

    def select(self, indices: NDArray[np.intp]) -> "Detections":
        """Those at `indices`, in that order."""
        return Detections(self.boxes[indices], self.eyes[indices], self.scores[indices])

    def scaled(self, factor: float) -> "Detections":
        """The same faces in a picture that is `factor` times as large."""
        return Detections(self.boxes * factor, self.eyes * factor, self.scores)


def no_detections() -> Detections:
    """Nothing found."""
    return Detections(np.empty((0, 4)), np.empty((0, 2, 2)), np.empty(0))


def joined(parts: list[Detections]) -> Detections:
    """All faces of `parts` in one, not deduplicated, in the order given."""
    if not parts:
        return no_detections()
    return Detections(
        np.concatenate([part.boxes for part in parts]),
        np.concatenate([part.eyes for part in parts]),
        np.concatenate([part.scores for part in parts]),
    )


class FaceDetector:
    """The full-range face detection network.

    Input: the window, scaled to fit 192 x 192 with its aspect ratio kept, centred on black, RGB, channels first,
    (c - 127.5) / 127.5. Outputs per cell of a 48 x 48 grid of stride 4: centre, size and six keypoints in input
    pixels, positions relative to the cell's centre; a score whose sigmoid is part of the network.
    Faces narrower than about 12 of the 192 pixels are missed.
    """

    def __init__(self, models: Models, *, min_score: float = 0.5) -> None:
        self._models = models
        self._network = models.network(ModelFile.FACE_DETECTION)
        self._min_score = min_score
        cells = (np.arange(_GRID) + 0.5) * _STRIDE
        self._anchors = np.stack(np.meshgrid(cells, cells), axis=-1).reshape(-1, 2)

    def detect_all(self, image: NDArray[np.uint8], windows: Sequence[Window]) -> list[Detections]:
        """What `detect` finds in each of `windows`, in their order."""
        return self._models.beside(lambda part: [self.detect(image, window) for window in part], windows)

    def detect(self, image: NDArray[np.uint8], window: Window) -> Detections:
        """The faces in `window` of `image` (H, W, 3) uint8 BGR, in pixels of the image. The box of a face found in a
        turned window is upright and of the size it had there."""
        part = image[window.top : window.top + window.height, window.left : window.left + window.width]
        square, placing = _place(part, window.turn_deg)
        blob = cv2.dnn.blobFromImage(square, 1 / 127.5, mean=(127.5, 127.5, 127.5), swapRB=True)
        regressors, scores = self._network(np.asarray(blob, dtype=np.float32))
        found = self._decode(regressors[0].astype(np.float64), scores[0, :, 0].astype(np.float64))
        origin = np.array([window.left, window.top], dtype=np.float64)
        centres = placing.back((found.boxes[:, :2] + found.boxes[:, 2:]) / 2) + origin
        reach = (found.boxes[:, 2:] - found.boxes[:, :2]) / 2 / placing.scale
        boxes = np.concatenate([centres - reach, centres + reach], axis=1)
        return Detections(boxes, placing.back(found.eyes) + origin, found.scores)

    def _decode(self, regressors: NDArray[np.float64], scores: NDArray[np.float64]) -> Detections:
        likely = np.flatnonzero(scores >= self._min_score)
        if not len(likely):
            return no_detections()
        anchors, values = self._anchors[likely], regressors[likely]
        centres, sizes = values[:, 0:2] + anchors, values[:, 2:4]
        boxes = np.concatenate([centres - sizes / 2, centres + sizes / 2], axis=1)
        eyes = values[:, 4:8].reshape(-1, 2, 2) + anchors[:, None, :]
        found = Detections(boxes, eyes, scores[likely])
        return found.select(suppress(boxes, found.scores, max_overlap=_MAX_OVERLAP))


@dataclass(frozen=True, slots=True)
class _Placing:
    """How a part lies in the input: scaled, turned about its own centre by -`turn` radians, its centre at `centre`."""

    part_centre: NDArray[np.float64]
    scale: float
    turn: float
    centre: NDArray[np.float64]

    def back(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """(..., 2) pixels of the input -> pixels of the part."""
        cosine, sine = np.cos(self.turn), np.sin(self.turn)
        unturned = (places - self.centre) @ np.array([[cosine, sine], [-sine, cosine]])
        part: NDArray[np.float64] = unturned / self.scale + self.part_centre
        return part


def _place(part: NDArray[np.uint8], turn_deg: int) -> tuple[NDArray[np.uint8], _Placing]:
    """The part in a black 192 x 192 square, as large as fits."""
    turn = float(np.radians(turn_deg))
    height, width = part.shape[:2]
    reduction = max(min(int(1 / _fitting_scale(width, height, turn)), width, height), 1)
    reduced = block_means(part, reduction)
    height, width = reduced.shape[:2]
    scale = _fitting_scale(width, height, turn)
    new_width, new_height = max(round(width * scale), 1), max(round(height * scale), 1)
    small = cv2.resize(reduced, (new_width, new_height), interpolation=cv2.INTER_LINEAR)
    part_centre = np.array([width / 2, height / 2]) * reduction
    scale /= reduction
    if turn_deg:
        return _turned(small, turn), _Placing(part_centre, scale, turn, np.array([_SIDE / 2, _SIDE / 2]))
    square = np.zeros((_SIDE, _SIDE, 3), dtype=np.uint8)
    left, top = (_SIDE - new_width) // 2, (_SIDE - new_height) // 2
    square[top : top + new_height, left : left + new_width] = small
    return square, _Placing(part_centre, scale, 0.0, np.array([left + new_width / 2, top + new_height / 2]))


def _fitting_scale(width: int, height: int, turn: float) -> float:
    cosine, sine = abs(np.cos(turn)), abs(np.sin(turn))
    return float(_SIDE / max(width * cosine + height * sine, width * sine + height * cosine))


def _turned(small: NDArray[np.uint8] | cv2.typing.MatLike, turn: float) -> NDArray[np.uint8]:
    """`small` turned by -`turn` about its centre, in the middle of the square."""
    cosine, sine = np.cos(turn), np.sin(turn)
    linear = np.array([[cosine, sine], [-sine, cosine]])
    centre = np.array([small.shape[1] / 2, small.shape[0] / 2])
    matrix = np.column_stack([linear, np.array([_SIDE / 2, _SIDE / 2]) - linear @ centre])
    return np.asarray(cv2.warpAffine(small, matrix, (_SIDE, _SIDE), flags=cv2.INTER_LINEAR), dtype=np.uint8)
