"""A video in a few parts, which several processes measure in parallel, each into a part as segments are.

Python computes in one thread of a process at a time, so one process leaves other processors idle. The seams depend on
the video alone: a machine with one processor measures the parts one after the other, with the same numbers.
"""

import logging
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Protocol

from chalicelib.analysis.media.frames import MediaInfo
from chalicelib.analysis.media.video_spans import SEEKABLE_FORMATS
from chalicelib.domain.measurements.metrics import FrameMetrics
from chalicelib.domain.measurements.stitching import stitch
from chalicelib.domain.requests.recipes import Recipe
from chalicelib.domain.segments import MIN_LEAD_IN_FRAMES, PARALLEL_LEAD_IN_S, Segment, SegmentPlan, plan_parallel
from chalicelib.errors import MediaError
from chalicelib.worker.every import every
from chalicelib.worker.part_measurer import PartMeasurer, StoredPart, require_all_decoded, span_of
from chalicelib.worker.part_process import PartProcess, PartProcessUnavailable, RunningPart

# A part begins two seconds early: of anything shorter that would be too much.
_MIN_DURATION_S = 12.0
# Of a frame. Of larger ones decoding is most of the work, which FFmpeg does in threads of its own, and a later part
# decodes from the key frame before it, up to ten seconds.
_MAX_PIXELS = 1_500_000
# How often a process that has done its part is given another.
_DEAL_S = 0.2

_log = logging.getLogger(__name__)


class Report(Protocol):
    """Receives the progress of the parts."""

    def count_elsewhere(self, measured: Callable[[], int]) -> None:
        """`measured` says how many frames have been measured by now, whether or not they have been passed on."""
        ...

    def go_on(self) -> None:
        """Work continues; called several times a second, and once a second at least."""
        ...


def parallel_plan(info: MediaInfo, recipe: Recipe) -> SegmentPlan | None:
    """Returns how a video is divided; None if it is short, not a video, very large, or not seekable,
    or has too few frames in the lead-in. `info`: of the recipe's stretch of it.

    A job for one face stays with the first face; a later part would choose another.
    """
    if info.kind != "video" or info.format_name not in SEEKABLE_FORMATS or info.duration_s is None:
        return None
    if info.duration_s < _MIN_DURATION_S or info.width_px * info.height_px > _MAX_PIXELS or recipe.max_faces == 1:
        return None
    rate = recipe.stretch.frames_per_second
    if rate is not None and rate * PARALLEL_LEAD_IN_S < MIN_LEAD_IN_FRAMES:
        return None
    return plan_parallel(
        origin_s=info.begins_s,
        duration_s=info.duration_s,
        frames_total=info.frames_total,
        frame_size=info.frame_size,
    )


def measured_in_parallel(
    parts: PartMeasurer,
    path: Path,
    recipe: Recipe,
    plan: SegmentPlan,
    report: Report,
    *,
    directory: Path,
    processes: Sequence[PartProcess] = (),
) -> Generator[FrameMetrics]:
    """Yields every frame of the video `path` once, in order, when all parts but the last are measured. `directory`
    takes the parts. `processes` measure some of them; without any, this process does all.

    If two parts have no frames with the same times before their seam, as in unusual files, or a later part cannot be
    read, all is measured in one pass. Raises `MediaError` as one pass would; anything else is an internal error. Close
    the generator if not all frames are taken.
    """
    with closing(_DealtParts(parts, path, recipe, plan, report=report, directory=directory)) as dealt:
        report.count_elsewhere(lambda: dealt.own)
        dealt.measure_all(processes)
        opened = dealt.fitting()
        if opened is not None:
            yield from stitch(opened, plan)
            require_all_decoded([part.counts for part in dealt.parts if part.counts is not None])
            return
    report.count_elsewhere(int)
    with parts.open(path, recipe, report.go_on) as media, closing(parts.whole(media, recipe)) as measured:
        yield from measured


