"""The left and right side of expressions: the mean of both, plus and minus half of their difference.

The head's difference of both sides is far too small: it was taught mostly by faces that move both sides alike, and a
mesh shows one side as the other. `SIDED` has the factor that makes the difference of a face that moves one side only
100 levels, on rendered faces of which that is known, and how far the difference of portraits at rest is from 0, which
is real asymmetry and noise. Of the other two-sided expressions the head sees too little: their factors are 11 to 70,
and noise would be as large as the expression. `python -m lab.calibration.sides` prints the figures of all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.expressions.levels import Doubts
from chalicelib.domain.measurements.metrics import BASELINE_NAMES, TWO_SIDED_NAMES
from chalicelib.domain.requests.recipes import Mesh

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sided:
    """Factors of the head's difference for each mesh. `at_rest`: the standard deviation of the difference, multiplied,
    between portraits at rest, in levels."""

    attention: float
    light: float
    at_rest: float


SIDED: Mapping[str, Sided] = {
    "eye closure": Sided(9.6, 9.5, 12.0),
    "nose wrinkle": Sided(10.4, 11.8, 24.0),
    "smile": Sided(2.6, 3.2, 26.0),
    "upper lip raise": Sided(9.8, 11.1, 31.0),
}


def side_levels(means: Floats, differences: Floats, mesh: Mesh) -> Floats:
    """Returns (N, 4, 2) levels of the left and right side, in the order of `TWO_SIDED_NAMES`, from the mean level of
    both and the head's difference, left less right, in levels; (N, 4) each."""
    sided = [SIDED[name] for name in TWO_SIDED_NAMES]
    factors = np.array([each.attention if mesh is Mesh.ATTENTION else each.light for each in sided])
    halves = differences * factors / 2.0
    return np.stack([means + halves, means - halves], axis=2)


def doubts_of_sides(doubts: Doubts) -> Doubts:
    """Returns the doubts of one side of a face: persons at rest differ in it by what they differ in both, and by half
    of what their sides differ."""
    halves = [SIDED[name].at_rest / 2.0 if name in SIDED else 0.0 for name in BASELINE_NAMES]
    return replace(doubts, spreads=np.hypot(doubts.spreads, halves))
