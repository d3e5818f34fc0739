"""The stretch of a video that a job measures."""

from dataclasses import replace

from chalicelib.analysis.media.frames import MediaInfo
from chalicelib.domain.measurements.stretch import Stretch
from chalicelib.errors import MediaError


def stretched(info: MediaInfo, stretch: Stretch) -> MediaInfo:
    """What is known of a stretch of a video; of a still image, all. Raises `MediaError` if the file ends before."""
    if info.kind == "image" or stretch.is_whole:
        return info
    if info.duration_s is None:
        return replace(info, begins_s=max(info.begins_s, stretch.anchor_s), frames_total=None)
    ends_s = info.begins_s + info.duration_s
    begins_s = max(info.begins_s, stretch.anchor_s)
    if begins_s >= ends_s:
        raise MediaError(f"The video ends at {ends_s:.3f} s, before start_s ({begins_s:g}); choose an earlier start_s.")
    duration_s = min(ends_s, ends_s if stretch.end_s is None else stretch.end_s) - begins_s
    if duration_s <= 0.0:
        raise MediaError(
            f"The video begins at {begins_s:.3f} s, after end_s ({stretch.end_s:g}); choose a later end_s."
        )
    frames_total = None if info.frames_total is None else info.frames_total * duration_s / info.duration_s
    if frames_total is not None and stretch.frames_per_second is not None:
        frames_total = min(frames_total, duration_s * stretch.frames_per_second)
    total = None if frames_total is None else max(round(frames_total), 1)
    return replace(info, begins_s=begins_s, duration_s=duration_s, frames_total=total)
