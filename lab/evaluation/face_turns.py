"""A mesh turned by its own depth, and seen by a camera again."""

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.mesh import LEFT_EYE_OUTER_CORNER, RIGHT_EYE_OUTER_CORNER

# A head turns about the neck's upper end, some 0.9 eye distances behind the surface of the face; the camera is where
# someone sits before a screen: 7 eye distances of 9 cm.
_AXIS_DEPTH = 0.9
_CAMERA_DISTANCE = 7.0


def turned(points: NDArray[np.float64], yaw_deg: float, pitch_deg: float) -> NDArray[np.float64]:
    """The mesh (N, 3) of a head turned by so many degrees, with the signs of `head_pose`, in the same pixels.

    The mesh's own depth is taken for true, even if it is not; points that the turn hides stay in the mesh.
    """
    size = eye_distance(points)
    middle = (points[RIGHT_EYE_OUTER_CORNER] + points[LEFT_EYE_OUTER_CORNER]) / 2
    axis = middle + np.array([0.0, 0.0, _AXIS_DEPTH * size])
    turned_points = (points - axis) @ _rotation(yaw_deg, pitch_deg).T + axis
    depth = (turned_points[:, 2] - axis[2]) / size
    nearness = _CAMERA_DISTANCE / (_CAMERA_DISTANCE + depth + _AXIS_DEPTH)
    before = _CAMERA_DISTANCE / (_CAMERA_DISTANCE + (points[:, 2] - axis[2]) / size + _AXIS_DEPTH)
    # The first picture was taken by a camera as well: only what changes between the two is added.
    scale = (nearness / before)[:, None]
    flat = axis[:2] + (turned_points[:, :2] - axis[:2]) * scale
    return np.column_stack([flat, turned_points[:, 2]])


def eye_distance(points: NDArray[np.float64]) -> float:
    """Between the outer eye corners, in space, in pixels."""
    return float(np.linalg.norm(points[LEFT_EYE_OUTER_CORNER] - points[RIGHT_EYE_OUTER_CORNER]))


def _rotation(yaw_deg: float, pitch_deg: float) -> NDArray[np.float64]:
    """Ry(-yaw) Rx(-pitch), as `head_pose` reads it."""
    yaw, pitch = np.radians([-yaw_deg, -pitch_deg])
    about_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    rotation: NDArray[np.float64] = about_y @ about_x
    return rotation
