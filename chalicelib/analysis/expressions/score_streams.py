"""From scores of single frames to the scores of a job: as they are, smoothed, or from each person's own neutral. Every
face of a stream is followed for itself, by its identity."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Protocol

import numpy as np

from chalicelib.analysis.expressions.one_euro import OneEuroFilter
from chalicelib.analysis.expressions.own_neutral import OwnNeutral
from chalicelib.analysis.faces.memories import FaceMemories
from chalicelib.domain.measurements.emotions import emotions
from chalicelib.domain.measurements.metrics import EXPRESSION_NAMES, FaceMetrics, FrameMetrics, MetricGroup, MetricSet
from chalicelib.domain.requests.recipes import Scores


class ScoreStream(Protocol):
    """Scores that depend on what a face showed before. Frames come in order of time."""

    def of(self, face: FaceMetrics, time_s: float, /) -> Mapping[str, float]:
        """The scores 0..100 of a face in the frame at `time_s`, from its calibrated ones: every name of
        `EXPRESSION_NAMES`, and more where the kind of scores has more. Each face comes at most once in a frame."""
        ...


class FrameScores:
    """Those of each frame, as they are."""

    def of(self, face: FaceMetrics, _time_s: float, /) -> dict[str, float]:
        """See `ScoreStream`."""
        return {name: face.values[name] for name in EXPRESSION_NAMES}


class OwnNeutralScores:
    """From each person's own neutral; the uncorrected scores beside them."""

    def __init__(self) -> None:
        self._neutrals = FaceMemories(OwnNeutral)

    def of(self, face: FaceMetrics, time_s: float, /) -> dict[str, float]:
        """See `ScoreStream`. A measurement that is not valid teaches nothing about the person."""
        scores = {name: face.values[name] for name in EXPRESSION_NAMES}
        return self._neutrals.of(face.face_id).correct(time_s, scores, is_valid=face.is_valid)


class SmoothedScores:
    """Those of another stream, smoothed in time; uncorrected ones beside them stay as they are."""

    def __init__(self, stream: ScoreStream) -> None:
        self._stream = stream
        self._filters = FaceMemories(OneEuroFilter)

    def of(self, face: FaceMetrics, time_s: float, /) -> dict[str, float]:
        """See `ScoreStream`."""
        found = self._stream.of(face, time_s)
        scores = np.array([found[name] for name in EXPRESSION_NAMES])
        smoothed = self._filters.of(face.face_id).smooth(time_s, scores)
        return {**found, **dict(zip(EXPRESSION_NAMES, smoothed.tolist(), strict=True))}


def scored(
    frames: Iterable[FrameMetrics], scores: Scores, metrics: MetricSet, *, smoothed: bool = False
) -> Iterator[FrameMetrics]:
    """The frames with the scores of a recipe, `smoothed` or not, and the emotions that follow; each when it comes.

    `frames`: in order of time, with linear scores for linear ones, else with calibrated ones. The faces come out with
    every name of `metrics`.
    """
    if scores is not Scores.OWN_NEUTRAL and not smoothed:
        yield from frames
        return
    stream: ScoreStream = OwnNeutralScores() if scores is Scores.OWN_NEUTRAL else FrameScores()
    if smoothed:
        stream = SmoothedScores(stream)
    for frame in frames:
        faces = tuple(_scored(face, stream.of(face, frame.time_s), metrics) for face in frame.faces)
        yield replace(frame, faces=faces)


def _scored(face: FaceMetrics, expressions: Mapping[str, float], metrics: MetricSet) -> FaceMetrics:
    values = {**face.values, **expressions}
    if metrics.has(MetricGroup.EMOTION):
        values |= emotions(values)
    return replace(face, values={name: values[name] for name in metrics.names})
