"""Identities of faces from frame to frame, by places, sizes, movement and the proportions of heads.

A track is *live* while its face is seen, *lost* for `MEMORY_S` after, then forgotten. A face that reappears in time
near the place at which it was lost, or near its predicted place, gets its identity again, unless its size or its head's
proportions speak against it. If two tracks come to lie on one face, it is given to the one that it fits better, and
the other is lost. Identities are integers from 0, given in order and never given twice. What is kept is bounded by the
number of faces, however long the video is.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.appearance import GOES_ON, Appearance
from chalicelib.analysis.faces.boxes import areas, same_face, side_of, stacked
from chalicelib.analysis.faces.head_shape import HeadShape
from chalicelib.analysis.faces.motion import Motion, Place, centre_of, distance_to_way

MEMORY_S = 1.5
"""The time for which a lost face keeps its identity."""

# Limits of what may be one face: how far from the way it was on, in sides of the box; its size; its proportions (half
# hidden, a head was measured 0.065 away from itself).
_MAX_SHIFT_SIDES = 1.0
_MAX_SIZE_RATIO = 2.0
_MAX_UNLIKENESS = 0.08
# What ranks the candidates within the limits: a side of distance counts as much as twice the size or 0.06 of shape.
# The place of the loss is a little less likely than the predicted place; it matters if two faces fit both.
_STAYED_SIDES = 0.6
_UNLIKENESS_SCALE = 0.06
# The last moments before a loss are not trusted: what hides a face draws its mesh along.
_UNTRUSTED_S = 0.2
# How long after its loss a face is known by its picture alone, wherever it is: a frame or two of a call.
_SAME_PICTURE_S = 0.3
_APPEARANCES = 3
# Of two tracks on one face the older keeps it unless the younger fits better by this much.
_CLEARLY_BETTER = 0.1


@dataclass(frozen=True, slots=True)
class Sighting:
    """A face that was measured: its `box` (4,) in pixels, its `shape`, and its `appearance` if that was looked at."""

    box: NDArray[np.float64]
    shape: HeadShape
    appearance: Appearance | None = None


@dataclass(slots=True)
class Track:
    """One identity. `box` (4,) in pixels and `seen_s` are of the last time it was seen, in scene `scene`; `shape` is a
    running mean; `strangeness` is how badly the last sighting fits what was known before; `appearances` are the
    last few, the newest last."""

    face_id: int
    box: NDArray[np.float64]
    seen_s: float
    scene: int
    shape: HeadShape
    motion: Motion
    live: bool = True
    strangeness: float = 0.0
    appearances: tuple[Appearance, ...] = ()
    gone_suddenly: bool = False

    def remember(self, seen: Appearance | None) -> None:
        """Adds what the face looks like."""
        self.appearances = (*self.appearances, *([] if seen is None else [seen]))[-_APPEARANCES:]

    def likeness(self, seen: Appearance | None) -> float:
        """Returns how much the face looks as it did, -1..1; 1 if it was not looked at."""
        return 1.0 if seen is None else max((each.likeness(seen) for each in self.appearances), default=1.0)

    def expected(self, time_s: float) -> Place:
        """Returns the expected centre of the face at `time_s` if it moves on as before the disturbance."""
        return self.motion.expected(time_s, trusting_until_s=self.seen_s - _UNTRUSTED_S)


class Tracks:
    """The identities of one video. Frames come in order of time; every frame starts with `enter`."""

    def __init__(self, *, max_faces: int, memory_s: float = MEMORY_S) -> None:
        self._max_faces = max_faces
        self._memory_s = memory_s
        self._tracks: dict[int, Track] = {}
        self._next_id = 0
        self._time_s = 0.0
        self._scene = 0

    def enter(self, time_s: float, scene: int, *, is_dissolved: bool = False) -> None:
        """Begins a frame: what lives in another scene is lost with it; what was lost too long ago is forgotten. If the
        scene before `is_dissolved` in this one, so is all: its picture fades and goes on for a while."""
        self._time_s, self._scene = time_s, scene
        if is_dissolved:
            self._tracks.clear()
        for track in self._tracks.values():
            if track.live and track.scene != scene:
                track.live, track.gone_suddenly = False, True
        oldest_s = time_s - self._memory_s
        lost = [track for track in self._tracks.values() if not track.live]
        # Beyond the number of faces the ones lost longest ago go: a strobing scene must not fill the memory.
        surplus = sorted(lost, key=lambda track: (-track.seen_s, track.face_id))[self._max_faces :]
        for track in [*(track for track in lost if track.seen_s < oldest_s), *surplus]:
            self._tracks.pop(track.face_id, None)

    def live(self) -> list[Track]:
        """The faces seen in the last frame that looked for them, by ascending identity."""
        return [track for _, track in sorted(self._tracks.items()) if track.live]

    def lost(self) -> list[Track]:
        """The faces that may come back into this scene, the latest lost first."""
        lost = [track for track in self._tracks.values() if not track.live and track.scene == self._scene]
        return sorted(lost, key=lambda track: (-track.seen_s, track.face_id))

    def free_places(self) -> int:
        """Returns how many more faces may be live."""
        return self._max_faces - len(self.live())

    def see(self, face_id: int, seen: Sighting) -> None:
        """The live face `face_id` is seen in this frame."""
        track = self._tracks[face_id]
        track.strangeness = _strangeness(track, seen, self._time_s)
        track.box, track.seen_s, track.shape = seen.box, self._time_s, track.shape.towards(seen.shape)
        track.motion.see(self._time_s, seen.box)

    def remember(self, face_id: int, seen: Appearance) -> None:
        """The face `face_id` looked like that when it was last seen; nothing if it is forgotten."""
        if face_id in self._tracks:
            self._tracks[face_id].remember(seen)

    def lose(self, face_id: int, *, suddenly: bool = False) -> None:
        """The live face `face_id` is not in this frame; `suddenly`: all that was seen of it changed at once."""
        self._tracks[face_id].live, self._tracks[face_id].gone_suddenly = False, suddenly

    def lose_duplicates(self) -> list[int]:
        """Loses all but one of the live faces that lie on one another, and returns their identities. The one that fits
        the face better stays, the older one if both fit."""
        gone: list[int] = []
        live = self.live()
        boxes = stacked(track.box for track in live)
        is_same = same_face(boxes, boxes).tolist() if len(live) > 1 else [[False]] * len(live)
        for index, track in enumerate(live):
            older = zip(live[:index], is_same[index][:index], strict=True)
            for rival in (rival for rival, same in older if same and rival.live):
                loser = rival if track.strangeness < rival.strangeness - _CLEARLY_BETTER else track
                loser.live = False
                gone.append(loser.face_id)
                if loser is track:
                    break
        return gone

    def admit(self, found: Sequence[Sighting]) -> list[int | None]:
        """Gives newly found faces an identity, the largest first; None if a face overlaps a live one, or if the limit
        is reached. Those that fit a lost one take its identity, the best fits first; the others get new ones."""
        order = np.argsort(-areas(stacked(seen.box for seen in found)), kind="stable").tolist()
        placed = self._with_a_place([(index, found[index]) for index in order])
        returned = self._returned(placed)
        given: list[int | None] = [None] * len(found)
        for index, seen in placed:
            given[index] = self._begin(seen) if index not in returned else self._go_on(returned[index], seen)
        return given

    def _with_a_place(self, found: list[tuple[int, Sighting]]) -> list[tuple[int, Sighting]]:
        """Those that are no live face and none before them, as many as there are places."""
        placed: list[tuple[int, Sighting]] = []
        live = stacked(track.box for track in self.live())
        for index, seen in found:
            taken = np.concatenate([live, stacked(other.box for _, other in placed)])
            if len(taken) < self._max_faces and not same_face(seen.box[None], taken).any():
                placed.append((index, seen))
        return placed

    def _returned(self, found: list[tuple[int, Sighting]]) -> dict[int, Track]:
        """Index of a found face -> the lost one that it is."""
        lost = [track for track in self._tracks.values() if not track.live]
        # A picture that goes on over what looks like a cut: tiles have changed, and others may come back as well.
        same_scenes = {track.scene for track in lost if any(self._same_picture(track, seen) for _, seen in found)}
        for track in lost:
            track.scene = self._scene if track.scene in same_scenes else track.scene
        fits = [(self._cost(track, seen), track, index) for track in lost for index, seen in found]
        returned: dict[int, Track] = {}
        for strangeness, track, index in sorted(fits, key=lambda fit: fit[0]):
            if math.isfinite(strangeness) and index not in returned and track not in returned.values():
                returned[index] = track
        return returned

    def _same_picture(self, lost: Track, seen: Sighting) -> float:
        """Returns how alike the two are if a found face is the picture of one lost a moment ago, else 0."""
        if not lost.appearances or seen.appearance is None or self._time_s - lost.seen_s > _SAME_PICTURE_S:
            return 0.0
        return lost.appearances[-1].is_picture_of(seen.appearance)

    def _cost(self, lost: Track, seen: Sighting) -> float:
        """Returns the cost of taking a found face for a lost one, wherever it is if it is the same picture."""
        if (likeness := self._same_picture(lost, seen)) > 0:
            return 1 - likeness
        # What hides a face little by little spoils its picture, and then that of the face when it shows again.
        looks = lost.likeness(seen.appearance) if lost.gone_suddenly else 1.0
        if lost.scene != self._scene or looks < GOES_ON:
            return math.inf
        return _strangeness(lost, seen, self._time_s) + (1 - looks)

    def _begin(self, seen: Sighting) -> int:
        face_id = self._next_id
        self._next_id += 1
        motion = Motion(self._time_s, seen.box)
        self._tracks[face_id] = Track(face_id, seen.box, self._time_s, self._scene, seen.shape, motion)
        self._tracks[face_id].remember(seen.appearance)
        return face_id

    def _go_on(self, lost: Track, seen: Sighting) -> int:
        lost.motion.resume(self._time_s, seen.box)
        lost.live, lost.box, lost.seen_s, lost.scene = True, seen.box, self._time_s, self._scene
        lost.gone_suddenly, lost.strangeness, lost.shape = False, 0.0, lost.shape.towards(seen.shape)
        lost.remember(seen.appearance)
        return lost.face_id


def _strangeness(track: Track, seen: Sighting, time_s: float) -> float:
    """Returns the cost of matching a sighting at `time_s` with a track: 0 is perfect, infinite is impossible."""
    side, seen_side = side_of(track.box), side_of(seen.box)
    ratio, unit = side / seen_side, (side + seen_side) / 2
    unlikeness = track.shape.unlikeness(seen.shape)
    if unlikeness > _MAX_UNLIKENESS or not 1 / _MAX_SIZE_RATIO <= ratio <= _MAX_SIZE_RATIO:
        return math.inf
    stayed, expected, centre = centre_of(track.box), track.expected(time_s), centre_of(seen.box)
    if distance_to_way(centre, stayed, expected) / unit > _MAX_SHIFT_SIDES:
        return math.inf
    from_expected, from_stayed = (math.dist(centre, place) / unit for place in (expected, stayed))
    shift = min(from_expected, from_stayed + _STAYED_SIDES)
    return shift + abs(math.log2(ratio)) + unlikeness / _UNLIKENESS_SCALE
