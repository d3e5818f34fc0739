"""Levels and scores: one straight scale for what models say of an expression, and what files say of it.

A *level* is an inner answer of a model (before anything is clipped) on a straight scale: 0 is the mean of persons at
rest, 100 the full expression; below rest it is negative. A *score* is 0..100 and takes into account how far from rest a
face may be without doing anything: the *uncertainty*, a standard deviation in levels. Near rest a level counts little,
far from it fully, as in a Wiener filter (N. Wiener, Extrapolation, Interpolation and Smoothing of Stationary Time
Series, 1949): level x level^2 / (level^2 + noise^2). There is no threshold below which nothing shows. The noise is
chosen by one rule for all expressions: what three in a hundred persons at rest read above scores 30.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chalicelib.domain.measurements.metrics import BASELINE_NAMES

Floats = NDArray[np.float64]

FULL = 100.0
_RARE = 1.88
"""Standard deviations above the mean that 3 % of a normal distribution exceed."""
_RARE_SCORE = 30.0
"""The most that `_RARE` standard deviations above rest score."""
_REST_WIDTH = 1.2
"""A face trembles round its rest, too: standard deviations of levels at rest, in uncertainties."""
_SHOWN_WIDTH = FULL / 2.0
_FARTHEST = 2.5
_LEAST_ODDS, _MOST_ODDS = -2.5, 4.0
"""Natural logarithms of odds: 8 % and 98 %."""
_NOT_AT_REST = 50.0
DISTURBING = ("smile", "jaw drop", "eye closure")
"""Expressions that move so much of a face that readings of the others suffer."""
_DISTURBING = [BASELINE_NAMES.index(name) for name in DISTURBING]
_MOST_DISTURBING = 1.5
_PER_DEVIATION = 5.0


@dataclass(frozen=True, slots=True)
class Scale:
    """The straight scale of an inner answer, in its unit. `rest`: the mean of persons at rest; `full`: the full
    expression (below `rest` if the answer falls); `spread`: the standard deviation between persons at rest."""

    rest: float
    full: float
    spread: float

    def levels(self, answers: ArrayLike) -> Floats:
        """0 at `rest`, 100 at `full`, straight on both sides of both."""
        levels: Floats = FULL * (np.asarray(answers, dtype=np.float64) - self.rest) / (self.full - self.rest)
        return levels

    @property
    def level_spread(self) -> float:
        """The standard deviation between persons at rest, in levels."""
        return abs(FULL * self.spread / (self.full - self.rest))


@dataclass(frozen=True, slots=True)
class Doubts:
    """Standard deviations, in levels, of an expression that is absent, (20,) each in the order
    of `BASELINE_NAMES`. `spreads`: between persons at rest. `company`: within a person, by what else the face does;
    `scored_company`: so much of it as scores take into account, which is none of it if frames of films that show the
    expression are known: there the spread alone separated present from absent as well and missed less. `disturbance`
    (20, 3): what an absent expression may read, a standard deviation, while each of `DISTURBING` is fully there; for
    scores alone, as the company that presences count has it in it."""

    spreads: Floats
    company: Floats
    scored_company: Floats
    disturbance: Floats

    @classmethod
    def of_rest(cls, spreads: Floats) -> "Doubts":
        """Without company."""
        none = np.zeros_like(spreads)
        return cls(spreads, none, none, np.zeros((len(spreads), len(DISTURBING))))

    def scores(self, levels: Floats, unknown_rest: Floats) -> Floats:
        """See `scores_of`; `levels` (20,) or (N, 20) above the person's rest, `unknown_rest` (20,) or (N, 20): standard
        deviations of what is not known of it."""
        shown = between(levels[..., _DISTURBING] / FULL, 0.0, _MOST_DISTURBING)
        # No matrix product: its last digit depends on how many faces there are.
        disturbed = np.sqrt((np.square(shown)[..., None] * np.square(self.disturbance).T).sum(axis=-2))
        return scores_of(levels, np.hypot(np.hypot(unknown_rest, self.scored_company), disturbed))

    def presences(self, levels: Floats, unknown_rest: Floats) -> Floats:
        """See `presences_of`; arguments as above."""
        return presences_of(levels, np.hypot(unknown_rest, self.company))


def scores_of(levels: Floats, uncertainties: Floats) -> Floats:
    """Scores 0..100 of levels above rest: 0 at rest and below, rising from there without a step to 100, which the
    surer rest is known the nearer lies to level 100.

    `uncertainties`: standard deviations (levels, of the same shape) of what is known of rest.
    """
    above, rare = np.maximum(levels, 0.0), _RARE * uncertainties
    squares, noise = np.square(above), np.maximum(rare / _RARE_SCORE - 1.0, 0.0) * np.square(rare)
    scores: Floats = above * squares / np.maximum(squares + noise, 1e-9)
    return np.minimum(scores, FULL)


def presences_of(levels: Floats, uncertainties: Floats) -> Floats:
    """Returns how likely expressions are there, 0..1, if as many faces show one as do not: rest is normal with what is
    not known of it, the expression is normal around level 100. At most what `_LEAST_ODDS` and `_MOST_ODDS` allow: no
    model is as sure as its numbers.

    `uncertainties`: as `scores_of` has them.
    """
    at_rest = np.maximum(_REST_WIDTH * uncertainties, 1.0)
    shown = np.maximum(at_rest, _SHOWN_WIDTH)
    seen = between(levels, -_FARTHEST * at_rest, 2.0 * FULL)
    log_odds = np.log(at_rest / shown) + 0.5 * (np.square(seen / at_rest) - np.square((seen - FULL) / shown))
    presences: Floats = 1.0 / (1.0 + np.exp(-between(log_odds, _LEAST_ODDS, _MOST_ODDS)))
    return presences


def linear_scores(levels: Floats, spreads: Floats) -> Floats:
    """Scores 0..100 that are straight through rest: 50 at rest, 5 more for each standard deviation between persons at
    rest (`spreads`, in levels)."""
    return np.clip(_NOT_AT_REST + _PER_DEVIATION * levels / spreads, 0.0, 100.0)


def between(values: Floats, least: Floats | float, most: Floats | float) -> Floats:
    """Returns the same as `np.clip`, in a third of its time for twenty numbers."""
    within: Floats = np.minimum(np.maximum(values, least), most)
    return within
