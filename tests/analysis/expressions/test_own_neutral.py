"""A person's own neutral, on levels made for the purpose."""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from chalicelib.analysis.expressions.levels import scores_of
from chalicelib.analysis.expressions.own_neutral import FARTHEST, OwnNeutral, Rest
from chalicelib.analysis.expressions.trained import TrainedExpressions
from chalicelib.domain.measurements.metrics import BASELINE_NAMES
from chalicelib.domain.requests.recipes import Mesh
from tests.memory import peak_bytes

FRAME_S = 1 / 25
SPREADS = TrainedExpressions().doubts(Mesh.ATTENTION).spreads
BROWS = [name for name in BASELINE_NAMES if "brow" in name]
Levels = NDArray[np.float64]
Values = Callable[[float], dict[str, float]]


def _levels(values: dict[str, float]) -> Levels:
    return np.array([values.get(name, 0.0) for name in BASELINE_NAMES])


def _next(neutral: OwnNeutral, time_s: float, levels: Levels, *, is_valid: bool) -> Rest:
    """Returns what is known before a frame, (20,) each."""
    rest = neutral.follow(np.array([time_s]), levels[None], np.array([is_valid]))
    return Rest(rest.level[0], rest.uncertainty[0])


def _rest(neutral: OwnNeutral) -> Rest:
    """Returns what is known so far."""
    return _next(neutral, 1e6, np.zeros(len(SPREADS)), is_valid=False)


def _film(seconds: float, values: Values, *, valid: bool = True) -> list[dict[str, float]]:
    """The scores of a face that shows `values` of the time."""
    neutral = OwnNeutral(SPREADS)
    scores = []
    for index in range(round(seconds / FRAME_S)):
        levels = _levels(values(index * FRAME_S))
        rest = _next(neutral, index * FRAME_S, levels, is_valid=valid)
        scores.append(scores_of(levels - rest.level, rest.uncertainty))
    return [dict(zip(BASELINE_NAMES, each.tolist(), strict=True)) for each in scores]


def _talk(time_s: float) -> float:
    """A mouth that opens and shuts four times a second."""
    return 45.0 * (1.0 - math.cos(8 * math.pi * time_s))


def _raw(name: str, level: float) -> float:
    return float(scores_of(_levels({name: level}), SPREADS)[BASELINE_NAMES.index(name)])


def test_a_clock_that_runs_back_teaches_nothing() -> None:
    neutral = OwnNeutral(SPREADS)
    for time_s in (10.0, 9.0, 9.0, 8.0, -5.0):
        _next(neutral, time_s, np.full(len(SPREADS), 60.0), is_valid=True)
    assert not _rest(neutral).level.any()
    assert _rest(neutral).uncertainty == pytest.approx(SPREADS)


def test_a_still_knows_the_population_only() -> None:
    rest = _next(OwnNeutral(SPREADS), 0.0, np.full(len(SPREADS), 60.0), is_valid=True)
    assert not rest.level.any()
    assert rest.uncertainty == pytest.approx(SPREADS)


@pytest.mark.parametrize("name", BROWS)
@pytest.mark.parametrize("spreads", [-1.5, 1.0, 1.5])
def test_brows_that_lie_high_or_low_are_no_expression_for_long(name: str, spreads: float) -> None:
    level = spreads * SPREADS[BASELINE_NAMES.index(name)]
    film = _film(20, lambda time_s: {name: level + (120 if time_s > 18 else 0)})
    assert max(frame[name] for frame in film[5 * 25 : 18 * 25]) < 5
    assert film[-1][name] > 70


@pytest.mark.parametrize("name", BROWS)
def test_the_correction_begins_at_once(name: str) -> None:
    level = SPREADS[BASELINE_NAMES.index(name)]
    course = [frame[name] for frame in _film(2, lambda _time_s: {name: level})]
    assert all(later < earlier for earlier, later in pairwise(course[1:]))
    assert course[25] < 0.5 * course[0]


