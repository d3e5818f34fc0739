"""What the kinds of scores make of the same faces, and what is kept of how many faces."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from chalicelib.analysis.expressions.one_euro import OneEuroFilter
from chalicelib.analysis.expressions.score_streams import scored
from chalicelib.analysis.faces.memories import FaceMemories
from chalicelib.domain.measurements.emotions import emotions
from chalicelib.domain.measurements.metrics import (
    EMOTION_NAMES,
    EVERY_METRIC,
    EXPRESSION_NAMES,
    FaceMetrics,
    FrameMetrics,
    MetricGroup,
    MetricSet,
)
from chalicelib.domain.measurements.validity import InvalidReason
from chalicelib.domain.requests.recipes import RECIPES, Scores
from tests.analysis.conftest import Measure


def _recipe_metrics(scores: Scores) -> MetricSet:
    """What a job with such scores has."""
    recipe = next(each for each in RECIPES.values() if each is not None and each.scores is Scores.OWN_NEUTRAL)
    return replace(recipe, scores=scores).metrics(expressions_only=False)


RATES = st.sampled_from([12.5, 25.0, 30_000 / 1001, 60.0])


METRICS_OF = {scores: _recipe_metrics(scores) for scores in Scores}


def _frame(time_s: float, score: float, *face_ids: int) -> FrameMetrics:
    """Faces that have this score in every expression, as the analysis of single frames gives them."""
    values = dict.fromkeys(EVERY_METRIC.names, 0.0) | dict.fromkeys(EXPRESSION_NAMES, score)
    values["mean face luminance"] = 120.0
    return FrameMetrics(time_s, tuple(FaceMetrics(face_id, values | emotions(values)) for face_id in face_ids))


def _smiles(
    values: list[float], kind: Scores = Scores.CALIBRATED, step_s: float = 0.04, *, smoothed: bool = True
) -> list[float]:
    frames = [_frame(index * step_s, value, 0) for index, value in enumerate(values)]
    found = scored(frames, kind, METRICS_OF[kind], smoothed=smoothed)
    return [frame.faces[0].values["smile"] for frame in found]


@pytest.mark.parametrize("kind", [Scores.LINEAR, Scores.CALIBRATED])
def test_scores_of_single_frames_come_through(kind: Scores) -> None:
    frames = [_frame(0.0, 70.0, 0, 1), _frame(1.0, 10.0), _frame(2.0, 90.0, 1)]
    assert list(scored(frames, kind, METRICS_OF[kind])) == frames


@pytest.mark.parametrize("smoothed", [False, True])
@pytest.mark.parametrize("kind", Scores)
def test_every_kind_has_all_its_metrics_and_leaves_a_still_as_it_is(kind: Scores, *, smoothed: bool) -> None:
    still = _frame(0.0, 40.0, 0)
    (found,) = scored([still], kind, METRICS_OF[kind], smoothed=smoothed)
    assert tuple(found.faces[0].values) == METRICS_OF[kind].names
    assert {name: found.faces[0].values[name] for name in EVERY_METRIC.names} == still.faces[0].values


def test_emotions_follow_from_the_corrected_scores() -> None:
    frames = [_frame(index * 0.04, 15.0, 0) for index in range(1000)]
    last = list(scored(frames, Scores.OWN_NEUTRAL, METRICS_OF[Scores.OWN_NEUTRAL]))[-1].faces[0].values
    assert last["smile"] < 3
    assert last["smile raw"] == 15
    assert {name: last[name] for name in EMOTION_NAMES} == emotions(last)


@pytest.mark.parametrize(("kind", "smoothed"), [(Scores.OWN_NEUTRAL, False), (Scores.CALIBRATED, True)])
def test_without_emotions_none_follow(kind: Scores, *, smoothed: bool) -> None:
    metrics = METRICS_OF[kind].without(MetricGroup.EMOTION)
    (found,) = scored([_frame(0.0, 40.0, 0)], kind, metrics, smoothed=smoothed)
    assert tuple(found.faces[0].values) == metrics.names


@pytest.mark.parametrize("reason", list(InvalidReason))
def test_a_measurement_that_is_not_valid_teaches_nothing(reason: InvalidReason) -> None:
    usual = _frame(0.0, 15.0, 0).faces[0].values
    faces = (FaceMetrics(0, usual, 100.0, (reason,)), FaceMetrics(1, usual))
    frames = [FrameMetrics(index * 0.04, faces) for index in range(500)]
    last = list(scored(frames, Scores.OWN_NEUTRAL, METRICS_OF[Scores.OWN_NEUTRAL]))[-1]
    assert [face.values["brow furrow"] for face in last.faces] == [15.0, pytest.approx(2.5, abs=1.5)]


def test_smoothing_calms_what_trembles() -> None:
    trembling = (50 + np.random.default_rng(3).normal(0, 3, 500)).tolist()
    smoothed = _smiles(trembling)
    assert np.std(np.diff(smoothed)) < 0.45 * np.std(np.diff(trembling))
    assert np.mean(smoothed) == pytest.approx(np.mean(trembling), abs=0.5)


def test_smoothing_keeps_a_blink() -> None:
    smoothed = _smiles([0.0] * 20 + [50.0, 100.0, 100.0, 100.0, 50.0] + [0.0] * 20)
    assert max(smoothed) > 85
    assert smoothed[-1] < 2


@pytest.mark.parametrize("smoothed", [False, True])
@pytest.mark.parametrize("kind", Scores)
def test_nothing_knows_the_future(kind: Scores, *, smoothed: bool) -> None:
    past = [10.0, 60.0, 20.0] * 10
    assert _smiles([*past, 90.0], kind, smoothed=smoothed)[: len(past)] == _smiles(past, kind, smoothed=smoothed)


def test_a_corrected_score_is_smoothed_after_the_correction_and_its_raw_one_is_not() -> None:
    trembling = (30 + np.random.default_rng(3).normal(0, 3, 500)).tolist()
    frames = [_frame(index * 0.04, value, 0) for index, value in enumerate(trembling)]
    metrics = METRICS_OF[Scores.OWN_NEUTRAL]
    corrected = [frame.faces[0].values for frame in scored(frames, Scores.OWN_NEUTRAL, metrics)]
    smoothed = [frame.faces[0].values for frame in scored(frames, Scores.OWN_NEUTRAL, metrics, smoothed=True)]
    by_hand = OneEuroFilter()
    expected = [
        float(by_hand.smooth(index * 0.04, np.array([values["smile"]]))[0]) for index, values in enumerate(corrected)
    ]
    assert [values["smile"] for values in smoothed] == pytest.approx(expected)
    assert [values["smile raw"] for values in smoothed] == trembling
    assert {name: smoothed[-1][name] for name in EMOTION_NAMES} == emotions(smoothed[-1])


def test_each_face_is_smoothed_for_itself() -> None:
    frames = [_frame(0.0, 90.0, 0), _frame(0.04, 90.0, 0), _frame(0.08, 5.0, 1)]
    last = list(scored(frames, Scores.CALIBRATED, METRICS_OF[Scores.CALIBRATED], smoothed=True))[-1]
    assert last.faces[0].values["smile"] == 5


def test_a_gap_begins_anew() -> None:
    assert _smiles([90.0, 10.0], step_s=0.6) == [90.0, 10.0]


def test_a_man_who_talks_and_closes_his_eyes_is_calmer_and_closes_them_as_often(measured: Measure) -> None:
    frames = measured("videos/WolfgangLanger_Pexels.mp4")
    smoothed = list(scored(frames, Scores.CALIBRATED, METRICS_OF[Scores.CALIBRATED], smoothed=True))

    def course(results: list[FrameMetrics], name: str) -> NDArray[np.float64]:
        return np.array([result.faces[0].values[name] for result in results])

    for name in ("smile", "mouth open", "brow raise", "eye closure"):
        raw, calm = course(frames, name), course(smoothed, name)
        assert np.abs(np.diff(calm, 2)).mean() < 0.8 * np.abs(np.diff(raw, 2)).mean(), name
        assert np.corrcoef(raw, calm)[0, 1] > 0.97, name
    closings = [np.sum(np.diff((course(each, "eye closure") > 50).astype(int)) == 1) for each in (frames, smoothed)]
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
