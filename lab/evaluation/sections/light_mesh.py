"""Measures what the light mesh of `sdk-metrics` costs: its scores against those of the attention mesh on the same
faces."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.mesh import FaceMesh
from chalicelib.domain.requests.recipes import Mesh
from lab.evaluation.sections.pose_stability import ENOUGH_FACES, SHOWN
from lab.evaluation.workbench import MEASURED_EXPRESSIONS, Workbench
from lab.reports.report import Bar, Cell, Figure, Section, Table, slug, tenths

NAME = "light_mesh"

_LEAST_CORRELATION = 0.7
_LEAST_SPREAD = 1e-9


def evaluate(bench: Workbench) -> Section:
    """Over the frontal faces of the media, each measured with both meshes."""
    attention, light = (
        _scores(bench, [bench.remeasured(face.image, face.points, mesh) for face in bench.faces()])
        for mesh in (Mesh.ATTENTION, Mesh.LIGHT)
    )
    return _section(attention, light)


def _scores(bench: Workbench, meshes: Sequence[FaceMesh]) -> NDArray[np.float64]:
    """(faces, expressions)."""
    rows = [bench.score(mesh) for mesh in meshes]
    return np.array([[row[name] for name in MEASURED_EXPRESSIONS] for row in rows])


def _section(attention: NDArray[np.float64], light: NDArray[np.float64]) -> Section:
    difference = np.abs(light - attention).mean(axis=0)
    showing = (attention >= SHOWN).sum(axis=0)
    alike = [_correlation(*pair) for pair in zip(light.T, attention.T, showing, strict=True)]
    overall = Figure("difference", "mean difference of a score, all expressions", tenths(difference.mean()), "points")
    bar = Bar(at_least=_LEAST_CORRELATION, source="own")
    by_expression = [
        Figure(f"correlation_{slug(name)}", f"{name}: correlation, light mesh", value, "", bar, f"{name} (sdk-metrics)")
        for name, value in zip(MEASURED_EXPRESSIONS, alike, strict=True)
        if value is not None
    ]
    rows: list[tuple[Cell, ...]] = [
        (name, int(shown), value, tenths(apart), tenths(high), tenths(low))
        for name, shown, value, apart, high, low in zip(
            MEASURED_EXPRESSIONS, showing, alike, difference, attention.mean(axis=0), light.mean(axis=0), strict=True
        )
    ]
    header = ("expression", "faces that show it", "correlation", "mean difference", "mean, attention", "mean, light")
    low = [figure.subject for figure in by_expression if figure.fails]
    reading = f"With the light mesh a score differs by {overall.value:g} points in the mean. " + (
        f"Hardly the same measure: {', '.join(low)}." if low else "All that can be compared go together."
    )
    how = (
        f"{len(attention)} frontal faces, measured with the attention mesh (`multiface`) and with the light one "
        "(`sdk-metrics`). Given are Pearson's correlation over the faces, where at least "
        f"{ENOUGH_FACES} show the expression ({SHOWN:g} points or more), and how far the scores lie apart."
    )
    title = "What the light mesh costs"
    return Section(NAME, title, how, reading, (overall, *by_expression), (Table("", header, tuple(rows)),))


def _correlation(light: NDArray[np.float64], attention: NDArray[np.float64], showing: int) -> float | None:
    """Pearson's; 0 if the light mesh says the same of every face."""
    if showing < ENOUGH_FACES:
        return None
    return round(float(np.corrcoef(light, attention)[0, 1]), 2) if light.std() > _LEAST_SPREAD else 0.0
