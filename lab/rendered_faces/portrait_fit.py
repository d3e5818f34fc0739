"""The parametric head laid on a portrait: position, identity and expression that bring its points onto the mesh's.

Which vertex a point of the mesh lies on is not published; it is measured on rendered heads, where both are known
(`measure_vertices`). Camera: scaled orthography, so a vertex v lies at `scale * rotation @ v + shift`, y down, z away.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab.rendered_faces.face_model import FACE, FaceModel, Floats

_ROUNDS = 6
_DEPTH_WEIGHT = 0.15
_IDENTITY_PENALTY, _SHAPE_PENALTY = 0.7, 1.5
_MOST_SHAPE = 1.0
_FITTED_SIDES = (
    *("mouthSmile", "browInnerUp", "browOuterUp", "browDown", "eyeBlink", "eyeWide", "eyeSquint"),
    *("mouthUpperUp", "mouthPress"),
)
_FITTED = (*(f"{name}{side}" for name in _FITTED_SIDES for side in ("_L", "_R")), "jawOpen", "mouthPucker")
_FLIP = np.array([1.0, -1.0, -1.0])


@dataclass(frozen=True)
class MeshVertices:
    """`points` of the mesh (K,) and the `vertices` (K,) of the model on which they lie."""

    points: NDArray[np.int64]
    vertices: NDArray[np.int64]


@dataclass(frozen=True)
class HeadFit:
    """`at_rest` (V, 3) the fitted identity; `shapes` the fitted weights; `scale`, `rotation` (3, 3), `shift` (3,) to
    the picture; `residuals` (K, 2) pixels by which the points lie off, in the order of the vertices."""

    at_rest: Floats
    shapes: dict[str, float]
    scale: float
    rotation: NDArray[np.float64]
    shift: NDArray[np.float64]
    residuals: NDArray[np.float64]

    def to_picture(self, places: NDArray[np.floating], turn: NDArray[np.floating] | None = None) -> NDArray[np.float64]:
        """(V, 3) of the head -> pixels of the picture, y down, z away from the camera. `turn`: (3, 3) a further
        rotation of the head about its own middle, in its own frame."""
        moved = np.asarray(places, dtype=np.float64)
        if turn is not None:
            middle = self.at_rest[FACE].mean(axis=0)
            moved = (moved - middle) @ np.asarray(turn, dtype=np.float64).T + middle
        return np.asarray((self.scale * moved @ self.rotation.T + self.shift) * _FLIP)


def measure_vertices(
    model: FaceModel, seen: Sequence[tuple[NDArray[np.floating], NDArray[np.floating]]], *, most_error: float = 0.05
) -> MeshVertices:
    """The vertices nearest to each point over rendered heads at rest. `seen`: for each picture the mesh's points
    (478, 2 or more) and all projected vertices (V, 2), in pixels. Points farther off than `most_error` eye distances
    are left out."""
    squares = np.zeros((len(seen[0][0]), FACE.stop))
    for points, places in seen:
        distance = np.linalg.norm(points[33, :2] - points[263, :2])
        apart = (points[:, None, :2] - places[None, FACE]) / distance
        squares += (apart**2).sum(axis=2)
    facing = model.normals(model.neutral)[FACE, 2]
    squares[:, facing < 0.05] = np.inf
    best = squares.argmin(axis=1)
    errors = np.sqrt(squares[np.arange(len(best)), best] / len(seen))
    kept = np.flatnonzero((errors < most_error) & (np.arange(len(best)) < 468))
    return MeshVertices(kept, best[kept])


def fit_head(model: FaceModel, points: NDArray[np.floating], pairs: MeshVertices) -> HeadFit:
    """Fits the head to a mesh, `points` (478, 3) in pixels, by least squares in turns: pose, identity, expression."""
    wanted = points[pairs.points].astype(np.float64) * _FLIP
    weights = np.array([1.0, 1.0, _DEPTH_WEIGHT])
    neutral = model.neutral[pairs.vertices].astype(np.float64)
    identity = model.identity[:, pairs.vertices].astype(np.float64)
    shapes = np.stack([model.shapes[name][pairs.vertices] for name in _FITTED]).astype(np.float64)
    person, moved = np.zeros(len(identity)), np.zeros(len(_FITTED))
    scale, rotation, shift = 1.0, np.eye(3), np.zeros(3)
    for _ in range(_ROUNDS):
        places = neutral + np.tensordot(person, identity, 1) + np.tensordot(moved, shapes, 1)
        scale, rotation, shift = _pose(places, wanted, weights)
        bases = [scale * (basis @ rotation.T) * weights for basis in (identity, shapes)]
        people, movements = (basis.reshape(len(basis), -1).T for basis in bases)
        left = ((wanted - shift - scale * neutral @ rotation.T) * weights).ravel()
        person = _ridge(people, left - movements @ moved, scale * _IDENTITY_PENALTY)
        moved = np.clip(_ridge(movements, left - people @ person, scale * _SHAPE_PENALTY), 0.0, _MOST_SHAPE)
    at_rest = model.person(person.astype(np.float32))
    fitted = dict(zip(_FITTED, moved.tolist(), strict=True))
    bare = HeadFit(at_rest, fitted, scale, rotation, shift, np.zeros((len(wanted), 2)))
    shown = bare.to_picture(at_rest + model.displacement(fitted))[pairs.vertices, :2]
    return HeadFit(at_rest, fitted, scale, rotation, shift, points[pairs.points, :2] - shown)


def _pose(
    places: NDArray[np.float64], wanted: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """The similarity that carries the places onto the wanted ones (Umeyama 1991), depth counting less."""
    from_middle, to_middle = places.mean(axis=0), wanted.mean(axis=0)
    left, strengths, right = np.linalg.svd(((wanted - to_middle) * weights).T @ ((places - from_middle) * weights))
    signs = np.array([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
    rotation = (left * signs) @ right
    scale = float((strengths * signs).sum() / (((places - from_middle) * weights) ** 2).sum())
    return scale, rotation, to_middle - scale * rotation @ from_middle


def _ridge(basis: NDArray[np.float64], wanted: NDArray[np.float64], penalty: float) -> NDArray[np.float64]:
    squares = basis.T @ basis + penalty**2 * np.eye(basis.shape[1])
    return np.asarray(np.linalg.solve(squares, basis.T @ wanted))
