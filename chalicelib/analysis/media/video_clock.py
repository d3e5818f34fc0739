"""The time of each video frame, as its container states it."""

import math
from fractions import Fraction

from chalicelib.errors import MediaError

# Damaged reordering information makes frames come a few places late; a clock that runs back further has been reset.
MAX_BACKWARD_S = 1.0


# Decoders hold back fewer pictures than this.
_MOST_WAITING = 512


def seconds(ticks: int, time_base: Fraction) -> float:
    """Returns `float(ticks * time_base)`, in a fifth of the time: no fraction is made and reduced."""
    return ticks * time_base.numerator / time_base.denominator


class PacketDurations:
    """The duration of each frame in the container, from the packets of the frames. Decoders lose it: at the end of a
    stream, at which it matters, their frames often have none."""

    def __init__(self, *, in_decoding_order: bool = False) -> None:
        """`in_decoding_order`: True for MP4 and MOV, whose durations are the distances of packets as they are decoded:
        those of frames that are shown in another order, all but the last, are not theirs."""
        self._in_decoding_order = in_decoding_order
        self._by_stamp: dict[int, int] = {}

    def note(self, stamp: int | None, duration: int | None) -> None:
        """A packet of the time `stamp` lasts so many ticks; None or 0: it does not say."""
        if stamp is None or not duration or duration < 0:
            return
        if self._in_decoding_order:
            if stamp < max(self._by_stamp, default=stamp):
                return
            self._by_stamp.clear()
        self._by_stamp[stamp] = duration
        if len(self._by_stamp) > _MOST_WAITING:  # of packets that gave no frame
            del self._by_stamp[next(iter(self._by_stamp))]

    def take(self, stamp: int | None) -> int | None:
        """The duration of the frame of this time in ticks, once; None if no packet has said it."""
        return None if stamp is None else self._by_stamp.pop(stamp, None)


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
            return seconds(timestamp, self._time_base)
        return 0.0 if self._last_s is None else self._last_s + self._frame_duration_s

    def _just_after(self, last_s: float, time_s: float) -> float:
        if last_s - time_s > MAX_BACKWARD_S:
            raise MediaError(
                f"The video's clock jumps back from {last_s:.3f} s to {time_s:.3f} s, so its frames have no certain "
                "times. Export it again, for example to MP4 (H.264), and upload it again."
            )
        return max(last_s + float(self._time_base), math.nextafter(last_s, math.inf))
