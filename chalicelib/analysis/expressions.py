"""What turns a mesh into expressions, and attention, which needs the head's angles alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.head_pose import HeadPose
from chalicelib.analysis.rigid_face import RigidFit

_FULL_ATTENTION_DEG = 10.0
_NO_ATTENTION_DEG = 45.0


@dataclass(frozen=True, slots=True)
class ExpressionScores:
    """The expressions of one face in one picture, each way with every name of `EXPRESSION_NAMES`, in that order.

    `linear`: 0..100, the model's own linear answer, clipped; where on it a neutral face lies differs from expression to
    expression. `calibrated`: 0 at a neutral face, 100 where the expression is fully present, monotone between.
    """

    linear: Mapping[str, float]
    calibrated: Mapping[str, float]


class ExpressionModel(Protocol):
    """Scores the expressions of one face. Keeps nothing from one face to the next."""

    def score(self, points: NDArray[np.float64], fit: RigidFit) -> ExpressionScores:
        """The scores of one face.

        `points` (478 or 468, 3): the face's mesh in pixels of the picture, z in the same pixels. `fit`: that of
        `fit_rigid` for these points, which whoever follows the face has already.
        """
        ...


def attention_score(pose: HeadPose) -> float:
    """How far a head faces the camera, 0..100: 100 while it points within 10 degrees of the camera, 0 from 45 degrees
    on, a cosine slope between. The angle is the one between the face's normal and the line to the camera."""
    facing = np.cos(np.radians(pose.pitch_deg)) * np.cos(np.radians(pose.yaw_deg))
    angle_deg = float(np.degrees(np.arccos(np.clip(facing, -1.0, 1.0))))
    share = np.clip((angle_deg - _FULL_ATTENTION_DEG) / (_NO_ATTENTION_DEG - _FULL_ATTENTION_DEG), 0.0, 1.0)
    return float(50.0 * (1.0 + np.cos(np.pi * share)))
