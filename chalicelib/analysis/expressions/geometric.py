"""Expressions from the geometry of the mesh: each from one feature.

`CALIBRATION` has the scale of each feature with each mesh; `python -m lab.calibration.scales` prints the figures behind
it. Without a neutral picture of the same person, heights of brows and fullness of lips say as much about the person as
about the expression: their spreads are wide. The light mesh hardly follows eyelids.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.expressions.features import FrontalFaces, frontal_faces, measure_features
from chalicelib.analysis.expressions.levels import Scale
from chalicelib.analysis.faces.head_pose import head_pose
from chalicelib.analysis.faces.mesh import FaceMesh
from chalicelib.domain.requests.recipes import Mesh


@dataclass(frozen=True, slots=True)
class Feature:
    """One expression: its feature (see `FEATURES`), and the feature's scale with each mesh."""

    feature: str
    attention: Scale
    light: Scale

    def scale(self, mesh: Mesh) -> Scale:
        """The scale with one of the meshes."""
        return self.attention if mesh is Mesh.ATTENTION else self.light


CALIBRATION: Mapping[str, Feature] = {
    "brow furrow": Feature("inner brow height", Scale(0.174, 0.122, 0.036), Scale(0.168, 0.151, 0.031)),
    "brow raise": Feature("brow height", Scale(0.222, 0.259, 0.032), Scale(0.221, 0.235, 0.030)),
    "cheek raise": Feature("cheek to lid", Scale(0.301, 0.235, 0.023), Scale(0.294, 0.235, 0.016)),
    "chin raise": Feature("lower lip depth", Scale(0.372, 0.294, 0.049), Scale(0.377, 0.292, 0.041)),
    "dimpler": Feature("width of closed mouth", Scale(0.457, 0.750, 0.099), Scale(0.465, 0.750, 0.120)),
    "eye closure": Feature("eye aperture", Scale(0.290, 0.089, 0.046), Scale(0.284, 0.181, 0.033)),
    "eye widen": Feature("upper lid over iris", Scale(0.035, 0.070, 0.009), Scale(0.046, 0.056, 0.005)),
    "inner brow raise": Feature("inner brow height", Scale(0.174, 0.218, 0.036), Scale(0.168, 0.192, 0.031)),
    "jaw drop": Feature("lip gap", Scale(0.027, 0.213, 0.027), Scale(0.034, 0.188, 0.034)),
    "lid tighten": Feature("lower lid drop", Scale(0.030, 0.004, 0.009), Scale(0.033, 0.008, 0.007)),
    "lip corner depressor": Feature("corner lift", Scale(0.010, -0.090, 0.014), Scale(0.008, -0.080, 0.008)),
    "lip press": Feature("red of closed lips", Scale(0.233, 0.120, 0.055), Scale(0.243, 0.140, 0.041)),
    "lip pucker": Feature("mouth width", Scale(0.559, 0.350, 0.038), Scale(0.582, 0.476, 0.036)),
    "lip stretch": Feature("width without lift", Scale(0.528, 0.800, 0.045), Scale(0.557, 0.800, 0.033)),
    "lip suck": Feature("red of closed lips", Scale(0.233, 0.080, 0.055), Scale(0.243, 0.100, 0.041)),
    "mouth open": Feature("lip gap", Scale(0.027, 0.092, 0.027), Scale(0.034, 0.071, 0.034)),
    "nose wrinkle": Feature("wing to eye", Scale(0.429, 0.320, 0.026), Scale(0.426, 0.320, 0.022)),
    "smile": Feature("smile index", Scale(1.248, 1.605, 0.084), Scale(1.289, 1.566, 0.082)),
    "smirk": Feature("smile asymmetry", Scale(0.057, 0.550, 0.040), Scale(0.021, 0.500, 0.011)),
    "upper lip raise": Feature("upper lip reach", Scale(0.888, 0.665, 0.072), Scale(0.859, 0.645, 0.047)),
}


def frontal(meshes: Sequence[FaceMesh]) -> FrontalFaces:
    """Faces that one mesh network measured, seen from the front."""
    points = np.stack([mesh.points for mesh in meshes])
    fits = [mesh.fit for mesh in meshes]
    return frontal_faces(points, fits, [head_pose(fit).yaw_deg for fit in fits])


def geometric_levels(faces: FrontalFaces, names: Sequence[str]) -> dict[str, NDArray[np.float64]]:
    """(N,) levels of N faces for each of the expressions `names`."""
    features = measure_features(faces, {CALIBRATION[name].feature for name in names})
    return {name: CALIBRATION[name].scale(faces.mesh).levels(features[CALIBRATION[name].feature]) for name in names}
