"""The recent motion of a face, and its prediction: linear, at the speed of the last half second."""

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.boxes import side_of

Place = tuple[float, float]
"""x and y in pixels: of a few numbers, numpy's take ten times as long."""

_MEMORY = 16
_MIN_STEP_S = 0.02
_SPEED_WINDOW_S = 0.5
_MAX_AHEAD_S = 1.0
"""A face is not expected to continue moving for longer than this once it is not seen."""

_MAX_STEP_S = 1.5
# A face that was lost for a moment and is found within so many sides has moved there; one found farther off has jumped,
# as tiles of a call do.
_MOMENT_S = 0.1
_MAX_MOVED_SIDES = 0.6
# A face that is found again so near its expected place, in sides of the box, has moved on as before.
_AS_EXPECTED_SIDES = 0.1
_BESIDE_SIDES = 1.6
_RESTS_SIDES = 0.05


@dataclass(frozen=True, slots=True)
class _Sight:
    time_s: float
    centre: Place


class Motion:
    """The last places of one face, at most sixteen, about half a second at 25 frames a second and more."""

    def __init__(self, time_s: float, box: NDArray[np.float64]) -> None:
        self._sights = deque([_Sight(time_s, centre_of(box))], maxlen=_MEMORY)

    def see(self, time_s: float, box: NDArray[np.float64]) -> None:
        """The face is at `box` (4,) in pixels, at a later time than before."""
        # Many frames a second would shorten the memory: the last place is replaced while it is very new.
        if len(self._sights) > 1 and time_s - self._sights[-2].time_s < _MIN_STEP_S:
            self._sights.pop()
        self._sights.append(_Sight(time_s, centre_of(box)))

    def resume(self, time_s: float, box: NDArray[np.float64]) -> None:
        """The face is found again at `box` (4,). If it was lost for a moment, its motion continues where it was to be,
        and begins at its last place if it has moved otherwise; else it begins here."""
        last, side = self._sights[-1], side_of(box)
        off_px, moved_px = (math.dist(centre_of(box), place) for place in (self.next(time_s), last.centre))
        is_moment = time_s - last.time_s <= _MOMENT_S
        if not is_moment or off_px > _AS_EXPECTED_SIDES * side:
            self._sights.clear()
            if is_moment and moved_px <= _MAX_MOVED_SIDES * side:
                self._sights.append(last)
        self.see(time_s, box)

    def next(self, time_s: float) -> Place:
        """The centre in the next frame, at `time_s`, at the speed of the last moment."""
        return _ahead(list(self._sights), time_s, _MOMENT_S)

    def expected(self, time_s: float, *, trusting_until_s: float = math.inf) -> Place:
        """The centre at `time_s`, from what was seen up to `trusting_until_s` (but at least once): a face that is
        about to be hidden is measured ever worse before it is lost."""
        trusted = [sight for sight in self._sights if sight.time_s <= trusting_until_s] or [self._sights[0]]
        return _ahead(trusted, time_s, _SPEED_WINDOW_S)


def centre_of(box: NDArray[np.float64]) -> Place:
    """The middle of a box (4,)."""
    left, top, right, bottom = box.tolist()
    return (left + right) / 2, (top + bottom) / 2


def distance_to_way(place: Place, start: Place, end: Place) -> float:
    """The distance of `place` from the line between `start` and `end`."""
    way_x, way_y = end[0] - start[0], end[1] - start[1]
    off_x, off_y = place[0] - start[0], place[1] - start[1]
    share = (off_x * way_x + off_y * way_y) / max(way_x * way_x + way_y * way_y, 1e-9)
    share = min(max(share, 0.0), 1.0)
    return math.hypot(off_x - share * way_x, off_y - share * way_y)


def _ahead(sights: list[_Sight], time_s: float, window_s: float) -> Place:
    """Returns the centre at `time_s` of who goes on from the last of `sights` at the speed of the last
    `window_s`."""
    last = sights[-1]
    ahead_s = min(time_s - last.time_s, _MAX_AHEAD_S)
    (x, y), (speed_x, speed_y) = last.centre, _speed(sights, window_s)
    return x + speed_x * ahead_s, y + speed_y * ahead_s


def _speed(sights: list[_Sight], window_s: float) -> tuple[float, float]:
    """Returns pixels per second over the last `window_s`; over the last step if steps are longer."""
    last = begin = sights[-1]
    for newer, older in pairwise(reversed(sights)):
        too_old = last.time_s - older.time_s > window_s
        if newer.time_s - older.time_s > _MAX_STEP_S or (too_old and begin is not last):
            break
        begin = older
    elapsed_s = last.time_s - begin.time_s
    if elapsed_s <= 0:
        return 0.0, 0.0
    (x, y), (begin_x, begin_y) = last.centre, begin.centre
    return (x - begin_x) / elapsed_s, (y - begin_y) / elapsed_s


def rests(before: NDArray[np.float64], after: NDArray[np.float64]) -> bool:
    """Returns True if a face hardly moved from one box (4,) to the other: what it hides of others stays the same."""
    return math.dist(centre_of(before), centre_of(after)) < _RESTS_SIDES * side_of(before)


def is_beside(box: NDArray[np.float64], others: Iterable[NDArray[np.float64]]) -> bool:
    """Returns True if one of the other faces is so near that it may hide this one."""
    centre, side = centre_of(box), side_of(box)
    return any(math.dist(centre_of(each), centre) < _BESIDE_SIDES * (side_of(each) + side) / 2 for each in others)
