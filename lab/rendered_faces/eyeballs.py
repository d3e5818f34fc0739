"""Eyeballs, as they are seen from the front, and how they turn with the gaze."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from lab.rendered_faces.face_model import Floats, Integers

_RINGS, _SPOKES, _REACH_RAD = 22, 32, 0.6 * np.pi
_GAZE_RAD = 0.45
_GAZES: Mapping[str, tuple[float, float]] = {"Up": (0, 1), "Down": (0, -1), "Out": (1, 0), "In": (-1, 0)}
"""Outwards and upwards, with weight 1."""


def gaze_shapes(ball: Floats, side: str) -> dict[str, Floats]:
    """By name of the shape, (B, 3) how far the vertices of an eyeball (B, 3) move. `side`: `_L` or `_R`."""
    outward = 1 if side == "_L" else -1
    return {f"eyeLook{name}{side}": _turned(ball, out * outward, up) for name, (out, up) in _GAZES.items()}


def aimed(ball: Floats, place: Floats) -> Floats:
    """(B, 3) an eyeball (B, 3) that looks straight ahead, turned about its middle until it looks at `place` (3,)."""
    middle = _middle(ball)
    ahead = (place - middle) / np.linalg.norm(place - middle)
    aside = np.array([ahead[2], 0.0, -ahead[0]]) / np.hypot(ahead[0], ahead[2])
    turn = np.column_stack([aside, np.cross(ahead, aside), ahead])
    return np.asarray((ball - middle) @ turn.T + middle, dtype=np.float32)


def _turned(ball: Floats, left: float, up: float) -> Floats:
    spokes = ball - _middle(ball)
    sine, cosine = np.sin(_GAZE_RAD), np.cos(_GAZE_RAD)
    if left:
        turn = np.array([[cosine, 0, left * sine], [0, 1, 0], [-left * sine, 0, cosine]])
    else:
        turn = np.array([[1, 0, 0], [0, cosine, up * sine], [0, -up * sine, cosine]])
    return np.asarray(spokes @ turn.T - spokes, dtype=np.float32)


def _middle(ball: Floats) -> NDArray[np.float64]:
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
