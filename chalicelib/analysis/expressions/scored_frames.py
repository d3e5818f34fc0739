"""Frames whose faces have levels, with the scores and emotions of a job in their place."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from operator import itemgetter

import numpy as np

from chalicelib.analysis.expressions.emotions import emotions
from chalicelib.analysis.expressions.levels import Doubts
from chalicelib.analysis.expressions.memories import MAX_FACES
from chalicelib.analysis.expressions.score_streams import Floats, ScoreStream, Seen, Span, new_stream
from chalicelib.analysis.expressions.sides import doubts_of_sides
from chalicelib.analysis.expressions.through_blinks import CLOSURE
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

_PROBABILITY_NAMES = tuple(probability_name(name) for name in BASELINE_NAMES)
_RAW_NAMES = tuple(raw_name(name) for name in BASELINE_NAMES)
_TOGETHER = 32
"""So many frames are scored at a time, if they have few faces: numpy costs as much for one."""


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
    new = partial(new_stream, scores, smoothed=smoothed, neutral_s=neutral_s)
    stream = new(doubts, has_raw=metrics.has(MetricGroup.RAW_EXPRESSION))
    sides = {side: new(doubts_of_sides(doubts)) for side in SIDES} if metrics.has(MetricGroup.SIDE) else {}
    for together in _together(frames):
        yield from _scored(together, stream, sides, metrics)


def _together(frames: Iterable[FrameMetrics]) -> Iterator[list[FrameMetrics]]:
    """The frames in groups with so few faces that the memory of none is lost while the others are scored."""
    group: list[FrameMetrics] = []
    face_ids: set[int] = set()
    for frame in frames:
        group.append(frame)
        face_ids.update(face.face_id for face in frame.faces)
        if len(group) == _TOGETHER or len(face_ids) > MAX_FACES / 2:
            yield group
            group, face_ids = [], set()
    if group:
        yield group


_Sides = Mapping[str, ScoreStream]
_Shown = Sequence[tuple[float, FaceMetrics]]


def _scored(
    frames: Sequence[FrameMetrics], stream: ScoreStream, sides: _Sides, metrics: MetricSet
) -> Iterator[FrameMetrics]:
    shown: dict[int, list[tuple[float, FaceMetrics]]] = {}  # who was seen last comes last, and is remembered longest
    for frame in frames:
        for face in frame.faces:
            shown[face.face_id] = [*shown.pop(face.face_id, ()), (frame.time_s, face)]
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
