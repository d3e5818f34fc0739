"""Measures a media file on this machine's disk: in one pass, or a video in two halves."""

import logging
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path
from typing import Protocol

from chalicelib.analysis.media.frames import MediaLimits, MediaSource
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.measurements.metrics import FrameMetrics
from chalicelib.domain.requests.recipes import Recipe
from chalicelib.domain.segments import SegmentPlan
from chalicelib.worker.halves import HalfAfterwards, SecondHalf, halves_of, measured_in_halves
from chalicelib.worker.part_measurer import PartMeasurer
from chalicelib.worker.second_process import PartRequest, SecondProcess, SecondProcessUnavailable

_PART_NAME = "second-half"

_log = logging.getLogger(__name__)


class Report(Protocol):
    """Receives the progress of another process."""

    def count_ahead(self, ahead: Callable[[], int]) -> None:
        """`ahead` says how many frames it has measured by now that have not come yet."""
        ...

    def write(self) -> None:
        """It is being waited for, and has been for a second."""
        ...


class MediumMeasurer:
    """Measures media with one set of opened models."""

    def __init__(
        self,
        models: Models,
        *,
        limits: MediaLimits,
        second_process: SecondProcess | None = None,
    ) -> None:
        """`second_process` measures second halves; if there is none, this process does so afterwards."""
        self._parts = PartMeasurer(models, limits=limits)
        self._limits = limits
        self._second_process = second_process

    def measured(
        self,
        path: Path,
        medium: MediaSource,
        recipe: Recipe,
        report: Report,
        *,
        directory: Path,
        alone: bool = False,
    ) -> Generator[FrameMetrics]:
        """Every frame of `medium`, which was opened from `path`, in order; what needs a face's past comes after.

        `directory`: of this run alone; a file is left there. `alone`: without the second process, with the same
        numbers. Raises `MediaError`; anything else is a fault of ours. A caller that does not take all frames must
        close the generator.
        """
        # A one-face job follows the face that came first; the second half would choose again.
        plan = halves_of(medium.info) if recipe.max_faces > 1 else None
        if plan is None:
            with closing(self._parts.analyzer(recipe).analyze(medium.frames())) as measured:
                yield from measured
            return
        medium.close()  # or its first picture and its decoder would take memory all the time
        process = None if alone else self._second_process
        analyzer = self._parts.analyzer(recipe, in_threads=process is None)
        second: SecondHalf | None = None
        if process is not None:
            second = _begun(process, self._request(path, directory / _PART_NAME, recipe, plan), report)
        if second is None:
            second = HalfAfterwards(analyzer, path, plan, self._limits, while_waiting=report.write)
        with closing(measured_in_halves(analyzer, path, plan, self._limits, second)) as measured:
            yield from measured

    def _request(self, path: Path, part_path: Path, recipe: Recipe, plan: SegmentPlan) -> PartRequest:
        segment = plan.segment(1)
        return PartRequest(
            media_path=str(path.absolute()),
            part_path=str(part_path.absolute()),
            recipe=recipe,
            lead_in_s=segment.lead_in_s or 0.0,
            start_s=segment.start_s or 0.0,
            origin_s=plan.origin_s,
            frame_size=None if plan.frame_size is None else (plan.frame_size.width_px, plan.frame_size.height_px),
            max_pixels=self._limits.max_pixels,
            max_duration_s=self._limits.max_duration_s,
        )


def _begun(process: SecondProcess, request: PartRequest, report: Report) -> SecondHalf | None:
    try:
        half = process.measure(request, while_waiting=report.write)
    except SecondProcessUnavailable as reason:
        _log.warning("the second half of the video is measured after the first: %s", reason)
        return None
    report.count_ahead(lambda: half.frames_ahead)
    return half
