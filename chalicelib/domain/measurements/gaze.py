"""The limits within which gaze is read, the reasons why it is not, and how much each eye counts.

Of a face whose gaze is not read there is no number, rather than a wrong one. How far the eyes are open is read unless
the reason concerns the picture or the head. The limits were measured on made eyes (`make evaluate ONLY=gaze`).
"""

from enum import StrEnum

from chalicelib.domain.measurements.validity import InvalidReason

MIN_GAZE_INTEROCULAR_PX = 30.0
"""The least distance of the outer eye corners in the picture."""

MIN_OPENNESS = 12.0
"""Below this, in percent of the eye's width, an eye is closed, or looks so far down that its iris is hidden."""

MAX_IN_HEAD_DEG = 45.0
"""No eye turns further in its head; a reading beyond is that of an iris that was not found."""

TOWARDS_CAMERA_DEG = 12.0
"""A gaze within so many degrees of the camera counts as towards it."""

_ALL_WEIGHT_DEG = 60.0
_LEAST_WEIGHT = 0.1


class GazeReason(StrEnum):
    """The reasons why there is no gaze, as result files name them. Append new ones."""

    TURNED = InvalidReason.TURNED
    DARK = InvalidReason.DARK
    SMALL = InvalidReason.SMALL
    BLURRED = InvalidReason.BLURRED
    CUT = InvalidReason.CUT
    UNSURE = InvalidReason.UNSURE
    EYES_COVERED = InvalidReason.EYES_COVERED
    SMEARED = InvalidReason.SMEARED
    CLOSED = "eyes closed"
    NO_IRISES = "mesh without irises"
    BEYOND = "irises not found"


GazeReasons = tuple[GazeReason, ...]
"""What speaks against the gaze, in the order of `GazeReason`; nothing if it is read."""

NOT_OF_EYES = frozenset({InvalidReason.MOUTH_COVERED, InvalidReason.BROWS_COVERED})
"""What makes the numbers of a face not valid, but not those of its eyes."""

OPENNESS_KNOWN = frozenset({GazeReason.CLOSED, GazeReason.NO_IRISES, GazeReason.BEYOND})
"""Reasons that leave it known how far the eyes are open."""


def gaze_reasons_text(reasons: GazeReasons) -> str:
    """The reasons in one cell of a table: `too small; eyes closed`."""
    return "; ".join(reasons)


def share_of_right_eye(yaw_deg: float) -> float:
    """Returns how much the right eye counts, 0..1; the left one counts the rest. The eye that is turned away counts
    less: a face that is turned to the picture's right shows its right side."""
    return min(max(0.5 + yaw_deg / _ALL_WEIGHT_DEG, _LEAST_WEIGHT), 1.0 - _LEAST_WEIGHT)