@pytest.mark.parametrize("level", [60.0, 80.0, 120.0])
def test_a_smile_that_never_ends_stays_one(level: float) -> None:
    film = _film(90, lambda _time_s: {"smile": level})
    assert film[-1]["smile"] == pytest.approx(_raw("smile", level))


def test_a_gentle_smile_for_long_does_not_become_the_person() -> None:
    film = _film(60, lambda time_s: {"smile": 45.0 if time_s < 50 else 110.0})
    assert film[49 * 25]["smile"] > 5
    assert film[-1]["smile"] > 0.8 * _raw("smile", 110.0)


def test_a_track_that_starts_with_a_smile_keeps_it_and_what_comes_with_it() -> None:
    film = _film(20, lambda time_s: {"smile": 90.0, "upper lip raise": 50.0} if time_s < 8 else {})
    for name, level in (("smile", 90.0), ("upper lip raise", 50.0)):
        assert min(frame[name] for frame in film[:200]) == pytest.approx(_raw(name, level))
        assert max(frame[name] for frame in film[200:]) < 1


def test_talking_is_not_taken_for_the_face() -> None:
    film = _film(30, lambda time_s: {"mouth open": _talk(time_s), "jaw drop": 0.6 * _talk(time_s)})
    for name, peak in (("mouth open", 90.0), ("jaw drop", 54.0)):
        assert max(frame[name] for frame in film[500:]) > 0.8 * _raw(name, peak), name


def test_talking_and_smiling_hide_no_rest_of_the_brows() -> None:
    film = _film(30, lambda time_s: {"mouth open": _talk(time_s), "smile": 90.0, "brow furrow": 60.0})
    assert film[-1]["brow furrow"] < 5


def test_frames_that_are_not_valid_teach_nothing() -> None:
    film = _film(60, lambda _time_s: {"brow furrow": 60.0}, valid=False)
    assert film[-1]["brow furrow"] == pytest.approx(_raw("brow furrow", 60.0))


def test_a_face_that_was_away_is_no_evidence_for_the_time_between() -> None:
    neutral, levels = OwnNeutral(SPREADS), _levels({"brow furrow": 60.0})
    _next(neutral, 0.0, levels, is_valid=True)
    _next(neutral, 3600.0, levels, is_valid=True)
    later, briefly = _rest(neutral), OwnNeutral(SPREADS)
    _next(briefly, 0.0, levels, is_valid=True)
    _next(briefly, 0.5, levels, is_valid=True)
    assert later.level == pytest.approx(_rest(briefly).level)


_FILMS = st.lists(
    st.tuples(
        st.floats(0.001, 5.0),
        st.lists(st.floats(-400.0, 400.0), min_size=len(BASELINE_NAMES), max_size=len(BASELINE_NAMES)),
        st.booleans(),
    ),
    min_size=1,
    max_size=25,
)
_Film = Sequence[tuple[float, list[float], bool]]


def _watched(film: _Film) -> Rest:
    neutral, time_s = OwnNeutral(SPREADS), 0.0
    for duration_s, levels, valid in film:
        time_s += duration_s
        _next(neutral, time_s, np.array(levels), is_valid=valid)
    return _rest(neutral)


@given(_FILMS, st.booleans())
def test_frames_that_come_together_are_those_that_come_one_by_one(film: _Film, is_given: bool) -> None:
    neutral_s = (1.0, 4.0) if is_given else None
    alone, together = OwnNeutral(SPREADS, neutral_s), OwnNeutral(SPREADS, neutral_s)
    times_s = np.cumsum([duration_s for duration_s, *_ in film])
    levels, is_valid = np.array([each for _, each, _ in film]), np.array([valid for *_, valid in film])
    one_by_one = [
        _next(alone, time_s, each, is_valid=valid)
        for time_s, each, valid in zip(times_s, levels, is_valid, strict=True)
    ]
    rest = together.follow(times_s, levels, is_valid)
    np.testing.assert_array_equal(rest.level, [each.level for each in one_by_one])
    np.testing.assert_array_equal(rest.uncertainty, [each.uncertainty for each in one_by_one])


