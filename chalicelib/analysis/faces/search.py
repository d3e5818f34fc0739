"""The search for new faces in a video: everywhere at first and after a cut, then in turn in windows that change."""

import math

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.boxes import Boxes, side_of
from chalicelib.analysis.faces.detector import Detections, FaceDetector, Window
from chalicelib.analysis.faces.identities import Track
from chalicelib.analysis.faces.motion import centre_of
from chalicelib.analysis.faces.search_schedule import SearchSchedule
from chalicelib.analysis.faces.searched_windows import SearchedWindows
from chalicelib.analysis.faces.tiling import STILL_MAX_SIDE_PX, search, windows_of_picture
from chalicelib.analysis.media.frames import Frame

VIDEO_MAX_SIDE_PX = 1280
"""Longest side at which the frames after the first are searched."""

_LOST_WINDOW_SIDES = 3.0


class FaceSearch:
    """The search in one video or picture. `continues`: the first frame is not that of the file, and is searched no more
    thoroughly than one after a cut."""

    def __init__(self, detector: FaceDetector, *, continues: bool = False) -> None:
        self._detector = detector
        self._first_max_side_px = VIDEO_MAX_SIDE_PX if continues else STILL_MAX_SIDE_PX
        self._plan: _Plan | None = None

    def everywhere(self, frame: Frame, grey: NDArray[np.uint8]) -> Detections:
        """All faces that the detector finds in the frame. `grey`: its `sampled_grey`."""
        max_side_px = self._first_max_side_px if self._plan is None else VIDEO_MAX_SIDE_PX
        self._plan = _Plan(frame.image.shape[1], frame.image.shape[0])
        self._plan.schedule.restart(frame.time_s)
        self._plan.searched.note(self._plan.windows, grey, frame.time_s)
        return search(self._detector, frame.image, max_side_px=max_side_px)

    def in_turn(self, frame: Frame, grey: NDArray[np.uint8], known: Boxes) -> list[Detections]:
        """Returns new faces in the windows that are due and have changed since their last search, without the boxes
        `known` (N, 4)."""
        height, width = frame.image.shape[:2]
        if self._plan is None or self._plan.size != (width, height):
            return [self.everywhere(frame, grey)]
        due = self._plan.schedule.due(frame.time_s)
        changed = self._plan.searched.changed(due, grey, frame.time_s, known)
        return self._detector.detect_all(frame.image, changed)

    def forget(self) -> None:
        """Forgets a known face: it may then be found in a window that has not changed."""
        if self._plan is not None:
            self._plan.searched.forget()


class _Plan:
    """Windows, and when and with what in them they were searched, for frames of one size."""

    def __init__(self, width_px: int, height_px: int) -> None:
        self.size = (width_px, height_px)
        self.windows = windows_of_picture(width_px, height_px, VIDEO_MAX_SIDE_PX)
        self.schedule = SearchSchedule(self.windows)
        self.searched = SearchedWindows(width_px, height_px)


def window_round(track: Track, image: NDArray[np.uint8], time_s: float) -> Window:
    """A square window round the place where a face was lost and the one where it should be now. It may reach beyond the
    picture: a face that fills the picture is found only with something round it."""
    height, width = image.shape[:2]
    stayed, expected = centre_of(track.box), np.clip(track.expected(time_s), 0, (width, height))
    reach = side_of(track.box) * _LOST_WINDOW_SIDES / 2 + float(np.abs(expected - stayed).max()) / 2
    left, top = np.floor((stayed + expected) / 2 - reach).astype(int).tolist()
    side = max(math.ceil(2 * reach), 1)
    return Window(left, top, side, side)
