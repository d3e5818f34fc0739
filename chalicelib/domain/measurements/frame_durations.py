"""The durations of the frames of a stream.

A frame lasts until the next one begins, whatever the frame rate says; the last lasts as long as its container says, or
else as long as the one before it. Time for which no frame stands is a hole, and counts for no frame:

* before a picture that shows a loss: frames may be missing, so the frame before it lasts no longer than its predecessor
* after a frame that its container shows for far less time than passes up to the next, in a film whose frames are far
  closer together: packets were lost whole, up to a key frame, which shows no loss. The frame lasts as it is stated

A slow or changing frame rate makes no holes. In MP4 and MOV every frame is stated to last until the next; Matroska has
the durations of frames that its writer knew, and browsers write none. Frames that are no more than `LONGEST_STEP_S`
apart, as of recorded screens on which nothing moves, make none in any file; nor do stills of a slide show, as most of
the time frames are as far apart there.
"""

from dataclasses import dataclass

from chalicelib.domain.measurements.metrics import FrameMetrics
from chalicelib.domain.measurements.validity import InvalidReason

LONGEST_STEP_S = 2.0
FAR = 10.0
"""A hole is so many times as long as what is stated and usual."""


@dataclass(frozen=True, slots=True)
class LastingFrame:
    """A frame, how long it lasts and when it ends, and for how long after it no frame stands."""

    frame: FrameMetrics
    duration_s: float
    end_s: float
    missing_s: float = 0.0


class FrameDurations:
    """Follows a stream of frames, one behind: the duration of a frame is known when the next one comes."""

    def __init__(self) -> None:
        self._waiting: FrameMetrics | None = None
        self._step_s = self._duration_s = 0.0  # from the last frame to the one that waits; of it
        self._seconds = self._squares = 0.0  # the sums of all durations and of their squares

    def add(self, frame: FrameMetrics) -> LastingFrame | None:
        """The next frame. Returns the one before it, None for the first. Raises `ValueError`, and adds nothing, for one
        that is not later than the one before."""
        before = self._waiting
        if before is None:
            self._waiting = frame
            return None
        step_s = frame.time_s - before.time_s
        if step_s <= 0.0:
            raise ValueError(f"a frame at {frame.time_s} s cannot follow one at {before.time_s} s")
        duration_s = self._lasting(before, frame, step_s)
        self._waiting, self._step_s, self._duration_s = frame, step_s, duration_s
        self._seconds += duration_s
        self._squares += duration_s * duration_s
        if duration_s == step_s:
            return LastingFrame(before, duration_s, frame.time_s)
        end_s = before.time_s + duration_s
        return LastingFrame(before, duration_s, end_s, frame.time_s - end_s)

    def finish(self) -> LastingFrame | None:
        """There are no more frames. Returns the last one, None if there was none."""
        last, self._waiting = self._waiting, None
        if last is None:
            return None
        duration_s = self._duration_s if last.duration_s is None else last.duration_s
        return LastingFrame(last, duration_s, last.time_s + duration_s)

    def _lasting(self, frame: FrameMetrics, following: FrameMetrics, step_s: float) -> float:
        if _is_damaged(following) and not _is_damaged(frame) and 0.0 < self._duration_s < step_s:
            return self._duration_s
        stated_s = frame.duration_s
        if stated_s and self._seconds and step_s > max(LONGEST_STEP_S, FAR * max(stated_s, self._usual_s)):
            return stated_s
        return step_s

    @property
    def _usual_s(self) -> float:
        """How far apart frames are: at a moment taken at random so far, and just before."""
        return max(self._squares / self._seconds, self._step_s)


def _is_damaged(frame: FrameMetrics) -> bool:
    return any(InvalidReason.SMEARED in face.invalid_reasons for face in frame.faces)
