"""A video in two halves, which two processes measure in parallel, each into a part as segments are.

Python computes in one thread of a process at a time, so one process leaves half of a second processor idle. The seam
depends on the video alone: a machine with one processor measures the halves one after the other, with the same numbers.
"""

import logging
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, closing
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Protocol

from chalicelib.analysis.media.frames import MediaInfo
from chalicelib.analysis.media.video_spans import SEEKABLE_FORMATS
from chalicelib.domain.measurements.metrics import FrameMetrics
from chalicelib.domain.measurements.stitching import stitch
from chalicelib.domain.requests.recipes import Recipe
from chalicelib.domain.segments import HALVES_LEAD_IN_S, MIN_LEAD_IN_FRAMES, Segment, SegmentPlan, plan_halves
from chalicelib.errors import MediaError
from chalicelib.worker.part_measurer import PartMeasurer, StoredPart, require_all_decoded, span_of
from chalicelib.worker.second_process import PartRequest, RunningPart, SecondProcess, SecondProcessUnavailable

# The second half begins two seconds early: of anything shorter that would be too much.
_MIN_DURATION_S = 12.0
# Of a frame. Of larger ones decoding is most of the work, which FFmpeg does in threads of its own, and the second half
# decodes from the key frame before it, up to ten seconds.
_MAX_PIXELS = 1_500_000

_log = logging.getLogger(__name__)


class Report(Protocol):
    """Receives the progress of the halves."""

    def count_elsewhere(self, measured: Callable[[], int]) -> None:
        """`measured` says how many frames have been measured by now, whether or not they have been passed on."""
        ...

    def go_on(self) -> None:
        """Work continues; called several times a second, and once a second at least."""
        ...


def halves_of(info: MediaInfo, recipe: Recipe) -> SegmentPlan | None:
    """Returns how a video is halved; None if it is short, not a video, very large, or not seekable,
    or has too few frames in the lead-in. `info`: of the recipe's stretch of it.

    A job for one face stays with the first face; the second half would choose another.
    """
    if info.kind != "video" or info.format_name not in SEEKABLE_FORMATS or info.duration_s is None:
        return None
    if info.duration_s < _MIN_DURATION_S or info.width_px * info.height_px > _MAX_PIXELS or recipe.max_faces == 1:
        return None
    rate = recipe.stretch.frames_per_second
    if rate is not None and rate * HALVES_LEAD_IN_S < MIN_LEAD_IN_FRAMES:
        return None
    return plan_halves(
        origin_s=info.begins_s,
        duration_s=info.duration_s,
        frames_total=info.frames_total,
        frame_size=info.frame_size,
    )


def measured_in_halves(
    parts: PartMeasurer,
    path: Path,
    recipe: Recipe,
    plan: SegmentPlan,
    report: Report,
    *,
    directory: Path,
    process: SecondProcess | None,
) -> Generator[FrameMetrics]:
    """Yields every frame of the video `path` once, in order, when the first half is measured. `directory` takes the
    parts. `process` measures the second half; without one, this process does.

    If the halves have no frames with the same times before the seam, as in unusual files, or the second cannot be read,
    all is measured in one pass. Raises `MediaError` as one pass would; anything else is an internal error. Close the
    generator if not all frames are taken.
    """
    first, second = plan.segment(0), plan.segment(1)
    first_part, second_part = directory / "half-0", directory / "half-1"
    running = _begun(process, parts.request(path, recipe, span_of(second, plan, recipe.stretch), second_part), report)
    first_count, second_count = _Count(first, report), _Count(second, report)
    report.count_elsewhere(lambda: first_count.own + (running.own if running else second_count.own))
    measure = partial(parts.measure, path, recipe, in_threads=running is None, while_skipping=report.go_on)
    with ExitStack() as ends:
        if running is not None:
            ends.callback(running.close)
        measure(span_of(first, plan, recipe.stretch), first_part, first_count.passed)
        try:
            if running is None:
                measure(span_of(second, plan, recipe.stretch), second_part, second_count.passed)
            later: RunningPart | StoredPart = running or StoredPart(second_part)
            frames = later.frames()
            lead_in = _until(second.start_s, frames)
        except MediaError:  # one pass will show if the file is at fault
            lead_in = []
        times = [time_s for time_s in first_count.times if time_s >= (second.lead_in_s or 0.0)]
        # Without a common frame, the faces of the two halves cannot be matched.
        if times and times == [frame.time_s for frame in lead_in if frame.time_s < (second.start_s or 0.0)]:
            earlier = StoredPart(first_part)
            yield from stitch((earlier.frames(), chain(lead_in, frames)), plan)
            require_all_decoded([part.counts for part in (earlier, later) if part.counts is not None])
            return
    report.count_elsewhere(int)
    with parts.open(path, recipe, report.go_on) as media, closing(parts.whole(media, recipe)) as measured:
        yield from measured


def _begun(process: SecondProcess | None, request: PartRequest, report: Report) -> RunningPart | None:
    try:
        return None if process is None else process.measure(request, while_waiting=report.go_on)
    except SecondProcessUnavailable as reason:
        _log.warning("the second half of the video is measured after the first: %s", reason)
        return None


def _until(start_s: float | None, frames: Iterator[FrameMetrics]) -> list[FrameMetrics]:
    """The frames before `start_s`, and one more."""
    taken: list[FrameMetrics] = []
    for frame in frames:
        taken.append(frame)
        if frame.time_s >= (start_s or 0.0):
            break
    return taken


class _Count:
    """Counts the frames of its own that a half has so far, and keeps the times of all."""

    def __init__(self, segment: Segment, report: Report) -> None:
        self._segment = segment
        self._report = report
        self.own = 0
        self.times: list[float] = []

    def passed(self, frames: Iterable[FrameMetrics]) -> Iterator[FrameMetrics]:
        for frame in frames:
            yield frame
            self.times.append(frame.time_s)
            self.own += self._segment.start_s is None or frame.time_s >= self._segment.start_s
            self._report.go_on()
