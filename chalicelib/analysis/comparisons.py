"""Many recordings on one clock: means, bands, differences. The console computes the same numbers (`console/compare`).

A curve is (steps,) float64, a value for every step of the clock, NaN where a recording has none. The band is a
bootstrap over recordings (B. Efron, Annals of Statistics 7, 1979) with the percentiles of the means; the draws follow
from a seed, so that a comparison gives the same numbers every time. Sums are taken in one order, recording by
recording, as in the console.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Curve = NDArray[np.float64]

RESAMPLES = 400
_MOST_STEPS = 1000
_LOW, _HIGH = 0.025, 0.975
_WORD = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Band:
    """A mean at each step, and the limits between which 95 % of the means of recordings drawn again lie; each (steps,)
    float64. `drawn`: those means, (`RESAMPLES`, steps)."""

    mean: Curve
    low: Curve
    high: Curve
    drawn: NDArray[np.float64]


def step_for(longest_s: float) -> float:
    """Returns how long a step of the common clock is, in seconds, for recordings of at most so many seconds."""
    return max(0.1, math.ceil(10 * longest_s / _MOST_STEPS) / 10)


def steps_in(longest_s: float) -> int:
    """Returns how many steps the clock has."""
    return math.floor(longest_s / step_for(longest_s) + 1e-9) + 1


def curve_of(times_s: Sequence[float], values: Sequence[float], step_s: float, steps: int) -> Curve:
    """Returns the mean of `values` in each step; `times_s` are the times of the values since the first frame."""
    places = np.floor(np.asarray(times_s, np.float64) / step_s + 1e-9).astype(np.int64)
    inside = (places >= 0) & (places < steps)
    counts = np.bincount(places[inside], minlength=steps)
    sums = np.bincount(places[inside], np.asarray(values, np.float64)[inside], minlength=steps)
    return _divided(sums.astype(np.float64), counts)


def counts_of(curves: Sequence[Curve], steps: int) -> NDArray[np.int64]:
    """Returns how many of the curves have a value, (steps,) int64."""
    return sum((~np.isnan(curve) for curve in curves), np.zeros(steps, np.int64))


def band_of(curves: Sequence[Curve], steps: int, seed: int) -> Band:
    """Returns what a group of recordings comes to."""
    mean = _means(curves, np.ones((len(curves), 1)), steps)[0]
    drawn = _means(curves, _weights(len(curves), seed), steps)
    return Band(mean, *_limits(drawn), drawn)


def difference(one: Band, other: Band) -> Band:
    """Returns the mean of `one` less that of `other`."""
    drawn = one.drawn - other.drawn
    return Band(one.mean - other.mean, *_limits(drawn), drawn)


def _means(curves: Sequence[Curve], weights: NDArray[np.float64], steps: int) -> NDArray[np.float64]:
    """Returns a mean of the curves for each column of `weights` (curves, means), as (means, steps)."""
    sums, counts = np.zeros((weights.shape[1], steps)), np.zeros((weights.shape[1], steps))
    for curve, of_curve in zip(curves, weights, strict=True):
        sums += of_curve[:, None] * np.nan_to_num(curve)
        counts += of_curve[:, None] * ~np.isnan(curve)
    return _divided(sums, counts)


def _divided(sums: NDArray[np.float64], counts: NDArray[np.generic]) -> NDArray[np.float64]:
    return np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0)  # type: ignore[operator]


def _limits(drawn: NDArray[np.float64]) -> tuple[Curve, Curve]:
    ordered = np.sort(drawn, axis=0)  # NaN comes last
    last = np.maximum((~np.isnan(drawn)).sum(axis=0) - 1, 0)
    low, high = np.floor(_LOW * last).astype(np.int64), np.ceil(_HIGH * last).astype(np.int64)
    columns = np.arange(drawn.shape[1])
    return ordered[low, columns], ordered[high, columns]


def _weights(count: int, seed: int) -> NDArray[np.float64]:
    """Returns how often each recording is drawn, as (recordings, `RESAMPLES`)."""
    draw = _generator(seed)
    weights = np.zeros((count, RESAMPLES))
    for again in range(RESAMPLES):
        for _ in range(count):
            weights[int(draw() * count), again] += 1
    return weights


def _generator(seed: int) -> Callable[[], float]:
    """Returns a source of numbers from 0 to below 1: Mulberry32 (T. Ettinger, public domain)."""
    state = seed & _WORD

    def draw() -> float:
        nonlocal state
        state = (state + 0x6D2B79F5) & _WORD
        mixed = ((state ^ state >> 15) * (1 | state)) & _WORD
        mixed = ((mixed + ((mixed ^ mixed >> 7) * (61 | mixed) & _WORD)) ^ mixed) & _WORD
        return ((mixed ^ mixed >> 14) & _WORD) / 4294967296

    return draw
