"""The direction of the eyes and their opening, from the mesh of a face.

Gaze has the signs of `head_pose`: yaw > 0 towards the picture's right, pitch > 0 up. Relative to the camera both are 0
for eyes that look into it, wherever in the picture they are; relative to the head, for eyes that look straight ahead.
Both eyes together: as one, midway between them.

An eyeball is held by its lids: how far its iris lies from the middle of the eye's corners, in the frontal frame of
`rigid_face`, says how far it is turned. To the side the iris moves within its lids; up and down the lids move with it
(J. Fuchs 1904), and say more than the iris, of which they hide the most. How many degrees each moves by was fitted on
made eyes of one head, of which it is known (`python -m lab.gaze.fit`), and where it is 0 on half of the portraits of
the shared media, of persons who look into the camera; the evaluation tries them on another head and the other half.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.head_pose import HeadPose
from chalicelib.analysis.faces.mesh import FaceMesh
from chalicelib.domain.measurements.gaze import (
    MAX_IN_HEAD_DEG,
    MIN_GAZE_INTEROCULAR_PX,
    MIN_OPENNESS,
    NOT_OF_EYES,
    OPENNESS_KNOWN,
    GazeReason,
    GazeReasons,
    share_of_right_eye,
)
from chalicelib.domain.measurements.metrics import EYE_NAMES, GAZE_NAMES, FaceMetrics
from chalicelib.domain.measurements.validity import Reasons

Floats = NDArray[np.float64]

# The person's right eye, then the left: outer and inner corner, upper and lower lid from the outer corner on, iris.
_CORNERS = np.array([[33, 133], [263, 362]])
_UPPER = np.array([[246, 161, 160, 159, 158, 157, 173], [466, 388, 387, 386, 385, 384, 398]])
_LOWER = np.array([[7, 163, 144, 145, 153, 154, 155], [249, 390, 373, 374, 380, 381, 382]])
_IRIS = np.array([[468, 469, 470, 471, 472], [473, 474, 475, 476, 477]])
_LIGHT_POINTS = 468
_INNER_PAIRS = slice(1, 6)

YAW_OF = (533.9, -299.0)
"""Degrees per eye distance that the iris, and the middle of the lids, lie to the right of the corners' middle."""
PITCH_OF = (-305.8, -449.8, -344.3)
"""Degrees per eye distance that the iris, the upper and the lower lid lie below the corners' middle."""
YAW_AT = -2.9
"""Degrees per sine of the head's yaw, that are added."""
PITCH_AT = (-16.4, -13.9)
"""Degrees, and degrees per sine of the head's pitch, that are added."""


@dataclass(frozen=True, slots=True)
class Angles:
    """A direction in degrees, with the signs of the module."""

    yaw_deg: float
    pitch_deg: float


@dataclass(frozen=True, slots=True)
class Eyes:
    """Of both eyes of a face. `openness` (2,): the height of the opening over its width in percent, of the right and
    the left eye; `in_head`: the gaze relative to the head, None if it cannot be read."""

    openness: tuple[float, float]
    in_head: Angles | None


def places_of_eyes(frontal: Floats) -> Floats:
    """(2, 5) of a mesh (478, 3) in the frontal frame: by how much the iris and the middle of the lids of each eye, the
    right first, lie to the right of the middle of its corners, and iris, upper and lower lid below it; in eye
    distances."""
    middles = frontal[_CORNERS].mean(axis=1)
    iris, upper, lower = (frontal[points].mean(axis=1) - middles for points in (_IRIS, _UPPER, _LOWER))
    across = ((upper + lower) / 2)[:, 0]
    return np.column_stack([iris[:, 0], across, iris[:, 1], upper[:, 1], lower[:, 1]])


def openness_of(frontal: Floats) -> Floats:
    """(2,) how far the eyes of a mesh (478 or 468, 3) in the frontal frame are open, the right first: the mean distance
    of the lids over the distance of the corners, in percent, as T. Soukupová and J. Čech (2016) measure it."""
    lids = frontal[_UPPER[:, _INNER_PAIRS]] - frontal[_LOWER[:, _INNER_PAIRS]]
    widths = np.linalg.norm(frontal[_CORNERS[:, 0]] - frontal[_CORNERS[:, 1]], axis=1)
    openness: Floats = 100.0 * np.linalg.norm(lids, axis=2).mean(axis=1) / np.maximum(widths, 1e-6)
    return openness


