"""The content of each window when it was last searched: if nothing has changed since, nothing new can be found.

A camera that stands still films mostly what it filmed a second ago. A window is searched again if a part of it that
could be a face differs from its last search, however slowly it changed. What known faces and the hair and hands about
them do does not count, so a smaller face that comes up right beside a known one may be passed over, but for `RENEWAL_S`
at the most.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.boxes import Boxes
from chalicelib.analysis.faces.detector import Window
from chalicelib.analysis.faces.search_schedule import periods

RENEWAL_S = 10.0
"""In each such period of the video's clock a window is searched once, changed or not: so a segment of a video searches
again when one pass over all of it does."""

# The grey of a face differs from what was there before by tens of levels; noise, averaged over nine pixels, by two.
_CHANGED_LEVELS = 8
_AVERAGED_PX = 3
# So much of a square of half the smallest face that the window can show. A newcomer changes all of it; the edge of
# something that sways, or what is smaller than any face, does not.
_CHANGED_SHARE = 0.5
# How far round the box of its mesh a face moves things: hair, chin, a hand at the cheek, in sides of the box. A face of
# the same size next to it sticks out of this margin.
_MARGIN_SIDES = 0.5


@dataclass(frozen=True, slots=True)
class _Search:
    """The content of a window, and its time."""

    shown: NDArray[np.uint8]
    time_s: float


class SearchedWindows:
    """Remembers the windows of one video, by a grey picture (h, w) uint8 of each frame, which may be smaller."""

    def __init__(self, width_px: int, height_px: int) -> None:
        """The size of the picture in whose pixels windows and faces are given."""
        self._size_px = (width_px, height_px)
        self._searches: dict[Window, _Search] = {}

    def forget(self) -> None:
        """Every window is to be searched again: what was passed over as known may have become unknown."""
        self._searches.clear()

    def changed(self, windows: Sequence[Window], grey: NDArray[np.uint8], time_s: float, known: Boxes) -> list[Window]:
        """Those that at `time_s` show something else than when they were last searched, outside the boxes `known`
        (N, 4) and their surroundings. They are taken for searched now."""
        if not windows:
            return []
        # One scale for each direction: of a picture a few pixels wide, the grey one is not as narrow as it should be.
        across, down = grey.shape[1] / self._size_px[0], grey.shape[0] / self._size_px[1]
        calm = np.asarray(cv2.blur(grey, (_AVERAGED_PX, _AVERAGED_PX)), dtype=np.uint8)
        places = _grown(known) * (across, down, across, down)
        changed: list[Window] = []
        for window in windows:
            left, right = max(int(window.left * across), 0), int((window.left + window.width) * across) + 1
            top, bottom = max(int(window.top * down), 0), int((window.top + window.height) * down) + 1
            shown = calm[top:bottom, left:right]
            if self._is_due(window, shown, time_s, places - (left, top, left, top)):
                self._searches[window] = _Search(shown.copy(), time_s)
                changed.append(window)
        return changed

    def note(self, windows: Sequence[Window], grey: NDArray[np.uint8], time_s: float) -> None:
        """All of `windows` have just been searched."""
        self.forget()
        self.changed(windows, grey, time_s, np.empty((0, 4)))

    def _is_due(self, window: Window, shown: NDArray[np.uint8], time_s: float, places: Boxes) -> bool:
        """`places` (N, 4): what does not count, in pixels of `shown`."""
        last = self._searches.get(window)
        if last is None or periods(time_s, RENEWAL_S) > periods(last.time_s, RENEWAL_S):
            return True
        difference = cv2.absdiff(shown, last.shown)
        for box in places:
            first_x, first_y, last_x, last_y = np.maximum(box, 0).astype(int).tolist()
            difference[first_y : last_y + 1, first_x : last_x + 1] = 0
        if difference.max(initial=0) <= _CHANGED_LEVELS:
            return False
        side = max(int(max(shown.shape) * window.smallest_face / 2), 1)
        changed = cv2.threshold(difference, _CHANGED_LEVELS, 255, cv2.THRESH_BINARY)[1]
        return bool(np.asarray(cv2.blur(changed, (side, side))).max() >= _CHANGED_SHARE * 255)


def _grown(boxes: Boxes) -> Boxes:
    sides = boxes[:, 2:] - boxes[:, :2]
    return np.concatenate([boxes[:, :2] - _MARGIN_SIDES * sides, boxes[:, 2:] + _MARGIN_SIDES * sides], axis=1)
