"""Expressions from the geometry of the mesh: each from one feature, linear between a neutral and a full value.

How the values of `CALIBRATION` were found (`python -m lab.calibration.expression_features` prints the figures):
features were measured with both meshes on 813 portraits (most of them smiling), on the neutral beginning of one clip,
along a talking and smiling clip, and on posed happiness, surprise, anger and disgust. *Neutral* lies a little beyond
what neutral faces show, so that persons, who differ, stay near 0. *Full* comes from where a blendshape model nears 1 on
the same pictures (smile, eye closure, brow furrow, upper lip raise, mouth open), else from the extent of the posed
faces. Without a neutral picture of the same person, heights of brows and fullness of lips say as much about the person
as about the expression: brow raise, inner brow raise, cheek raise, nose wrinkle, chin raise, lip press, lip suck and
dimpler are coarse. The light mesh hardly follows eyelids.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chalicelib.analysis.expressions.features import frontal_faces, measure_features
from chalicelib.analysis.expressions.scorers import ExpressionScores, attention_score, by_face
from chalicelib.analysis.faces.head_pose import head_pose
from chalicelib.analysis.faces.rigid_face import RigidFit
from chalicelib.domain.requests.recipes import Mesh

_LEAD = 50.0
"""How far before the neutral value the linear scores begin, in hundredths of the ramp."""


@dataclass(frozen=True, slots=True)
class Ramp:
    """The value of a feature at which an expression scores 0 and the one at which it scores 100."""

    neutral: float
    full: float

    def score(self, values: ArrayLike) -> NDArray[np.float64]:
        """0..100, linear between, clipped beyond; `full` below `neutral` where the feature shrinks."""
        return np.clip(self._positions(values), 0.0, 100.0)

    def linear_score(self, values: ArrayLike) -> NDArray[np.float64]:
        """0..100, the same ramp begun half its length before neutral: what `score` cuts off, this still shows."""
        return np.clip((self._positions(values) + _LEAD) / (1.0 + _LEAD / 100.0), 0.0, 100.0)

    def _positions(self, values: ArrayLike) -> NDArray[np.float64]:
        return 100.0 * (np.asarray(values, dtype=np.float64) - self.neutral) / (self.full - self.neutral)


@dataclass(frozen=True, slots=True)
class Calibration:
    """One expression: its feature, and its ramp with each mesh."""

    feature: str
    attention: Ramp
    light: Ramp

    def ramp(self, mesh: Mesh) -> Ramp:
        """The ramp with one of the meshes."""
        return self.attention if mesh is Mesh.ATTENTION else self.light


CALIBRATION: dict[str, Calibration] = {
    "brow furrow": Calibration("inner brow height", Ramp(0.165, 0.095), Ramp(0.165, 0.095)),
    "brow raise": Calibration("brow height", Ramp(0.250, 0.340), Ramp(0.250, 0.330)),
    "cheek raise": Calibration("cheek to lid", Ramp(0.295, 0.235), Ramp(0.290, 0.235)),
    "chin raise": Calibration("lower lip depth", Ramp(0.325, 0.250), Ramp(0.335, 0.260)),
    "dimpler": Calibration("width of closed mouth", Ramp(0.560, 0.750), Ramp(0.560, 0.750)),
    "eye closure": Calibration("eye aperture", Ramp(0.200, 0.080), Ramp(0.200, 0.140)),
    "eye widen": Calibration("upper lid over iris", Ramp(0.049, 0.080), Ramp(0.052, 0.075)),
    "inner brow raise": Calibration("inner brow height", Ramp(0.215, 0.300), Ramp(0.215, 0.300)),
    "jaw drop": Calibration("lip gap", Ramp(0.100, 0.400), Ramp(0.100, 0.400)),
    "lid tighten": Calibration("lower lid drop", Ramp(0.022, 0.004), Ramp(0.026, 0.008)),
    "lip corner depressor": Calibration("corner lift", Ramp(-0.020, -0.090), Ramp(-0.015, -0.080)),
    "lip press": Calibration("red of closed lips", Ramp(0.200, 0.120), Ramp(0.210, 0.140)),
    "lip pucker": Calibration("mouth width", Ramp(0.490, 0.360), Ramp(0.525, 0.400)),
    "lip stretch": Calibration("width without lift", Ramp(0.620, 0.800), Ramp(0.630, 0.800)),
    "lip suck": Calibration("red of closed lips", Ramp(0.160, 0.080), Ramp(0.170, 0.100)),
    "mouth open": Calibration("lip gap", Ramp(0.025, 0.225), Ramp(0.025, 0.225)),
    "nose wrinkle": Calibration("wing to eye", Ramp(0.385, 0.320), Ramp(0.380, 0.320)),
    "smile": Calibration("smile index", Ramp(1.360, 1.720), Ramp(1.380, 1.700)),
    "smirk": Calibration("smile asymmetry", Ramp(0.150, 0.550), Ramp(0.130, 0.500)),
    "upper lip raise": Calibration("upper lip reach", Ramp(0.820, 0.665), Ramp(0.775, 0.645)),
}


class GeometricExpressions:
    """An `ExpressionModel` made of ramps. The number of points tells which mesh measured the face."""

    def score(self, points: NDArray[np.float64], fits: Sequence[RigidFit]) -> list[ExpressionScores]:
        """See `ExpressionModel`. Attention is calibrated as it is: both ways it is the same."""
        poses = [head_pose(fit) for fit in fits]
        faces = frontal_faces(points, fits, [pose.yaw_deg for pose in poses])
        features = measure_features(faces)
        linear = {"attention": np.array([attention_score(pose) for pose in poses])}
        calibrated = dict(linear)
        for name, calibration in CALIBRATION.items():
            ramp = calibration.ramp(faces.mesh)
            linear[name] = ramp.linear_score(features[calibration.feature])
            calibrated[name] = ramp.score(features[calibration.feature])
        return [ExpressionScores(*each) for each in zip(by_face(linear), by_face(calibrated), strict=True)]
