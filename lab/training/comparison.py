"""A network and the direct feed held against the teacher's own answers to the same pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

_MOVED_RANGE = 0.1


@dataclass(frozen=True, slots=True)
class Comparison:
    """Over `frames` measurements, by blendshape and in the mean: `student` and `direct` are correlations with the
    teacher's own answers, `student_error` and `direct_error` mean absolute errors (0..1)."""

    frames: int
    mean: Mapping[str, float]
    blendshapes: Mapping[str, Mapping[str, float]]


def compared(names: Sequence[str], student: Array, direct: Array, own: Array) -> Comparison:
    """Of scores (N, len(names)), over the blendshapes whose own answers range over at least 0.1, from the 2nd to the
    98th percentile."""
    low, high = np.percentile(own, [2, 98], axis=0)
    moved = [place for place in range(len(names)) if high[place] - low[place] >= _MOVED_RANGE]
    rows = {
        names[place]: {
            "student": _correlation(student[:, place], own[:, place]),
            "direct": _correlation(direct[:, place], own[:, place]),
            "student_error": round(float(np.abs(student - own)[:, place].mean()), 4),
            "direct_error": round(float(np.abs(direct - own)[:, place].mean()), 4),
        }
        for place in moved
    }
    means = {key: round(float(np.mean([row[key] for row in rows.values()])), 4) for key in next(iter(rows.values()))}
    return Comparison(len(own), means, rows)


def _correlation(one: Array, other: Array) -> float:
    """Pearson's, (N,) each, to four places; 0 if one of them never moves."""
    return round(float(np.corrcoef(one, other)[0, 1]), 4) if one.std() > 0 and other.std() > 0 else 0.0
