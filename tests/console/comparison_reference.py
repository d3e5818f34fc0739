"""What `console/compare/comparison.js` computes, in plain Python: mean, band and difference of many recordings.

The band is a bootstrap over recordings (B. Efron, Annals of Statistics 7, 1979), with the percentiles of the means. The
draws follow from a seed, so that a comparison comes out the same every time.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

RESAMPLES = 400
_LOW, _HIGH = 0.025, 0.975
_WORD = 0xFFFFFFFF

Curve = Sequence[float]
"""A value for every step of the clock; NaN if a recording has no valid frame in it."""


@dataclass(frozen=True, slots=True)
class GroupCurve:
    """A group at each step: how many recordings have a value, their mean, and the limits between which 95 % of the
    means of recordings drawn again lie. NaN if none has a value. `drawn`: those means, one curve for each draw."""

    count: Sequence[int]
    mean: Curve
    low: Curve
    high: Curve
    drawn: Sequence[Curve]


def group_curve(curves: Sequence[Curve], steps: int, seed: int) -> GroupCurve:
    """Returns what a group of recordings comes to."""
    count = [sum(not math.isnan(curve[step]) for curve in curves) for step in range(steps)]
    mean = _mean(curves, steps, [1] * len(curves))
    draw = _generator(seed)
    drawn = [_mean(curves, steps, _weights(len(curves), draw)) for _ in range(RESAMPLES)]
    low, high = _limits(drawn, steps)
    return GroupCurve(count, mean, low, high, drawn)


def difference(one: GroupCurve, other: GroupCurve) -> tuple[Curve, Curve, Curve]:
    """Returns the mean of `one` less that of `other` at each step, and the low and high limits of its band."""
    steps = len(one.mean)
    drawn = [_less(mine, others) for mine, others in zip(one.drawn, other.drawn, strict=True)]
    return (_less(one.mean, other.mean), *_limits(drawn, steps))


def _less(one: Curve, other: Curve) -> Curve:
    return [mine - others for mine, others in zip(one, other, strict=True)]


def _weights(count: int, draw: Callable[[], float]) -> Sequence[int]:
    weights = [0] * count
    for _ in range(count):
        weights[int(draw() * count)] += 1
    return weights


def _mean(curves: Sequence[Curve], steps: int, weights: Sequence[int]) -> Curve:
    sums, counts = [0.0] * steps, [0] * steps
    for curve, weight in zip(curves, weights, strict=True):
        if weight == 0:
            continue
        for step, value in enumerate(curve):
            if value == value:  # noqa: PLR0124  # faster than isnan, and this is the inner loop
                sums[step] += weight * value
                counts[step] += weight
    return [total / count if count else math.nan for total, count in zip(sums, counts, strict=True)]


def _limits(drawn: Sequence[Curve], steps: int) -> tuple[Curve, Curve]:
    low, high = [math.nan] * steps, [math.nan] * steps
    for step in range(steps):
        means = sorted(curve[step] for curve in drawn if not math.isnan(curve[step]))
        if means:
            low[step] = means[math.floor(_LOW * (len(means) - 1))]
            high[step] = means[math.ceil(_HIGH * (len(means) - 1))]
    return low, high


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
