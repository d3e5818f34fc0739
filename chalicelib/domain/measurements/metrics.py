"""The metrics that a face is given, in the order in which files list them, and the results they travel in.

The names, ranges and meanings are those of the wire contract; `classifier` is the raw name that `configuration`,
`metric_map` and the `ct-pack-*` jobs use. `auNN` is the action unit of the Facial Action Coding System.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from chalicelib.domain.measurements.gaze import GazeReasons
from chalicelib.domain.measurements.validity import Reasons


class MetricGroup(StrEnum):
    """The kind of a metric."""

    HEAD = "head"
    EMOTION = "emotion"
    EXPRESSION = "expression"
    RAW_EXPRESSION = "raw expression"
    SIDE = "one side of an expression"
    PROBABILITY = "probability that an expression is present"
    FACE_BOX = "face box"
    EYES = "eyes"


@dataclass(frozen=True, slots=True)
class Metric:
    """One named number per face and frame. `minimum` and `maximum` are None if the scale is open. `variant` names the
    score of a classifier that has several, if it is not the default."""

    name: str
    classifier: str
    group: MetricGroup
    unit: str
    minimum: float | None = None
    maximum: float | None = None
    variant: str = ""

    @property
    def mapped_name(self) -> str:
        """Returns the classifier in `configuration` and `metric_map`: `smilect`, `smilect-linear` ..."""
        return f"{self.classifier}-{self.variant}" if self.variant else self.classifier


def _head(name: str, classifier: str, unit: str) -> Metric:
    return Metric(name, classifier, MetricGroup.HEAD, unit)


def _score(name: str, classifier: str, group: MetricGroup, minimum: float = 0.0) -> Metric:
    return Metric(name, classifier, group, "score", minimum, 100.0)


_HEAD = (
    _head("pitch", "pitch", "degrees"),
    _head("yaw", "yaw", "degrees"),
    _head("roll", "roll", "degrees"),
    _head("interocular distance", "interoculardistance", "pixels"),
    _head("mean face luminance", "meanfaceluminance", "0..255"),
)
_EMOTIONS = (
    *(
        _score(name, f"{name}ct", MetricGroup.EMOTION)
        for name in ("anger", "contempt", "disgust", "engagement", "fear", "joy", "sadness", "surprise")
    ),
    _score("valence", "valencect", MetricGroup.EMOTION, minimum=-100.0),
)
_EXPRESSIONS = tuple(
    _score(name, classifier, MetricGroup.EXPRESSION)
    for name, classifier in (
        ("attention", "attentionct"),
        ("brow furrow", "au04ct"),
        ("brow raise", "au02ct"),
        ("cheek raise", "au06ct"),
        ("chin raise", "au17ct"),
        ("dimpler", "au14ct"),
        ("eye closure", "au43ct"),
        ("eye widen", "au05ct"),
        ("inner brow raise", "au01ct"),
        ("jaw drop", "au26ct"),
        ("lid tighten", "au07ct"),
        ("lip corner depressor", "au15ct"),
        ("lip press", "au24ct"),
        ("lip pucker", "au18ct"),
        ("lip stretch", "au20ct"),
        ("lip suck", "au28ct"),
        ("mouth open", "au25ct"),
        ("nose wrinkle", "au09ct"),
        ("smile", "smilect"),
        ("smirk", "smirkct"),
        ("upper lip raise", "au10ct"),
    )
)
_FACE_BOX = tuple(
    Metric(f"face box {side}", f"facebox{side}", MetricGroup.FACE_BOX, "pixels")
    for side in ("left", "top", "width", "height")
)

METRICS: tuple[Metric, ...] = (*_HEAD, *_EMOTIONS, *_EXPRESSIONS, *_FACE_BOX)
EMOTION_NAMES: tuple[str, ...] = tuple(metric.name for metric in _EMOTIONS)
EXPRESSION_NAMES: tuple[str, ...] = tuple(metric.name for metric in _EXPRESSIONS)
BASELINE_NAMES: tuple[str, ...] = tuple(name for name in EXPRESSION_NAMES if name != "attention")
"""The expressions that are corrected by the person's own neutral. Attention is no form of the face."""


TWO_SIDED_NAMES: tuple[str, ...] = ("eye closure", "nose wrinkle", "smile", "upper lip raise")
"""The expressions whose left and right side are scored as well, if a job asks for it."""
SIDES = ("left", "right")
"""Of the person, not of the picture."""


def side_name(name: str, side: str) -> str:
    """Returns the name of one side of an expression."""
    return f"{name} {side}"


def probability_name(name: str) -> str:
    """Returns the name of the probability that an expression is present."""
    return f"{name} probability"


def raw_name(name: str) -> str:
    """Returns the name of the uncorrected score of an expression."""
    return f"{name} raw"


