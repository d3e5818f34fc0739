"""Emotions from expressions.

Which expressions make an emotion, valence or engagement more or less likely is the published mapping of the wire
contract, in the tradition of EMFACS (W. Friesen, P. Ekman 1983). Valence weighs smiling against frowning, as facial
electromyography finds them with pleasant and unpleasant states (J. Larsen, C. Norris, J. Cacioppo, Psychophysiology 40,
2003), and the contract's further expressions; engagement is how much a face moves at all.

The weights are our own, and all are here: each emotion is a weighted sum of expression scores (0..100), clipped to
0..100, valence to -100..100. A positive weight never lowers the result, a negative one never raises it.
"""

from collections.abc import Mapping

from chalicelib.domain.measurements.metrics import EMOTION_NAMES

WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "anger": {
        "brow furrow": 0.45,
        "lid tighten": 0.35,
        "eye widen": 0.05,
        "chin raise": 0.20,
        "mouth open": 0.05,
        "lip suck": 0.20,
        "inner brow raise": -0.30,
        "brow raise": -0.30,
        "smile": -0.70,
    },
    "contempt": {"brow furrow": 0.10, "smirk": 0.90, "smile": -0.60},
    "disgust": {"nose wrinkle": 0.70, "upper lip raise": 0.95, "lip suck": -0.30, "smile": -1.00},
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
    "fear": {
        "inner brow raise": 0.40,
        "brow furrow": 0.15,
        "eye widen": 0.40,
        "lip stretch": 0.40,
        "brow raise": -0.20,
        "lip corner depressor": -0.30,
        "jaw drop": -0.30,
        "smile": -0.60,
    },
    "joy": {"smile": 1.00, "brow raise": -0.15, "brow furrow": -0.15},
    "sadness": {
        "inner brow raise": 0.35,
        "brow furrow": 0.20,
        "lip corner depressor": 0.70,
        "brow raise": -0.30,
        "eye widen": -0.20,
        "mouth open": -0.20,
        "lip press": -0.10,
        "lip suck": -0.10,
        "smile": -0.70,
    },
    "surprise": {
        "inner brow raise": 0.20,
        "brow raise": 0.30,
        "eye widen": 0.40,
        "jaw drop": 0.50,
        "brow furrow": -0.50,
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

_LOWEST = {"valence": -100.0}


def emotions(expressions: Mapping[str, float]) -> dict[str, float]:
    """Returns the emotions, valence and engagement in the order of `EMOTION_NAMES`, from the scores 0..100 of the
    expressions.

    Raises `KeyError` if an expression with a weight is missing.
    """
    return {name: _weighted(WEIGHTS[name], expressions, _LOWEST.get(name, 0.0)) for name in EMOTION_NAMES}


def _weighted(weights: Mapping[str, float], expressions: Mapping[str, float], lowest: float) -> float:
    total = sum(weight * expressions[name] for name, weight in weights.items())
    return min(max(total, lowest), 100.0)
