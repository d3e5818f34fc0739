"""The summary once more, the slow and obvious way: every frame in memory, one question at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from chalicelib.domain.measurements.events import EventDefinition
from chalicelib.domain.measurements.metrics import FrameMetrics
from chalicelib.domain.measurements.validity import InvalidReason, Reasons


@dataclass(frozen=True)
class Sighting:
    """One face in one frame: the frame's number, its beginning and end, the values, and what speaks against them."""

    index: int
    start_s: float
    end_s: float
    values: dict[str, float]
    reasons: Reasons

    @property
    def weight(self) -> Fraction:
        duration = Fraction(self.end_s) - Fraction(self.start_s)
        return duration or Fraction(1)


def ends_of(frames: Sequence[FrameMetrics]) -> list[float]:
    """The end of each frame: the next one's beginning, but before a damaged picture at most as long as the frame before
    lasted; the last lasts as long as the one before it."""
    ends: list[float] = []
    lasted = 0.0
    for frame, following in pairwise(frames):
        step = following.time_s - frame.time_s
        is_hole = _is_damaged(following) and not _is_damaged(frame) and 0.0 < lasted < step
        ends.append(frame.time_s + lasted if is_hole else following.time_s)
        lasted = lasted if is_hole else step
    return [*ends, frames[-1].time_s + lasted]


def _is_damaged(frame: FrameMetrics) -> bool:
    return any(InvalidReason.SMEARED in face.invalid_reasons for face in frame.faces)


def sightings_of(frames: Sequence[FrameMetrics], face_id: int) -> list[Sighting]:
    return [
        Sighting(index, frame.time_s, end_s, dict(face.values), face.invalid_reasons)
        for index, (frame, end_s) in enumerate(zip(frames, ends_of(frames), strict=True))
        for face in frame.faces
        if face.face_id == face_id
    ]


def weighted_mean(sightings: Sequence[Sighting], metric: str) -> float:
    total = sum(each.weight * Fraction(each.values[metric]) for each in sightings)
    return float(total / sum(each.weight for each in sightings))


def share_above(sightings: Sequence[Sighting], metric: str, threshold: float) -> float:
    above = sum((each.weight for each in sightings if each.values[metric] > threshold), Fraction(0))
    return float(above / sum(each.weight for each in sightings))


def events_of(sightings: Sequence[Sighting], definition: EventDefinition) -> list[tuple[float, float, float, float]]:
    """Each event's start, end, peak and time of the peak."""
    high = definition.enter > definition.leave
    found: list[list[Sighting]] = []
    goes_on = False
    for before, each in zip([None, *sightings], sightings, strict=False):
        value = each.values[definition.metric]
        if before is None or each.index != before.index + 1 or before.end_s < each.start_s:
            goes_on = False
        enters = value >= definition.enter if high else value <= definition.enter
        leaves = value < definition.leave if high else value > definition.leave
        if goes_on and not leaves:
            found[-1].append(each)
        elif enters:
            found.append([each])
            goes_on = True
        else:
            goes_on = False
    return [
        (group[0].start_s, group[-1].end_s, strongest.values[definition.metric], strongest.start_s)
        for group in found
        for strongest in [
            (max if high else min)(group, key=lambda each: each.values[definition.metric]),
        ]
        if definition.lasts_long_enough(round(group[-1].end_s - group[0].start_s, 6))
    ]
