"""Long videos: divided into segments, whose parts are stitched."""

from collections.abc import Generator, Iterator
from pathlib import Path

from chalicelib.analysis.media.frames import MediaInfo
from chalicelib.domain.jobs import Job
from chalicelib.domain.measurements.metrics import FrameMetrics
from chalicelib.domain.measurements.stitching import stitch
from chalicelib.domain.measurements.stretch import Stretch
from chalicelib.domain.requests.recipes import Recipe
from chalicelib.domain.requests.result_formats import ResultVideo
from chalicelib.domain.segments import MIN_LEAD_IN_FRAMES, SegmentPlan, part_key, plan_segments
from chalicelib.formats.partial_metrics import PartialCounts
from chalicelib.services.ports import MediaStore
from chalicelib.settings import Settings
from chalicelib.worker.part_measurer import StoredPart, require_all_decoded

_WORK_WITH_FILM = 3.0
"""Times the work of measuring alone."""
_LEAST_BYTES_PER_S = 50.0
"""Less, on average, and the clock has gaps, or nothing moves: segments are longer, by what the file holds."""


def divide(
    path: Path, info: MediaInfo, settings: Settings, recipe: Recipe, *, was_interrupted: bool
) -> SegmentPlan | None:
    """Returns the segments of an opened media file, or of the stretch of it that `info` is about; None if it is short,
    small, or of unknown duration.

    A run that was interrupted may have had too many faces for the time limit of a Lambda: it is divided if it is long
    enough for two segments. A film to render takes up to twice the time of measuring, so it is divided sooner.
    """
    if settings.batch_queue is None or settings.batch_job_definition is None:
        return None
    is_long = info.duration_s is not None and info.duration_s * _work_of(recipe) > settings.segment_above_s
    size_bytes = path.stat().st_size
    is_large = size_bytes > settings.segment_above_bytes
    if info.kind != "video" or not (is_long or is_large or was_interrupted):
        return None
    if info.duration_s is None:
        return None
    return plan_segments(
        origin_s=info.begins_s,
        duration_s=info.duration_s,
        segment_s=settings.segment_s * max(_LEAST_BYTES_PER_S * info.duration_s / max(size_bytes, 1), 1.0),
        overlap_s=_overlap_s(settings, recipe.stretch),
        frames_total=info.frames_total,
        frame_size=info.frame_size,
    )


def _work_of(recipe: Recipe) -> float:
    return 1.0 if recipe.video is ResultVideo.NONE else _WORK_WITH_FILM


def _overlap_s(settings: Settings, stretch: Stretch) -> float:
    if stretch.frames_per_second is None:
        return settings.segment_overlap_s
    return max(settings.segment_overlap_s, MIN_LEAD_IN_FRAMES / stretch.frames_per_second)


def stitched_frames(media: MediaStore, job: Job, plan: SegmentPlan, directory: Path) -> Generator[FrameMetrics]:
    """Yields every frame of the video once. Keeps one part at a time in `directory`.

    Raises `MediaError` at the end if too little of the whole video could be decoded.
    """
    counts: list[PartialCounts] = []
    yield from stitch((_part(media, job, index, directory, counts) for index in range(plan.count)), plan)
    require_all_decoded(counts)


def _part(
    media: MediaStore, job: Job, index: int, directory: Path, counts: list[PartialCounts]
) -> Iterator[FrameMetrics]:
    path = directory / "part"
    media.load(part_key(job.account_id, job.id, job.run, index), path)
    part = StoredPart(path)
    yield from part.frames()
    if part.counts is not None:
        counts.append(part.counts)
    path.unlink()
