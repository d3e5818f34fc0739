"""A stretch of a video, measured and written down as a part of a result."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from chalicelib.analysis.analyzer import FaceAnalyzer
from chalicelib.analysis.media.frames import MediaLimits
from chalicelib.analysis.media.video_promise import Delivery, require_decoded
from chalicelib.analysis.media.video_spans import Span, open_span
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.measurements.metrics import MEASURED, FrameMetrics
from chalicelib.domain.requests.recipes import Recipe
from chalicelib.domain.segments import Segment, SegmentPlan
from chalicelib.formats.partial_metrics import PartialCounts, PartialMetricsWriter

Counted = Callable[[Iterable[FrameMetrics]], Iterable[FrameMetrics]]
"""Passes frames on, each when the one before has been written."""


def span_of(segment: Segment, plan: SegmentPlan) -> Span:
    """The stretch of a segment, with its lead-in."""
    return Span(
        segment.lead_in_s,
        segment.end_s,
        plan.origin_s,
        own_from_s=segment.start_s,
        own_until_s=segment.end_s,
        frame_size=plan.frame_size,
    )


def counts_of(delivery: Delivery) -> PartialCounts:
    """The decoder's counts for a part."""
    return PartialCounts(delivery.packets, delivery.refused, delivery.frames)


def require_all_decoded(parts: Sequence[PartialCounts]) -> None:
    """Raises `MediaError` if too little of a video could be decoded in all of its parts together."""
    require_decoded(
        sum(part.packets for part in parts), sum(part.refused for part in parts), sum(part.frames for part in parts)
    )


class PartMeasurer:
    """Measures stretches with one set of opened models."""

    def __init__(self, models: Models, *, limits: MediaLimits) -> None:
        self._models = models
        self._limits = limits

    def analyzer(self, recipe: Recipe, *, in_threads: bool = True) -> FaceAnalyzer:
        """Returns the analyzer of single frames for a recipe; `in_threads` as `FaceAnalyzer` has it. What needs a
        face's past (its neutral, smoothing) comes after."""
        return FaceAnalyzer(
            self._models,
            mesh=recipe.mesh,
            max_faces=recipe.max_faces,
            in_threads=in_threads,
        )

    def measure(
        self,
        path: Path,
        recipe: Recipe,
        span: Span,
        stream: BinaryIO,
        counted: Counted,
        *,
        in_threads: bool = True,
    ) -> None:
        """Writes the part of a stretch of the video `path` to `stream`, with its counts. Raises `MediaError`, and what
        `counted` raises."""
        with open_span(path, span, self._limits) as source:
            writer = PartialMetricsWriter(stream, MEASURED.names)
            analyzer = self.analyzer(recipe, in_threads=in_threads)
            with closing(analyzer.analyze(source.frames(), continues=span.from_s is not None)) as measured:
                for frame in counted(measured):
                    writer.write(frame)
            writer.close(counts_of(source.own))
