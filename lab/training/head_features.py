"""The input of the head, split into what is equal on both sides of a face and what differs.

`even` is unchanged if a face is mirrored, `odd` changes its sign: an expression's amount is taught from the even
numbers, the difference of its sides from the odd ones, so neither can be taken for the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.expressions.skin_patches import skin_patches
from chalicelib.domain.requests.recipes import Mesh
from lab.rendered_faces.face_sets import FaceSet

Floats = NDArray[np.float32]
_BATCH = 64
_MIRROR = np.array([-1.0, 1.0, 1.0], dtype=np.float32)


@dataclass(frozen=True)
class HeadFeatures:
    """N faces: `points` (N, P, 3) seen from the front, `even` and `odd` (N, S) of their skin."""

    points: Floats
    even: Floats
    odd: Floats

    def __len__(self) -> int:
        return len(self.points)

    def where(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> "HeadFeatures":
        """Those of some faces."""
        return HeadFeatures(self.points[rows], self.even[rows], self.odd[rows])


def joined(parts: Sequence[HeadFeatures]) -> HeadFeatures:
    """All faces, in order."""
    return HeadFeatures(*(np.concatenate([getattr(one, each.name) for one in parts]) for each in fields(HeadFeatures)))


def head_features(faces: FaceSet, mesh: Mesh) -> HeadFeatures:
    """The features of a set of faces, as one of the meshes measured them."""
    meshes = list(faces.meshes(mesh))
    points = np.array([each.fit.frontal(each.points) for each in meshes], dtype=np.float32)
    parts = [skin_patches(meshes[start : start + _BATCH]) for start in range(0, len(meshes), _BATCH)]
    even, odd = (np.concatenate(column) for column in zip(*parts, strict=True))
    return HeadFeatures(points, even, odd)


@dataclass(frozen=True)
class Mirror:
    """Which point lies on the other side of each point of a mesh, (P,)."""

    other: NDArray[np.int64]

    @classmethod
    def of(cls, points: Floats) -> "Mirror":
        """Found in the median of many meshes (N, P, 3)."""
        median = np.median(points, axis=0)
        apart = np.linalg.norm((median * _MIRROR)[:, None] - median, axis=2)
        return cls(np.asarray(apart.argmin(axis=1)))

    def split(self, points: Floats) -> tuple[Floats, Floats]:
        """(N, 3 P) even and odd part of (N, P, 3) frontal points."""
        mirrored = points[:, self.other] * _MIRROR
        even, odd = (part.reshape(len(points), -1) for part in ((points + mirrored) / 2, (points - mirrored) / 2))
        return np.asarray(even, dtype=np.float32), np.asarray(odd, dtype=np.float32)

    def joined(self, weights: NDArray[np.float64], sign: float) -> NDArray[np.float64]:
        """(3 P, E) weights for the points themselves, from weights for their even (`sign` 1) or odd (-1) part."""
        count = len(self.other)
        each = weights.reshape(count, 3, -1)
        mirrored = np.zeros_like(each)
        np.add.at(mirrored, self.other, each * _MIRROR[None, :, None])
        return np.asarray((each + sign * mirrored) / 2).reshape(3 * count, -1)
