"""Measures how often identities change, counted frame by frame against the truth.

Counted are

* switches: a true face is found under another identity than when it was found last ("mismatches" in CLEAR MOT:
  K. Bernardin, R. Stiefelhagen, Evaluating Multiple Object Tracking Performance, 2008);
* transfers: an identity is on another true face than when it was seen last. CLEAR MOT does not count them, and an
  identity that survives a cut would go unseen;
* misses, false faces, and IDF1 over the whole clip (E. Ristani et al., Performance Measures and a Data Set for
  Multi-Target, Multi-Camera Tracking, 2016).

A found face is of a true one if their boxes overlap by half (intersection over union); the pairs of the frame before
come first, as CLEAR MOT has it. True faces that are not clear (half hidden, half outside, half faded) may be found or
not, and count for nothing.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from chalicelib.analysis.faces.boxes import overlaps
from chalicelib.analysis.faces.tracker import TrackedFace
from lab.evaluation.painted_scenes import TrueFace

_SAME_OVERLAP = 0.5


@dataclass(frozen=True, slots=True)
class ClipIdentities:
    """One clip's counts. `truths`: true faces that are to have an identity of their own; `identities`: those given."""

    name: str
    frames: int
    truths: int
    identities: int
    switches: int
    transfers: int
    misses: int
    false_faces: int
    idf1: float


class IdentityCounts:
    """Holds tracked frames against their truth, frame by frame."""

    def __init__(self) -> None:
        self._identity_of: dict[int, int] = {}
        self._truth_of: dict[int, int] = {}
        self._pairs: Counter[tuple[int, int]] = Counter()
        self._true_frames: Counter[int] = Counter()
        self._found_frames: Counter[int] = Counter()
        self.frames = self.switches = self.transfers = self.misses = self.false_faces = 0

    def add(self, truth: Iterable[TrueFace], found: Iterable[TrackedFace]) -> None:
        """The next frame: what it shows, and what was tracked."""
        truth, found = list(truth), list(found)
        matches = self._matches(truth, found)
        self.frames += 1
        matched = {true_id for true_id, _ in matches}
        self.misses += sum(face.clear and face.true_id not in matched for face in truth)
        self.false_faces += len(found) - len(matches)
        unclear = {face.true_id for face in truth if not face.clear}
        for true_id, face_id in matches:
            if true_id in unclear:
                continue
            self.switches += self._identity_of.get(true_id, face_id) != face_id
            self.transfers += self._truth_of.get(face_id, true_id) != true_id
            self._identity_of[true_id], self._truth_of[face_id] = face_id, true_id
            self._pairs[true_id, face_id] += 1
        self._true_frames.update(face.true_id for face in truth if face.clear)
        counted = {face_id for true_id, face_id in matches if true_id in unclear}
        self._found_frames.update(face.face_id for face in found if face.face_id not in counted)

    def result(self, name: str) -> ClipIdentities:
        """The counts so far, under the clip's name."""
        return ClipIdentities(
            name=name,
            frames=self.frames,
            truths=len(self._true_frames),
            identities=len(self._truth_of.keys() | self._found_frames.keys()),
            switches=self.switches,
            transfers=self.transfers,
            misses=self.misses,
            false_faces=self.false_faces,
            idf1=self._idf1(),
        )

    def _matches(self, truth: list[TrueFace], found: list[TrackedFace]) -> list[tuple[int, int]]:
        """(true id, face id) of each pair."""
        if not truth or not found:
            return []
        shared = overlaps(_boxes(face.box for face in truth), _boxes(face.mesh.box for face in found))
        kept = np.array([[self._identity_of.get(one.true_id) == other.face_id for other in found] for one in truth])
        allowed = shared >= _SAME_OVERLAP
        rows, columns = linear_sum_assignment(-np.where(allowed, shared + 2.0 * kept, 0.0))
        pairs = [(row, column) for row, column in zip(rows, columns, strict=True) if allowed[row, column]]
        return [(truth[row].true_id, found[column].face_id) for row, column in pairs]

    def _idf1(self) -> float:
        true_ids, face_ids = sorted(self._true_frames), sorted(self._found_frames)
        shared = np.array([[self._pairs[true_id, face_id] for face_id in face_ids] for true_id in true_ids])
        if not shared.size:
            return 0.0
        best = shared[linear_sum_assignment(-shared)].sum()
        return float(2 * best / (self._true_frames.total() + self._found_frames.total()))


def _boxes(boxes: Iterable[NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.array(list(boxes), dtype=np.float64).reshape(-1, 4)
