"""The direction of a head, and the size and brightness of its face.

Signs, as a viewer of the picture sees them: pitch > 0 nose up; yaw > 0 face turned towards the picture's right;
roll > 0 head tilted clockwise (its top towards the picture's right). All are 0 for a face that looks into the camera.
Mirroring a picture changes the sign of yaw and roll and keeps pitch; turning it in its plane changes roll alone.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.mesh import LEFT_EYE_OUTER_CORNER, RIGHT_EYE_OUTER_CORNER, FaceMesh
from chalicelib.analysis.faces.rigid_face import RigidFit

# The outline of the face, from the top of the forehead clockwise.
_FACE_OVAL = np.array(
    (
        *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
        *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
    )
)
_FAR_PX = 30_000.0  # OpenCV draws with 16 bits before the point


@dataclass(frozen=True, slots=True)
class HeadPose:
    """Angles in degrees, with the signs of the module."""

    pitch_deg: float
    yaw_deg: float
    roll_deg: float


def head_pose(fit: RigidFit) -> HeadPose:
    """The angles of rotation = Rz(roll) Ry(-yaw) Rx(-pitch), x right, y down, z away from the camera."""
    (across_x, _, _), (across_y, _, _), (across_z, down_z, away_z) = fit.rotation.tolist()
    pitch = -math.atan2(down_z, away_z)
    yaw = math.asin(min(max(across_z, -1.0), 1.0))
    roll = math.atan2(across_y, across_x)
    return HeadPose(math.degrees(pitch), math.degrees(yaw), math.degrees(roll))


def interocular_distance_px(points: NDArray[np.floating]) -> float:
    """The distance in the picture between the outer eye corners of a mesh (N, 3), in pixels."""
    return math.dist(points[LEFT_EYE_OUTER_CORNER, :2].tolist(), points[RIGHT_EYE_OUTER_CORNER, :2].tolist())


def mean_face_luminances(meshes: Sequence[FaceMesh], pictures: Sequence[tuple[int, int]]) -> list[float]:
    """The mean luma (Rec. 601, 0..255) inside the outline of each of N faces, or 0 if all of it is outside the picture,
    of which `pictures` has the height and width in pixels. Taken from what the mesh network saw, which a face fills
    whatever its size."""
    if not meshes:
        return []
    outlines = np.stack([mesh.points[_FACE_OVAL, :2] for mesh in meshes])
    to_samples = np.stack([mesh.to_sample for mesh in meshes])
    inside = _whole_pixels(outlines @ to_samples[:, :, :2].swapaxes(1, 2) + to_samples[:, None, :, 2])
    ends = np.array(pictures)[:, None, ::-1]
    are_beyond = np.asarray(((outlines < 0) | (outlines > ends)).any(axis=(1, 2)))
    return [
        _mean_inside(mesh, outline, picture if is_beyond else None)
        for mesh, outline, picture, is_beyond in zip(meshes, inside, pictures, are_beyond, strict=True)
    ]


def _mean_inside(mesh: FaceMesh, outline: NDArray[np.int32], picture: tuple[int, int] | None) -> float:
    """The mean luma of the sample inside the outline (36, 2), and inside the picture if that is given."""
    grey = mesh.grey
    mask = np.zeros(grey.shape, dtype=np.uint8)
    cv2.fillPoly(mask, [outline], 255)
    if picture is not None:
        height, width = picture
        corners = np.array([[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]], dtype=np.float64)
        shown = np.zeros_like(mask)
        cv2.fillConvexPoly(shown, _whole_pixels(mesh.in_sample(corners)), 255)
        mask &= shown
    # OpenCV's own mean under a mask takes five times as long.
    pixels = cv2.countNonZero(mask)
    return float(cv2.sumElems(cv2.bitwise_and(grey, mask))[0] * (1.0 / pixels)) if pixels else 0.0


def _whole_pixels(places: NDArray[np.float64]) -> NDArray[np.int32]:
    return np.rint(np.minimum(np.maximum(places, -_FAR_PX), _FAR_PX)).astype(np.int32)
