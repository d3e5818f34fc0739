"""Grimaces: weeping, pain and held-back tears, and laughing with closed eyes, not to be taken for each other.

In weeping the eyes close, the brows knit, the skin at the nose is drawn up, and the mouth is pulled apart by
muscles that do not smile (C. Darwin, The Expression of the Emotions in Man and Animals, 1872, chapter VI). What weeping
and pain have in common with laughter (closed lids, raised cheeks, a wide mouth, a raised lip) is there with and without
a smile here, and so are the brows, so neither can be learned for the other.
"""

import numpy as np

from lab.rendered_faces.movements import Movement, add, look_about

Random = np.random.Generator

WEEPING: tuple[tuple[str, ...], ...] = (
    ("brow furrow", "inner brow raise", "eye closure", "lip stretch", "chin raise", "cheek raise"),
    ("brow furrow", "eye closure", "lid tighten", "upper lip raise", "lip corner depressor", "chin raise"),
    ("brow furrow", "inner brow raise", "lip press", "chin raise", "lip stretch", "lip corner depressor"),
    ("brow furrow", "eye closure", "cheek raise", "upper lip raise", "lip stretch", "jaw drop", "lower lip"),
    ("brow furrow", "eye closure", "nose wrinkle", "cheek raise", "upper lip raise", "lid tighten"),
    ("brow furrow", "inner brow raise", "lip suck", "chin raise", "dimpler"),
)
LAUGHING: tuple[tuple[str, ...], ...] = (
    ("smile", "cheek raise", "eye closure"),
    ("smile", "cheek raise", "lid tighten", "upper lip raise", "jaw drop", "lower lip"),
    ("smile", "cheek raise", "dimpler", "lip press"),
    ("smile", "chin raise", "eye closure"),
)
_UNIT_SHARE, _BROWS_SHARE = 0.85, 0.3
_SMILE_SHARE = 0.25


def choose_grimace(random: Random) -> Movement:
    """A movement by chance: two of five weep, two laugh, one rests."""
    kind = ("weeping", "weeping", "laughing", "laughing", "rest")[random.integers(5)]
    movement = Movement(kind)
    if kind == "weeping":
        _add_all(movement, WEEPING[random.integers(len(WEEPING))], random)
        if random.random() < _SMILE_SHARE:
            add(movement, "smile", random.uniform(0.3, 1.0), random)
    elif kind == "laughing":
        _add_all(movement, LAUGHING[random.integers(len(LAUGHING))], random)
        if random.random() < _BROWS_SHARE:
            add(movement, "brow furrow", random.uniform(0.3, 1.1), random)
        if random.random() < _BROWS_SHARE:
            add(movement, "inner brow raise", random.uniform(0.3, 1.1), random)
    look_about(movement, random)
    return movement


def _add_all(movement: Movement, names: tuple[str, ...], random: Random) -> None:
    strength = random.uniform(0.4, 1.2)
    for name in names:
        if random.random() < _UNIT_SHARE:
            add(movement, name, strength * random.uniform(0.4, 1.0), random)
