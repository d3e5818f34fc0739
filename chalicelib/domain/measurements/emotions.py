"""Emotions from expressions.

How likely each of seven emotions, or none, is, given what a face shows: naive Bayes over the published shares of people
who show an expression with an emotion (`PROTOTYPES`, each with its source). Expressions count by how sure it is that
they are there, so an emotion rises and falls with them. Nothing is fitted to faces.

Valence weighs smiling against frowning, as facial electromyography finds them with pleasant and unpleasant states (J.
Larsen, C. Norris, J. Cacioppo, Psychophysiology 40, 2003), and the wire contract's further expressions; engagement is
how much a face moves at all. These two are weighted sums of scores (0..100), clipped; the weights are our own. A
positive weight never lowers the result, a negative one never raises it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.domain.measurements.metrics import EMOTION_NAMES

MOST = 0.85
"""The share of an expression that a source names without a share: most people show it (in Du et al. more than 70 %)."""
SOME = 0.5
"""The share of an expression that a source calls optional."""
UNNAMED = 0.07
"""The share of an expression that a source does not name, and of every expression in a face without an emotion."""
SPEECH: Mapping[str, float] = {"mouth open": 0.5, "jaw drop": 0.5}
"""The same of what speech does: mouths open with any emotion, and with none."""
NO_EMOTION = 0.5
"""How likely a face has none, before it is looked at; the seven share the rest."""

_DU = "C. F. Du, Y. Tao, A. Martinez, PNAS 111, 2014, table 1"
_GUIDE = "P. Ekman, W. Friesen, J. Hager, FACS Investigator's Guide, 2002, emotion prototypes"
_EMFACS = "W. Friesen, P. Ekman, EMFACS-7, 1983: unilateral 12 and 14"
_WEEPING = "C. Darwin, The Expression of the Emotions in Man and Animals, 1872, chapters VI and VII: weeping"
BROAD_SMILE = SOME
"""The share of a raised upper lip and of a wrinkled nose with a smile. No source names them: a broad smile lifts the
lip and folds the skin at the nose, and pictures do not tell by which muscle."""


@dataclass(frozen=True, slots=True)
class Prototype:
    """One way to show an emotion: the share (0..1) of people who show each expression. Action units that no metric has
    are left out."""

    emotion: str
    source: str
    shares: Mapping[str, float]


PROTOTYPES: tuple[Prototype, ...] = (
    Prototype(
        "anger",
        _DU,
        {"brow furrow": MOST, "lid tighten": MOST, "lip press": MOST, "upper lip raise": 0.26, "chin raise": 0.52},
    ),
    Prototype(
        "anger",
        _GUIDE,
        {
            "brow furrow": MOST,
            "eye widen": MOST,
            "lid tighten": MOST,
            "upper lip raise": SOME,
            "mouth open": MOST,
            "jaw drop": SOME,
        },
    ),
    Prototype("contempt", _EMFACS, {"smirk": MOST, "dimpler": MOST}),
    Prototype(
        "disgust",
        _DU,
        {"nose wrinkle": MOST, "upper lip raise": MOST, "chin raise": MOST, "brow furrow": 0.31, "lip press": 0.26},
    ),
    Prototype(
        "fear",
        _DU,
        {
            "inner brow raise": MOST,
            "brow furrow": MOST,
            "lip stretch": MOST,
            "mouth open": MOST,
            "brow raise": 0.57,
            "eye widen": 0.63,
            "jaw drop": 0.33,
        },
    ),
    Prototype(
        "joy",
        _DU,
        {
            "smile": MOST,
            "mouth open": MOST,
            "cheek raise": 0.51,
            "upper lip raise": BROAD_SMILE,
            "nose wrinkle": BROAD_SMILE,
        },
    ),
    Prototype("joy", _GUIDE, {"smile": MOST, "cheek raise": SOME}),
    Prototype(
        "sadness",
        _DU,
        {
            "brow furrow": MOST,
            "lip corner depressor": MOST,
            "inner brow raise": 0.60,
            "cheek raise": 0.50,
            "chin raise": 0.67,
        },
    ),
    Prototype(
        "sadness",
        _WEEPING,
        {
            "brow furrow": MOST,
            "eye closure": MOST,
            "upper lip raise": SOME,
            "lip stretch": SOME,
            "mouth open": SOME,
        },
    ),
    Prototype(
        "surprise",
        _DU,
        {"inner brow raise": MOST, "brow raise": MOST, "mouth open": MOST, "jaw drop": MOST, "eye widen": 0.66},
    ),
)

WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "engagement": {
        "brow raise": 0.25,
        "inner brow raise": 0.20,
        "brow furrow": 0.25,
        "cheek raise": 0.15,
        "nose wrinkle": 0.25,
        "lip corner depressor": 0.25,
        "chin raise": 0.20,
        "lip press": 0.20,
        "mouth open": 0.20,
        "lip suck": 0.20,
        "smile": 0.60,
    },
    "valence": {
        "smile": 0.80,
        "cheek raise": 0.20,
        "inner brow raise": -0.10,
        "brow furrow": -0.20,
        "nose wrinkle": -0.30,
        "upper lip raise": -0.20,
        "lip corner depressor": -0.60,
        "chin raise": -0.20,
        "lip press": -0.15,
        "lip suck": -0.20,
    },
}

_LOWEST = {"engagement": 0.0, "valence": -100.0}
_EMOTIONS = tuple(dict.fromkeys(prototype.emotion for prototype in PROTOTYPES))
_EVIDENT = tuple(dict.fromkeys(name for prototype in PROTOTYPES for name in prototype.shares))
_IDLE_SHARES = {name: SPEECH.get(name, UNNAMED) for name in _EVIDENT}


def emotions(scores: Mapping[str, float], presences: Mapping[str, float]) -> dict[str, float]:
    """Returns the emotions, valence and engagement in the order of `EMOTION_NAMES`.

    `scores`: 0..100, `presences`: how likely each expression is there (above 0, below 1) if nothing but the face were
    known; both by the names of expressions. The emotions (0..100) and none add up to 100. Raises `KeyError` if an
    expression that a prototype or a weight names is missing.
    """
    found = _emotions(presences) | {name: _weighted(name, scores) for name in WEIGHTS}
    return {name: found[name] for name in EMOTION_NAMES}


def _emotions(presences: Mapping[str, float]) -> dict[str, float]:
    odds = {name: presences[name] / (1.0 - presences[name]) for name in _EVIDENT}
    # How likely each expression is if nothing is shown, relative to a face that does nothing at all.
    idle = {name: share * odds[name] + 1.0 - share for name, share in _IDLE_SHARES.items()}
    none = math.prod(idle.values())
    likely = dict.fromkeys(_EMOTIONS, 0.0)
    for prototype in PROTOTYPES:
        fit = none * (1.0 - NO_EMOTION) / len(_EMOTIONS)
        for name, share in prototype.shares.items():  # the other expressions are as idle as without an emotion
            fit *= (share * odds[name] + 1.0 - share) / idle[name]
        # Of the ways to show an emotion the one that fits better.
        likely[prototype.emotion] = max(likely[prototype.emotion], fit)
    whole = sum(likely.values()) + none * NO_EMOTION
    return {emotion: 100.0 * each / whole for emotion, each in likely.items()}


def _weighted(name: str, scores: Mapping[str, float]) -> float:
    total = sum(weight * scores[expression] for expression, weight in WEIGHTS[name].items())
    return min(max(total, _LOWEST[name]), 100.0)
