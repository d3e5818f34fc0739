"""The time of each video frame, as its container states it."""

import math
from fractions import Fraction

from chalicelib.errors import MediaError

# Damaged reordering information makes frames come a few places late; a clock that runs back further has been reset.
MAX_BACKWARD_S = 1.0


class FrameClock:
    """Gives every frame its time, strictly increasing.

    `time_base`: seconds per tick of the stream's timestamps. `frame_duration_s`: the header's, for frames without a
    timestamp. Times are `timestamp x time_base`: variable frame rate is kept and nothing is shifted to zero.
    """

    def __init__(self, time_base: Fraction, frame_duration_s: float) -> None:
        self._time_base = time_base
        self._frame_duration_s = frame_duration_s
        self._last_s: float | None = None

    def time_s(self, timestamp: int | None) -> float:
        """The time in seconds of the next frame.

        A frame without a timestamp comes one frame duration after the one before (the first: at 0.0). A frame that is
        not later than the one before, as in damaged or sloppily written files, comes one tick after it, and the
        frames after it keep their own times. MediaError: the timestamps jump back by more than `MAX_BACKWARD_S`.
        """
        time_s = self._stated_s(timestamp)
        if self._last_s is not None and time_s <= self._last_s:
            time_s = self._just_after(self._last_s, time_s)
        self._last_s = time_s
        return time_s

    def _stated_s(self, timestamp: int | None) -> float:
        if timestamp is not None:
            return float(timestamp * self._time_base)
        return 0.0 if self._last_s is None else self._last_s + self._frame_duration_s

    def _just_after(self, last_s: float, time_s: float) -> float:
        if last_s - time_s > MAX_BACKWARD_S:
            raise MediaError(
                f"The video's clock jumps back from {last_s:.3f} s to {time_s:.3f} s, so its frames have no certain "
                "times. Export it anew, for example to MP4 (H.264), and upload it again."
            )
        return max(last_s + float(self._time_base), math.nextafter(last_s, math.inf))
