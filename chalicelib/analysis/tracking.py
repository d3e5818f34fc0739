"""Which face is which from frame to frame: identities from boxes and times alone, no pixels.

A track is *live* while its face is seen, *lost* for `MEMORY_S` after, then forgotten; a face that comes back in
time near the place and size at which it was lost takes its identity again. Identities are integers from 0, given in
order and never given twice. What is kept is bounded by the number of faces, however long the video is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.boxes import Boxes, areas, coverages, overlaps

MEMORY_S = 1.5
"""How long a lost face keeps its identity."""

_SAME_FACE_OVERLAP = 0.4
_SAME_FACE_COVERAGE = 0.7
_MAX_SHIFT_SIDES = 1.0
_MAX_SIZE_RATIO = 2.0


@dataclass(slots=True)
class Track:
    """One identity. `box` (4,) in pixels and `seen_s` are of the last time it was seen, in scene `scene`."""

    face_id: int
    box: NDArray[np.float64]
    seen_s: float
    scene: int
    live: bool = True


class Tracks:
    """The identities of one video. Frames come in order of time; every frame starts with `enter`."""

    def __init__(self, *, max_faces: int, memory_s: float = MEMORY_S) -> None:
        self._max_faces = max_faces
        self._memory_s = memory_s
        self._tracks: dict[int, Track] = {}
        self._next_id = 0
        self._time_s = 0.0
        self._scene = 0

    def enter(self, time_s: float, scene: int) -> None:
        """Begins a frame: what lives in another scene is lost with it; what was lost too long ago is forgotten."""
        self._time_s, self._scene = time_s, scene
        for track in self._tracks.values():
            track.live = track.live and track.scene == scene
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
        """How many more faces may live."""
        return self._max_faces - len(self.live())

    def see(self, face_id: int, box: NDArray[np.float64]) -> None:
        """The live face `face_id` is at `box` (4,) in this frame."""
        track = self._tracks[face_id]
        track.box, track.seen_s = box, self._time_s

    def lose(self, face_id: int) -> None:
        """The live face `face_id` is not in this frame."""
        self._tracks[face_id].live = False

    def lose_duplicates(self) -> list[int]:
        """Loses each live face that lies on an older one, and returns their identities."""
        live = self.live()
        boxes = boxes_of(live)
        same = same_face(boxes, boxes)
        gone: list[int] = []
        for index, track in enumerate(live):
            if any(same[index, older] and live[older].live for older in range(index)):
                track.live = False
                gone.append(track.face_id)
        return gone

    def admit(self, boxes: Boxes) -> list[int | None]:
        """Gives newly found faces an identity, the largest first; None where a face lies on a live one, or where no
        place is free. A face near the place of a lost one takes its identity, else it gets a new one."""
        given: list[int | None] = [None] * len(boxes)
        for index in np.argsort(-areas(boxes), kind="stable"):
            box = boxes[index]
            taken = boxes_of(self.live())
            if self.free_places() > 0 and not same_face(box[None], taken).any():
                given[int(index)] = self._identify(box)
        return given

    def _identify(self, box: NDArray[np.float64]) -> int:
        returned = min(
            (track for track in self.lost() if _may_be(track.box, box)),
            key=lambda track: _shift_sides(track.box, box),
            default=None,
        )
        face_id = self._next_id if returned is None else returned.face_id
        if returned is None:
            self._next_id += 1
        self._tracks[face_id] = Track(face_id, box, self._time_s, self._scene)
        return face_id


def boxes_of(tracks: Sequence[Track]) -> Boxes:
    """(N, 4) the last boxes of N tracks."""
    return np.array([track.box for track in tracks], dtype=np.float64).reshape(-1, 4)


def same_face(first: Boxes, second: Boxes) -> NDArray[np.bool_]:
    """(N, M) whether two boxes of one frame are of one face: they overlap much, or one lies mostly in the other."""
    same: NDArray[np.bool_] = (overlaps(first, second) > _SAME_FACE_OVERLAP) | (
        coverages(first, second) > _SAME_FACE_COVERAGE
    )
    return same


def _side(box: NDArray[np.float64]) -> float:
    return float(max((box[2:] - box[:2]).max(), 1e-9))


def _shift_sides(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """The distance of the centres over the mean longer side."""
    apart = (first[:2] + first[2:] - second[:2] - second[2:]) / 2
    return float(np.hypot(*apart)) / ((_side(first) + _side(second)) / 2)


def _may_be(lost: NDArray[np.float64], found: NDArray[np.float64]) -> bool:
    ratio = _side(lost) / _side(found)
    return _shift_sides(lost, found) <= _MAX_SHIFT_SIDES and 1 / _MAX_SIZE_RATIO <= ratio <= _MAX_SIZE_RATIO