@given(_FILMS)
def test_rest_stays_where_persons_rest_and_only_gets_surer(film: _Film) -> None:
    rest = _watched(film)
    assert (abs(rest.level) <= FARTHEST * SPREADS + 1e-9).all()
    assert (rest.uncertainty > 0).all()
    assert (rest.uncertainty <= SPREADS + 1e-9).all()


@given(_FILMS, st.floats(0.0, 100.0))
def test_who_reads_higher_rests_higher(film: _Film, more: float) -> None:
    """Levels that are not those of smile, mouth and eyes, which decide whether a frame teaches."""
    higher = [
        (
            duration_s,
            [level + more * ("brow" in name) for name, level in zip(BASELINE_NAMES, levels, strict=True)],
            valid,
        )
        for duration_s, levels, valid in film
    ]
    assert (_watched(higher).level >= _watched(film).level - 1e-6).all()


@pytest.mark.slow
def test_memory_does_not_grow_with_the_film() -> None:
    shown = np.random.default_rng(2).uniform(-100, 200, (64, len(BASELINE_NAMES)))

    def watch(frames: int) -> None:
        neutral = OwnNeutral(SPREADS)
        for index in range(frames):
            _next(neutral, index * FRAME_S, shown[index % 64], is_valid=True)

    assert peak_bytes(lambda: watch(3_000)) < 1.1 * peak_bytes(lambda: watch(300))


def _given(levels: Levels, *, valid: bool = True) -> OwnNeutral:
    """After five seconds of a face that reads `levels` and is said to rest from second 1 to 2."""
    neutral = OwnNeutral(SPREADS, (1.0, 2.0))
    for index in range(125):
        time_s = index * FRAME_S
        _next(neutral, time_s, levels if 1.0 <= time_s < 2.0 else levels + 80.0, is_valid=valid)
    return neutral


@pytest.mark.parametrize("level", [-60.0, 20.0, 90.0])
def test_a_rest_that_is_given_is_what_was_read_then(level: float) -> None:
    rest = _rest(_given(np.full(len(SPREADS), level)))
    wide = SPREADS > 40
    assert rest.level[wide] == pytest.approx(level, rel=0.07)
    assert (np.abs(rest.level) <= abs(level)).all()
    assert (rest.uncertainty < 10.0).all()


def test_a_rest_that_is_given_begins_there_and_needs_valid_frames() -> None:
    neutral = OwnNeutral(SPREADS, (1.0, 2.0))
    assert not _next(neutral, 0.0, np.full(len(SPREADS), 60.0), is_valid=True).level.any()
    assert not _rest(_given(np.full(len(SPREADS), 60.0), valid=False)).level.any()


def test_the_first_frame_of_a_rest_that_is_given_is_at_rest_itself() -> None:
    neutral, levels = OwnNeutral(SPREADS, (1.0, 2.0)), np.full(len(SPREADS), 60.0)
    first, second = (_next(neutral, time_s, levels, is_valid=True) for time_s in (1.0, 1.0 + FRAME_S))
    assert first.level[SPREADS > 40] == pytest.approx(60.0, rel=0.07)
    assert first.level == pytest.approx(second.level)


@pytest.mark.parametrize(("wide", "most", "least"), [(120.0, 10.0, 0.0), (60.0, 100.0, 40.0)])
def test_lids_are_not_tightened_because_the_eyes_were_wide(wide: float, most: float, least: float) -> None:
    """Eyes that are wide by nature are at rest; those that are widened are not."""

    def values(time_s: float) -> dict[str, float]:
        return {"eye widen": wide, "lid tighten": -140.0} if time_s < 10.0 else {"lid tighten": 0.0}

    scores = [each["lid tighten"] for each in _film(12.0, values)]
    assert least <= scores[round(10.2 / FRAME_S)] <= most
