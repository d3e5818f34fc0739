"""The film of a job, rendered from its media and its frames once all are measured.

Own neutrals are known late and a lost face only by what follows, so the media is decoded a second time. In between the
frames wait on the disk. Nothing of it is stored before the file is complete, and the same job makes the same file.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from chalicelib.analysis.media.frames import MediaLimits
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.measurements.metrics import FrameMetrics, MetricSet
from chalicelib.domain.requests.recipes import Recipe
from chalicelib.domain.requests.result_formats import ResultVideo
from chalicelib.formats.file_names import film_file_name
from chalicelib.formats.partial_metrics import PartialCounts, PartialMetricsReader, PartialMetricsWriter
from chalicelib.formats.result_files import ResultFile
from chalicelib.rendering.annotations import drawn_names
from chalicelib.rendering.film import Source, render


class FilmOfJob:
    """The film of one run, if its recipe has one. `directory` takes the frames and the film of `media`."""

    def __init__(self, recipe: Recipe, metrics: MetricSet, directory: Path, media: Path) -> None:
        self._recipe = recipe
        self._scores = tuple(name for name in recipe.drawn if name in metrics.names)
        self._media, self._out = media, directory / "film"
        self._noted = directory / "frames-of-film"

    def noted(self, frames: Iterable[FrameMetrics]) -> Iterator[FrameMetrics]:
        """Passes frames on, and notes what a film needs of them."""
        if self._recipe.video is ResultVideo.NONE:
            yield from frames
            return
        with self._noted.open("wb") as stream:
            writer = PartialMetricsWriter(stream, drawn_names(self._scores))
            for frame in frames:
                writer.write(frame)
                yield frame
            writer.close(PartialCounts(0, 0, 0))

    def render(
        self, models: Models, input_file_name: str, limits: MediaLimits, go_on: Callable[[], None]
    ) -> list[ResultFile]:
        """Returns the film, or nothing if there is to be none. All frames must have been `noted`. `go_on`: called for
        every frame; what it raises passes through. Raises `MediaError`."""
        video = self._recipe.video
        if video is ResultVideo.NONE:
            return []
        source = Source(self._media, self._recipe.stretch, limits)
        with self._noted.open("rb") as stream:
            frames = PartialMetricsReader(stream).frames()
            content_type = render(video, source, frames, scores=self._scores, models=models, out=self._out, go_on=go_on)
        return [ResultFile(self._out, film_file_name(input_file_name, video, content_type), content_type)]
