"""A person's own neutral, on scores made for the purpose."""

import math
import tracemalloc
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.analysis.expressions.own_neutral import LIMIT, LIMITS, OwnNeutral
from chalicelib.analysis.expressions.score_streams import scored
from chalicelib.domain.measurements.metrics import (
    BASELINE_NAMES,
    EVERY_METRIC,
    EXPRESSION_NAMES,
    FaceMetrics,
    FrameMetrics,
    raw_name,
)
from chalicelib.domain.requests.recipes import Scores

FRAME_S = 1 / 25
METRICS = EVERY_METRIC.with_raw()
Values = Callable[[float], dict[str, float]]


def _scores(**values: float) -> dict[str, float]:
    given = {name.replace("_", " "): value for name, value in values.items()}
    return {name: given.get(name, 0.0) for name in EXPRESSION_NAMES}


def _film(seconds: float, values: Values, *, valid: bool = True) -> list[dict[str, float]]:
    """What becomes of a face that shows `values` of the time."""
    neutral = OwnNeutral()
    times = [index * FRAME_S for index in range(round(seconds / FRAME_S))]
    return [neutral.correct(time_s, _scores(**values(time_s)), is_valid=valid) for time_s in times]


def _talk(time_s: float) -> float:
    """A mouth that opens and shuts four times a second."""
    return 35.0 * (1.0 - math.cos(8 * math.pi * time_s))


def test_a_clock_that_runs_back_teaches_nothing() -> None:
    neutral = OwnNeutral()
    for time_s in (10.0, 9.0, 9.0, 8.0, -5.0):
        corrected = neutral.correct(time_s, _scores(brow_furrow=60.0), is_valid=True)
        assert corrected["brow furrow"] == 60.0
    assert not neutral.baselines().any()


def test_a_still_stays_as_it_is() -> None:
    scores = _scores(brow_furrow=60.0, smile=12.3, attention=80.0)
    corrected = OwnNeutral().correct(0.0, scores, is_valid=True)
    assert {name: corrected[name] for name in EXPRESSION_NAMES} == scores
    assert {name: corrected[raw_name(name)] for name in BASELINE_NAMES} == {
        name: scores[name] for name in BASELINE_NAMES
    }
    assert set(corrected) == {*EXPRESSION_NAMES, *(raw_name(name) for name in BASELINE_NAMES)}


@pytest.mark.parametrize("name", BASELINE_NAMES)
@pytest.mark.parametrize("rest", [5.0, 15.0])
def test_a_face_that_reads_high_at_rest_comes_near_neutral_and_its_expressions_remain(name: str, rest: float) -> None:
    key = name.replace(" ", "_")
    film = _film(40, lambda time_s: {key: 90.0 if 30 <= time_s < 32 else rest})
    assert film[700][name] <= 0.25 * rest
    assert film[-1][name] <= 0.2 * rest
    assert film[770][name] > 80
    assert film[770][raw_name(name)] == 90


def test_a_trembling_rest_is_near_neutral_too() -> None:
    noise = np.random.default_rng(1).normal(30, 4, 1000)
    film = _film(40, lambda time_s: {"brow_furrow": float(noise[round(time_s / FRAME_S)])})
    assert np.median([frame["brow furrow"] for frame in film[500:]]) < 8


def test_a_track_that_starts_with_a_smile_keeps_it_and_comes_back_to_nought() -> None:
    film = _film(20, lambda time_s: {"smile": 80.0, "cheek_raise": 30.0} if time_s < 8 else {})
    assert min(frame["smile"] for frame in film[:200]) == 80
    assert min(frame["cheek raise"] for frame in film[:200]) == 30  # it comes with the smile
    assert max(frame["smile"] for frame in film[200:]) == 0


def test_a_gentle_smile_at_the_start_does_not_become_the_person() -> None:
    film = _film(40, lambda time_s: {"smile": 45.0 if time_s < 5 else (90.0 if time_s > 35 else 0.0)})
    assert min(frame["smile"] for frame in film[:125]) > 30
    assert film[-1]["smile"] > 88


@pytest.mark.parametrize("smile", [30.0, 49.0, 60.0, 95.0])
def test_a_smile_that_never_ends_stays_one(smile: float) -> None:
    film = _film(600, lambda _time_s: {"smile": smile})
    assert film[-1]["smile"] >= (smile if smile > 50 else (smile - LIMITS["smile"]) / (1 - LIMITS["smile"] / 100))


def test_talking_is_not_taken_for_the_face() -> None:
    film = _film(30, lambda time_s: {"mouth_open": _talk(time_s), "jaw_drop": 0.6 * _talk(time_s)})
    for name in ("mouth open", "jaw drop"):
        lost = max(frame[raw_name(name)] - frame[name] for frame in film)
        assert lost < 8, name
        assert max(frame[name] for frame in film[500:]) > 0.9 * max(frame[raw_name(name)] for frame in film[500:])


