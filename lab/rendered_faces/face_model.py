"""The parametric head: the light ICT Face Model, with three shapes of our own.

The file is `../shared/face_model/ict_facekit.npz` (ICT-FaceKit, MIT). Lengths are centimetres; x to the person's
left, y up, z to the viewer. Its `browDown` hardly moves the inner ends of the brows and its `noseSneer` lowers them, so
lowered inner brows would be learned as a wrinkled nose. `browKnit` and `browLowerInner` (by side) move them as the
corrugator and the depressor do, and the brows' part of `noseSneer` is given by its own weight, `sneerBrow`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Integers = NDArray[np.int32]

MODEL_FILE = Path(__file__).resolve().parents[3] / "shared" / "face_model" / "ict_facekit.npz"
SIDES = ("_L", "_R")

FACE = slice(0, 9409)
SKIN = slice(0, 11248)
MOUTH_SOCKET = slice(11248, 13294)
EYE_SOCKETS = slice(13294, 14062)
GUMS = slice(14062, 17039)
TEETH = slice(17039, 21451)
LEFT_EYEBALL, RIGHT_EYEBALL = slice(21451, 23021), slice(23021, 24591)
LASHES_FROM = 25351
_SHELLS = (24591, 25351)
_MOVING = 13294
_INNER_BROW = {"_L": 22, "_R": 21}
_BROW_FROM_Y, _BROW_SLOPE_CM = 4.3, 0.8
_KNIT_CM, _KNIT_FORWARD_CM, _LOWER_CM = 0.48, 0.10, 0.50


@dataclass(frozen=True)
class Parts:
    """Which vertices are what. `skin`: face and head; `moving`: all that does not move as a whole, from vertex 0 on."""

    face: slice
    skin: slice
    mouth_socket: slice
    gums: slice
    teeth: slice
    eye_sockets: slice
    eyeballs: tuple[slice, slice]
    lashes: slice
    moving: int


@dataclass(frozen=True)
class FaceModel:
    """`neutral` (V, 3); `identity` (I, V, 3), one standard deviation each; `shapes` by name, (V, 3) each, for weight
    1; `triangles` (T, 3) without the transparent shells and the eyelashes, which are solid; `landmarks` (68,);
    `flat` (V, 3) the places of the vertices on the face on which folds and hair are drawn."""

    neutral: Floats
    identity: Floats
    shapes: Mapping[str, Floats]
    triangles: Integers
    landmarks: Integers
    parts: Parts
    flat: Floats

    def person(self, weights: Floats) -> Floats:
        """(V, 3) a head at rest, from (100,) weights of the identity."""
        return self.neutral + np.tensordot(weights, self.identity, axes=1).astype(np.float32)

    def displacement(self, weights: Mapping[str, float]) -> Floats:
        """(V, 3) how far every vertex moves. Raises `KeyError` for a shape that the model does not have."""
        moved = np.zeros_like(self.neutral)
        for name, weight in weights.items():
            if weight:
                moved += np.float32(weight) * self.shapes[name]
        return moved

    def normals(self, vertices: Floats) -> Floats:
        """(V, 3) unit normals. Those of eyes, teeth and lashes are the neutral head's: they move as a whole."""
        normals = self._still_normals.copy()
        moving = self.parts.moving
        normals[:moving] = vertex_normals(vertices[:moving], self._moving_triangles)
        return normals

    @cached_property
    def _still_normals(self) -> Floats:
        return vertex_normals(self.neutral, self.triangles)

    @cached_property
    def _moving_triangles(self) -> Integers:
        return self.triangles[(self.triangles < self.parts.moving).all(axis=1)]


PARTS = Parts(
    face=FACE,
    skin=SKIN,
    mouth_socket=MOUTH_SOCKET,
    gums=GUMS,
    teeth=TEETH,
    eye_sockets=EYE_SOCKETS,
    eyeballs=(LEFT_EYEBALL, RIGHT_EYEBALL),
    lashes=slice(LASHES_FROM, None),
    moving=_MOVING,
)


def vertex_normals(vertices: Floats, triangles: Integers) -> Floats:
    """(V, 3) unit normals: the mean of the adjoining triangles', weighted by their area."""
    first, second, third = (vertices[triangles[:, corner]] for corner in range(3))
    faces = np.cross(second - first, third - first)
    sums = np.zeros((len(vertices), 3))
    for axis in range(3):
        sums[:, axis] = np.bincount(triangles.T.ravel(), np.tile(faces[:, axis], 3), len(vertices))
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.asarray(sums / np.maximum(lengths, 1e-9), dtype=np.float32)


@cache
def load_face_model(path: Path = MODEL_FILE) -> FaceModel:
    """Reads the model. Raises `FileNotFoundError` if it is not there."""
    with np.load(path) as stored:
        neutral = stored["neutral"].astype(np.float32)
        names = [str(name) for name in stored["shape_names"]]
        shapes = dict(zip(names, stored["shapes"].astype(np.float32), strict=True))
        triangles, landmarks = stored["triangles"], stored["landmarks68"]
        identity = stored["identity"].astype(np.float32)
    shapes = {**shapes, **own_shapes(neutral, landmarks, shapes)}
    is_shell = ((triangles >= _SHELLS[0]) & (triangles < _SHELLS[1])).any(axis=1)
    is_lash = (triangles >= LASHES_FROM).any(axis=1)
    return FaceModel(neutral, identity, shapes, triangles[~is_shell & ~is_lash], landmarks, PARTS, neutral)


def own_shapes(neutral: Floats, landmarks: Integers, shapes: Mapping[str, Floats]) -> dict[str, Floats]:
    """`browKnit`, `browLowerInner` and `sneerBrow` by side, and `noseSneer` without what it does to the brows."""
    made: dict[str, Floats] = {}
    for side in SIDES:
        inner = neutral[landmarks[_INNER_BROW[side]]]
        outward = np.sign(inner[0])
        near = _bump(neutral, inner + np.array((outward * 0.35, 0.0, 0.0)), (1.25, 1.0, 2.5))
        between = _bump(neutral, np.array([0.0, inner[1], inner[2]]), (0.35, 0.8, 2.5))
        knit, lower = np.zeros_like(neutral), np.zeros_like(neutral)
        knit[:, 0] = -outward * _KNIT_CM * near
        knit[:, 2] = _KNIT_FORWARD_CM * (near + 0.5 * between)
        lower[:, 1], lower[:, 2] = -_LOWER_CM * near, 0.06 * near
        brow = np.clip((neutral[:, 1] - _BROW_FROM_Y) / _BROW_SLOPE_CM, 0.0, 1.0)[:, None] * shapes[f"noseSneer{side}"]
        brow[FACE.stop :] = 0
        made |= {f"browKnit{side}": knit, f"browLowerInner{side}": lower, f"sneerBrow{side}": brow}
        made[f"noseSneer{side}"] = shapes[f"noseSneer{side}"] - brow
    return {name: shape.astype(np.float32) for name, shape in made.items()}


def _bump(vertices: Floats, centre: NDArray[np.floating], radii_cm: tuple[float, float, float]) -> Floats:
    """(V,) 1 at the centre, falling as a Gaussian; nothing outside the face."""
    bump = np.exp(-(((vertices - centre) / radii_cm) ** 2).sum(axis=1))
    bump[FACE.stop :] = 0
    return np.asarray(bump, dtype=np.float32)
