"""False alarms: what neutral faces score."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from chalicelib.domain.metrics import FrameMetrics
from infra.evaluation.report import Bar, Cell, Figure, Section, Table, slug, tenths
from infra.evaluation.workbench import MEASURED_EXPRESSIONS, Workbench

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
    figures = (*_overall(stretch, persons), *_by_expression(stretch, persons))
    alarming = [name for place, name in enumerate(MEASURED_EXPRESSIONS) if (stretch[:, place] > _ALARM).any()]
    told = f"Above {_ALARM:g} in some frame of the clip: {', '.join(alarming)}." if alarming else "None in the clip."
    reading = (
        f"In the clip {figures[1].value:g} % of all scores are above {_ALARM:g} and {figures[2].value:g} % above "
        f"{_LOUD_ALARM:g}, on the portraits {figures[3].value:g} % and {figures[4].value:g} %. {told}"
    )
    how = (
        f"Frames {FRAMES.start} to {FRAMES.stop - 1} of `{CLIP}` ({len(stretch)} frames, one man, nearly still) and "
        f"{len(persons)} portraits with faces at rest: {', '.join(PORTRAITS)}. A neutral face should score 0; the "
        "portraits are one picture per person, so that the person's own neutral is not known."
    )
    return Section(NAME, "False alarms on neutral faces", how, reading, figures, (_table(stretch, persons),))


def _overall(stretch: NDArray[np.float64], persons: NDArray[np.float64]) -> list[Figure]:
    highest = tenths(np.median(stretch, axis=0).max())
    return [
        Figure("stretch_highest_median", "highest median of an expression, clip", highest, "points"),
        *(
            Figure(f"{key}_{kind}", f"share of scores above {limit:g}, {where}", _percent(scores > limit), "%")
            for key, where, scores in (("stretch", "clip", stretch), ("person", "portraits", persons))
            for kind, limit in (("alarms", _ALARM), ("loud_alarms", _LOUD_ALARM))
        ),
    ]


def _by_expression(stretch: NDArray[np.float64], persons: NDArray[np.float64]) -> list[Figure]:
    kinds = (("stretch", "clip", stretch, "aim"), ("persons", "portraits", persons, "own"))
    return [
        Figure(
            f"{key}_{slug(name)}",
            f"{name}: median, {where}",
            tenths(np.median(scores[:, place])),
            "points",
            Bar(at_most=_ALARM, source=source),
            name,
        )
        for place, name in enumerate(MEASURED_EXPRESSIONS)
        for key, where, scores, source in kinds
    ]


def _table(stretch: NDArray[np.float64], persons: NDArray[np.float64]) -> Table:
    header = ["expression"]
    rows: list[list[Cell]] = [[name] for name in MEASURED_EXPRESSIONS]
    for where, scores in (("clip", stretch), ("portraits", persons)):
        header += [f"{where}, median", f"> {_ALARM:g} (%)", f"> {_LOUD_ALARM:g} (%)"]
        for row, column in zip(rows, scores.T, strict=True):
            row += [tenths(np.median(column)), _percent(column > _ALARM), _percent(column > _LOUD_ALARM)]
    return Table("", tuple(header), tuple(tuple(row) for row in rows))


def _percent(found: NDArray[np.bool_]) -> float:
    return round(100 * float(found.mean()), 1) if found.size else 0.0
