"""Comparisons in numpy are those of the reference in plain Python, which the console is held to as well."""

import math
import random

import numpy as np
import pytest

from chalicelib.analysis.comparisons import Curve, band_of, counts_of, curve_of, difference, step_for, steps_in
from tests.console import comparison_reference as reference

_STEPS = 30


def _group(count: int, seed: int) -> list[Curve]:
    """Curves with gaps; at the last step no recording has a value."""
    chance = np.random.default_rng(seed)
    curves = chance.uniform(-100, 100, (count, _STEPS))
    curves[chance.random((count, _STEPS)) < 0.3] = np.nan
    curves[:, -1] = np.nan
    return list(curves)


def test_means_bands_and_differences_are_those_of_the_reference() -> None:
    one, other = _group(11, 1), _group(4, 2)
    a, b = band_of(one, _STEPS, 1), band_of(other, _STEPS, 2)
    known = reference.group_curve([curve.tolist() for curve in one], _STEPS, 1)
    known_b = reference.group_curve([curve.tolist() for curve in other], _STEPS, 2)
    assert counts_of(one, _STEPS).tolist() == known.count
    less = difference(a, b)
    found = (a.mean, a.low, a.high, less.mean, less.low, less.high)
    expected = (known.mean, known.low, known.high, *reference.difference(known, known_b))
    for curve, right in zip(found, expected, strict=True):
        assert curve.tolist() == pytest.approx(list(right), nan_ok=True, abs=1e-12)


def test_one_recording_has_a_band_without_width() -> None:
    (curve,) = _group(1, 3)
    band = band_of([curve], _STEPS, 1)
    for each in (band.mean, band.low, band.high):
        assert each.tolist() == pytest.approx(curve.tolist(), nan_ok=True)


def test_a_step_is_the_mean_of_its_values() -> None:
    curve = curve_of([0.0, 0.05, 0.1, 0.3], [1.0, 3.0, 5.0, 7.0], 0.1, 4)
    assert curve.tolist() == pytest.approx([2.0, 5.0, math.nan, 7.0], nan_ok=True)
    assert np.isnan(curve_of([], [], 0.1, 4)).all()
    assert np.isnan(curve_of([-1.0, 99.0], [1.0, 1.0], 0.1, 4)).all()  # outside of the clock


@pytest.mark.parametrize("longest_s", [0.0, 0.1, 59.97, 100.0, 100.1, 3600.0, 14_400.0])
def test_the_clock_has_at_most_a_thousand_steps_and_reaches_to_the_end(longest_s: float) -> None:
    step_s, steps = step_for(longest_s), steps_in(longest_s)
    assert steps <= 1001
    assert (steps - 1) * step_s <= longest_s + 1e-6 < steps * step_s + 1e-5
    chance = random.Random(int(longest_s))  # noqa: S311  # not for secrets
    times_s = sorted(chance.uniform(0, longest_s) for _ in range(50))
    assert not np.isnan(curve_of(times_s, [1.0] * 50, step_s, steps)).all()
