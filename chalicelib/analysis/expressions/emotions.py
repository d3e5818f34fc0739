"""Emotions from expressions.

How likely each of seven emotions, or none, is, given what a face shows: naive Bayes over the published shares of people
who show an expression with an emotion. Expressions count by how sure it is that they are there, so an emotion rises and
falls with them. Nothing is fitted to faces.

Valence and engagement are weighted sums of scores (0..100), clipped. A positive weight never lowers the result, a
negative one never raises it. `chalicelib/domain/measurements/emotions.py` has the shares and the weights.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.expressions.levels import between
from chalicelib.domain.measurements.emotions import NO_EMOTION, PROTOTYPES, SPEECH, UNNAMED, WEIGHTS
from chalicelib.domain.measurements.metrics import BASELINE_NAMES, EMOTION_NAMES

Floats = NDArray[np.float64]

_EVIDENT = {name for prototype in PROTOTYPES for name in prototype.shares}
_IDLE = {name: SPEECH.get(name, UNNAMED if name in _EVIDENT else 0.0) for name in BASELINE_NAMES}


def _table(*rows: Mapping[str, float]) -> Floats:
    """(N, 20) numbers by the names of expressions, 0 for what is not named."""
    return np.array([[row.get(name, 0.0) for name in BASELINE_NAMES] for row in rows])


_EMOTIONS = tuple(dict.fromkeys(prototype.emotion for prototype in PROTOTYPES))
_FIRST = [[prototype.emotion for prototype in PROTOTYPES].index(emotion) for emotion in _EMOTIONS]
_SHARES = _table(_IDLE, *(_IDLE | dict(prototype.shares) for prototype in PROTOTYPES))
"""Of a face without an emotion, then of each prototype: the expressions that it does not name are as idle."""
_PRIORS = np.array([NO_EMOTION, *[(1.0 - NO_EMOTION) / len(_EMOTIONS)] * len(PROTOTYPES)])
_WEIGHTS = _table(*WEIGHTS.values())
_LOWEST = np.array([{"engagement": 0.0, "valence": -100.0}[name] for name in WEIGHTS])
_ORDER = [(*_EMOTIONS, *WEIGHTS).index(name) for name in EMOTION_NAMES]


def emotions(scores: Floats, presences: Floats) -> Floats:
    """Returns (N, 9) emotions, valence and engagement of N faces in the order of `EMOTION_NAMES`.

    `scores` (N, 20): 0..100, `presences` (N, 20): how likely each expression is there (above 0, below 1) if nothing but
    the face were known; in the order of `BASELINE_NAMES`. The emotions (0..100) and none add up to 100.
    """
    odds = presences / (1.0 - presences)
    # Relative to a face that does nothing at all.
    fits = _PRIORS * (_SHARES * odds[:, None] + (1.0 - _SHARES)).prod(axis=2)
    # Of the ways to show an emotion the one that fits better.
    likely = np.maximum.reduceat(fits[:, 1:], _FIRST, axis=1)
    shares = 100.0 * likely / (likely.sum(axis=1) + fits[:, 0])[:, None]
    weighted = between((_WEIGHTS * scores[:, None]).sum(axis=2), _LOWEST, 100.0)
    return np.concatenate([shares, weighted], axis=1)[:, _ORDER]
