"""Meshes as the student sees them, from the front, and as the teacher can be asked about them, with irises."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.rigid_face import fit_rigid

_IRIS_RADIUS = 0.065


def frontal(meshes: NDArray[np.floating]) -> NDArray[np.float32]:
    """(N, P, 3) meshes in pixels -> the same in the frame of `rigid_face`."""
    wide = (mesh.astype(np.float64) for mesh in meshes)
    return np.array([fit_rigid(mesh).frontal(mesh) for mesh in wide], dtype=np.float32).reshape(meshes.shape)


def with_irises(meshes: NDArray[np.floating]) -> NDArray[np.floating]:
    """(N, 468 or 478, 3) -> (N, 478, 3): the light mesh gets irises amid the lids, so that the teacher can be asked."""
    if meshes.shape[1] == 478:
        return meshes
    radius = _IRIS_RADIUS * np.linalg.norm(meshes[:, 263] - meshes[:, 33], axis=1)
    return np.concatenate([meshes, np.stack(list(_irises(meshes, radius)), axis=1)], axis=1)


def _irises(meshes: NDArray[np.floating], radius: NDArray[np.floating]) -> Iterator[NDArray[np.floating]]:
    for lids in ((33, 133, 159, 145), (263, 362, 386, 374)):
        centre = meshes[:, lids].mean(axis=1)
        for x, y in ((0, 0), (1, 0), (0, -1), (-1, 0), (0, 1)):
            yield centre + radius[:, None] * np.array([x, y, 0.0])