class _DealtParts:
    """The parts of one video: which are waiting, at another process, or measured."""

    def __init__(
        self,
        measurer: PartMeasurer,
        path: Path,
        recipe: Recipe,
        plan: SegmentPlan,
        *,
        report: Report,
        directory: Path,
    ) -> None:
        self._measurer, self._path, self._recipe, self._plan = measurer, path, recipe, plan
        self._report, self._directory = report, directory
        self._waiting = deque(range(1, plan.count))
        self._elsewhere: dict[int, RunningPart] = {}
        self._counts: dict[int, _Count] = {}
        self._at: dict[PartProcess, RunningPart | None] = {}
        self._deal_in_time = every(_DEAL_S, self._deal)
        self._is_readable = True
        self.parts: list[StoredPart | RunningPart] = []

    @property
    def own(self) -> int:
        """Returns how many frames have been measured, those of lead-ins not counted."""
        here = sum(count.own for count in self._counts.values())
        return here + sum(part.own for part in self._elsewhere.values())

    def measure_all(self, processes: Sequence[PartProcess]) -> None:
        """Returns when no part is waiting and this process is at none. Raises `MediaError` if the first cannot be
        read."""
        self._at = dict.fromkeys(processes)
        self._deal()
        self._measure(0)
        try:
            while self._waiting:
                self._measure(self._waiting.popleft())
        except MediaError:  # one pass will show if the file is at fault
            self._is_readable = False
        self.parts = [self._elsewhere.get(index) or StoredPart(self._file(index)) for index in range(self._plan.count)]

    def fitting(self) -> list[Iterable[FrameMetrics]] | None:
        """Returns the frames of all parts, once all but the last are complete; None if two of them do not fit."""
        if not self._is_readable:
            return None
        opened: list[Iterable[FrameMetrics]] = [self.parts[0].frames()]
        try:
            for index in range(1, self._plan.count):
                segment, frames = self._plan.segment(index), self.parts[index].frames()
                before = [time_s for time_s in self._times(index - 1) if time_s >= (segment.lead_in_s or 0.0)]
                lead_in = _until(segment.start_s, frames)
                # Without a common frame, the faces of two parts cannot be matched.
                if not before or before != [frame.time_s for frame in lead_in if _is_before(frame, segment)]:
                    return None
                opened.append(chain(lead_in, frames))
        except MediaError:
            return None
        return opened

    def close(self) -> None:
        """Ends the processes that are amid a part."""
        for part in self._elsewhere.values():
            part.close()

    def _times(self, index: int) -> list[float]:
        """The times of a part's frames; waits until another process has measured them."""
        if index in self._counts:
            return self._counts[index].times
        return [frame.time_s for frame in self._elsewhere[index].frames()]

    def _measure(self, index: int) -> None:
        segment = self._plan.segment(index)
        count = self._counts[index] = _Count(segment, self._go_on)
        self._measurer.measure(
            self._path,
            self._recipe,
            span_of(segment, self._plan, self._recipe.stretch),
            self._file(index),
            count.passed,
            in_threads=not self._elsewhere,
            while_skipping=self._go_on,
        )

    def _go_on(self) -> None:
        self._deal_in_time()
        self._report.go_on()

    def _deal(self) -> None:
        """Gives each process that is idle a part that is waiting."""
        for process, part in list(self._at.items()):
            if not self._waiting:
                return
            if part is not None and (part.has_failed or not part.has_ended):
                continue
            index = self._waiting[0]
            span = span_of(self._plan.segment(index), self._plan, self._recipe.stretch)
            request = self._measurer.request(self._path, self._recipe, span, self._file(index))
            try:
                self._at[process] = self._elsewhere[index] = process.measure(request, self._report.go_on)
                self._waiting.popleft()
            except PartProcessUnavailable as reason:
                _log.warning("a process less measures parts of the video: %s", reason)
                del self._at[process]

    def _file(self, index: int) -> Path:
        return self._directory / f"part-{index}"


def _until(start_s: float | None, frames: Iterator[FrameMetrics]) -> list[FrameMetrics]:
    """The frames before `start_s`, and one more."""
    taken: list[FrameMetrics] = []
    for frame in frames:
        taken.append(frame)
        if frame.time_s >= (start_s or 0.0):
            break
    return taken


def _is_before(frame: FrameMetrics, segment: Segment) -> bool:
    return frame.time_s < (segment.start_s or 0.0)


class _Count:
    """Counts the frames of its own that a part has so far, and keeps the times of all."""

    def __init__(self, segment: Segment, go_on: Callable[[], None]) -> None:
        self._segment = segment
        self._go_on = go_on
        self.own = 0
        self.times: list[float] = []

    def passed(self, frames: Iterable[FrameMetrics]) -> Iterator[FrameMetrics]:
        for frame in frames:
            yield frame
            self.times.append(frame.time_s)
            self.own += self._segment.start_s is None or frame.time_s >= self._segment.start_s
            self._go_on()
