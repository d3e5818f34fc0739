"""Long videos in segments of time that are analysed in parallel and then stitched.

A segment contributes the frames from its start up to the start of the next. Its analysis begins some seconds earlier,
in the lead-in: the previous segment measures the same faces there, which matches the face ids.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.domain.measurements.frame_size import FrameSize

MAX_SEGMENTS = 120
"""All segments report to one row, whose size and rate of writes this bounds."""

PARALLEL_LEAD_IN_S = 2.0
"""Longer than a lost face is remembered, and what each part but the first costs more than its share."""

MAX_PARALLEL_PARTS = 16
"""As many processors as a Fargate task has at the most."""


MIN_LEAD_IN_FRAMES = 4
"""So many frames have to be measured by both parts, or faces could not be matched."""

# A lead-in is a thirtieth of it.
_PARALLEL_PART_S = 60.0
# Of two parts, who measures the first writes the results of both, some twentieth of the work.
_FIRST_SHARE = 0.47


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a video. Its frames are those with `start_s <= time < end_s`; None means an open end, because the
    first and the last segment accept all times. `lead_in_s` is the time from which it is analysed."""

    index: int
    lead_in_s: float | None
    start_s: float | None
    end_s: float | None


@dataclass(frozen=True, slots=True)
class SegmentPlan:
    """The division of a video: `count` parts of `segment_s` seconds from the time of its first frame, `origin_s`, each
    with a lead-in of `overlap_s`. `duration_s` comes from the container; `frames_total` is for progress only.
    `media_key` is the key of the input, `frame_size` the size to which its frames are scaled; `media_s` the length of
    the whole video if only a stretch of it is divided; they are None in older plans.
    """

    count: int
    origin_s: float
    segment_s: float
    overlap_s: float
    duration_s: float
    frames_total: int | None = None
    media_key: str | None = None
    frame_size: FrameSize | None = None
    media_s: float | None = None

    def segment(self, index: int) -> Segment:
        """Part `index`, from 0. Raises ValueError for one that there is not."""
        if not 0 <= index < self.count:
            raise ValueError(f"there is no segment {index} of {self.count}")
        start_s = self.seam_s(index) if index > 0 else None
        return Segment(
            index=index,
            lead_in_s=None if start_s is None else start_s - self.overlap_s,
            start_s=start_s,
            end_s=self.seam_s(index + 1) if index + 1 < self.count else None,
        )

    def seam_s(self, index: int) -> float:
        """Returns the start of part `index`, exactly the end of the previous part."""
        return self.origin_s + index * self.segment_s


def plan_segments(
    *,
    origin_s: float,
    duration_s: float,
    segment_s: float,
    overlap_s: float,
    frames_total: int | None,
    frame_size: FrameSize | None = None,
) -> SegmentPlan | None:
    """At most `MAX_SEGMENTS` equal parts of about `segment_s` seconds; None for a video that would be one part only."""
    count = min(math.ceil(duration_s / max(segment_s, 2 * overlap_s)), MAX_SEGMENTS)
    if count < 2:
        return None
    return SegmentPlan(count, origin_s, duration_s / count, overlap_s, duration_s, frames_total, frame_size=frame_size)


def plan_parallel(
    *, origin_s: float, duration_s: float, frames_total: int | None, frame_size: FrameSize | None = None
) -> SegmentPlan:
    """Parts that are about the same work, for a video that one worker measures in several processes: two, or as many
    as have a minute each, in pairs, so that two processes are done at about the same time."""
    count = min(max(2 * int(duration_s / (2 * _PARALLEL_PART_S)), 2), MAX_PARALLEL_PARTS)
    part_s = duration_s / count if count > 2 else _FIRST_SHARE * duration_s + PARALLEL_LEAD_IN_S / 2
    return SegmentPlan(count, origin_s, part_s, PARALLEL_LEAD_IN_S, duration_s, frames_total, frame_size=frame_size)


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """The state of the segments of one run of a job, by index in decimal digits. `array_id` is the id of their array in
    Batch, None before it is submitted; `attempts` counts the starts of each, `frames` its measured frames; `done` has
    those whose part of the result is stored, `providers` their execution providers.
    """

    account_id: str
    job_id: str
    run: int
    count: int
    begun: datetime
    array_id: str | None = None
    attempts: Mapping[str, int] = field(default_factory=dict)
    frames: Mapping[str, int] = field(default_factory=dict)
    done: Mapping[str, bool] = field(default_factory=dict)
    providers: Mapping[str, str] = field(default_factory=dict)

    @property
    def frames_done(self) -> int:
        """The frames of all segments so far."""
        return sum(self.frames.values())

    @property
    def provider(self) -> str:
        """Returns the execution providers of all segments, each once."""
        return ", ".join(sorted(set(self.providers.values())))

    @property
    def is_complete(self) -> bool:
        """Returns True if every segment is done."""
        return len(self.done) == self.count


def work_prefix(account_id: str, job_id: str, run: int) -> str:
    """Returns the prefix of the object keys of a run's parts, which no other run has."""
    return f"work/{account_id}/{job_id}/{run}/"


def part_key(account_id: str, job_id: str, run: int, index: int) -> str:
    """The object key of a segment's part of the result: the same for every attempt."""
    return f"{work_prefix(account_id, job_id, run)}{index}"
