"""The folds of skin when muscles shorten, and the movements that make them.

Lines are in centimetres of the neutral face's plane (x to the person's left, y up). Source of what folds where: P.
Ekman, W. Friesen, J. Hager, Facial Action Coding System (2002), appearance changes of each action unit.
"""

from collections.abc import Mapping

Line = tuple[tuple[float, float], ...]


def _mirrored(*lines: Line) -> dict[str, tuple[Line, ...]]:
    """The same lines on both sides, by the suffix of the model's shapes."""
    return {"_L": lines, "_R": tuple(tuple((-x, y) for x, y in line) for line in lines)}


def _sided(name: str, *lines: Line) -> dict[str, tuple[Line, ...]]:
    return {f"{name}{side}": each for side, each in _mirrored(*lines).items()}


FOLDS: Mapping[str, tuple[Line, ...]] = {
    **_sided("between brows", ((0.42, 4.7), (0.45, 5.6), (0.55, 6.5)), ((0.8, 6.2), (1.2, 6.8), (1.6, 7.1))),
    "middle of the brows": (((0.0, 5.1), (0.03, 5.7), (0.0, 6.4)),),
    "root of the nose": (((-0.8, 4.15), (0.0, 4.0), (0.8, 4.15)), ((-0.6, 3.6), (0.0, 3.45), (0.6, 3.6))),
    **_sided(
        "side of the nose",
        ((0.3, 2.9), (0.75, 3.1), (1.2, 3.0)),
        ((0.35, 2.4), (0.8, 2.6), (1.25, 2.5)),
        ((0.5, 1.8), (0.9, 1.9), (1.3, 1.7)),
    ),
    "middle of the forehead": (
        ((-2.2, 7.5), (0.0, 7.3), (2.2, 7.5)),
        ((-2.4, 8.3), (0.0, 8.1), (2.4, 8.3)),
        ((-2.2, 9.1), (0.0, 9.0), (2.2, 9.1)),
    ),
    **_sided("side of the forehead", ((1.8, 7.5), (3.2, 7.9), (4.8, 7.2)), ((1.9, 8.3), (3.2, 8.7), (4.6, 8.2))),
    **_sided(
        "corner of the eye",
        ((4.9, 3.5), (5.5, 3.6), (6.2, 3.9)),
        ((4.9, 3.3), (5.5, 3.1), (6.2, 2.9)),
        ((4.8, 3.0), (5.4, 2.5), (5.9, 2.0)),
    ),
    **_sided("lower lid", ((2.0, 2.8), (3.1, 2.45), (4.4, 2.9)), ((1.8, 2.5), (3.0, 1.9), (4.3, 2.1))),
    **_sided("cheek", ((1.6, -0.5), (2.4, -1.7), (3.1, -3.1)), ((1.55, -0.3), (2.1, -1.0), (2.7, -2.1))),
    **_sided("dimple", ((3.0, -2.8), (3.25, -3.5), (3.0, -4.2))),
    **_sided("under the corner", ((2.6, -3.7), (3.0, -4.6), (3.1, -5.4))),
    "under the lip": (((-1.3, -5.35), (0.0, -5.1), (1.3, -5.35)),),
    "chin": (
        *(((x, -6.1), (x + 0.15, -6.4), (x, -6.7)) for x in (-1.0, -0.5, 0.0, 0.5, 1.0)),
        *(((x, -6.3), (x + 0.3, -6.2)) for x in (-0.8, -0.2, 0.4)),
    ),
    "round the lips": tuple(((x, -2.3 + 0.1 * abs(x)), (x * 1.1, -1.7)) for x in (-1.4, -0.8, -0.3, 0.3, 0.8, 1.4)),
}
"""Groups of folds that come and go together."""


def activation(weights: Mapping[str, float]) -> dict[str, float]:
    """Returns how far each group of `FOLDS` is drawn together, about 1 with a full movement."""

    def both(name: str) -> float:
        return (weights.get(f"{name}_L", 0.0) + weights.get(f"{name}_R", 0.0)) / 2

    lowered = both("browLowerInner")
    made = {
        "middle of the brows": 0.7 * both("browKnit") + 0.3 * both("browDown"),
        "root of the nose": 0.6 * both("noseSneer") + 0.5 * lowered + 0.2 * both("browDown"),
        "middle of the forehead": 0.7 * both("browInnerUp") + 0.4 * both("browOuterUp"),
        "under the lip": weights.get("mouthShrugLower", 0.0) * 0.8,
        "chin": weights.get("mouthShrugLower", 0.0),
        "round the lips": 0.8 * weights.get("mouthPucker", 0.0) + 0.3 * both("mouthPress"),
    }
    for side in ("_L", "_R"):
        one = {name: weights.get(f"{name}{side}", 0.0) for name in _SIDED}
        cheek = max(one["cheekRaiser"], one["cheekSquint"])
        made |= {
            f"between brows{side}": one["browKnit"] + 0.4 * one["browDown"] + 0.3 * one["browLowerInner"],
            f"side of the nose{side}": one["noseSneer"],
            f"side of the forehead{side}": one["browOuterUp"],
            f"corner of the eye{side}": cheek + 0.3 * one["eyeSquint"] + 0.2 * one["mouthSmile"],
            f"lower lid{side}": 0.6 * cheek + 0.8 * one["eyeSquint"],
            f"cheek{side}": 0.9 * one["mouthSmile"] + 0.5 * cheek + 0.6 * one["mouthUpperUp"] + 0.7 * one["noseSneer"],
            f"dimple{side}": one["mouthDimple"] + 0.4 * one["mouthSmile"] + 0.4 * one["mouthStretch"],
            f"under the corner{side}": one["mouthFrown"] + 0.3 * one["mouthPress"],
        }
    return made


_SIDED = (
    *("browKnit", "browDown", "browLowerInner", "browOuterUp", "noseSneer", "cheekRaiser", "cheekSquint", "eyeSquint"),
    *("mouthSmile", "mouthUpperUp", "mouthDimple", "mouthStretch", "mouthFrown", "mouthPress"),
)
