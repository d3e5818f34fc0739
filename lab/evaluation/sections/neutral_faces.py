"""False alarms: what neutral faces score."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.domain.measurements.metrics import FrameMetrics, raw_name
from lab.evaluation.workbench import MEASURED_EXPRESSIONS, Workbench
from lab.reports.report import Bar, Cell, Figure, Section, Table, slug, tenths

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
    clip = bench.measured(CLIP)[: FRAMES.stop]
    names = PORTRAITS[: bench.effort.portraits]
    persons = _scores(bench.measured(f"portraits/{name}.jpg")[0] for name in names)
    return _section(_scores(clip), _scores(clip, raw=True), persons)


def _scores(frames: Iterable[FrameMetrics], *, raw: bool = False) -> NDArray[np.float64]:
    """(faces, expressions): of the first face of each frame that has one; `raw`: not corrected by the own neutral."""
    names = [raw_name(name) if raw else name for name in MEASURED_EXPRESSIONS]
    rows = [[frame.faces[0].values[name] for name in names] for frame in frames if frame.faces]
    return np.array(rows).reshape(-1, len(names))


def _section(stretch: NDArray[np.float64], raw: NDArray[np.float64], persons: NDArray[np.float64]) -> Section:
    kinds = (
        Kind("stretch", "clip", stretch, "aim"),
        Kind("raw", "clip, not corrected", raw, "own"),
        Kind("persons", "portraits", persons, "own"),
    )
    figures = {figure.name: figure for figure in _figures(kinds)}
    told = [
        f"{kind.where}: {figures[kind.key + '_alarms'].value:g} % of all scores above {_ALARM:g}, "
        f"{figures[kind.key + '_loud_alarms'].value:g} % above {_LOUD_ALARM:g}"
        for kind in kinds
    ]
    reading = f"{'; '.join(told)}. Highest median in the clip: {figures['stretch_highest_median'].value:g}."
    how = (
        f"Frames {FRAMES.start} to {FRAMES.stop - 1} of `{CLIP}` ({len(stretch)} frames, one man, nearly still), with "
        f"and without the correction by the person's own neutral, and {len(persons)} portraits with faces at rest: "
        f"{', '.join(PORTRAITS)}. A neutral face should score 0. The portraits are one picture per person, so that the "
        "person's own neutral is not known, and the clip is too short to learn much of it."
    )
    title = "False alarms on neutral faces"
    return Section(NAME, title, how, reading, tuple(figures.values()), (_table(kinds),))


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of scores (faces, expressions): its key in figures, its name, and who sets the bar of its medians."""

    key: str
    where: str
    scores: NDArray[np.float64]
    bar_source: str


def _figures(kinds: Sequence[Kind]) -> Iterator[Figure]:
    for kind in kinds:
        highest = tenths(np.median(kind.scores, axis=0).max())
        yield Figure(f"{kind.key}_highest_median", f"highest median of an expression, {kind.where}", highest, "points")
        for name, limit in (("alarms", _ALARM), ("loud_alarms", _LOUD_ALARM)):
            share = _percent(kind.scores > limit)
            yield Figure(f"{kind.key}_{name}", f"share of scores above {limit:g}, {kind.where}", share, "%")
        for name, column in zip(MEASURED_EXPRESSIONS, kind.scores.T, strict=True):
            bar = Bar(at_most=_ALARM, source=kind.bar_source)
            text = f"{name}: median, {kind.where}"
            yield Figure(f"{kind.key}_{slug(name)}", text, tenths(np.median(column)), "points", bar, name)


def _table(kinds: Sequence[Kind]) -> Table:
    header = ["expression"]
    rows: list[list[Cell]] = [[name] for name in MEASURED_EXPRESSIONS]
    for kind in kinds:
        header += [f"{kind.where}: median", f"> {_ALARM:g} (%)", f"> {_LOUD_ALARM:g} (%)"]
        for row, column in zip(rows, kind.scores.T, strict=True):
            row += [tenths(np.median(column)), _percent(column > _ALARM), _percent(column > _LOUD_ALARM)]
    return Table("", tuple(header), tuple(tuple(row) for row in rows))


def _percent(found: NDArray[np.bool_]) -> float:
    return round(100 * float(found.mean()), 1) if found.size else 0.0
