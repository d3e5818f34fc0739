"""The grounds of emotions: the published shares of people who show an expression with an emotion (`PROTOTYPES`, each
with its source), and the weights of expressions in valence and engagement.

Valence weighs smiling against frowning, as facial electromyography finds them with pleasant and unpleasant states (J.
Larsen, C. Norris, J. Cacioppo, Psychophysiology 40, 2003), and the wire contract's further expressions; engagement is
how much a face moves at all. The weights are our own.
"""

from collections.abc import Mapping
from dataclasses import dataclass

MOST = 0.85
"""The share of an expression that a source names without a share: most people show it (in Du et al. more than 70 %)."""
SOME = 0.5
"""The share of an expression that a source calls optional."""
UNNAMED = 0.07
"""The share of an expression that a source does not name, and of every expression in a face without an emotion."""
SPEECH: Mapping[str, float] = {"mouth open": 0.5, "jaw drop": 0.5}
"""The same of what speech does: mouths open with any emotion, and with none."""
NO_EMOTION = 0.5
"""The likelihood of a face without one, before it is looked at; the seven share the rest."""

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
