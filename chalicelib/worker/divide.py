"""Divides a long video into segments."""

from pathlib import Path

from chalicelib.analysis.media.frames import MediaInfo
from chalicelib.domain.measurements.stretch import Stretch
from chalicelib.domain.segments import MIN_LEAD_IN_FRAMES, SegmentPlan, plan_segments
from chalicelib.settings import Settings


def divide(
    path: Path, info: MediaInfo, settings: Settings, *, stretch: Stretch, was_interrupted: bool
) -> SegmentPlan | None:
    """Returns the segments of an opened media file, or of the stretch of it that `info` is about; None if it is short,
    small, or of unknown duration.

    A run that was interrupted may have had too many faces for the time limit of a Lambda: it is divided if it is long
    enough for two segments.
    """
    if settings.batch_queue is None or settings.batch_job_definition is None:
        return None
    is_long = info.duration_s is not None and info.duration_s > settings.segment_above_s
    is_large = path.stat().st_size > settings.segment_above_bytes
    if info.kind != "video" or not (is_long or is_large or was_interrupted):
        return None
    if info.duration_s is None:
        return None
    return plan_segments(
        origin_s=info.begins_s,
        duration_s=info.duration_s,
        segment_s=settings.segment_s,
        overlap_s=_overlap_s(settings, stretch),
        frames_total=info.frames_total,
        frame_size=info.frame_size,
    )


def _overlap_s(settings: Settings, stretch: Stretch) -> float:
    if stretch.frames_per_second is None:
        return settings.segment_overlap_s
    return max(settings.segment_overlap_s, MIN_LEAD_IN_FRAMES / stretch.frames_per_second)
