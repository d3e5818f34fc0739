"""The reasons against the numbers of one face in one frame; the limits are those of `domain.validity`."""

import cv2
import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.boxes import is_cut
from chalicelib.analysis.faces.head_pose import HeadPose
from chalicelib.analysis.faces.mesh import FaceMesh
from chalicelib.analysis.faces.proof.face_checks import FaceCheck
from chalicelib.domain.measurements.validity import (
    MAX_OUTSIDE_SHARE,
    MAX_TURN_DEG,
    MIN_CONFIDENCE,
    MIN_COVERED,
    MIN_INTEROCULAR_PX,
    MIN_LUMINANCE,
    MIN_SHARPNESS,
    InvalidReason,
    Reasons,
)

_MIDDLE = slice(32, 160)  # of the 192 pixels of a sample: the face without what is round it
_GREEN = 1
_MIN_CONTRAST = 1.0
_SECOND_DERIVATIVE = np.array([[1.0, -2.0, 1.0]])


def confidence(mesh: FaceMesh, check: FaceCheck) -> float:
    """Returns how likely this is a face with the mesh laid on as it should be, 0..100: what the mesh network and the
    second look say, multiplied."""
    return min(max(100.0 * mesh.flag * check.right, 0.0), 100.0)


def invalid_reasons(
    mesh: FaceMesh,
    pose: HeadPose,
    check: FaceCheck,
    *,
    luminance: float,
    interocular_px: float,
    picture: tuple[int, int],
    is_smeared: bool = False,
) -> Reasons:
    """Returns the reasons against a face; `picture` is the frame's height and width in pixels; `is_smeared` as in
    `Frame`."""
    found = {
        InvalidReason.TURNED: max(abs(pose.yaw_deg), abs(pose.pitch_deg)) > MAX_TURN_DEG,
        InvalidReason.DARK: luminance < MIN_LUMINANCE,
        InvalidReason.SMALL: interocular_px < MIN_INTEROCULAR_PX,
        InvalidReason.BLURRED: sharpness(mesh.sample) < MIN_SHARPNESS,
        InvalidReason.CUT: is_cut(mesh.box, picture) and outside_share(mesh.points, picture) > MAX_OUTSIDE_SHARE,
        InvalidReason.UNSURE: confidence(mesh, check) < MIN_CONFIDENCE,
        InvalidReason.EYES_COVERED: check.eyes > MIN_COVERED,
        InvalidReason.MOUTH_COVERED: check.mouth > MIN_COVERED,
        InvalidReason.SMEARED: is_smeared,
        InvalidReason.BROWS_COVERED: check.brows > MIN_COVERED,
    }
    return tuple(reason for reason in InvalidReason if found[reason])


def outside_share(points: NDArray[np.float64], picture: tuple[int, int]) -> float:
    """The share, 0..1, of a mesh's points (N, 3) that lie outside a picture of `picture` (height, width) pixels."""
    height, width = picture
    x, y = points[:, 0], points[:, 1]
    return float(((x < 0) | (y < 0) | (x > width) | (y > height)).mean())


def sharpness(sample: NDArray[np.uint8]) -> float:
    """Returns the sharpness of a face: its fine detail relative to its contrast, whatever its size in the picture:
    about 0.3 for a sharp one.

    The standard deviation of the second derivative over that of the grey values, of the middle of `sample` (192, 192,
    3) uint8 BGR, along rows or columns, whichever is less: a face that moved is blurred one way only. A relative of the
    variance of the Laplacian (J. L. Pech-Pacheco et al., Diatom autofocusing in brightfield microscopy, 2000).
    """
    grey = np.ascontiguousarray(sample[_MIDDLE, _MIDDLE, _GREEN])
    contrast = max(_deviation(grey), _MIN_CONTRAST)
    # What cv2.Sobel returns as well, in twice the time.
    across = _deviation(cv2.filter2D(grey, cv2.CV_16S, _SECOND_DERIVATIVE))
    down = _deviation(cv2.filter2D(grey, cv2.CV_16S, _SECOND_DERIVATIVE.T))
    return min(across, down) / contrast


def _deviation(image: cv2.typing.MatLike) -> float:
    return float(cv2.meanStdDev(image)[1][0, 0])
