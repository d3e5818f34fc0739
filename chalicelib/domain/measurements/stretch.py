"""The stretch of a video that is measured, and how many of its frames."""

import math
from dataclasses import dataclass

_SLACK = 1e-6
"""Of a step: a frame that is meant for a step must not miss it by a rounding."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Frames with `start_s <= time < end_s`, at most `frames_per_second` of them; None: without that limit. Times are
    those of the container, as in the results."""

    start_s: float | None = None
    end_s: float | None = None
    frames_per_second: float | None = None

    @property
    def is_whole(self) -> bool:
        """Returns True for a file that is measured from beginning to end, with every frame."""
        return self == WHOLE

    @property
    def anchor_s(self) -> float:
        """The time from which the steps of `frames_per_second` are counted: the same for every part of a video."""
        return self.start_s or 0.0

    def has(self, time_s: float) -> bool:
        """Returns True for a time between its ends."""
        return (self.start_s is None or time_s >= self.start_s) and (self.end_s is None or time_s < self.end_s)

    def overlaps(self, start_s: float, end_s: float) -> bool:
        """Returns True if a time from `start_s` up to `end_s` lies between its ends."""
        return (self.start_s is None or end_s > self.start_s) and (self.end_s is None or start_s < self.end_s)


WHOLE = Stretch()


class FramePicker:
    """Picks at most so many frames a second: the first one in each step of time. It must be shown every frame from one
    step before the first that counts, so that parts of a video pick the same frames as one pass over it."""

    def __init__(self, stretch: Stretch) -> None:
        self._rate = stretch.frames_per_second
        self._anchor_s = stretch.anchor_s
        self._step: int | None = None

    def duration_s(self, stated_s: float | None) -> float | None:
        """Returns how long a picked frame stands, of which the container says `stated_s`: a step at least."""
        return stated_s if stated_s is None or self._rate is None else max(stated_s, 1.0 / self._rate)

    def picks(self, time_s: float) -> bool:
        """Returns True if the next frame, at `time_s`, is the first in its step. Frames come in order of time."""
        if self._rate is None:
            return True
        before = self._step
        self._step = math.floor((time_s - self._anchor_s) * self._rate + _SLACK)
        return before is None or self._step > before
