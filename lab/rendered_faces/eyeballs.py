"""Eyeballs, as they are seen from the front, and how they turn with the gaze."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from lab.rendered_faces.face_model import Floats, Integers

_RINGS, _SPOKES, _REACH_RAD = 22, 32, 0.6 * np.pi
IRIS_DEPTH_CM = 1.05
"""How far the iris of a real eye, as it is seen through the cornea, lies before the middle about which the eye turns:
the eye turns 13.5 mm behind the apex of the cornea (Fry and Hill 1962), and the iris lies 3 mm behind it."""
_IRIS_DEG = 19.0
_GAZE_RAD = 0.45
_GAZES: Mapping[str, tuple[float, float]] = {"Up": (0, 1), "Down": (0, -1), "Out": (1, 0), "In": (-1, 0)}
"""Outwards and upwards, with weight 1."""


def gaze_shapes(ball: Floats, side: str) -> dict[str, Floats]:
    """By name of the shape, (B, 3) how far the vertices of an eyeball (B, 3) move. `side`: `_L` or `_R`."""
    outward = 1 if side == "_L" else -1
    return {f"eyeLook{name}{side}": _turned(ball, out * outward, up) for name, (out, up) in _GAZES.items()}


def aimed(ball: Floats, place: Floats) -> Floats:
    """(B, 3) an eyeball (B, 3) that looks straight ahead, turned about its middle until it looks at `place` (3,)."""
    middle = middle_of(ball)
    ahead = (place - middle) / np.linalg.norm(place - middle)
    return np.asarray((ball - middle) @ _facing(ahead).T + middle, dtype=np.float32)


def fixating(ball: Floats, flat: Floats, place: Floats) -> tuple[Floats, Floats]:
    """(B, 3) an eyeball (B, 3), which looks straight ahead, turned about its middle to look at `place` (3,), and (B, 3)
    its normals. `flat` (B, 3): the same eyeball as it is painted, its iris about the z axis.

    The heads' eyeballs are larger than those of people, so their irises would move too far: they are turned by less,
    until the iris is where that of a real eye would be, `IRIS_DEPTH_CM` before the middle about which it turns.
    """
    middle = middle_of(ball)
    spokes = ball - middle
    is_iris = _painted_deg(flat) < _IRIS_DEG
    ahead = (place - middle) / np.linalg.norm(place - middle)
    ahead[:2] *= min(IRIS_DEPTH_CM / np.linalg.norm(spokes[is_iris], axis=1).mean(), 1.0)
    ahead[2] = np.sqrt(1.0 - ahead[0] ** 2 - ahead[1] ** 2)
    spokes = spokes @ _facing(ahead).T
    normals = spokes / np.linalg.norm(spokes, axis=1, keepdims=True)
    return (spokes + middle).astype(np.float32), normals.astype(np.float32)


def iris_rows(flat: Floats) -> NDArray[np.bool_]:
    """(B,) which vertices of an eyeball (B, 3), as it is painted, are iris and neither pupil nor its edge."""
    angle_deg = _painted_deg(flat)
    return (angle_deg > _IRIS_DEG - 5) & (angle_deg < _IRIS_DEG)


def _painted_deg(flat: Floats) -> NDArray[np.float64]:
    spokes = flat - (flat.min(axis=0) + flat.max(axis=0)) / 2
    angle_deg: NDArray[np.float64] = np.degrees(np.arctan2(np.linalg.norm(spokes[:, :2], axis=1), spokes[:, 2]))
    return angle_deg


def _facing(ahead: NDArray[np.float64]) -> NDArray[np.float64]:
    """(3, 3) the turn of the z axis to `ahead`, without roll."""
    aside = np.array([ahead[2], 0.0, -ahead[0]]) / np.hypot(ahead[0], ahead[2])
    return np.column_stack([aside, np.cross(ahead, aside), ahead])


def _turned(ball: Floats, left: float, up: float) -> Floats:
    spokes = ball - middle_of(ball)
    sine, cosine = np.sin(_GAZE_RAD), np.cos(_GAZE_RAD)
    if left:
        turn = np.array([[cosine, 0, left * sine], [0, 1, 0], [-left * sine, 0, cosine]])
    else:
        turn = np.array([[1, 0, 0], [0, cosine, up * sine], [0, -up * sine, cosine]])
    return np.asarray(spokes @ turn.T - spokes, dtype=np.float32)


def middle_of(ball: Floats) -> NDArray[np.float64]:
    """(3,) the middle of a ball that is open behind: a radius behind its foremost place."""
    low, high = ball.min(axis=0), ball.max(axis=0)
    middle = np.asarray((low + high) / 2, dtype=np.float64)
    middle[2] = high[2] - (high[0] - low[0]) / 2
    return middle


def _ball() -> tuple[NDArray[np.float64], Integers]:
    along, around = np.meshgrid(np.linspace(0, _REACH_RAD, _RINGS), np.linspace(0, 2 * np.pi, _SPOKES + 1))
    places = np.stack([np.sin(along) * np.cos(around), np.sin(along) * np.sin(around), np.cos(along)], axis=-1)
    corners = np.arange(places.shape[0] * places.shape[1]).reshape(places.shape[:2])
    first, second = corners[:-1, :-1].ravel(), corners[1:, :-1].ravel()
    one, other = (first, second, first + 1), (first + 1, second, second + 1)
    triangles = np.vstack([np.stack(each, axis=1) for each in (one, other)])
    return places.reshape(-1, 3), triangles.astype(np.int32)


EYEBALL, EYEBALL_TRIANGLES = _ball()
"""(B, 3) a ball of radius 1, and (T, 3) its triangles."""
