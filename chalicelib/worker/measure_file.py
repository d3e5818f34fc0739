"""A file on this machine's disk, measured in one pass into result files; and what all jobs write."""

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from chalicelib.analysis.analyzer import with_scores
from chalicelib.analysis.media.frames import MediaInfo, MediaLimits
from chalicelib.analysis.media.stretches import require_span, stretched
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.entries import check_file_name
from chalicelib.domain.measurements.metrics import FrameMetrics
from chalicelib.domain.requests.recipes import Recipe
from chalicelib.errors import MediaError
from chalicelib.formats.result_files import Contents, ResultFile, write_files
from chalicelib.formats.writers import Origin
from chalicelib.worker.film_of_job import FilmOfJob
from chalicelib.worker.part_measurer import PartMeasurer


def measure_file(
    path: Path, recipe: Recipe, directory: Path, *, models: Models, limits: MediaLimits, expressions_only: bool
) -> tuple[ResultFile, ...]:
    """Measures a file without a job, and returns its results, which are in `directory`. Raises `MediaError`."""
    parts = PartMeasurer(models, limits=limits)
    file_name = check_file_name(path.name.encode(errors="replace").decode())
    with parts.open(path, recipe, lambda: None) as media:
        recipe = fitted(recipe, media.info, "This")
        frame_size = stretched(media.info, recipe.stretch).frame_size
        metrics = recipe.metrics(expressions_only=expressions_only)
        film = FilmOfJob(recipe, metrics, directory, path)
        with closing(parts.whole(media, recipe)) as measured:  # opens the models, which then know their provider
            contents = Contents(recipe, metrics, models.provider, frame_size, Origin(file_name, ""))
            files = write_results(measured, contents, directory, file_name, film.noted)
    return (*files, *film.render(models, file_name, limits, lambda: None))


Noted = Callable[[Iterable[FrameMetrics]], Iterable[FrameMetrics]]
"""Passes frames on, and notes what else is made of them."""


def write_results(
    measured: Iterable[FrameMetrics], contents: Contents, directory: Path, file_name: str, *noted: Noted
) -> tuple[ResultFile, ...]:
    """Writes every file of a result in one pass over the measured frames, which go through all of `noted`, and returns
    them. `file_name` is the input's. Raises what the frames raise; then no file is left."""
    frames: Iterable[FrameMetrics] = with_scores(measured, contents.recipe, contents.metrics)
    for each in noted:
        frames = each(frames)
    return write_files(frames, contents, directory, file_name)


def fitted(recipe: Recipe, info: MediaInfo, name: str) -> Recipe:
    """Returns the recipe as it is for this media: a still image has no neutral stretch. Raises `MediaError` for a still
    image if the recipe takes none, and for a video that lacks some of the neutral stretch."""
    if info.kind == "image":
        if not recipe.takes_stills:
            raise MediaError(f"{name} job takes video only, and this is a still image; use multiface instead.")
        return replace(recipe, neutral_s=None)
    if recipe.neutral_s is not None:
        require_span(info, *recipe.neutral_s, "neutral")
    return recipe
