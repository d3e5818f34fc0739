"""The reliability of each metric: one table, from which documents, the API's description and the evaluation follow.

The figures are those of `make evaluate ONLY=performances`, which says so if one of them does not hold any more: frames
of eight persons' performances, coded by eye, measured as films with the own neutral and the attention mesh. They say
nothing about stills, the light mesh, children, or persons unlike these eight. What is not measured is not known to be
right.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

SEVEN: tuple[str, ...] = ("anger", "contempt", "disgust", "fear", "joy", "sadness", "surprise")
DATA = "frames of eight performances, coded by eye"
_MANY_FRAMES, _MANY_PERSONS = 8, 3
_FEWEST_FRAMES = 3


class Grade(StrEnum):
    """The trust that a metric deserves."""

    USABLE = "usable"
    WITH_CARE = "with care"
    NOT_USABLE = "not usable"
    NOT_MEASURED = "not measured"


@dataclass(frozen=True, slots=True)
class Reliability:
    """The measured reliability of one metric: how many frames and persons show it, the area under the ROC curve, the
    shares (0..1) of frames that show it and of those that do not which score above 50. Nothing of it if `grade` is
    `NOT_MEASURED`."""

    grade: Grade
    frames: int = 0
    persons: int = 0
    auc: float | None = None
    hits: float | None = None
    false_alarms: float | None = None

    @property
    def sentence(self) -> str:
        """Such as "usable: AUC 0.99, 92 % hits and 3 % false alarms at 50 (13 frames of 4 persons)"."""
        if self.auc is None or self.hits is None or self.false_alarms is None:
            return f"{self.grade}: too few faces that show it"
        return (
            f"{self.grade}: AUC {self.auc:.2f}, {100 * self.hits:.0f} % hits and {100 * self.false_alarms:.0f} % false "
            f"alarms at 50 ({self.frames} frames of {self.persons} persons)"
        )


def grade_of(frames: int, persons: int, auc: float, hits: float, false_alarms: float) -> Grade:
    """The one rule: *usable* from AUC 0.9, 60 % hits and at most 5 % false alarms at 50, if at least 8 frames of 3
    persons show it; *with care* from AUC 0.8; *not measured* below 3 frames."""
    if frames < _FEWEST_FRAMES:
        return Grade.NOT_MEASURED
    if auc < 0.8:
        return Grade.NOT_USABLE
    is_broad = frames >= _MANY_FRAMES and persons >= _MANY_PERSONS
    return Grade.USABLE if is_broad and auc >= 0.9 and hits >= 0.6 and false_alarms <= 0.05 else Grade.WITH_CARE


_UNKNOWN = Reliability(Grade.NOT_MEASURED)

RELIABILITY: Mapping[str, Reliability] = {
    "brow furrow": Reliability(Grade.WITH_CARE, 5, 2, 0.964, 0.40, 0.00),
    "brow raise": Reliability(Grade.WITH_CARE, 9, 2, 0.997, 0.78, 0.00),
    "cheek raise": Reliability(Grade.WITH_CARE, 3, 2, 0.967, 0.33, 0.00),
    "chin raise": Reliability(Grade.WITH_CARE, 4, 3, 0.955, 0.25, 0.01),
    "dimpler": _UNKNOWN,
    "eye closure": Reliability(Grade.USABLE, 10, 5, 1.000, 1.00, 0.00),
    "eye widen": Reliability(Grade.USABLE, 11, 3, 1.000, 1.00, 0.00),
    "inner brow raise": Reliability(Grade.USABLE, 11, 4, 0.989, 0.91, 0.01),
    "jaw drop": Reliability(Grade.USABLE, 17, 5, 1.000, 1.00, 0.00),
    "lid tighten": Reliability(Grade.WITH_CARE, 3, 1, 0.988, 0.00, 0.01),
    "lip corner depressor": Reliability(Grade.WITH_CARE, 3, 2, 0.996, 0.67, 0.00),
    "lip press": _UNKNOWN,
    "lip pucker": Reliability(Grade.WITH_CARE, 4, 4, 1.000, 1.00, 0.01),
    "lip stretch": _UNKNOWN,
    "lip suck": _UNKNOWN,
    "mouth open": Reliability(Grade.USABLE, 60, 8, 1.000, 0.85, 0.00),
    "nose wrinkle": _UNKNOWN,
    "smile": Reliability(Grade.USABLE, 13, 4, 1.000, 1.00, 0.05),
    "smirk": _UNKNOWN,
    "upper lip raise": _UNKNOWN,
    "anger": _UNKNOWN,
    "contempt": _UNKNOWN,
    "disgust": _UNKNOWN,
    "fear": _UNKNOWN,
    "joy": Reliability(Grade.USABLE, 11, 3, 0.972, 0.82, 0.00),
    "sadness": _UNKNOWN,
    "surprise": _UNKNOWN,
}
"""By metric: every expression but attention, which is the head's angle, and the seven emotions. Valence and engagement
are sums of expressions; no one has coded them."""
