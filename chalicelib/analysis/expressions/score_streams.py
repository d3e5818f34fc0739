"""From levels of single frames to the scores of a job: linear, calibrated, smoothed, or from each person's own neutral.
Every face of a stream is followed for itself, by its identity."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.expressions.levels import Doubts, linear_scores
from chalicelib.analysis.expressions.memories import FaceMemories
from chalicelib.analysis.expressions.one_euro import OneEuroFilter
from chalicelib.analysis.expressions.own_neutral import OwnNeutral
from chalicelib.analysis.expressions.sides import doubts_of_sides
from chalicelib.analysis.expressions.through_blinks import CLOSURE, ThroughBlinks
from chalicelib.analysis.eyes.gaze import without_gaze
from chalicelib.domain.measurements.emotions import emotions
from chalicelib.domain.measurements.metrics import (
    BASELINE_NAMES,
    SIDES,
    TWO_SIDED_NAMES,
    FaceMetrics,
    FrameMetrics,
    MetricGroup,
    MetricSet,
    probability_name,
    raw_name,
    side_name,
)
from chalicelib.domain.requests.recipes import Scores

Floats = NDArray[np.float64]
Span = tuple[float, float]
"""Two times in seconds."""

_PROBABILITY_NAMES = tuple(probability_name(name) for name in BASELINE_NAMES)
_RAW_NAMES = tuple(raw_name(name) for name in BASELINE_NAMES)


@dataclass(frozen=True, slots=True)
class Found:
    """Of one face in one frame: the job's scores, the calibrated ones that valence and engagement follow from, the
    uncorrected ones, and the presences (see `presences_of`); (20,) each, in the order of `BASELINE_NAMES`. `closed`:
    the presence of closed eyes that emotions follow from. `lids_lowered`: in a blink."""

    scores: Floats
    calibrated: Floats
    raw: Floats
    presences: Floats
    closed: float
    attention: float
    lids_lowered: bool = False


class ScoreStream(Protocol):
    """Scores that may depend on what a face showed before. Frames come in order of time."""

    def of(self, face: FaceMetrics, time_s: float, levels: Floats, /) -> Found:
        """A face in the frame at `time_s`, whose levels are `levels` (20,). Each face comes at most once in a frame."""
        ...


class CalibratedScores:
    """Each frame for itself."""

    def __init__(self, doubts: Doubts) -> None:
        self._doubts = doubts

    def of(self, face: FaceMetrics, _time_s: float, levels: Floats, /) -> Found:
        """See `ScoreStream`."""
        return _found(face, levels, self._doubts, self._doubts.spreads)


class LinearScores:
    """Each frame for itself, straight through rest."""

    def __init__(self, doubts: Doubts) -> None:
        self._doubts = doubts

    def of(self, face: FaceMetrics, _time_s: float, levels: Floats, /) -> Found:
        """See `ScoreStream`."""
        found = _found(face, levels, self._doubts, self._doubts.spreads)
        return replace(found, scores=linear_scores(levels, self._doubts.spreads))


class OwnNeutralScores:
    """From each person's own neutral."""

    def __init__(self, doubts: Doubts, neutral_s: Span | None, *, has_raw: bool) -> None:
        """`has_raw`: whether uncorrected scores are asked for."""
        self._doubts = doubts
        self._has_raw = has_raw
        self._neutrals = FaceMemories(lambda: OwnNeutral(doubts.spreads, neutral_s))

    def of(self, face: FaceMetrics, time_s: float, levels: Floats, /) -> Found:
        """See `ScoreStream`. A measurement that is not valid teaches nothing about the person."""
        rest = self._neutrals.of(face.face_id).next(time_s, levels, is_valid=face.is_valid)
        found = _found(face, levels - rest.level, self._doubts, rest.uncertainty)
        return replace(found, raw=self._doubts.scores(levels, self._doubts.spreads)) if self._has_raw else found


class ScoresThroughBlinks:
    """Those of another stream, of which some count no more than before while lids move; see `through_blinks`."""

    def __init__(self, stream: ScoreStream) -> None:
        self._stream = stream
        self._blinks = FaceMemories(ThroughBlinks)

    def of(self, face: FaceMetrics, time_s: float, levels: Floats, /) -> Found:
        """See `ScoreStream`."""
        found, blinks = self._stream.of(face, time_s, levels), self._blinks.of(face.face_id)
        readings = (found.scores, found.calibrated, found.raw, found.presences, found.presences)
        taken = blinks.next(time_s, float(levels[CLOSURE]), readings, is_valid=face.is_valid)
        if taken is None:
            return found
        scores, calibrated, raw, presences, shown = taken
        return Found(scores, calibrated, raw, presences, float(shown[CLOSURE]), found.attention, blinks.are_lowered)


