"""The search for new faces in a video: everywhere at first and after a cut, then in turn in windows that change.

Once the faces of a film lie turned by a quarter or half of a circle, all of them the same way, it is searched that way
round: a phone may film sideways and not note it.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.boxes import Boxes, side_of
from chalicelib.analysis.faces.detector import Detections, FaceDetector, Window, no_detections
from chalicelib.analysis.faces.identities import Track
from chalicelib.analysis.faces.mesh import FaceMesh
from chalicelib.analysis.faces.motion import centre_of
from chalicelib.analysis.faces.search_schedule import SearchSchedule, periods
from chalicelib.analysis.faces.searched_windows import SearchedWindows
from chalicelib.analysis.faces.tiling import STILL_MAX_SIDE_PX, merged, search, turned_windows, windows_of_picture
from chalicelib.analysis.media.frames import Frame
from chalicelib.analysis.media.pixels.planes import Picture

VIDEO_MAX_SIDE_PX = 1280
"""Longest side at which the frames after the first are searched."""

_LOST_WINDOW_SIDES = 3.0
TURNED_PERIOD_S = 10.0
"""After a cut, small faces that lie or stand on their head are looked for once in such a period of the video."""

_SAME_TURN_DEG = 40.0


class FaceSearch:
    """The search in one video or picture. `continues`: the first frame is not that of the file, and is searched no more
    thoroughly than one after a cut."""

    def __init__(self, detector: FaceDetector, *, continues: bool = False) -> None:
        self._detector = detector
        self._first_max_side_px = VIDEO_MAX_SIDE_PX if continues else STILL_MAX_SIDE_PX
        self._plan: _Plan | None = None
        self._turned_s: float | None = None
        self._turn_deg = 0

    def everywhere(self, frame: Frame, grey: NDArray[np.uint8]) -> Detections:
        """All faces that the detector finds in the frame. `grey`: its `sampled_grey`."""
        max_side_px = self._first_max_side_px if self._plan is None else VIDEO_MAX_SIDE_PX
        self._plan = _Plan(frame.size[1], frame.size[0])
        self._plan.schedule.restart(frame.time_s)
        self._plan.searched.note(self._plan.windows, grey, frame.time_s)
        return search(self._detector, frame.image, max_side_px=max_side_px, turn_deg=self._turn_deg)

    def turned(self, frame: Frame) -> Detections:
        """Returns small faces that lie or stand on their head: three times the work, so only if no other face was
        found, in the first frame and then once in `TURNED_PERIOD_S` at most."""
        last_s, now_s = self._turned_s, frame.time_s
        if last_s is not None and periods(now_s, TURNED_PERIOD_S) == periods(last_s, TURNED_PERIOD_S):
            return no_detections()
        self._turned_s = now_s
        height, width = frame.size
        return merged(self.detect(frame.image, turned_windows(width, height, VIDEO_MAX_SIDE_PX)))

    def note_turn(self, meshes: Sequence[FaceMesh]) -> None:
        """`meshes`: those of all faces of a frame. If all lie turned the same way, so does the film."""
        if not meshes:
            return
        rolls_deg = [math.degrees(mesh.crop.turn) for mesh in meshes]
        quarter = round(rolls_deg[0] / 90) * 90
        apart_deg = (abs((roll_deg - quarter + 180) % 360 - 180) for roll_deg in rolls_deg)
        self._turn_deg = quarter if max(apart_deg) <= _SAME_TURN_DEG else 0

    def detect(self, image: Picture, windows: Sequence[Window]) -> list[Detections]:
        """Returns what the detector finds in each of `windows`, turned as the film is."""
        turn_deg = self._turn_deg
        if turn_deg:
            windows = [replace(window, turn_deg=window.turn_deg + turn_deg) for window in windows]
        return self._detector.detect_all(image, windows)

    def in_turn(self, frame: Frame, grey: NDArray[np.uint8], known: Boxes) -> list[Detections]:
        """Returns new faces in the windows that are due and have changed since their last search, without the boxes
        `known` (N, 4)."""
        height, width = frame.size
        if self._plan is None or self._plan.size != (width, height):
            return [self.everywhere(frame, grey)]
        due = self._plan.schedule.due(frame.time_s)
        changed = self._plan.searched.changed(due, grey, frame.time_s, known)
        return self.detect(frame.picture, changed)

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


def window_round(track: Track, image: Picture, time_s: float) -> Window:
    """A square window round the place where a face was lost and the one where it should be now. It may reach beyond the
    picture: a face that fills the picture is found only with something round it."""
    height, width = image.shape[:2]
    stayed, expected = np.array(centre_of(track.box)), np.clip(track.expected(time_s), 0, (width, height))
    reach = side_of(track.box) * _LOST_WINDOW_SIDES / 2 + float(np.abs(expected - stayed).max()) / 2
    left, top = np.floor((stayed + expected) / 2 - reach).astype(int).tolist()
    side = max(math.ceil(2 * reach), 1)
    return Window(left, top, side, side)
