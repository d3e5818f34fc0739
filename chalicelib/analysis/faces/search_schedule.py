"""The schedule of the search for new faces in a video: not everywhere in every frame.

The whole picture is searched four times a second, which finds large faces; the smaller windows take turns, so that
each is searched about once a second, whatever the frame rate.
"""

import math

from chalicelib.analysis.faces.detector import Window

WHOLE_PERIOD_S = 0.25
SWEEP_PERIOD_S = 1.0


class SearchSchedule:
    """Deals out the windows of one video. `windows` begin with the whole picture.

    What is due follows from the times of this frame and of the one before alone, so a segment of a video is searched as
    one pass over all of it searches there.
    """

    def __init__(self, windows: list[Window]) -> None:
        self._whole, self._parts = windows[0], windows[1:]
        self._searched_s = 0.0

    def restart(self, time_s: float) -> None:
        """Everything has just been searched, at `time_s`."""
        self._searched_s = time_s

    def due(self, time_s: float) -> list[Window]:
        """The windows to search in the frame at `time_s`; none twice, and never more than all of them."""
        since_s, self._searched_s = self._searched_s, time_s
        windows = [self._whole] if periods(time_s, WHOLE_PERIOD_S) > periods(since_s, WHOLE_PERIOD_S) else []
        count = len(self._parts)
        if count > 0:
            dealt, owed = (periods(moment_s, SWEEP_PERIOD_S / count) for moment_s in (since_s, time_s))
            windows += [self._parts[turn % count] for turn in range(max(dealt, owed - count) + 1, owed + 1)]
        return windows


def periods(time_s: float, period_s: float) -> int:
    """Returns the number of periods that have ended at a time, counted from 0 s of the video's clock."""
    return math.floor(time_s / period_s)
