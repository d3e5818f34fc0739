"""Movements that a teacher does not know, made on real meshes by known amounts: nose wrinkle, cheek raise, eye widen.

Amounts are in millimetres on a face whose outer eye corners are 90 mm apart (a usual adult measure), so that a
deformation means the same on every face. Each moves the skin that the muscle moves, most at its middle and softly less
around it, along the face's own upright, which the rigid fit knows.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.rigid_face import fit_rigid

EYE_DISTANCE_MM = 90.0


@dataclass(frozen=True, slots=True)
class Pull:
    """`right`, `left`: landmarks of the person's sides that move by the full amount; around them it falls off over
    `reach_mm` (a Gaussian's sigma). `direction`: x, y in the face's upright frame, y down, for the right side; x is
    mirrored on the left. `only`: landmarks that can move, none for all."""

    right: tuple[int, ...]
    left: tuple[int, ...]
    direction: tuple[float, float]
    reach_mm: float
    only: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Deformation:
    """A movement, `full_mm` far when it is as strong as most people can make it."""

    pulls: tuple[Pull, ...]
    full_mm: float


_RIGHT_UPPER_LID, _LEFT_UPPER_LID = (161, 160, 159, 158, 157), (388, 387, 386, 385, 384)
_RIGHT_LOWER_LID, _LEFT_LOWER_LID = (163, 144, 145, 153, 154), (390, 373, 374, 380, 381)

DEFORMATIONS: Mapping[str, Deformation] = {
    # Levator labii superioris alaeque nasi: wings and the skin next to the bridge move up, the wings a little outwards.
    "nose wrinkle": Deformation((Pull((129, 98, 49), (358, 327, 279), (-0.2, -1.0), 9.0),), 4.0),
    # Orbicularis oculi, its outer ring: the cheek moves up, and pushes the lower lid.
    "cheek raise": Deformation(
        (
            Pull((50, 101, 118, 117), (280, 330, 347, 346), (0.0, -1.0), 12.0),
            Pull(_RIGHT_LOWER_LID, _LEFT_LOWER_LID, (0.0, -0.3), 3.0, (*_RIGHT_LOWER_LID, *_LEFT_LOWER_LID)),
        ),
        5.0,
    ),
    # Levator palpebrae: the upper lid alone moves up.
    "eye widen": Deformation(
        (Pull(_RIGHT_UPPER_LID, _LEFT_UPPER_LID, (0.0, -1.0), 2.0, (*_RIGHT_UPPER_LID, *_LEFT_UPPER_LID)),), 2.0
    ),
}


def deformed(points: NDArray[np.float64], deformation: Deformation, amount_mm: float) -> NDArray[np.float64]:
    """The mesh (N, 3) in pixels with the movement made by `amount_mm` at its middle."""
    fit = fit_rigid(points)
    frontal = fit.frontal(points)
    moved = frontal.copy()
    for pull in deformation.pulls:
        moved += _shift(frontal, pull, amount_mm)
    back: NDArray[np.float64] = points + fit.scale * (moved - frontal) @ fit.rotation.T
    return back


def _shift(frontal: NDArray[np.float64], pull: Pull, amount_mm: float) -> NDArray[np.float64]:
    """(N, 3) how far each point of the frontal face moves, in eye distances."""
    shift = np.zeros_like(frontal)
    reach = pull.reach_mm / EYE_DISTANCE_MM
    for centres, mirror in ((pull.right, 1.0), (pull.left, -1.0)):
        apart = np.linalg.norm(frontal[:, None, :2] - frontal[list(centres)][None, :, :2], axis=2).min(axis=1)
        weight = np.exp(-0.5 * (apart / reach) ** 2)
        shift[:, 0] += weight * pull.direction[0] * mirror
        shift[:, 1] += weight * pull.direction[1]
    if pull.only:
        held = np.ones(len(frontal), dtype=bool)
        held[list(pull.only)] = False
        shift[held] = 0.0
    return shift * amount_mm / EYE_DISTANCE_MM