def weights_of_eyes(openness: Floats, pose: HeadPose) -> Floats:
    """(2,) how much each eye counts, the right first; 0 for a closed one."""
    right = share_of_right_eye(pose.yaw_deg)
    weights: Floats = np.array([right, 1.0 - right]) * (openness >= MIN_OPENNESS)
    return weights


def read_eyes(mesh: FaceMesh, pose: HeadPose) -> Eyes:
    """Reads the eyes of a face."""
    frontal = mesh.fit.frontal(mesh.points)
    openness = openness_of(frontal)
    right, left = openness.tolist()
    weights = weights_of_eyes(openness, pose)
    if len(frontal) <= _LIGHT_POINTS or not weights.any():
        return Eyes((right, left), None)
    iris_x, lids_x, *heights = (weights @ places_of_eyes(frontal) / weights.sum()).tolist()
    yaw = YAW_OF[0] * iris_x + YAW_OF[1] * lids_x + YAW_AT * math.sin(math.radians(pose.yaw_deg))
    pitch = math.fsum(factor * height for factor, height in zip(PITCH_OF, heights, strict=True))
    pitch += PITCH_AT[0] + PITCH_AT[1] * math.sin(math.radians(pose.pitch_deg))
    return Eyes((right, left), Angles(yaw, pitch))


def to_camera(in_head: Angles, rotation: Floats) -> Angles:
    """The same direction relative to the camera; `rotation` (3, 3) is that of the head's `RigidFit`."""
    yaw, pitch = math.radians(in_head.yaw_deg), math.radians(in_head.pitch_deg)
    ahead = (math.sin(yaw) * math.cos(pitch), -math.sin(pitch), -math.cos(yaw) * math.cos(pitch))
    x, y, z = (math.fsum(map(float.__mul__, row, ahead)) for row in rotation.tolist())
    return Angles(math.degrees(math.atan2(x, -z)), math.degrees(math.asin(min(max(-y, -1.0), 1.0))))


def gaze_reasons(eyes: Eyes, invalid: Reasons, interocular_px: float, *, has_irises: bool) -> GazeReasons:
    """Returns what speaks against the gaze of a face, beginning with what speaks against the face itself."""
    found = {GazeReason(reason) for reason in invalid if reason not in NOT_OF_EYES}
    if interocular_px < MIN_GAZE_INTEROCULAR_PX:
        found.add(GazeReason.SMALL)
    if max(eyes.openness) < MIN_OPENNESS:
        found.add(GazeReason.CLOSED)
    if not has_irises:
        found.add(GazeReason.NO_IRISES)
    elif eyes.in_head and max(abs(eyes.in_head.yaw_deg), abs(eyes.in_head.pitch_deg)) > MAX_IN_HEAD_DEG:
        found.add(GazeReason.BEYOND)
    return tuple(reason for reason in GazeReason if reason in found)


def eye_values(
    mesh: FaceMesh, pose: HeadPose, invalid: Reasons, interocular_px: float
) -> tuple[dict[str, float], GazeReasons]:
    """Returns every metric of `EYE_NAMES`, not a number if it is not read, and what speaks against the gaze. `invalid`:
    what speaks against the face."""
    eyes = read_eyes(mesh, pose)
    reasons = gaze_reasons(eyes, invalid, interocular_px, has_irises=len(mesh.points) > _LIGHT_POINTS)
    numbers = [math.nan] * len(EYE_NAMES)
    if not reasons and eyes.in_head is not None:
        camera = to_camera(eyes.in_head, mesh.fit.rotation)
        numbers[:4] = [camera.yaw_deg, camera.pitch_deg, eyes.in_head.yaw_deg, eyes.in_head.pitch_deg]
    if OPENNESS_KNOWN.issuperset(reasons):
        right, left = eyes.openness
        numbers[4:] = [left, right]
    return dict(zip(EYE_NAMES, numbers, strict=True)), reasons


def without_gaze(face: FaceMetrics) -> FaceMetrics:
    """Returns the face, whose eyes were read, as of the middle of a blink: without a gaze, which is not to be seen."""
    values = {**face.values, **dict.fromkeys(GAZE_NAMES, math.nan)}
    return replace(face, values=values, gaze_reasons=face.gaze_reasons or (GazeReason.CLOSED,))
