"""Bends a plane so that given places come to lie on others."""

import numpy as np
from numpy.typing import NDArray

_STIFFNESS = 0.05


def bent(places: NDArray[np.floating], start: NDArray[np.floating], end: NDArray[np.floating]) -> NDArray[np.float32]:
    """(V, 2) `places` (V, 2) moved by the thin-plate spline that takes `start` (N, 2) to `end` (N, 2), a little
    smoothed (F. Bookstein, Principal warps, 1989)."""

    def bends(points: NDArray[np.floating]) -> NDArray[np.float64]:
        squares = ((points[:, None] - start[None]) ** 2).sum(axis=-1)
        return np.asarray(0.5 * squares * np.log(np.maximum(squares, 1e-12)), dtype=np.float64)

    def lines(points: NDArray[np.floating]) -> NDArray[np.float64]:
        return np.column_stack([np.ones(len(points)), points]).astype(np.float64)

    count = len(start)
    system = np.zeros((count + 3, count + 3))
    system[:count, :count] = bends(start) + _STIFFNESS * np.eye(count)
    system[:count, count:] = lines(start)
    system[count:, :count] = lines(start).T
    weights = np.linalg.solve(system, np.vstack([end, np.zeros((3, 2))]))
    return np.asarray(bends(places) @ weights[:count] + lines(places) @ weights[count:], dtype=np.float32)
