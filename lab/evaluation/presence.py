"""Measures how well a score tells faces that show something from faces that do not, with intervals over persons."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

THRESHOLD = 50.0
_DRAWS = 500
_SEED = 7


@dataclass(frozen=True, slots=True)
class Separation:
    """`shown`, `not_shown`: how many faces; `persons`: how many persons show it; `auc` (area under the ROC curve) with
    its 95 % interval over persons; `hits`, `false_alarms`: shares (0..1) of the two kinds that score above 50."""

    shown: int
    not_shown: int
    persons: int
    auc: float
    low: float
    high: float
    hits: float
    false_alarms: float


def auc(shown: Floats, not_shown: Floats) -> float:
    """The share of pairs of which the one that shows it scores higher; ties count half (F. Wilcoxon's statistic)."""
    above = (shown[:, None] > not_shown[None, :]).mean()
    return float(above + 0.5 * (shown[:, None] == not_shown[None, :]).mean())


def separation(scores: Floats, shown: NDArray[np.bool_], persons: Sequence[str]) -> Separation | None:
    """Of N faces with `scores` (N,) whose truth is `shown` (N,), of `persons`; None if there is only one kind.

    The interval is a percentile bootstrap: persons are drawn with replacement, 500 times, always the same ones.
    """
    if shown.all() or not shown.any():
        return None
    names = np.array(persons)
    places = [np.flatnonzero(names == person) for person in np.unique(names)]
    random, drawn = np.random.default_rng(_SEED), []
    for _ in range(_DRAWS):
        chosen = np.concatenate([places[index] for index in random.integers(0, len(places), len(places))])
        if 0 < shown[chosen].sum() < len(chosen):
            drawn.append(auc(scores[chosen][shown[chosen]], scores[chosen][~shown[chosen]]))
    low, high = np.percentile(drawn, [2.5, 97.5]).tolist() if drawn else (0.0, 1.0)
    yes, no = scores[shown], scores[~shown]
    return Separation(
        len(yes),
        len(no),
        len(np.unique(names[shown])),
        auc(yes, no),
        low,
        high,
        float((yes > THRESHOLD).mean()),
        float((no > THRESHOLD).mean()),
    )
