"""What turns a mesh into expressions, and attention, which needs the head's angles alone."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.head_pose import HeadPose
from chalicelib.analysis.faces.rigid_face import RigidFit
from chalicelib.domain.measurements.metrics import EXPRESSION_NAMES

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
    """Scores the expressions of faces. A face's scores do not depend on what else is scored, before or beside it."""

    def score(self, points: NDArray[np.float64], fits: Sequence[RigidFit]) -> list[ExpressionScores]:
        """The scores of each of N faces.

        `points` (N, 478 or 468, 3): their meshes in pixels of the picture, z in the same pixels. `fits`: those of
        `fit_rigid` for these points, which whoever follows the faces has already.
        """
        ...


def attention_score(pose: HeadPose) -> float:
    """How far a head faces the camera, 0..100: 100 while it points within 10 degrees of the camera, 0 from 45 degrees
    on, a cosine slope between. The angle is the one between the face's normal and the line to the camera."""
    facing = math.cos(math.radians(pose.pitch_deg)) * math.cos(math.radians(pose.yaw_deg))
    angle_deg = math.degrees(math.acos(min(max(facing, -1.0), 1.0)))
    share = min(max((angle_deg - _FULL_ATTENTION_DEG) / (_NO_ATTENTION_DEG - _FULL_ATTENTION_DEG), 0.0), 1.0)
    return 50.0 * (1.0 + math.cos(math.pi * share))


def by_face(scores: Mapping[str, NDArray[np.float64]]) -> list[dict[str, float]]:
    """From (N,) scores per expression to N faces with every name of `EXPRESSION_NAMES`, in that order."""
    table = np.stack([scores[name] for name in EXPRESSION_NAMES], axis=1)
    return [dict(zip(EXPRESSION_NAMES, row, strict=True)) for row in table.tolist()]
