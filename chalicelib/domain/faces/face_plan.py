"""The faces of a result after its corrections.

Corrections apply one after the other, each to the faces that those before it have left. A split takes effect at the
first frame that is not earlier than its time.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import TypeVar

from chalicelib.domain.faces.corrections import MAX_FACE_ID, Action, Correction
from chalicelib.domain.faces.face_index import FaceIndex
from chalicelib.domain.measurements.metrics import FaceMetrics, FrameMetrics
from chalicelib.errors import Invalid

T = TypeVar("T")
Run = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Part:
    """The frames from `begin` to before `end` of a measured face."""

    measured_id: int
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class PlannedFace:
    """A face after all corrections. Times in seconds, of the first and last frame that has it."""

    face_id: int
    name: str | None
    first_seen_s: float
    last_seen_s: float
    frames: int


@dataclass(frozen=True, slots=True)
class FacePlan:
    """The faces after all `corrections`: the parts of measured faces that each is made of, and their names. The
    corrections are as they were asked for, with the new ids of splits."""

    index: FaceIndex
    corrections: tuple[Correction, ...]
    parts: Mapping[int, Sequence[Part]]
    names: Mapping[int, str]

    def faces(self) -> Iterator[PlannedFace]:
        """Every face, by ascending id."""
        times_s = self.index.times_s
        for face_id in sorted(self.parts):
            runs = _runs(self.parts[face_id], self.index)
            frames = sum(last - first + 1 for first, last in runs)
            yield PlannedFace(face_id, self.names.get(face_id), times_s[runs[0][0]], times_s[runs[-1][1]], frames)

    def applied(self, frames: Iterable[FrameMetrics]) -> Iterator[FrameMetrics]:
        """Yields all frames of the result with these faces instead of the measured ones."""
        pieces: dict[int, list[tuple[int, int, int]]] = {face_id: [] for face_id in self.index.spans}
        for face_id, parts in self.parts.items():
            for part in parts:
                pieces[part.measured_id].append((part.begin, part.end, face_id))
        for number, frame in enumerate(frames):
            kept = (
                _renamed(face, face_id)
                for face in frame.faces
                for begin, end, face_id in pieces.get(face.face_id, ())
                if begin <= number < end
            )
            yield replace(frame, faces=tuple(sorted(kept, key=lambda face: face.face_id)))


def plan_faces(index: FaceIndex, corrections: Iterable[Correction]) -> FacePlan:
    """Applies the corrections in order. Raises `Invalid`, with a sentence for people, if one of them is impossible."""
    planner = _Planner(index)
    planned = tuple(map(planner.add, corrections))
    return FacePlan(index, planned, planner.parts, planner.names)


class _Planner:
    """The faces after the corrections so far."""

    def __init__(self, index: FaceIndex) -> None:
        self._index = index
        self._next_id = max(index.spans, default=-1) + 1
        self._taken = set(index.spans)
        self.parts: dict[int, list[Part]] = {face_id: [Part(face_id, 0, len(index.times_s))] for face_id in index.spans}
        self.names: dict[int, str] = {}

    def add(self, correction: Correction) -> Correction:
        """Applies a correction and returns it, with its new id if it is a split."""
        self._check_there(correction.face_id)
        if correction.action is Action.MERGE:
            self._merge(correction.face_id, _given(correction.into))
        elif correction.action is Action.SPLIT:
            return self._split(correction, _given(correction.at_s))
        elif correction.action is Action.IGNORE:
            del self.parts[correction.face_id]
            self.names.pop(correction.face_id, None)
        else:
            self._name(correction.face_id, correction.name)
        return correction

    def _check_there(self, face_id: int) -> None:
        if face_id in self.parts:
            return
        if face_id in self._taken:
            raise Invalid(f"Face {face_id} was merged or ignored by an earlier correction; take that back first.")
        raise Invalid(f"There is no face {face_id} in this result; use an id that its files have.")

    def _merge(self, face_id: int, into: int) -> None:
        self._check_there(into)
        if face_id == into:
            raise Invalid(f"Face {face_id} cannot be merged into itself; name another face.")
        common = _common(_runs(self.parts[face_id], self._index), _runs(self.parts[into], self._index))
        if common is not None:
            raise Invalid(
                f"Faces {face_id} and {into} are both seen at {_text(self._index.times_s[common])} s, so they are not "
                "one person; split or ignore what is wrong first."
            )
        self.parts[into] += self.parts.pop(face_id)
        name = self.names.pop(face_id, None)
        if name is not None:
            self.names.setdefault(into, name)

    def _split(self, correction: Correction, at_s: float) -> Correction:
        frame = bisect_left(self._index.times_s, at_s)
        parts = self.parts[correction.face_id]
        before = self._seen(Part(part.measured_id, part.begin, min(part.end, frame)) for part in parts)
        after = self._seen(Part(part.measured_id, max(part.begin, frame), part.end) for part in parts)
        if not before or not after:
            runs = _runs(parts, self._index)
            first, last = (_text(self._index.times_s[each]) for each in (runs[0][0], runs[-1][1]))
            raise Invalid(
                f"Face {correction.face_id} is seen from {first} s to {last} s and cannot be split at "
                f"{_text(at_s)} s; give a time after the first and not after the last."
            )
        new_id = self._new_id(correction.new_face_id)
        self.parts[correction.face_id], self.parts[new_id] = before, after
        return replace(correction, new_face_id=new_id)

    def _new_id(self, wanted: int | None) -> int:
        new_id = self._next_id if wanted is None else wanted
        if new_id in self._taken:
            raise Invalid(f"The result has a face {new_id} already; leave new_face_id out to get a free id.")
        if new_id > MAX_FACE_ID:
            raise Invalid(f"Face ids end at {MAX_FACE_ID}; give a smaller new_face_id to an earlier split.")
        self._taken.add(new_id)
        self._next_id = max(self._next_id, new_id + 1)
        return new_id

    def _name(self, face_id: int, name: str | None) -> None:
        if name is None:
            self.names.pop(face_id, None)
            return
        other = next((each for each, known in self.names.items() if known == name and each != face_id), None)
        if other is not None:
            raise Invalid(f"Face {other} is called {name} already; merge the two if they are one person.")
        self.names[face_id] = name

    def _seen(self, parts: Iterable[Part]) -> list[Part]:
        """The parts that have a frame."""
        return [part for part in parts if any(_clipped(part, self._index.spans[part.measured_id]))]


def _text(time_s: float) -> str:
    return f"{time_s:.3f}".rstrip("0").rstrip(".")


def _given(value: T | None) -> T:
    if value is None:
        raise ValueError("a correction lacks a member of its action")
    return value


def _runs(parts: Iterable[Part], index: FaceIndex) -> list[Run]:
    """The spans of frames, first and last, in which any of these parts is seen, in order."""
    return sorted(run for part in parts for run in _clipped(part, index.spans[part.measured_id]))


def _clipped(part: Part, spans: Sequence[Run]) -> Iterator[Run]:
    if part.begin >= part.end:
        return
    for place in range(bisect_left(spans, part.begin, key=itemgetter(1)), len(spans)):
        first, last = spans[place]
        if first >= part.end:
            return
        yield max(first, part.begin), min(last, part.end - 1)


def _common(one: Sequence[Run], other: Sequence[Run]) -> int | None:
    """The first frame that is in a run of both."""
    place = 0
    for first, last in one:
        while place < len(other) and other[place][1] < first:
            place += 1
        if place < len(other) and other[place][0] <= last:
            return max(first, other[place][0])
    return None


def _renamed(face: FaceMetrics, face_id: int) -> FaceMetrics:
    return face if face.face_id == face_id else replace(face, face_id=face_id)
