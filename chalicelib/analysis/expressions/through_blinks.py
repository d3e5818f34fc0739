"""Readings around the eyes while lids pass through a blink.

Lids that are half-way look like lids that are kept there: like tightened lids (FACS AU 7), and like raised cheeks (AU
6), which push the lower lid up. Neither is to be seen in eyes that are closing, so neither reads more than before: lids
not until they are still again, cheeks until the eyes are open, for a smile often begins with a blink. Closed eyes
belong to one way of showing sadness, and a blink does not: emotions take the eyes to be no more closed than before it.

Lids move if `eye closure` changes by more than `MOVED` levels within `WITHIN_S`, at any frame rate; meanwhile they are
lowered as long as it is so much above its least. So lids that are kept tightened or closed are read `WITHIN_S` after
they have come to rest. With no other frame within `BLINK_S`, as in a still, nothing is known of movement. Only the past
counts, and of it valid frames.
"""

import math
from collections import deque
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from chalicelib.domain.measurements.metrics import BASELINE_NAMES

Floats = NDArray[np.float64]

BLINK_S = 0.4
"""The longest blink (J. Stern, L. Walrath, R. Goldstein 1984: 0.1 to 0.4 s)."""
WITHIN_S = 0.25
"""The lids of a blink are still for less than this; at few frames a second, the last `_FEW` within a blink count."""
MOVED = 20.0
"""In levels, of which closed eyes have 100; in lids that are still they differ by some five, and in eyes that narrow
slowly by some fifteen within `WITHIN_S`."""
WIDE = -10.0
"""The level from which on eyes that open wider count as still."""
FLUTTER_S = 1.0
"""If lids move for longer, they flutter: the least that was read within the last `WITHIN_S` counts as before."""

_LIDS, _CHEEKS, CLOSURE = (BASELINE_NAMES.index(name) for name in ("lid tighten", "cheek raise", "eye closure"))
_FEW = 2
_CLOCK_S = 1e-3  # clocks of whole milliseconds


@dataclass(slots=True)
class ThroughBlinks:
    """One face. `are_lowered`: whether its lids are in the last frame, so that no gaze is to be seen."""

    are_lowered: bool = False
    _are_moving: bool = False
    _recent: deque[tuple[float, float, Floats]] = field(default_factory=deque)
    _before: Floats = field(default_factory=lambda: np.zeros(0))
    _before_s: float = -math.inf
    _open: float = math.inf

    def next(self, time_s: float, closure: float, readings: Floats, *, is_valid: bool) -> Floats | None:
        """Returns `readings` (N, 20) of the frame at `time_s` as they are to be taken (N, 20), or None if they are
        right; emotions follow from the last. `closure`: the level of closed eyes. Frames come in order of time."""
        was_moving, self._are_moving, self.are_lowered = self._are_moving, False, False
        self._forget(time_s)
        if not is_valid:
            return None
        self._recent.append((time_s, max(closure, WIDE), readings))
        closures = [closed for _, closed, _ in self._recent]
        self._are_moving = max(closures) - min(closures) > MOVED
        if not self._are_moving:
            return None
        before = [read for *_, read in self._recent][:-1]
        self._open = min(self._open, *closures) if was_moving else min(closures)
        self.are_lowered = closures[-1] - self._open > MOVED
        if not was_moving:
            self._before, self._before_s = np.median(before, axis=0), time_s
        elif time_s - self._before_s > FLUTTER_S:
            self._before, self._before_s = np.min([*before, readings], axis=0), time_s
        return self._no_more_than_before(readings.copy())

    def _forget(self, time_s: float) -> None:
        """Forgets the frames that say nothing of movement in the one at `time_s`."""
        while self._recent:
            passed_s = time_s - self._recent[0][0] - _CLOCK_S
            if passed_s <= WITHIN_S or (passed_s <= BLINK_S and len(self._recent) <= _FEW):
                return
            self._recent.popleft()

    def _no_more_than_before(self, readings: Floats) -> Floats:
        places = [_LIDS, _CHEEKS] if self.are_lowered else [_LIDS]
        readings[:, places] = np.minimum(readings, self._before)[:, places]
        if self.are_lowered:
            readings[-1, CLOSURE] = min(readings[-1, CLOSURE], self._before[-1, CLOSURE])
        return readings
