"""The scale of a source follows from persons at rest, made faces and coded frames by one rule."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from chalicelib.analysis.expressions.levels import DISTURBING
from lab.training.head_scales import (
    GIVEN,
    Known,
    KnownFilm,
    Readings,
    measure_company,
    measure_disturbance,
    measure_scales,
    measure_spreads,
    not_negative,
)

_SMILE, _FURROW = GIVEN.index("smile"), GIVEN.index("brow furrow")
_SLOPE, _REST = 4.0, 2.0


def _film(shown: float, frames: int) -> tuple[NDArray[np.float64], KnownFilm]:
    """A person whose smile is coded in so many frames, after one at rest."""
    answers = np.full((1 + frames, len(GIVEN)), _REST)
    answers[1:, _SMILE] += shown * _SLOPE
    codes = [{"emotion": "neutral"}, *({"smile": "present"} for _ in range(frames))]
    rows = np.arange(1 + frames)
    return answers, KnownFilm(rows[:1], rows, codes)


def _seen(reached: list[float], frames: int = 3) -> tuple[Readings, Known]:
    random = np.random.default_rng(1)
    persons = np.repeat(np.arange(40), 10)
    amounts = np.where(random.random((400, len(GIVEN))) < 0.5, random.uniform(0.2, 1.2, (400, len(GIVEN))), 0.0)
    made = 7.0 + random.normal(0, 2, (40, 1))[persons] + _SLOPE * amounts + random.normal(0, 0.4, amounts.shape)
    films = [_film(each, frames) for each in reached]
    at_rest = _REST + random.normal(0, 1, (50, len(GIVEN)))
    names = [f"film {place}" for place in range(len(films))]
    return (
        Readings(at_rest, [made], {name: answers for name, (answers, _) in zip(names, films, strict=True)}),
        Known(
            [(amounts, np.array([f"person {each}" for each in persons]))],
            {name: film for name, (_, film) in zip(names, films, strict=True)},
        ),
    )


@pytest.mark.parametrize(
    ("reached", "share"),
    [([1.0, 1.0], 1.0), ([0.5, 0.5], 0.25 ** (1 / 4)), ([2.0, 0.5], 1.0), ([0.01], 0.3 ** (1 / 3))],
)
def test_full_is_a_full_movement_times_what_coded_persons_reach(reached: list[float], share: float) -> None:
    scales = measure_scales(*_seen(reached))
    smile, furrow = scales[_SMILE], scales[_FURROW]
    assert smile.rest == pytest.approx(_REST, abs=0.2)
    assert (smile.full - smile.rest) / (_SLOPE * share) == pytest.approx(1.0, abs=0.15)
    # Nobody has coded it.
    assert (furrow.full - furrow.rest) / _SLOPE == pytest.approx(1.0, abs=0.15)


def test_two_frames_say_nothing() -> None:
    scales = measure_scales(*_seen([0.5], frames=2))
    assert (scales[_SMILE].full - scales[_SMILE].rest) / _SLOPE == pytest.approx(1.0, abs=0.15)


def test_spread_is_between_persons_and_company_within() -> None:
    readings, known = _seen([1.0])
    levels = readings.levels(measure_scales(readings, known))
    spreads, company = measure_spreads(levels, known), measure_company(levels, known)
    assert spreads[_FURROW] == pytest.approx(100 * np.sqrt(0.5) / _SLOPE, rel=0.2)
    assert company[_FURROW] == pytest.approx(100 * 0.4 / _SLOPE, rel=0.2)


def test_disturbance_grows_with_what_disturbs_and_is_found_again() -> None:
    readings, known = _seen([1.0])
    (amounts, _), random = known.made[0], np.random.default_rng(4)
    made = np.where(amounts > 0.05, 100.0 * amounts, 0.0) + random.normal(0, 3, amounts.shape)
    jaw = amounts[:, GIVEN.index("jaw drop")]
    made[:, _FURROW] += random.normal(0, 1, len(jaw)) * 40.0 * jaw
    disturbance = measure_disturbance(replace(readings, made=[made]), known)
    assert disturbance[_FURROW, DISTURBING.index("jaw drop")] == pytest.approx(40.0, rel=0.35)
    assert disturbance[_FURROW, DISTURBING.index("smile")] < 12.0
    assert disturbance[_SMILE, DISTURBING.index("smile")] == 0.0
    assert disturbance[GIVEN.index("cheek raise"), DISTURBING.index("smile")] == 0.0


@given(st.lists(st.floats(-3, 3), min_size=3, max_size=3))
def test_weights_are_never_negative_and_no_others_come_nearer(truth: list[float]) -> None:
    columns = np.random.default_rng(2).normal(0, 1, (30, 3))
    aim = columns @ np.array(truth)
    found = not_negative(columns, aim)
    error = np.square(columns @ found - aim).sum()
    assert (found >= 0).all()
    others = np.abs(np.random.default_rng(3).normal(found, 0.3, (200, 3)))
    assert (np.square(others @ columns.T - aim).sum(axis=1) >= error - 1e-6).all()


def test_the_mean_of_two_sources_is_taken_where_it_is_asked_for() -> None:
    first, second = _seen([1.0])[0], _seen([0.5])[0]
    mixed = first.mixed(second, np.arange(len(GIVEN)) == _SMILE)
    film, other = first.films["film 0"], second.films["film 0"]
    np.testing.assert_allclose(mixed.films["film 0"][:, _SMILE], (film[:, _SMILE] + other[:, _SMILE]) / 2)
    np.testing.assert_allclose(mixed.films["film 0"][:, _FURROW], film[:, _FURROW])
