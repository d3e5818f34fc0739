"""The recipe of a job: it follows from its name and its options."""

from collections.abc import Container
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from chalicelib.domain.measurements.metrics import MEASURED, MetricSet, deployed_metrics
from chalicelib.domain.measurements.stretch import WHOLE, Stretch
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.job_options import (
    DEFAULT_OPTIONS,
    JobOptions,
    Smoothing,
    Switch,
)
from chalicelib.domain.requests.result_formats import (
    CSV_CONTENT_TYPE,
    LEGACY_CONTENT_TYPE,
    SESSION_CONTENT_TYPE,
    SUMMARY_CONTENT_TYPE,
    TIMELINE_CONTENT_TYPE,
    ResultVideo,
)
from chalicelib.errors import Invalid


class Scores(StrEnum):
    """The kind of a job's expression scores before any smoothing; emotions follow from them."""

    OWN_NEUTRAL = "own-neutral"
    """Calibrated, minus the person's own neutral; the uncorrected scores are included."""
    CALIBRATED = "calibrated"
    """0 at a neutral face, 100 fully present, each frame for itself."""
    LINEAR = "linear"
    """The model's own linear answer, each frame for itself."""


class Mesh(StrEnum):
    """Which face mesh a job measures with: 478 points with refined lips, eyes and irises, or 468 cheaper ones."""

    ATTENTION = "attention"
    LIGHT = "light"


def measured_metrics(*, sides: bool, gaze: bool) -> MetricSet:
    """Returns the metrics that are measured on single frames, with those of sides and eyes if they are wanted."""
    metrics = MEASURED.with_sides() if sides else MEASURED
    return metrics.with_eyes() if gaze else metrics


@dataclass(frozen=True, slots=True)
class Recipe:
    """The steps and files of an analysis. `pack` is the legacy format's name for the set of classifiers; `neutral_s`:
    from when to when the client says that faces are at rest; `video`, `drawn`: the film besides the files of
    `content_types`, and the scores in it."""

    mesh: Mesh
    max_faces: int
    takes_stills: bool
    content_types: tuple[str, ...]
    pack: str = ""
    classifier_names: bool = False
    scores: Scores = Scores.OWN_NEUTRAL
    smoothed: bool = False
    sides: bool = False
    probabilities: bool = False
    gaze: bool = False
    stretch: Stretch = WHOLE
    neutral_s: tuple[float, float] | None = None
    video: ResultVideo = ResultVideo.NONE
    drawn: tuple[str, ...] = ()

    @property
    def follows_many(self) -> bool:
        """True if faces have ids of their own in every file, however many may be measured."""
        return not self.pack

    def metrics(self, *, expressions_only: bool) -> MetricSet:
        """Returns the metrics of the results; a deployment may switch emotions off."""
        metrics = deployed_metrics(expressions_only=expressions_only)
        metrics = (metrics.with_sides() if self.sides else metrics).of_variant(self._variant)
        metrics = metrics.with_probabilities() if self.probabilities else metrics
        metrics = metrics.with_raw() if self.scores is Scores.OWN_NEUTRAL else metrics
        return metrics.with_eyes() if self.gaze else metrics

    @property
    def measured(self) -> MetricSet:
        """Returns the metrics that are measured on single frames, from which those of the results follow."""
        return measured_metrics(sides=self.sides, gaze=self.gaze)

    @property
    def _variant(self) -> str:
        """Returns the mark of the scores in `configuration` and `metric_map`, empty for the default ones."""
        marks = ("linear" if self.scores is Scores.LINEAR else "", "smoothed" if self.smoothed else "")
        return "-".join(filter(None, marks))


MAX_FACES = DEFAULT_OPTIONS.max_faces
VARIANTS = ("", "linear", "smoothed", "linear-smoothed")
"""Every mark that scores may have in `configuration` and `metric_map`."""

# Clients of the original service know the first two, some of them by their place.
_SESSION = (SESSION_CONTENT_TYPE, CSV_CONTENT_TYPE, SUMMARY_CONTENT_TYPE, TIMELINE_CONTENT_TYPE)
_LEGACY = (LEGACY_CONTENT_TYPE, CSV_CONTENT_TYPE, SUMMARY_CONTENT_TYPE, TIMELINE_CONTENT_TYPE)

RECIPES: dict[JobName, Recipe | None] = {
    JobName.MULTIFACE: Recipe(Mesh.ATTENTION, MAX_FACES, takes_stills=True, content_types=_SESSION),
    JobName.SDK_METRICS: Recipe(Mesh.LIGHT, MAX_FACES, takes_stills=True, content_types=_SESSION),
    JobName.NO_OP: None,
    JobName.COMPARISON: None,
    JobName.BATCH: None,
    JobName.CURRENT_PACK: Recipe(Mesh.ATTENTION, 1, takes_stills=False, content_types=_LEGACY, pack="current"),
    JobName.CT_PACK_LINEAR: Recipe(
        Mesh.ATTENTION,
        1,
        takes_stills=False,
        content_types=_LEGACY,
        pack="ct-linear",
        classifier_names=True,
        scores=Scores.LINEAR,
    ),
    JobName.CT_PACK_HYBRID: Recipe(
        Mesh.ATTENTION,
        1,
        takes_stills=False,
        content_types=_LEGACY,
        pack="ct-hybrid",
        classifier_names=True,
        scores=Scores.CALIBRATED,
        smoothed=True,
    ),
}


class Asked(Protocol):
    """The name and options of a job, existing or new."""

    @property
    def name(self) -> JobName: ...

    @property
    def options(self) -> JobOptions: ...


def recipe_of(job: Asked) -> Recipe | None:
    """Returns the recipe of a job with all its options, None for a job that measures nothing. This is the only look-up:
    the worker, its segments and its other processes all use it."""
    recipe, options = RECIPES[job.name], job.options
    if recipe is None:
        return None
    table = options.table.content_type
    if table is not None:
        recipe = replace(recipe, content_types=(*recipe.content_types, table))
    if recipe.follows_many:
        recipe = replace(recipe, max_faces=options.max_faces)
    if options.neutral_baseline is Switch.OFF and recipe.scores is Scores.OWN_NEUTRAL:
        recipe = replace(recipe, scores=Scores.CALIBRATED)
    if options.smoothing is not Smoothing.AUTO:
        recipe = replace(recipe, smoothed=options.smoothing is Smoothing.ON)
    return replace(
        recipe,
        sides=options.sides is Switch.ON,
        probabilities=options.probabilities is Switch.ON,
        gaze=options.gaze is Switch.ON,
        stretch=options.stretch,
        neutral_s=options.neutral_s,
        video=options.video,
        drawn=options.drawn if options.video is ResultVideo.ANNOTATED else (),
    )


def require_effect(job: Asked, given: Container[str]) -> None:
    """Raises `Invalid` for an option, of those that a request has `given`, that does nothing with the job's name and
    its other options. One that is kept from an earlier request may wait for the run that uses it."""
    options, recipe = job.options, recipe_of(job)
    if "video_scores" in given and options.video_scores is not None and options.video is not ResultVideo.ANNOTATED:
        raise Invalid("The video_scores need an annotated video, which shows them; set video to annotated as well.")
    is_corrected = recipe is None or recipe.scores is Scores.OWN_NEUTRAL
    if "neutral" in given and options.neutral is not None and not is_corrected:
        raise Invalid("The neutral is for jobs that correct scores by it: not ct-pack, nor with neutral_baseline off.")
