"""Measures how scores agree with those of the published Face Landmarker: figures over faces, and what says the same in
both."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab.training.teacher import BLENDSHAPES

Scores = NDArray[np.floating]

# What says the same of a face; of the two sides the mean is taken.
COUNTERPARTS: Mapping[str, str] = {
    "brow furrow": "browDown",
    "brow raise": "browOuterUp",
    "chin raise": "mouthShrugLower",
    "dimpler": "mouthDimple",
    "eye closure": "eyeBlink",
    "inner brow raise": "browInnerUp",
    "jaw drop": "jawOpen",
    "lid tighten": "eyeSquint",
    "lip corner depressor": "mouthFrown",
    "lip press": "mouthPress",
    "lip pucker": "mouthPucker",
    "lip stretch": "mouthStretch",
    "lip suck": "mouthRoll",
    "mouth open": "jawOpen",
    "smile": "mouthSmile",
    "upper lip raise": "mouthUpperUp",
}
MOVES = 0.03
"""A blendshape whose scores (0..1) spread by less says nothing about agreement."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """By blendshape that the teacher moves: correlation and mean absolute error (0..1)."""

    correlation: Mapping[str, float]
    error: Mapping[str, float]


def agreement(found: Scores, wanted: Scores) -> Agreement:
    """Of scores (N, 52) with the teacher's own; blendshapes whose teacher's scores spread by less than 0.03 are left
    out: they say nothing."""
    moved = [place for place in range(1, len(BLENDSHAPES)) if wanted[:, place].std() >= MOVES]
    return Agreement(
        {BLENDSHAPES[place]: correlation(found[:, place], wanted[:, place]) for place in moved},
        {BLENDSHAPES[place]: float(np.abs(found[:, place] - wanted[:, place]).mean()) for place in moved},
    )


def correlation(one: Scores, other: Scores) -> float:
    """Pearson's; 0 if one of them never moves."""
    if one.std() < 1e-9 or other.std() < 1e-9:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])


def counterpart(blendshapes: Scores, name: str) -> Scores:
    """(N,) the teacher's score for an expression's counterpart: one blendshape, or the mean of its two sides."""
    stem = COUNTERPARTS[name]
    places = [place for place, each in enumerate(BLENDSHAPES) if each.startswith(stem)]
    mean: Scores = blendshapes[:, places].mean(axis=1)
    return mean
