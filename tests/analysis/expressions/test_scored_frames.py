"""Tests what the kinds of scores make of the same faces, and what is kept of how many faces."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from chalicelib.analysis.analyzer import FaceAnalyzer
from chalicelib.analysis.expressions.emotions import emotions
from chalicelib.analysis.expressions.levels import Doubts, presences_of, scores_of
from chalicelib.analysis.expressions.memories import FaceMemories
from chalicelib.analysis.expressions.one_euro import OneEuroFilter
from chalicelib.analysis.expressions.scored_frames import scored
from chalicelib.analysis.expressions.sides import SIDED, doubts_of_sides
from chalicelib.analysis.media.open_media import open_media
from chalicelib.domain.measurements.metrics import (
    BASELINE_NAMES,
    EMOTION_NAMES,
    EVERY_METRIC,
    MEASURED,
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
from chalicelib.domain.measurements.validity import InvalidReason
from chalicelib.domain.requests.recipes import RECIPES, Mesh, Scores


def _recipe_metrics(scores: Scores) -> MetricSet:
    """Returns what a job with such scores has."""
    recipe = next(each for each in RECIPES.values() if each is not None and each.scores is Scores.OWN_NEUTRAL)
    return replace(recipe, scores=scores).metrics(expressions_only=False)


RATES = st.sampled_from([12.5, 25.0, 30_000 / 1001, 60.0])


METRICS_OF = {scores: _recipe_metrics(scores) for scores in Scores}


SPREADS = np.full(len(BASELINE_NAMES), 40.0)
DOUBTS = Doubts.of_rest(SPREADS)


def _frame(time_s: float, level: float, *face_ids: int) -> FrameMetrics:
    """Faces that have this level in every expression, as the analysis of single frames gives them."""
    values = dict.fromkeys(MEASURED.names, 0.0) | dict.fromkeys(BASELINE_NAMES, level)
    values |= {"mean face luminance": 120.0, "attention": 70.0}
    return FrameMetrics(time_s, tuple(FaceMetrics(face_id, values) for face_id in face_ids))


def _scored(
    frames: list[FrameMetrics], kind: Scores, metrics: MetricSet | None = None, *, smoothed: bool = False
) -> list[FrameMetrics]:
    return list(scored(frames, kind, metrics or METRICS_OF[kind], DOUBTS, smoothed=smoothed))


def _score(level: float) -> float:
    """The calibrated score."""
    return float(scores_of(np.array([level]), SPREADS[:1])[0])


def _presence(level: float) -> float:
    return float(presences_of(np.array([level]), SPREADS[:1])[0])


def _engagement(level: float) -> float:
    return _emotions(level)["engagement"]


def _emotions(level: float) -> dict[str, float]:
    """Those of a face that has this level in every expression."""
    shown = (np.full((1, len(BASELINE_NAMES)), each) for each in (_score(level), _presence(level)))
    return dict(zip(EMOTION_NAMES, emotions(*shown)[0].tolist(), strict=True))


def _smiles(
    levels: list[float], kind: Scores = Scores.CALIBRATED, step_s: float = 0.04, *, smoothed: bool = True
) -> list[float]:
    frames = [_frame(index * step_s, level, 0) for index, level in enumerate(levels)]
    return [frame.faces[0].values["smile"] for frame in _scored(frames, kind, smoothed=smoothed)]


@pytest.mark.parametrize("smoothed", [False, True])
@pytest.mark.parametrize("kind", Scores)
def test_every_kind_has_all_its_metrics_and_the_same_still(kind: Scores, *, smoothed: bool) -> None:
    (found,) = _scored([_frame(0.0, 60.0, 0)], kind, smoothed=smoothed)
    values = found.faces[0].values
    assert tuple(values) == METRICS_OF[kind].names
    assert values["attention"] == 70
    assert values["smile"] == pytest.approx(57.5 if kind is Scores.LINEAR else _score(60.0))
    assert {name: values[name] for name in EMOTION_NAMES} == pytest.approx(_emotions(60.0))


def test_frames_without_a_face_come_through() -> None:
    assert [len(frame.faces) for frame in _scored([_frame(0.0, 9.0, 0, 1), _frame(1.0, 9.0)], Scores.CALIBRATED)] == [
        2,
        0,
    ]


def test_the_uncorrected_score_stands_beside_the_corrected_one() -> None:
    last = _scored([_frame(index * 0.04, 35.0, 0) for index in range(500)], Scores.OWN_NEUTRAL)[-1].faces[0].values
    for name in BASELINE_NAMES:
        assert last[raw_name(name)] == pytest.approx(_score(35.0))
        assert last[name] < 0.7 * last[raw_name(name)]
    assert last["engagement"] < 0.7 * _engagement(35.0)


@pytest.mark.parametrize(("kind", "smoothed"), [(Scores.OWN_NEUTRAL, False), (Scores.CALIBRATED, True)])
def test_without_emotions_none_follow(kind: Scores, *, smoothed: bool) -> None:
    metrics = METRICS_OF[kind].without(MetricGroup.EMOTION)
    (found,) = _scored([_frame(0.0, 40.0, 0)], kind, metrics, smoothed=smoothed)
    assert tuple(found.faces[0].values) == metrics.names


@pytest.mark.parametrize("reason", list(InvalidReason))
def test_a_measurement_that_is_not_valid_teaches_nothing(reason: InvalidReason) -> None:
    usual = _frame(0.0, 35.0, 0).faces[0].values
    faces = (FaceMetrics(0, usual, 100.0, (reason,)), FaceMetrics(1, usual))
    last = _scored([FrameMetrics(index * 0.04, faces) for index in range(500)], Scores.OWN_NEUTRAL)[-1]
    assert last.faces[0].values["brow furrow"] == pytest.approx(_score(35.0))
    assert last.faces[1].values["brow furrow"] < 0.7 * _score(35.0)


@given(
    st.lists(st.tuples(st.floats(0.01, 2.0), st.floats(-200, 200), st.booleans()), min_size=1, max_size=10),
    st.permutations((0, 1, 2)),
)
def test_faces_do_not_touch_each_other_in_whatever_order_they_come(
    film: list[tuple[float, float, bool]], order: list[int]
) -> None:
    def follow(faces: list[int]) -> dict[int, list[Mapping[str, float]]]:
        time_s, frames = 0.0, []
        for duration_s, level, valid in film:
            time_s += duration_s
            reasons = () if valid else (InvalidReason.DARK,)
            shown = [replace(_frame(0.0, level / (each + 1), each).faces[0], invalid_reasons=reasons) for each in faces]
            frames.append(FrameMetrics(time_s, tuple(shown)))
        found: dict[int, list[Mapping[str, float]]] = {each: [] for each in faces}
        for frame in _scored(frames, Scores.OWN_NEUTRAL):
            for face in frame.faces:
                found[face.face_id].append(face.values)
        return found

    together = follow(order)
    assert together == {each: follow([each])[each] for each in order}


def test_smoothing_calms_what_trembles() -> None:
    levels = (60 + np.random.default_rng(3).normal(0, 3, 500)).tolist()
    trembling, smoothed = _smiles(levels, smoothed=False), _smiles(levels)
    assert np.std(np.diff(smoothed)) < 0.45 * np.std(np.diff(trembling))
    assert np.mean(smoothed) == pytest.approx(np.mean(trembling), abs=0.5)


def test_smoothing_keeps_a_blink() -> None:
    smoothed = _smiles([0.0] * 20 + [100.0, 200.0, 200.0, 200.0, 100.0] + [0.0] * 20)
    assert max(smoothed) > 85
    assert smoothed[-1] < 2


@pytest.mark.parametrize("smoothed", [False, True])
@pytest.mark.parametrize("kind", Scores)
def test_nothing_knows_the_future(kind: Scores, *, smoothed: bool) -> None:
    past = [10.0, 60.0, 20.0] * 10
    assert _smiles([*past, 90.0], kind, smoothed=smoothed)[: len(past)] == _smiles(past, kind, smoothed=smoothed)


def test_a_corrected_score_is_smoothed_after_the_correction_and_its_raw_one_is_not() -> None:
    trembling = (60 + np.random.default_rng(3).normal(0, 3, 200)).tolist()
    frames = [_frame(index * 0.04, value, 0) for index, value in enumerate(trembling)]
    corrected = [frame.faces[0].values["smile"] for frame in _scored(frames, Scores.OWN_NEUTRAL)]
    smoothed = [frame.faces[0].values for frame in _scored(frames, Scores.OWN_NEUTRAL, smoothed=True)]
    # A filter's share of a new value depends on its own course alone.
    by_hand = OneEuroFilter()
    expected = [float(by_hand.smooth(index * 0.04, np.array([value]))[0]) for index, value in enumerate(corrected)]
    assert [values["smile"] for values in smoothed] == pytest.approx(expected)
    assert [values["smile raw"] for values in smoothed] == pytest.approx([_score(value) for value in trembling])


def test_each_face_is_smoothed_for_itself() -> None:
    frames = [_frame(0.0, 90.0, 0), _frame(0.04, 90.0, 0), _frame(0.08, 5.0, 1)]
    last = _scored(frames, Scores.CALIBRATED, smoothed=True)[-1]
    assert last.faces[0].values["smile"] == _score(5.0)


def test_a_gap_begins_anew() -> None:
    assert _smiles([90.0, 10.0], step_s=0.6) == [_score(90.0), _score(10.0)]


def _rises(values: NDArray[np.float64]) -> int:
    """Counts rises to 60 from below 40: processors differ in the last digits, which may cross one limit or not.
    Blinks of one or two frames, which smoothing flattens, do not count."""
    values = np.median(np.lib.stride_tricks.sliding_window_view(values, 5), axis=1)
    far = values[(values > 60) | (values < 40)] > 50
    return int(np.sum(np.diff(far.astype(int)) == 1))


@pytest.mark.slow
def test_a_woman_who_talks_and_closes_her_eyes_is_calmer_and_closes_them_as_often(
    analyzer: FaceAnalyzer, shared_media: Path
) -> None:
    doubts = analyzer.expressions.doubts(Mesh.ATTENTION)
    with open_media(shared_media / "videos/WolfgangLanger_Pexels.mp4") as medium:
        levels = list(analyzer.analyze(medium.frames()))
    frames, smoothed = (
        list(scored(levels, Scores.CALIBRATED, METRICS_OF[Scores.CALIBRATED], doubts, smoothed=smoothed))
        for smoothed in (False, True)
    )

    def course(results: list[FrameMetrics], name: str) -> NDArray[np.float64]:
        return np.array([result.faces[0].values[name] for result in results])

    for name in ("smile", "mouth open", "brow raise", "eye closure"):
        raw, calm = course(frames, name), course(smoothed, name)
        assert np.abs(np.diff(calm, 2)).mean() < 0.8 * np.abs(np.diff(raw, 2)).mean(), name
        assert np.corrcoef(raw, calm)[0, 1] > 0.97, name
    closings = [_rises(course(each, "eye closure")) for each in (frames, smoothed)]
    assert closings[0] == closings[1] > 0


@given(st.lists(st.tuples(st.floats(0.001, 0.6), st.floats(0, 100)), min_size=1, max_size=40))
def test_smoothed_scores_stay_among_those_that_were_seen(film: list[tuple[float, float]]) -> None:
    smoother, time_s, seen = OneEuroFilter(), 0.0, []
    for duration_s, value in film:
        time_s += duration_s
        seen.append(value)
        (found,) = smoother.smooth(time_s, np.array([value]))
        assert min(seen) - 1e-9 <= found <= max(seen) + 1e-9


@given(RATES)
def test_the_time_constant_is_in_seconds_whatever_the_frame_rate(rate: float) -> None:
    smoother = OneEuroFilter()
    smoother.smooth(0.0, np.array([0.0]))
    steps = [float(smoother.smooth(index / rate, np.array([1.0]))[0]) for index in range(1, round(rate))]
    # A step of one point is no movement to speak of: two thirds of the way take about the time constant.
    reached_s = (1 + next(index for index, value in enumerate(steps) if value > 1 - np.exp(-1))) / rate
    assert reached_s == pytest.approx(0.16, abs=0.09)


def test_the_faces_asked_for_longest_ago_are_forgotten() -> None:
    memories = FaceMemories(list[int], limit=3)
    for face_id in (0, 1, 2, 0, 3, 4):
        memories.of(face_id).append(face_id)
    assert len(memories) == 3
    assert [memories.of(face_id) for face_id in (0, 3, 4)] == [[0, 0], [3], [4]]
    assert memories.of(1) == []


def test_who_stays_is_remembered_while_hundreds_pass() -> None:
    """Seven new faces in each frame for a while: more pass in 32 frames than are remembered."""
    passing = [[7 * index + each for each in range(1, 8)] if 64 <= index < 96 else [] for index in range(128)]
    film = [_frame(index * 0.04, 60.0, 0, *ids) for index, ids in enumerate(passing)]
    alone = [_frame(index * 0.04, 60.0, 0) for index in range(128)]
    metrics = METRICS_OF[Scores.OWN_NEUTRAL]
    crowded, quiet = (
        [frame.faces[0].values["brow furrow"] for frame in scored(frames, Scores.OWN_NEUTRAL, metrics, DOUBTS)]
        for frames in (film, alone)
    )
    assert crowded == pytest.approx(quiet)


def test_a_given_rest_takes_off_what_was_read_then_from_every_face() -> None:
    film = [_frame(index * 0.04, 60.0 if index < 50 else 100.0, 0, 1) for index in range(100)]
    metrics = METRICS_OF[Scores.OWN_NEUTRAL]
    usual = list(scored(film, Scores.OWN_NEUTRAL, metrics, DOUBTS))[-1]
    given_rest = list(scored(film, Scores.OWN_NEUTRAL, metrics, DOUBTS, neutral_s=(0.0, 2.0)))[-1]
    for before, after in zip(usual.faces, given_rest.faces, strict=True):
        assert after.values["smile"] < before.values["smile"] - 10
        assert after.values["smile raw"] == before.values["smile raw"]


def _sided(time_s: float, left: float, right: float) -> FrameMetrics:
    """One face whose sides have these levels in every two-sided expression."""
    frame = _frame(time_s, (left + right) / 2, 0)
    (face,) = frame.faces
    of_side = {"left": left, "right": right}
    sides = {side_name(name, side): of_side[side] for name in TWO_SIDED_NAMES for side in SIDES}
    return replace(frame, faces=(replace(face, values={**face.values, **sides}),))


@pytest.mark.parametrize("smoothed", [False, True])
@pytest.mark.parametrize("kind", Scores)
def test_each_side_is_scored_as_a_face(kind: Scores, *, smoothed: bool) -> None:
    metrics = EVERY_METRIC.with_sides()
    (found,) = _scored([_sided(0.0, 90.0, 10.0)], kind, metrics, smoothed=smoothed)
    (of_both,) = _scored([_frame(0.0, 50.0, 0)], kind, EVERY_METRIC, smoothed=smoothed)
    values = found.faces[0].values
    assert tuple(values) == metrics.names
    assert {name: values[name] for name in EVERY_METRIC.names} == of_both.faces[0].values
    for name in TWO_SIDED_NAMES:
        assert values[side_name(name, "left")] > values[name] + 1 > values[side_name(name, "right")] + 2


@pytest.mark.parametrize("kind", list(Scores))
def test_probabilities_are_presences_and_change_nothing_else(kind: Scores) -> None:
    metrics = EVERY_METRIC.with_probabilities()
    (found,) = _scored([_frame(0.0, 70.0, 0)], kind, metrics)
    (plain,) = _scored([_frame(0.0, 70.0, 0)], kind, EVERY_METRIC)
    values = found.faces[0].values
    assert tuple(values) == metrics.names
    assert {name: values[name] for name in EVERY_METRIC.names} == plain.faces[0].values
    levels = np.full(len(BASELINE_NAMES), 70.0)
    expected = 100.0 * DOUBTS.presences(levels, DOUBTS.spreads)
    assert [values[probability_name(name)] for name in BASELINE_NAMES] == pytest.approx(expected.tolist())


def test_a_face_that_rests_askew_is_corrected_side_by_side() -> None:
    frames = [_sided(index * 0.04, 35.0, 5.0) for index in range(500)]
    values = _scored(frames, Scores.OWN_NEUTRAL, EVERY_METRIC.with_sides())[-1].faces[0].values
    plain = _scored(frames[:1], Scores.CALIBRATED, EVERY_METRIC.with_sides())[-1].faces[0].values
    for name in TWO_SIDED_NAMES:
        left, right = side_name(name, "left"), side_name(name, "right")
        assert values[left] - values[right] < 0.7 * (plain[left] - plain[right])


def test_the_two_sided_expressions_have_a_scale() -> None:
    assert tuple(SIDED) == TWO_SIDED_NAMES
    doubts = doubts_of_sides(DOUBTS)
    wider = [name for name, spread in zip(BASELINE_NAMES, doubts.spreads, strict=True) if spread > 40.0]
    assert set(wider) == set(TWO_SIDED_NAMES)
