"""Which of the head model's shapes show an expression, and which belong to a face at rest."""

from collections.abc import Callable, Mapping

import numpy as np

Random = np.random.Generator

_PLAIN = {
    "brow raise": "browOuterUp",
    "dimpler": "mouthDimple",
    "eye closure": "eyeBlink",
    "eye widen": "eyeWide",
    "inner brow raise": "browInnerUp",
    "lid tighten": "eyeSquint",
    "lip corner depressor": "mouthFrown",
    "lip press": "mouthPress",
    "lip stretch": "mouthStretch",
    "smile": "mouthSmile",
    "upper lip raise": "mouthUpperUp",
    "lower lip": "mouthLowerDown",
    "puff": "cheekPuff",
}
_PLAIN_MIDDLE = {
    "chin raise": "mouthShrugLower",
    "lip pucker": "mouthPucker",
    "funnel": "mouthFunnel",
    "upper lip shrug": "mouthShrugUpper",
    "jaw forward": "jawForward",
}


def shapes_of(name: str, amounts: tuple[float, float], random: Random) -> dict[str, float]:
    """The weights of the model's shapes for an expression, by its amounts (left, right); some come about in several
    ways."""
    if name in _PLAIN:
        return _by_side({_PLAIN[name]: 1.0}, amounts)
    if name in _PLAIN_MIDDLE:
        return {_PLAIN_MIDDLE[name]: amounts[0]}
    if name in _MIXED_BY_SIDE:
        return _by_side(_MIXED_BY_SIDE[name](random), amounts)
    return {shape: weight * amounts[0] for shape, weight in _MIXED[name](random).items()}


_FURROWS: tuple[Callable[[Random], dict[str, float]], ...] = (
    lambda random: {"browDown": random.uniform(0.6, 1.1), "browLowerInner": random.uniform(0, 0.4)},
    lambda random: {"browKnit": random.uniform(0.7, 1.2), "browDown": random.uniform(0, 0.25)},
    lambda random: {"browKnit": random.uniform(0.5, 1.1), "browLowerInner": random.uniform(0.3, 1.0), "browDown": 0.3},
    lambda random: {name: random.uniform(0.4, 1.0) for name in ("browDown", "browKnit", "browLowerInner")},
)
"""Lowered, knit, knit and lowered inside, all."""


def _cheek_raise(random: Random) -> dict[str, float]:
    raiser, squint = ((1.0, 0.0), (0.0, 1.0), (0.7, 0.6))[random.integers(3)]
    return {"cheekRaiser": raiser, "cheekSquint": squint}


def _lip_suck(random: Random) -> dict[str, float]:
    lower, upper = ((1.0, 0.0), (0.0, 1.0), (1.0, 1.0))[random.integers(3)]
    return {"mouthRollLower": lower, "mouthRollUpper": upper}


_MIXED_BY_SIDE: Mapping[str, Callable[[Random], dict[str, float]]] = {
    "brow furrow": lambda random: _FURROWS[random.integers(len(_FURROWS))](random),
    "cheek raise": _cheek_raise,
    "nose wrinkle": lambda random: {"noseSneer": 1.0, "sneerBrow": random.uniform(0.0, 0.6)},
}
_MIXED: Mapping[str, Callable[[Random], dict[str, float]]] = {
    "jaw drop": lambda random: {"jawOpen": 0.8, "mouthClose": 0.1 * random.random()},
    "lip suck": _lip_suck,
}


def _by_side(shapes: Mapping[str, float], amounts: tuple[float, float]) -> dict[str, float]:
    sides = zip(("_L", "_R"), amounts, strict=True)
    return {f"{name}{side}": weight * amount for side, amount in sides for name, weight in shapes.items()}


def resting_face(random: Random) -> dict[str, float]:
    """Weights of shapes that belong to a person's face at rest: low brows, hooded lids, drooping corners, thin lips."""
    spreads = {
        "browDown": (0.05, 0.28),
        "browInnerUp": (0.0, 0.2),
        "browOuterUp": (0.0, 0.2),
        "browKnit": (0.0, 0.2),
        "browLowerInner": (0.0, 0.25),
        "eyeWide": (-0.08, 0.15),
        "eyeSquint": (0.05, 0.2),
        "mouthFrown": (0.06, 0.2),
        "mouthPress": (0.05, 0.18),
        "mouthSmile": (0.0, 0.1),
        "mouthStretch": (0.0, 0.12),
        "mouthDimple": (0.05, 0.1),
    }
    rest: dict[str, float] = {}
    for name, (mean, spread) in spreads.items():
        value = random.normal(mean, spread)
        rest |= {f"{name}{side}": float(value + random.normal(0, 0.03)) for side in ("_L", "_R")}
    for name in ("mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper", "mouthPucker"):
        rest[name] = float(random.normal(0.04, 0.12))
    rest["jawForward"] = float(random.normal(0, 0.3))
    return rest
