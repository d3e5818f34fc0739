"""A stretch of a video, measured and written down as a part of a result."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from chalicelib.analysis.analyzer import FaceAnalyzer
from chalicelib.analysis.media.frames import MediaLimits, MediaSource
from chalicelib.analysis.media.open_media import open_media
from chalicelib.analysis.media.video_promise import Delivery, require_decoded
from chalicelib.analysis.media.video_spans import Span, open_span
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.measurements.metrics import FrameMetrics
from chalicelib.domain.measurements.stretch import Stretch
from chalicelib.domain.requests.recipes import Recipe
from chalicelib.domain.segments import Segment, SegmentPlan
from chalicelib.formats.partial_metrics import PartialCounts, PartialMetricsReader, PartialMetricsWriter
from chalicelib.worker.part_process import PartRequest

Counted = Callable[[Iterable[FrameMetrics]], Iterable[FrameMetrics]]
"""Passes frames on, each when the one before has been written."""


def span_of(segment: Segment, plan: SegmentPlan, stretch: Stretch) -> Span:
    """The stretch of a segment, with its lead-in."""
    return Span(
        segment.lead_in_s,
        segment.end_s,
        plan.origin_s,
        own_from_s=segment.start_s,
        own_until_s=segment.end_s,
        frame_size=plan.frame_size,
        stretch=stretch,
    )


def counts_of(delivery: Delivery) -> PartialCounts:
    """The decoder's counts for a part."""
    return PartialCounts(delivery.packets, delivery.refused, delivery.frames)


def require_all_decoded(parts: Sequence[PartialCounts]) -> None:
    """Raises `MediaError` if too little of a video could be decoded in all of its parts together."""
    require_decoded(
        sum(part.packets for part in parts), sum(part.refused for part in parts), sum(part.frames for part in parts)
    )


class StoredPart:
    """A part that is complete."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.counts: PartialCounts | None = None

    def frames(self) -> Iterator[FrameMetrics]:
        """Yields its frames, those of the lead-in first; `counts` is there after the last."""
        with self._path.open("rb") as stream:
            reader = PartialMetricsReader(stream)
            yield from reader.frames()
            self.counts = reader.counts


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
            sides=recipe.sides,
            gaze=recipe.gaze,
            in_threads=in_threads,
        )

    def open(self, path: Path, recipe: Recipe, while_opening: Callable[[], None]) -> MediaSource:
        """Opens a media file for the recipe's stretch of it; see `open_media`."""
        return open_media(path, self._limits, stretch=recipe.stretch, while_opening=while_opening)

    def whole(self, media: MediaSource, recipe: Recipe) -> Generator[FrameMetrics]:
        """Yields every frame of an opened media file, in one pass. Raises `MediaError`. Close the generator if not all
        frames are taken."""
        return self.analyzer(recipe).analyze(media.frames())

    def request(self, path: Path, recipe: Recipe, span: Span, part_path: Path) -> PartRequest:
        """Returns the request for another process to do what `measure` does."""
        return PartRequest(path.absolute(), part_path.absolute(), recipe, span, self._limits)

    def measure(
        self,
        path: Path,
        recipe: Recipe,
        span: Span,
        part_path: Path,
        counted: Counted,
        *,
        in_threads: bool = True,
        while_skipping: Callable[[], None] = lambda: None,
    ) -> None:
        """Writes the part of a stretch of the video `path` to `part_path`, with its counts; each frame at once, so that
        others may read it. `while_skipping`: called for each picture before the stretch. Raises `MediaError`, and what
        `counted` and `while_skipping` raise."""
        with (
            part_path.open("wb", buffering=0) as stream,
            open_span(path, span, self._limits, while_skipping=while_skipping) as source,
        ):
            writer = PartialMetricsWriter(stream, recipe.measured.names)
            analyzer = self.analyzer(recipe, in_threads=in_threads)
            with closing(analyzer.analyze(source.frames(), continues=span.from_s is not None)) as measured:
                for frame in counted(measured):
                    writer.write(frame)
            writer.close(counts_of(source.own))
