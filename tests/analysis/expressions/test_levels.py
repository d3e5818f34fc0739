from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.analysis.expressions.levels import (
    DISTURBING,
    Doubts,
    Scale,
    linear_scores,
    presences_of,
    scores_of,
)
from chalicelib.domain.measurements.metrics import BASELINE_NAMES

_FURROW = BASELINE_NAMES.index("brow furrow")
_LEVELS = st.floats(-500.0, 500.0)
_UNCERTAINTIES = st.floats(0.0, 200.0)


def _score(level: float, uncertainty: float) -> float:
    return float(scores_of(np.array([level]), np.array([uncertainty]))[0])


@pytest.mark.parametrize(("rest", "full"), [(0.2, 0.8), (0.8, 0.2), (-4.0, 2.5)])
def test_a_scale_is_straight_through_rest(rest: float, full: float) -> None:
    scale = Scale(rest, full, 0.1)
    positions = np.array([-1.0, 0.0, 0.5, 1.0, 2.0])
    assert scale.levels(rest + positions * (full - rest)) == pytest.approx(100 * positions)
    assert scale.level_spread == pytest.approx(10 / abs(full - rest))


@given(_LEVELS, _LEVELS, _UNCERTAINTIES)
def test_scores_rise_with_the_level_from_rest_on(first: float, second: float, uncertainty: float) -> None:
    low, high = sorted((first, second))
    assert 0 <= _score(low, uncertainty) <= _score(high, uncertainty) + 1e-9 <= 100 + 1e-9
    assert _score(0.0, uncertainty) == 0


@given(st.floats(1.0, 99.0), st.floats(1.0, 100.0))
def test_there_is_no_dead_zone_above_rest(level: float, uncertainty: float) -> None:
    assert 0 < _score(level, uncertainty) < _score(level * 1.01, uncertainty)


@given(_LEVELS, _UNCERTAINTIES, _UNCERTAINTIES)
def test_the_surer_rest_is_known_the_more_a_level_counts(level: float, first: float, second: float) -> None:
    sure, unsure = sorted((first, second))
    assert _score(level, sure) >= _score(level, unsure) - 1e-9
    assert _score(level, 0.0) == pytest.approx(min(max(level, 0.0), 100.0), abs=1e-4)


@given(st.floats(-3.0, 1.88), st.floats(5.0, 60.0))
def test_faces_at_rest_score_little(deviations: float, spread: float) -> None:
    """Of a normal distribution of persons: 97 in 100."""
    assert _score(deviations * spread, spread) <= 30 + 1e-9


@given(st.floats(1.0, 300.0), st.floats(1.0, 80.0), st.floats(1.0, 80.0))
def test_company_is_a_doubt_beside_the_unknown_rest(level: float, spread: float, company: float) -> None:
    levels, spreads, companies = (np.full(len(BASELINE_NAMES), each) for each in (level, spread, company))
    alone = Doubts.of_rest(spreads)
    doubted = replace(alone, company=companies, scored_company=companies)
    assert (doubted.scores(levels, spreads) <= alone.scores(levels, spreads) + 1e-9).all()
    assert doubted.scores(levels, spreads)[0] == pytest.approx(_score(level, float(np.hypot(spread, company))))
    heard = replace(alone, company=companies)
    assert (heard.scores(levels, spreads) == alone.scores(levels, spreads)).all()
    assert (heard.presences(levels, spreads) == doubted.presences(levels, spreads)).all()


@given(st.floats(1.0, 150.0), st.floats(-200.0, 300.0), st.floats(0.0, 120.0))
def test_an_open_jaw_makes_a_furrow_less_sure_and_a_closed_one_does_not(
    furrow: float, jaw: float, disturbance: float
) -> None:
    spreads, levels = np.full(len(BASELINE_NAMES), 20.0), np.zeros((2, len(BASELINE_NAMES)))
    levels[:, _FURROW] = furrow
    levels[1, BASELINE_NAMES.index("jaw drop")] = jaw
    alone = Doubts.of_rest(spreads)
    by_jaw = alone.disturbance.copy()
    by_jaw[_FURROW, DISTURBING.index("jaw drop")] = disturbance
    disturbed = replace(alone, disturbance=by_jaw)
    shut, opened = disturbed.scores(levels, spreads)
    assert opened[_FURROW] <= shut[_FURROW] + 1e-9
    assert (
        opened[BASELINE_NAMES.index("jaw drop")] == alone.scores(levels, spreads)[1, BASELINE_NAMES.index("jaw drop")]
    )
    if jaw <= 0 or disturbance == 0:
        assert opened[_FURROW] == pytest.approx(_score(furrow, 20.0))


def test_linear_scores_are_straight_through_rest() -> None:
    scores = linear_scores(np.array([-1000.0, -20.0, 0.0, 20.0, 1000.0]), np.full(5, 10.0))
    assert scores.tolist() == [0, 40, 50, 60, 100]


@given(_LEVELS, _LEVELS, _UNCERTAINTIES)
def test_presences_are_probabilities(first: float, second: float, uncertainty: float) -> None:
    low, high = (
        float(presences_of(np.array([level]), np.array([uncertainty]))[0]) for level in sorted((first, second))
    )
    assert 0.07 < low < 0.99
    if first >= 0 and second >= 0:
        assert low <= high + 1e-9


@pytest.mark.parametrize("spread", [3.0, 25.0, 80.0])
def test_a_face_at_rest_hardly_shows_anything_and_the_full_expression_likely_does(spread: float) -> None:
    at_rest, full = presences_of(np.array([0.0, 100.0 + 2 * spread]), np.full(2, spread))
    assert at_rest < 0.5 < full
