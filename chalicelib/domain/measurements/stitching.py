"""One stream of frames from those of overlapping segments: every frame once, and faces that keep their ids.

The frames of a lead-in were measured twice, at the end of one segment and at the start of the next. Two tracks belong
to one face if their boxes overlap, above all in the last frames before the seam.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from chalicelib.domain.measurements.metrics import FaceMetrics, FrameMetrics
from chalicelib.domain.segments import SegmentPlan
from chalicelib.errors import MienError

_LEFT, _TOP, _WIDTH, _HEIGHT = (f"face box {side}" for side in ("left", "top", "width", "height"))
# Two measurements of one face in one frame differ by a few pixels; neighbours in a group overlap by a fifth at most.
_SAME_FACE_OVERLAP = 0.4
# A frame this much further from the seam counts half: who is who now matters more than who was who before.
_HALF_LIFE_S = 0.5


class SeamMismatch(MienError):
    """Two segments found other frames in the same part of the video, so what they say cannot be joined."""


def stitch(segments: Iterable[Iterable[FrameMetrics]], plan: SegmentPlan) -> Iterator[FrameMetrics]:
    """Yields the frames of all segments in order, each once, as if they came from one pass.

    `segments` has the frames of each in order, with those of its lead-in. A face of a later segment has the id of the
    face before the seam that it continues, else the next free one. Keeps the frames of one lead-in in memory. Raises
    `SeamMismatch` if two segments disagree on the times of the frames that both have.
    """
    next_id = 0
    before: Sequence[FrameMetrics] = ()
    for index, frames in enumerate(segments):
        segment = plan.segment(index)
        lead_in: list[FrameMetrics] = []
        tail: deque[FrameMetrics] = deque()
        ids: dict[int, int] | None = None
        for frame in frames:
            if segment.start_s is not None and frame.time_s < segment.start_s:
                lead_in.append(frame)
                continue
            if ids is None:
                ids = _continued(before, lead_in, segment.start_s)
            for face in frame.faces:
                if face.face_id not in ids:
                    ids[face.face_id] = next_id
                    next_id += 1
            joined = replace(frame, faces=_renamed(frame.faces, ids))
            if segment.end_s is not None and segment.end_s - plan.overlap_s <= frame.time_s < segment.end_s:
                tail.append(joined)
            yield joined
        if ids is None:  # no frame of its own, but a lead-in that has to agree all the same
            _continued(before, lead_in, segment.start_s)
        before = tail


def _continued(before: Sequence[FrameMetrics], lead_in: Sequence[FrameMetrics], seam_s: float | None) -> dict[int, int]:
    """The id before the seam for each id after it that continues one."""
    if [frame.time_s for frame in before] != [frame.time_s for frame in lead_in]:
        raise SeamMismatch(f"two segments disagree on the frames before {seam_s} s")
    weights: dict[tuple[int, int], float] = {}
    for old, new in zip(before, lead_in, strict=True):
        nearness = 2.0 ** ((old.time_s - (seam_s or 0.0)) / _HALF_LIFE_S)
        for first in old.faces:
            for second in new.faces:
                overlap = _overlap(first.values, second.values)
                if overlap >= _SAME_FACE_OVERLAP:
                    pair = (first.face_id, second.face_id)
                    weights[pair] = weights.get(pair, 0.0) + nearness * overlap
    ids: dict[int, int] = {}
    for (old_id, new_id), _ in sorted(weights.items(), key=lambda item: (-item[1], item[0])):
        if new_id not in ids and old_id not in ids.values():
            ids[new_id] = old_id
    return ids


def _renamed(faces: Iterable[FaceMetrics], ids: Mapping[int, int]) -> tuple[FaceMetrics, ...]:
    renamed = (replace(face, face_id=ids[face.face_id]) for face in faces)
    return tuple(sorted(renamed, key=lambda face: face.face_id))


def _overlap(first: Mapping[str, float], second: Mapping[str, float]) -> float:
    """The area that two boxes share over the area of both together."""
    width = _shared(first, second, _LEFT, _WIDTH)
    height = _shared(first, second, _TOP, _HEIGHT)
    shared = max(width, 0.0) * max(height, 0.0)
    both = first[_WIDTH] * first[_HEIGHT] + second[_WIDTH] * second[_HEIGHT] - shared
    return shared / both if both > 0 else 0.0


def _shared(first: Mapping[str, float], second: Mapping[str, float], start: str, length: str) -> float:
    end = min(first[start] + first[length], second[start] + second[length])
    return end - max(first[start], second[start])
