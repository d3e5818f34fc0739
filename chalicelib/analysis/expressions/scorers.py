"""The interface of models that turn faces into expressions; attention, which needs the head's angles alone."""

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.expressions.levels import Doubts
from chalicelib.analysis.faces.head_pose import HeadPose
from chalicelib.analysis.faces.mesh import FaceMesh
from chalicelib.domain.requests.recipes import Mesh

_FULL_ATTENTION_DEG = 10.0
_NO_ATTENTION_DEG = 45.0


class ExpressionModel(Protocol):
    """Says how far faces show each expression. A face's levels do not depend on what else is asked for, before or
    with it."""

    def levels(self, meshes: Sequence[FaceMesh]) -> NDArray[np.float64]:
        """(N, 20) levels (see `levels`) of N >= 1 faces that one mesh network measured, in the order of
        `BASELINE_NAMES`."""
        ...

    def doubts(self, mesh: Mesh) -> Doubts:
        """Returns how far absent expressions may read from rest with one of the meshes."""
        ...


def attention_score(pose: HeadPose) -> float:
    """Returns how far a head faces the camera, 0..100: 100 while it points within 10 degrees of the camera, 0 from 45
    degrees on, a cosine slope between. The angle is the one between the face's normal and the line to the camera."""
    facing = math.cos(math.radians(pose.pitch_deg)) * math.cos(math.radians(pose.yaw_deg))
    angle_deg = math.degrees(math.acos(min(max(facing, -1.0), 1.0)))
    share = min(max((angle_deg - _FULL_ATTENTION_DEG) / (_NO_ATTENTION_DEG - _FULL_ATTENTION_DEG), 0.0), 1.0)
    return 50.0 * (1.0 + math.cos(math.pi * share))
