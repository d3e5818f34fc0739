"""From levels of single frames to the scores of a job: linear, calibrated, smoothed, or from each person's own neutral.
Every face of a stream is followed for itself, by its identity."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from operator import itemgetter
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.expressions.emotions import emotions
from chalicelib.analysis.expressions.levels import Doubts, linear_scores
from chalicelib.analysis.expressions.memories import FaceMemories
from chalicelib.analysis.expressions.one_euro import OneEuroFilter
from chalicelib.analysis.expressions.own_neutral import OwnNeutral
from chalicelib.analysis.expressions.sides import doubts_of_sides
from chalicelib.analysis.expressions.through_blinks import CLOSURE, ThroughBlinks
from chalicelib.analysis.eyes.gaze import without_gaze
from chalicelib.domain.measurements.metrics import (
    BASELINE_NAMES,
    EMOTION_NAMES,
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
_TOGETHER = 32
"""So many frames are scored at a time: numpy costs as much for one."""
_RAW_NAMES = tuple(raw_name(name) for name in BASELINE_NAMES)


@dataclass(frozen=True, slots=True)
class Seen:
    """One face in T frames in order of time: `times_s`, `attention` and `is_valid` (T,), `levels` (T, 20)."""

    face_id: int
    times_s: Floats
    levels: Floats
    attention: Floats
    is_valid: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Found:
    """Of one face in T frames: the job's scores, the calibrated ones that valence and engagement follow from, the
    uncorrected ones, and the presences (see `presences_of`); (T, 20) each, in the order of `BASELINE_NAMES`. `closed`
    (T,): the presence of closed eyes that emotions follow from. `lids_lowered` (T,): in a blink."""

    scores: Floats
    calibrated: Floats
    raw: Floats
    presences: Floats
    closed: Floats
    attention: Floats
    lids_lowered: NDArray[np.bool_]


class ScoreStream(Protocol):
    """Scores that may depend on what a face showed before, and on nothing that it does later."""

    def of(self, seen: Seen, /) -> Found:
        """The next frames of a face."""
        ...


class CalibratedScores:
    """Each frame for itself."""

    def __init__(self, doubts: Doubts) -> None:
        self._doubts = doubts

    def of(self, seen: Seen, /) -> Found:
        """See `ScoreStream`."""
        return _found(seen, seen.levels, self._doubts, self._doubts.spreads)


class LinearScores:
    """Each frame for itself, straight through rest."""

    def __init__(self, doubts: Doubts) -> None:
        self._doubts = doubts

    def of(self, seen: Seen, /) -> Found:
        """See `ScoreStream`."""
        found = _found(seen, seen.levels, self._doubts, self._doubts.spreads)
        return replace(found, scores=linear_scores(seen.levels, self._doubts.spreads))


class OwnNeutralScores:
    """From each person's own neutral."""

    def __init__(self, doubts: Doubts, neutral_s: Span | None, *, has_raw: bool) -> None:
        """`has_raw`: whether uncorrected scores are asked for."""
        self._doubts = doubts
        self._has_raw = has_raw
        self._neutrals = FaceMemories(lambda: OwnNeutral(doubts.spreads, neutral_s))

    def of(self, seen: Seen, /) -> Found:
        """See `ScoreStream`. A measurement that is not valid teaches nothing about the person."""
        rest = self._neutrals.of(seen.face_id).follow(seen.times_s, seen.levels, seen.is_valid)
        found = _found(seen, seen.levels - rest.level, self._doubts, rest.uncertainty)
        return replace(found, raw=self._doubts.scores(seen.levels, self._doubts.spreads)) if self._has_raw else found


class ScoresThroughBlinks:
    """Those of another stream, of which some count no more than before while lids move; see `through_blinks`."""

    def __init__(self, stream: ScoreStream) -> None:
        self._stream = stream
        self._blinks = FaceMemories(ThroughBlinks)

    def of(self, seen: Seen, /) -> Found:
        """See `ScoreStream`."""
        found, blinks = self._stream.of(seen), self._blinks.of(seen.face_id)
        readings = np.stack([found.scores, found.calibrated, found.raw, found.presences, found.presences], axis=1)
        taken, lowered = readings.copy(), np.zeros(len(readings), dtype=bool)
        of_frames = zip(seen.times_s.tolist(), seen.levels[:, CLOSURE].tolist(), readings, seen.is_valid, strict=True)
        for place, (time_s, closure, read, is_valid) in enumerate(of_frames):
            less = blinks.next(time_s, closure, read, is_valid=bool(is_valid))
            if less is not None:
                taken[place], lowered[place] = less, blinks.are_lowered
        scores, calibrated, raw, presences, shown = np.moveaxis(taken, 1, 0)
        return Found(scores, calibrated, raw, presences, shown[:, CLOSURE], found.attention, lowered)


