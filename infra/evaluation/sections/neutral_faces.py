"""False alarms: what neutral faces score."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from chalicelib.domain.metrics import FrameMetrics
from infra.evaluation.report import Bar, Figure, Section, Table
from infra.evaluation.sections.pose_stability import MEASURED_EXPRESSIONS
from infra.evaluation.workbench import Workbench

NAME = "neutral_faces"
CLIP = "videos/single_face.mp4"
FRAMES = range(17)
"""The man looks into the camera with his mouth closed and at rest; from frame 18 on he begins to smile."""

# Chosen by eye among the faces that the teacher finds least moved: mouth and brows at rest, eyes open. All are men:
# hardly any woman of the collection does without a smile.
PORTRAITS = (
    *("B001066", "R000515", "G000570", "H000338", "D000388"),
    *("P000603", "E000288", "H001046", "F000339", "D000136"),
)
_ALARM, _LOUD_ALARM = 15.0, 30.0


def evaluate(bench: Workbench) -> Section:
    """The neutral stretch of a clip, and portraits of persons with a neutral face."""
    stretch = _scores(bench.measured(CLIP)[: FRAMES.stop])
    names = PORTRAITS[: bench.effort.portraits]
    persons = _scores(bench.measured(f"portraits/{name}.jpg")[0] for name in names)
    return _section(stretch, persons)


def _scores(frames: Iterable[FrameMetrics]) -> NDArray[np.float64]:
    """(faces, expressions): of the first face of each frame that has one."""
    rows = [[frame.faces[0].values[name] for name in MEASURED_EXPRESSIONS] for frame in frames if frame.faces]
    return np.array(rows).reshape(-1, len(MEASURED_EXPRESSIONS))


def _section(stretch: NDArray[np.float64], persons: NDArray[np.float64]) -> Section:
    medians = np.median(stretch, axis=0)
    alarms = (stretch > _ALARM).mean(axis=0)
    figures = [
        Figure("stretch_highest_median", "highest median of an expression", _one(medians.max()), "points"),
        Figure("stretch_alarms", f"share of scores above {_ALARM:g}, clip", _percent(stretch > _ALARM), "%"),
        Figure(
            "stretch_loud_alarms", f"share of scores above {_LOUD_ALARM:g}, clip", _percent(stretch > _LOUD_ALARM), "%"
        ),
        Figure("person_alarms", f"share of scores above {_ALARM:g}, portraits", _percent(persons > _ALARM), "%"),
        Figure(
            "person_loud_alarms",
            f"share of scores above {_LOUD_ALARM:g}, portraits",
            _percent(persons > _LOUD_ALARM),
            "%",
        ),
    ]
    below = Bar(at_most=_ALARM)
    own = Bar(at_most=_ALARM, source="own")
    for place, name in enumerate(MEASURED_EXPRESSIONS):
        slug = name.replace(" ", "_")
        figures.append(Figure(f"stretch_{slug}", f"{name}: median, clip", _one(medians[place]), "points", below, name))
        median = _one(np.median(persons[:, place])) if len(persons) else None
        figures.append(Figure(f"persons_{slug}", f"{name}: median, portraits", median, "points", own, name))
    rows = tuple(
        (
            name,
            _one(medians[place]),
            _percent(stretch[:, place] > _ALARM),
            _percent(stretch[:, place] > _LOUD_ALARM),
            _one(np.median(persons[:, place])) if len(persons) else None,
            _percent(persons[:, place] > _ALARM),
            _percent(persons[:, place] > _LOUD_ALARM),
        )
        for place, name in enumerate(MEASURED_EXPRESSIONS)
    )
    header = ("expression", "clip median", "> 15 (%)", "> 30 (%)", "portraits median", "> 15 (%)", "> 30 (%)")
    loud = [name for place, name in enumerate(MEASURED_EXPRESSIONS) if alarms[place] > 0]
    return Section(
        NAME,
        "False alarms on neutral faces",
        f"Frames {FRAMES.start} to {FRAMES.stop - 1} of `{CLIP}` ({len(stretch)} frames, one man, nearly still) and "
        f"{len(persons)} portraits with faces at rest: {', '.join(PORTRAITS)}. A neutral face should score 0; the "
        "portraits are one picture per person, so that the person's own neutral is not known.",
        f"In the clip {figures[1].value:g} % of all scores are above 15 and {figures[2].value:g} % above 30, on the "
        f"portraits {figures[3].value:g} % and {figures[4].value:g} %. "
        + (
            f"Above 15 in some frame of the clip: {', '.join(loud)}."
            if loud
            else "No expression is above 15 in any frame."
        ),
        tuple(figures),
        (Table("", header, rows),),
    )


def _one(value: float) -> float:
    return round(float(value), 1)


def _percent(found: NDArray[np.bool_]) -> float:
    return round(100 * float(found.mean()), 1) if found.size else 0.0
