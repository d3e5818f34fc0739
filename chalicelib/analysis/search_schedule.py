"""When to look where for new faces in a video: not everywhere in every frame.

The whole picture is searched four times a second, which finds large faces; the smaller windows take turns, so that
each is searched about once a second, whatever the frame rate.
"""

from chalicelib.analysis.detector import Window

WHOLE_PERIOD_S = 0.25
SWEEP_PERIOD_S = 1.0


class SearchSchedule:
    """Deals out the windows of one video. `windows` begin with the whole picture."""

    def __init__(self, windows: list[Window]) -> None:
        self._whole, self._parts = windows[0], windows[1:]
        self._whole_searched_s = 0.0
        self._dealt_s = 0.0
        self._owed = 0.0
        self._next_part = 0

    def restart(self, time_s: float) -> None:
        """Everything has just been searched, at `time_s`."""
        self._whole_searched_s = self._dealt_s = time_s
        self._owed = 0.0

    def due(self, time_s: float) -> list[Window]:
        """The windows to search in the frame at `time_s`; none twice, and never more than all of them."""
        windows: list[Window] = []
        if time_s - self._whole_searched_s >= WHOLE_PERIOD_S:
            windows.append(self._whole)
            self._whole_searched_s = time_s
        elapsed_s = max(time_s - self._dealt_s, 0.0)
        self._dealt_s = time_s
        self._owed = min(self._owed + elapsed_s / SWEEP_PERIOD_S * len(self._parts), float(len(self._parts)))
        while self._owed >= 1:
            windows.append(self._parts[self._next_part])
            self._next_part = (self._next_part + 1) % len(self._parts)
            self._owed -= 1
        return windows
