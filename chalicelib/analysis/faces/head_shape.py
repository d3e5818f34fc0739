"""The proportions of a head, from the mesh alone: how wide, how long, how deep, where nose and temples lie.

They tell which of two faces may be the one that was seen a moment ago, and no more: they are no face recognition. The
rigid points of one person differ from one frame to the next by 0.003 of the eye distance (median; 0.017 in one of a
hundred), after a second of talk and smiles by 0.015 (0.045 in one of a hundred), and by 0.001 more per degree that the
head has turned; those of two persons by 0.03 (0.015 in one of a hundred). Measured with both meshes on 51 portraits and
two clips. A shape lives as long as its track, in memory only.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.rigid_face import RigidFit, rigid_points

_PER_DEGREE = 0.001
_NEWEST_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class HeadShape:
    """`places` (N, 3): the rigid points, frontal, centred, in eye distances. `facing` (3,): the unit vector along
    which the head looked when it was measured."""

    places: NDArray[np.float64]
    facing: NDArray[np.float64]

    def unlikeness(self, other: "HeadShape") -> float:
        """Root mean square of the points' distances, in eye distances, less what the turn between the two explains."""
        apart = self.places - other.places
        distance = math.sqrt(float(np.vdot(apart, apart)) / len(apart))
        turn_deg = math.degrees(math.acos(min(max(float(self.facing @ other.facing), -1.0), 1.0)))
        return max(distance - _PER_DEGREE * turn_deg, 0.0)

    def towards(self, newer: "HeadShape") -> "HeadShape":
        """The running mean: 0.15 of the newer one."""
        facing = self.facing + _NEWEST_SHARE * (newer.facing - self.facing)
        places = self.places + _NEWEST_SHARE * (newer.places - self.places)
        return HeadShape(places, facing / max(float(np.sqrt(facing @ facing)), 1e-9))


def head_shape(points: NDArray[np.float64], fit: RigidFit) -> HeadShape:
    """The shape of a mesh, `points` (478 or 468, 3) in pixels of the picture, and of its `fit_rigid`."""
    places = fit.frontal(rigid_points(points))
    return HeadShape(places - places.sum(axis=0) / len(places), -fit.rotation[:, 2])