def test_talking_hides_no_rest_elsewhere() -> None:
    film = _film(30, lambda time_s: {"mouth_open": _talk(time_s), "brow_furrow": 30.0})
    assert film[-1]["brow furrow"] < 8


def test_frames_that_are_not_valid_teach_nothing() -> None:
    film = _film(60, lambda _time_s: {"brow_furrow": 40.0}, valid=False)
    assert film[-1]["brow furrow"] == 40


def test_a_face_that_was_away_is_no_evidence_for_the_time_between() -> None:
    neutral = OwnNeutral()
    neutral.correct(0.0, _scores(brow_furrow=40.0), is_valid=True)
    neutral.correct(3600.0, _scores(brow_furrow=40.0), is_valid=True)
    assert neutral.correct(3600.04, _scores(brow_furrow=40.0), is_valid=True)["brow furrow"] > 30


def test_attention_is_left_alone() -> None:
    film = _film(30, lambda _time_s: {"attention": 70.0})
    assert film[-1]["attention"] == 70
    assert raw_name("attention") not in film[-1]


_SCORE = st.floats(0.0, 100.0)
_FACES = st.fixed_dictionaries(dict.fromkeys(EXPRESSION_NAMES, _SCORE))
_FILMS = st.lists(st.tuples(st.floats(0.001, 5.0), _FACES, st.booleans()), min_size=1, max_size=25)
_Film = list[tuple[float, dict[str, float], bool]]


def _timed(film: _Film) -> Iterator[tuple[float, dict[str, float], bool]]:
    time_s = 0.0
    for duration_s, scores, valid in film:
        time_s += duration_s
        yield time_s, scores, valid


@given(_FILMS)
def test_corrected_scores_are_in_range_below_raw_ones_and_the_correction_is_limited(film: _Film) -> None:
    neutral = OwnNeutral()
    for time_s, scores, valid in _timed(film):
        corrected = neutral.correct(time_s, scores, is_valid=valid)
        for name in BASELINE_NAMES:
            assert 0 <= corrected[name] <= scores[name] + 1e-9
            assert scores[name] - corrected[name] <= LIMITS.get(name, LIMIT) + 1e-6
            assert corrected[raw_name(name)] == scores[name]


@given(_FILMS, st.sampled_from(BASELINE_NAMES), _SCORE, _SCORE)
def test_more_of_an_expression_is_never_less_after_the_same_past(film: _Film, name: str, a: float, b: float) -> None:
    low, high = sorted((a, b))
    found = []
    for last in (low, high):
        neutral = OwnNeutral()
        for time_s, scores, valid in _timed(film):
            neutral.correct(time_s, scores, is_valid=valid)
        found.append(neutral.correct(1e4, {**film[-1][1], name: last}, is_valid=True)[name])
    assert found[0] <= found[1] + 1e-9
    assert high < 100 or found[1] == pytest.approx(100)


@given(_FILMS, st.permutations((0, 1, 2)))
def test_faces_do_not_touch_each_other_in_whatever_order_they_come(film: _Film, order: list[int]) -> None:
    def values_of(face_id: int, scores: dict[str, float], *, valid: bool) -> dict[str, float]:
        # Each face shows the same in another order.
        shown = np.roll(list(scores.values()), face_id).tolist()
        turn = {"pitch": 0.0, "yaw": 0.0 if valid else 90.0, "mean face luminance": 120.0}
        return dict.fromkeys(METRICS.names, 0.0) | turn | dict(zip(scores, shown, strict=True))

    def follow(faces: Sequence[int]) -> dict[int, list[Mapping[str, float]]]:
        frames = [
            FrameMetrics(time_s, tuple(FaceMetrics(each, values_of(each, scores, valid=valid)) for each in faces))
            for time_s, scores, valid in _timed(film)
        ]
        found: dict[int, list[Mapping[str, float]]] = {face_id: [] for face_id in faces}
        for frame in scored(frames, Scores.OWN_NEUTRAL, METRICS):
            for face in frame.faces:
                found[face.face_id].append(face.values)
        return found

    together = follow(order)
    assert together == {face_id: follow([face_id])[face_id] for face_id in order}


def test_memory_does_not_grow_with_the_film() -> None:
    random = np.random.default_rng(2).uniform(0, 100, (64, len(EXPRESSION_NAMES)))
    shown = [dict(zip(EXPRESSION_NAMES, row, strict=True)) for row in random.tolist()]

    def peak_bytes(frames: int) -> int:
        tracemalloc.start()
        try:
            neutral = OwnNeutral()
            for index in range(frames):
                neutral.correct(index * FRAME_S, shown[index % 64], is_valid=True)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak_bytes(10)
    assert peak_bytes(10_000) < 1.1 * peak_bytes(500)
