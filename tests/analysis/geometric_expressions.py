"""A simple `ExpressionModel` for tests: the features of the mesh alone."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.expressions.geometric import CALIBRATION, frontal, geometric_levels
from chalicelib.analysis.expressions.levels import Doubts
from chalicelib.analysis.faces.mesh import FaceMesh
from chalicelib.domain.measurements.metrics import BASELINE_NAMES
from chalicelib.domain.requests.recipes import Mesh


class GeometricExpressions:
    """Every expression from its feature, also those that the trained networks have."""

    def levels(self, meshes: Sequence[FaceMesh]) -> NDArray[np.float64]:
        found = geometric_levels(frontal(meshes), BASELINE_NAMES)
        return np.stack([found[name] for name in BASELINE_NAMES], axis=1)

    def doubts(self, mesh: Mesh) -> Doubts:
        return Doubts.of_rest(np.array([CALIBRATION[name].scale(mesh).level_spread for name in BASELINE_NAMES]))