def _further(names: tuple[str, ...], word: str, group: MetricGroup, unit: str = "score") -> tuple[Metric, ...]:
    """Further numbers of these expressions, called by a word after the name and the classifier."""
    return tuple(
        replace(each, name=f"{each.name} {word}", classifier=f"{each.classifier}-{word}", group=group, unit=unit)
        for each in _EXPRESSIONS
        if each.name in names
    )


_RAW = _further(BASELINE_NAMES, "raw", MetricGroup.RAW_EXPRESSION)
_PROBABILITIES = _further(BASELINE_NAMES, "probability", MetricGroup.PROBABILITY, "percent")
_SIDES = tuple(
    metric for name in TWO_SIDED_NAMES for side in SIDES for metric in _further((name,), side, MetricGroup.SIDE)
)


GAZE_NAMES = ("gaze yaw", "gaze pitch", "gaze yaw in head", "gaze pitch in head")
"""Relative to the camera, then to the head."""
_EYES = (
    *(Metric(name, name.replace(" ", ""), MetricGroup.EYES, "degrees") for name in GAZE_NAMES),
    *(Metric(f"eye openness {side}", f"eyeopenness-{side}", MetricGroup.EYES, "percent", 0.0) for side in SIDES),
)
EYE_NAMES: tuple[str, ...] = tuple(metric.name for metric in _EYES)
"""In a face's values they may be not a number (NaN): they were not read."""
OPENNESS_NAMES = EYE_NAMES[len(GAZE_NAMES) :]


@dataclass(frozen=True)
class MetricSet:
    """The metrics that the results of a job have, in the order in which files list them."""

    metrics: tuple[Metric, ...]

    def __iter__(self) -> Iterator[Metric]:
        return iter(self.metrics)

    def __len__(self) -> int:
        return len(self.metrics)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The friendly names."""
        return tuple(metric.name for metric in self.metrics)

    @cached_property
    def has_eyes(self) -> bool:
        """True if any metric may lack a number: see `EYE_NAMES`."""
        return self.has(MetricGroup.EYES)

    def has(self, group: MetricGroup) -> bool:
        """Returns True if any metric of `group` is included."""
        return any(metric.group is group for metric in self.metrics)

    def without(self, group: MetricGroup) -> "MetricSet":
        """The others."""
        return MetricSet(tuple(metric for metric in self.metrics if metric.group is not group))

    def with_sides(self) -> "MetricSet":
        """These, and after them the left and right side of the two-sided expressions."""
        return MetricSet((*self.metrics, *_SIDES))

    def with_probabilities(self) -> "MetricSet":
        """These, and after them the probabilities that expressions are present."""
        return MetricSet((*self.metrics, *_PROBABILITIES))

    def with_eyes(self) -> "MetricSet":
        """These, and after them where the eyes look and how far they are open."""
        return MetricSet((*self.metrics, *_EYES))

    def with_raw(self) -> "MetricSet":
        """These, and after them the uncorrected scores of the expressions that the person's own neutral corrects."""
        return MetricSet((*self.metrics, *_RAW))

    def of_variant(self, variant: str) -> "MetricSet":
        """These, with expressions, their sides and emotions marked as that variant of their classifiers."""
        scored = (MetricGroup.EXPRESSION, MetricGroup.SIDE, MetricGroup.EMOTION)
        return MetricSet(
            tuple(replace(metric, variant=variant) if metric.group in scored else metric for metric in self.metrics)
        )


EVERY_METRIC = MetricSet(METRICS)


def deployed_metrics(*, expressions_only: bool) -> MetricSet:
    """Returns the metrics of a deployment: all, or all but emotions (including valence and engagement)."""
    return EVERY_METRIC.without(MetricGroup.EMOTION) if expressions_only else EVERY_METRIC


MEASURED = deployed_metrics(expressions_only=True)
"""What is measured on single frames, from which a job's scores and emotions follow."""


@dataclass(frozen=True, slots=True)
class FaceMetrics:
    """One face in one frame. `face_id` is constant from frame to frame; `values` has every name of the job's
    `MetricSet`. `confidence` that this is a face, 0..100; `invalid_reasons`: why the values are not valid, empty if
    they are; `gaze_reasons`: why its gaze was not read, empty if it was or if the job does not read it."""

    face_id: int
    values: Mapping[str, float]
    confidence: float = 100.0
    invalid_reasons: Reasons = ()
    gaze_reasons: GazeReasons = ()

    @property
    def is_valid(self) -> bool:
        """Returns True if there is no reason against the values."""
        return not self.invalid_reasons


@dataclass(frozen=True, slots=True)
class FrameMetrics:
    """One decoded frame: its time in seconds as the container states it, and its faces by ascending id.
    `duration_s`: how long the container shows it, None if it does not say (`measurements.frame_durations`).
    `faces_left_out`: so many more were found, at least, and not measured, because the job measures no more at a
    time."""

    time_s: float
    faces: tuple[FaceMetrics, ...]
    duration_s: float | None = None
    faces_left_out: int = 0
