"""The places of faces at a moment, also of those that are lost for a while.

A face is followed in sightings: a time, and a box. Between two sightings that are close in time it is on the way from
one to the other. Before its first and after its last sighting it is taken to be there for half a second more, and to
move on as it did.
"""

from collections import deque
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in pixels of the frame."""

HOLD_S = 0.5
"""So long a face is covered before it is first seen and after it is last seen."""
SWEPT_S = 1.0
"""Of a face that is seen again within this time, all that lies between is covered."""
# A face that is lost for longer may have gone elsewhere: then both places are covered, and not all that is between.
_GAP_S = 4.0
_SPEED_S = 0.2


@dataclass(frozen=True, slots=True)
class Sighting:
    """Faces at one moment: the box of each, by what tells it from the others."""

    time_s: float
    boxes: Mapping[Hashable, Box]


@dataclass(frozen=True, slots=True)
class Region:
    """The way from one box to another, perhaps the same one: all of it may show a face."""

    begin: Box
    end: Box


@dataclass(slots=True)
class _Track:
    seen: deque[tuple[float, Box]] = field(default_factory=deque)

    def forget_before(self, time_s: float) -> None:
        """Keeps what `at` needs for moments from `time_s` + `_GAP_S` on."""
        while len(self.seen) > 1 and self.seen[1][0] < time_s:
            self.seen.popleft()

    def at(self, time_s: float) -> Iterator[Region]:
        earlier = [each for each in self.seen if each[0] <= time_s]
        later = [each for each in self.seen if each[0] >= time_s]
        if earlier and later:
            yield from _between(earlier[-1], later[0], time_s)
        elif earlier:
            yield from _beyond(earlier[::-1], time_s)
        elif later:
            yield from _beyond(later, time_s)


def _between(before: tuple[float, Box], after: tuple[float, Box], time_s: float) -> Iterator[Region]:
    gap_s = after[0] - before[0]
    if gap_s <= SWEPT_S:
        yield Region(before[1], after[1])
        return
    for seen_s, box in (before, after):
        if gap_s <= _GAP_S or abs(time_s - seen_s) <= HOLD_S:
            yield Region(box, box)


def _beyond(seen: list[tuple[float, Box]], time_s: float) -> Iterator[Region]:
    """`seen`: the nearest first."""
    (near_s, box), (far_s, far_box) = seen[0], seen[0]
    if abs(time_s - near_s) > HOLD_S:
        return
    for each_s, each_box in seen:
        if abs(each_s - near_s) > _SPEED_S:
            break
        far_s, far_box = each_s, each_box
    steps = 0.0 if far_s == near_s else (time_s - near_s) / (near_s - far_s)
    shift_x = steps * ((box[0] + box[2]) - (far_box[0] + far_box[2])) / 2
    shift_y = steps * ((box[1] + box[3]) - (far_box[1] + far_box[3])) / 2
    yield Region(box, (box[0] + shift_x, box[1] + shift_y, box[2] + shift_x, box[3] + shift_y))


class Covers:
    """Answers in which places faces are at moments in ascending order. Forgets what no later moment needs."""

    def __init__(self, measured: Iterable[Sighting]) -> None:
        """`measured`: in order of time; taken as far ahead as a moment needs."""
        self._measured = iter(measured)
        self._waiting = next(self._measured, None)
        self._tracks: dict[Hashable, _Track] = {}

    def see(self, found: Sighting) -> None:
        """Adds faces that were not measured, or not under these names."""
        self._add("found", found)

    def at(self, time_s: float) -> list[Region]:
        """Returns all regions that may show a face."""
        while self._waiting is not None and self._waiting.time_s <= time_s + _GAP_S:
            self._add("measured", self._waiting)
            self._waiting = next(self._measured, None)
        horizon_s = time_s - _GAP_S
        self._tracks = {face: track for face, track in self._tracks.items() if track.seen[-1][0] >= horizon_s}
        for track in self._tracks.values():
            track.forget_before(horizon_s)
        return [region for track in self._tracks.values() for region in track.at(time_s)]

    def _add(self, kind: str, sighting: Sighting) -> None:
        for face, box in sighting.boxes.items():
            self._tracks.setdefault((kind, face), _Track()).seen.append((sighting.time_s, box))
