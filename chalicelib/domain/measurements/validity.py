"""The validity of the numbers of a face in a frame, and the reasons.

The one table of limits. Turn and luminance are those within which the original service was reliable. The others were
measured on 40 portraits (interocular distance 60 to 76 pixels) made smaller, blurred and cut, by how far the 21 scores
moved from those of the untouched picture (`docs/results.md` has the figures).
"""

from enum import StrEnum

MAX_TURN_DEG = 25.0
"""The most by which a head may be turned sideways (yaw) or up or down (pitch). Roll does not matter."""

MIN_LUMINANCE = 30.0
"""The least mean luma of the face, 0..255."""

MIN_INTEROCULAR_PX = 20.0
"""The least distance of the outer eye corners in the picture. At 20 pixels scores are 4 points off on average, at 14
pixels 7, and some expressions by 35."""

MIN_SHARPNESS = 0.05
"""The least sharpness, as `analysis.validity.sharpness` defines it. The portraits have 0.15 to 0.35, with the eyes 20
pixels apart 0.05 to 0.11; a blur of 0.04 eye distances (standard deviation) or a movement by 0.2 leaves 0.04, and then
scores are 5 and 9 points off on average."""

MAX_OUTSIDE_SHARE = 0.03
"""The largest share of the mesh's points that may lie outside the picture: about a tenth of the face's height or
width. Scores are 2 points off there on average, and 3 to 4 if a fifth is cut off."""

MIN_CONFIDENCE = 50.0
"""The least confidence, 0..100, that a face is there and the mesh laid on it as it should be."""


MIN_COVERED = 0.75
"""How likely, 0..1, a part of the face must be covered to count as covered. At 0.6 a mouth
that nothing hides did in 11 of 2,384 frames of performances, at 0.75 in 4."""


class InvalidReason(StrEnum):
    """The reasons why a measurement is not valid, as result files name them. Append new ones."""

    TURNED = "turned away"
    DARK = "too dark"
    SMALL = "too small"
    BLURRED = "blurred"
    CUT = "cut by the frame"
    UNSURE = "perhaps no face"
    EYES_COVERED = "eyes covered"
    MOUTH_COVERED = "mouth covered"
    SMEARED = "damaged picture"
    BROWS_COVERED = "brows covered"


Reasons = tuple[InvalidReason, ...]
"""What speaks against a measurement, in the order of `InvalidReason`; nothing for a valid one."""


def reasons_text(reasons: Reasons) -> str:
    """The reasons in one cell of a table: `turned away; blurred`."""
    return "; ".join(reasons)
