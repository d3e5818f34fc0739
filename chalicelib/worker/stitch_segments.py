"""The parts that workers of segments have stored, as one stream of frames."""

from collections.abc import Generator, Iterator
from pathlib import Path

from chalicelib.domain.jobs import Job
from chalicelib.domain.measurements.metrics import FrameMetrics
from chalicelib.domain.measurements.stitching import stitch
from chalicelib.domain.segments import SegmentPlan, part_key
from chalicelib.formats.partial_metrics import PartialCounts
from chalicelib.services.ports import MediaStore
from chalicelib.worker.part_measurer import StoredPart, require_all_decoded


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