class SmoothedScores:
    """Those of another stream, smoothed in time, and all that follows from them."""

    def __init__(self, stream: ScoreStream) -> None:
        self._stream = stream
        self._filters = FaceMemories(OneEuroFilter)

    def of(self, face: FaceMetrics, time_s: float, levels: Floats, /) -> Found:
        """See `ScoreStream`."""
        found = self._stream.of(face, time_s, levels)
        alone = [100.0 * found.closed, found.attention]
        values = np.concatenate([found.scores, found.calibrated, 100.0 * found.presences, alone])
        smoothed = self._filters.of(face.face_id).smooth(time_s, values)
        scores, calibrated, presences = np.split(smoothed[:-2], 3)
        closed, attention = smoothed[-2:].tolist()
        return Found(scores, calibrated, found.raw, presences / 100.0, closed / 100.0, attention, found.lids_lowered)


def _found(face: FaceMetrics, levels: Floats, doubts: Doubts, unknown_rest: Floats) -> Found:
    scores, presences = doubts.scores(levels, unknown_rest), doubts.presences(levels, unknown_rest)
    return Found(scores, scores, scores, presences, float(presences[CLOSURE]), face.values["attention"])


def _stream(scores: Scores, doubts: Doubts, neutral_s: Span | None, *, has_raw: bool) -> ScoreStream:
    if scores is Scores.OWN_NEUTRAL:
        return OwnNeutralScores(doubts, neutral_s, has_raw=has_raw)
    return LinearScores(doubts) if scores is Scores.LINEAR else CalibratedScores(doubts)


def scored(
    frames: Iterable[FrameMetrics],
    scores: Scores,
    metrics: MetricSet,
    doubts: Doubts,
    *,
    smoothed: bool = False,
    neutral_s: Span | None = None,
) -> Iterator[FrameMetrics]:
    """The frames with the scores of a recipe, `smoothed` or not, and the emotions that follow; each when it comes.

    `frames`: as `FaceAnalyzer` measures them, in order of time. `doubts`: those of the model and the mesh that measured
    them, see `ExpressionModel`. `neutral_s`: from when to when faces are known to be
    at rest, for their own neutral. The faces come out with every name of `metrics`.
    """

    def new_stream(doubts: Doubts, *, has_raw: bool = False) -> ScoreStream:
        stream = ScoresThroughBlinks(_stream(scores, doubts, neutral_s, has_raw=has_raw))
        return SmoothedScores(stream) if smoothed else stream

    stream = new_stream(doubts, has_raw=metrics.has(MetricGroup.RAW_EXPRESSION))
    sides = {side: new_stream(doubts_of_sides(doubts)) for side in SIDES} if metrics.has(MetricGroup.SIDE) else {}
    for frame in frames:
        sided = (_with_sides(face, sides, frame.time_s) for face in frame.faces) if sides else frame.faces
        faces = tuple(_scored(face, stream, frame.time_s, metrics) for face in sided)
        yield replace(frame, faces=faces)


def _with_sides(face: FaceMetrics, sides: Mapping[str, ScoreStream], time_s: float) -> FaceMetrics:
    """Returns the face with scores of its sides. Each is scored as a face: its levels, and of what has no sides the
    level of both."""
    values = dict(face.values)
    for side, stream in sides.items():
        names = [side_name(name, side) if name in TWO_SIDED_NAMES else name for name in BASELINE_NAMES]
        scores = stream.of(face, time_s, np.array([face.values[name] for name in names])).scores.tolist()
        values |= {name: score for name, score in zip(names, scores, strict=True) if name not in BASELINE_NAMES}
    return replace(face, values=values)


def _scored(face: FaceMetrics, stream: ScoreStream, time_s: float, metrics: MetricSet) -> FaceMetrics:
    levels = np.array([face.values[name] for name in BASELINE_NAMES])
    found = stream.of(face, time_s, levels)
    values = {**face.values, **_named(BASELINE_NAMES, found.scores), "attention": found.attention}
    if metrics.has(MetricGroup.RAW_EXPRESSION):
        values |= _named(_RAW_NAMES, found.raw)
    if metrics.has(MetricGroup.PROBABILITY):
        values |= _named(_PROBABILITY_NAMES, 100.0 * found.presences)
    if metrics.has(MetricGroup.EMOTION):
        presences = {**_named(BASELINE_NAMES, found.presences), BASELINE_NAMES[CLOSURE]: found.closed}
        values |= emotions(_named(BASELINE_NAMES, found.calibrated), presences)
    named = replace(face, values={name: values[name] for name in metrics.names})
    return without_gaze(named) if found.lids_lowered and metrics.has_eyes else named


def _named(names: tuple[str, ...], scores: Floats) -> Mapping[str, float]:
    return dict(zip(names, scores.tolist(), strict=True))
