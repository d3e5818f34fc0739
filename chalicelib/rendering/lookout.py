"""Faces that were not measured: a second search, several times a second, that is content with less.

Its windows take turns: all are searched at the first frame, then each once a second or more often. What is found may be
no face; it is covered nevertheless. Boxes are followed from one search to the next by their places alone, so that the
way between them is covered as well.
"""

import math
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.detector import FaceDetector, Window
from chalicelib.analysis.faces.tiling import STILL_MAX_SIDE_PX, merged, windows_of_picture
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.measurements.stretch import FramePicker, Stretch
from chalicelib.rendering.covers import SWEPT_S, Box, Sighting

SEARCHES_PER_SECOND = 5.0
_TURNS = int(SEARCHES_PER_SECOND * SWEPT_S)
_LEAST_WINDOWS = 4
_MIN_SCORE = 0.35
_REMEMBERED_S = 1.5
_MOST_SIDES = 1.5
_MOST_RATIO = 2.0


class Lookout:
    """Searches the pictures of one film, or a still picture, all of whose windows are searched."""

    def __init__(self, models: Models) -> None:
        self._detector = FaceDetector(models, min_score=_MIN_SCORE)
        self._picker = FramePicker(Stretch(frames_per_second=SEARCHES_PER_SECOND))
        self._places = _Places()
        self._searches = 0

    def look(self, image: NDArray[np.uint8], time_s: float, scale: float) -> Sighting | None:
        """Returns the faces of the next picture, in pixels of its frame, which is 1 / `scale` times as large; None if
        it is not searched."""
        if not self._picker.picks(time_s):
            return None
        height, width = image.shape[:2]
        windows = windows_of_picture(width, height, STILL_MAX_SIDE_PX)
        found = merged(self._detector.detect_all(image, self._turn_of(windows))).scaled(1 / scale)
        self._searches += 1
        return Sighting(time_s, self._places.named(time_s, [_box(each) for each in found.boxes.tolist()]))

    def _turn_of(self, windows: Sequence[Window]) -> Sequence[Window]:
        if self._searches == 0:
            return windows
        turns = min(_TURNS, max(len(windows) // _LEAST_WINDOWS, 1))
        return windows[self._searches % turns :: turns]


def _box(sides: list[float]) -> Box:
    left, top, right, bottom = sides
    return left, top, right, bottom


class _Places:
    """Names boxes: one that is near a box of a moment ago, and of about its size, has its name."""

    def __init__(self) -> None:
        self._last: dict[int, tuple[float, Box]] = {}
        self._next = 0

    def named(self, time_s: float, boxes: list[Box]) -> dict[Hashable, Box]:
        self._last = {name: seen for name, seen in self._last.items() if time_s - seen[0] <= _REMEMBERED_S}
        pairs = sorted(
            (distance, name, index)
            for name, (_, known) in self._last.items()
            for index, box in enumerate(boxes)
            if (distance := _distance(known, box)) <= _MOST_SIDES
        )
        names: dict[int, int] = {}
        for _, name, index in pairs:
            if index not in names and name not in names.values():
                names[index] = name
        for index in range(len(boxes)):
            if index not in names:
                names[index], self._next = self._next, self._next + 1
        self._last |= {name: (time_s, boxes[index]) for index, name in names.items()}
        return {name: boxes[index] for index, name in names.items()}


def _distance(one: Box, other: Box) -> float:
    """Returns the distance of two boxes in sides of the smaller one; infinite if their sizes are too different."""
    sides = sorted(max(box[2] - box[0], box[3] - box[1], 1.0) for box in (one, other))
    if sides[1] / sides[0] > _MOST_RATIO:
        return math.inf
    return math.hypot(one[0] + one[2] - other[0] - other[2], one[1] + one[3] - other[1] - other[3]) / 2 / sides[0]