class SmoothedScores:
    """Those of another stream, smoothed in time, and all that follows from them."""

    def __init__(self, stream: ScoreStream) -> None:
        self._stream = stream
        self._filters = FaceMemories(OneEuroFilter)

    def of(self, seen: Seen, /) -> Found:
        """See `ScoreStream`."""
        found, smoother = self._stream.of(seen), self._filters.of(seen.face_id)
        alone = np.stack([100.0 * found.closed, found.attention], axis=1)
        values = np.concatenate([found.scores, found.calibrated, 100.0 * found.presences, alone], axis=1)
        smoothed = np.array(list(map(smoother.smooth, seen.times_s.tolist(), values)))
        scores, calibrated, presences = np.split(smoothed[:, :-2], 3, axis=1)
        closed, attention = smoothed[:, -2:].T
        return Found(scores, calibrated, found.raw, presences / 100.0, closed / 100.0, attention, found.lids_lowered)


def _found(seen: Seen, levels: Floats, doubts: Doubts, unknown_rest: Floats) -> Found:
    scores, presences = doubts.scores(levels, unknown_rest), doubts.presences(levels, unknown_rest)
    return Found(scores, scores, scores, presences, presences[:, CLOSURE], seen.attention, np.zeros(len(levels), bool))


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
    """The frames with the scores of a recipe, `smoothed` or not, and the emotions that follow; `_TOGETHER` at a time.

    `frames`: as `FaceAnalyzer` measures them, in order of time. `doubts`: those of the model and the mesh that measured
    them, see `ExpressionModel`. `neutral_s`: from when to when faces are known to be at rest, for their own neutral.
    The faces come out with every name of `metrics`.
    """

    def new_stream(doubts: Doubts, *, has_raw: bool = False) -> ScoreStream:
        stream = ScoresThroughBlinks(_stream(scores, doubts, neutral_s, has_raw=has_raw))
        return SmoothedScores(stream) if smoothed else stream

    stream = new_stream(doubts, has_raw=metrics.has(MetricGroup.RAW_EXPRESSION))
    sides = {side: new_stream(doubts_of_sides(doubts)) for side in SIDES} if metrics.has(MetricGroup.SIDE) else {}
    further = iter(frames)
    while together := list(islice(further, _TOGETHER)):
        yield from _scored(together, stream, sides, metrics)


_Sides = Mapping[str, ScoreStream]
_Shown = Sequence[tuple[float, FaceMetrics]]


def _scored(
    frames: Sequence[FrameMetrics], stream: ScoreStream, sides: _Sides, metrics: MetricSet
) -> Iterator[FrameMetrics]:
    shown: dict[int, list[tuple[float, FaceMetrics]]] = {}
    for frame in frames:
        for face in frame.faces:
            shown.setdefault(face.face_id, []).append((frame.time_s, face))
    faces = {face_id: _scored_face(seen, stream, sides, metrics) for face_id, seen in shown.items()}
    for frame in frames:
        yield replace(frame, faces=tuple(next(faces[face.face_id]) for face in frame.faces))


def _scored_face(shown: _Shown, stream: ScoreStream, sides: _Sides, metrics: MetricSet) -> Iterator[FaceMetrics]:
    """One face in further frames, each with its time. Each side is scored as a face: its levels, and of what has no
    sides the level of both."""
    found = stream.of(_seen(shown, BASELINE_NAMES))
    columns = {"attention": found.attention, **_columns(BASELINE_NAMES, found.scores)}
    if metrics.has(MetricGroup.RAW_EXPRESSION):
        columns |= _columns(_RAW_NAMES, found.raw)
    if metrics.has(MetricGroup.PROBABILITY):
        columns |= _columns(_PROBABILITY_NAMES, 100.0 * found.presences)
    if metrics.has(MetricGroup.EMOTION):
        presences = found.presences.copy()
        presences[:, CLOSURE] = found.closed
        columns |= _columns(EMOTION_NAMES, emotions(found.calibrated, presences))
    for side, of_side in sides.items():
        names = [side_name(name, side) if name in TWO_SIDED_NAMES else name for name in BASELINE_NAMES]
        columns = _columns(names, of_side.of(_seen(shown, names)).scores) | columns
    listed = {name: column.tolist() for name, column in columns.items()}
    rows = zip(*(listed.get(name) or [face.values[name] for _, face in shown] for name in metrics.names), strict=True)
    for (_, face), row, is_lowered in zip(shown, rows, found.lids_lowered.tolist(), strict=True):
        named = replace(face, values=dict(zip(metrics.names, row, strict=True)))
        yield without_gaze(named) if is_lowered and metrics.has_eyes else named


def _seen(shown: _Shown, names: Sequence[str]) -> Seen:
    """Returns a face with the values of `names` as its levels."""
    times_s, faces = zip(*shown, strict=True)
    levels_of = itemgetter(*names)
    return Seen(
        faces[0].face_id,
        np.array(times_s),
        np.array([levels_of(face.values) for face in faces]),
        np.array([face.values["attention"] for face in faces]),
        np.array([face.is_valid for face in faces]),
    )


def _columns(names: Sequence[str], values: Floats) -> dict[str, Floats]:
    """`values` (T, N) by name."""
    return dict(zip(names, values.T, strict=True))
