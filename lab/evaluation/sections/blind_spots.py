"""Measures whether the expressions that a teacher of blendshapes does not know respond where they should: nose wrinkle,
cheek raise, eye widen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab.evaluation.bent_pictures import bent
from lab.evaluation.face_deformations import DEFORMATIONS, deformed
from lab.evaluation.sections import neutral_faces
from lab.evaluation.workbench import MEASURED_EXPRESSIONS, Workbench
from lab.reports.charts import Line, write_chart
from lab.reports.report import Bar, Cell, Figure, Section, Table, slug

NAME = "blind_spots"

_STEPS = (0.0, 0.25, 0.5, 0.75, 1.0)
_RISE = 30.0
_SIDE_EFFECT = 10.0
_ROUGHNESS = 0.5
# What someone who looks at the picture sees in it.
_SHOWS = {
    "nose wrinkle": ("faces/45-m7-di-ph.jpg",),
    "cheek raise": ("faces/0-f15-hao-ph.jpg", "faces/single_face.jpg"),
    "eye widen": ("faces/0-f1-su-ph.jpg",),
}
_OVER_NEUTRAL = 20.0


@dataclass(frozen=True, slots=True)
class Response:
    """(faces, steps, expressions): the scores while a movement is made, of points moved and of pictures bent."""

    points: NDArray[np.float64]
    pictures: NDArray[np.float64]

    def of(self, name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The two, of one expression: (faces, steps)."""
        place = MEASURED_EXPRESSIONS.index(name)
        return self.points[:, :, place], self.pictures[:, :, place]


def evaluate(bench: Workbench) -> Section:
    """Movements made on frontal faces by known amounts, and pictures that show the expression."""
    responses = {name: _responses(bench, name) for name in DEFORMATIONS}
    figures = [figure for name in DEFORMATIONS for figure in _figures(bench, name, responses[name])]
    lines = [
        Line(name, list(zip(_STEPS, response.of(name)[0].mean(axis=0).tolist(), strict=True)))
        for name, response in responses.items()
    ]
    title = "Score while the points are moved by a known amount"
    write_chart(bench.pictures / f"{NAME}.svg", title=title, x_label="share of the full movement", lines=lines)
    return _section(len(bench.faces()), figures, responses)


def _figures(bench: Workbench, name: str, response: Response) -> list[Figure]:
    full_mm, bar = DEFORMATIONS[name].full_mm, Bar(at_least=_RISE, source="own")
    points, pictures = response.of(name)
    told = (
        (f"rise_{slug(name)}", f"{name}: rise, points moved {full_mm:g} mm", points),
        (f"rise_seen_{slug(name)}", f"{name}: rise, picture bent so", pictures),
    )
    monotone = round(100 * float((np.diff(points, axis=1) >= -_ROUGHNESS).all(axis=1).mean()), 1)
    return [
        *(Figure(key, text, _mean(scores[:, -1] - scores[:, 0]), "points", bar, name) for key, text, scores in told),
        Figure(f"monotone_{slug(name)}", f"{name}: faces whose score never falls on the way", monotone, "%"),
        *_picture_figures(bench, name),
    ]


def _responses(bench: Workbench, name: str) -> Response:
    points, pictures = [], []
    for face in bench.faces():
        amounts_mm = [share * DEFORMATIONS[name].full_mm for share in _STEPS]
        targets = [deformed(face.points, DEFORMATIONS[name], amount_mm) for amount_mm in amounts_mm]
        drawn = [bent(face.image, face.points, target) for target in targets]
        points.append([_row(bench, target) for target in targets])
        pictures.append([_row(bench, bench.remeasured(image, face.points)) for image in drawn])
    return Response(np.array(points), np.array(pictures))


def _row(bench: Workbench, points: NDArray[np.float64]) -> list[float]:
    scores = bench.score(points)
    return [scores[name] for name in MEASURED_EXPRESSIONS]


def _picture_figures(bench: Workbench, name: str) -> list[Figure]:
    stretch = bench.measured(neutral_faces.CLIP)[: neutral_faces.FRAMES.stop]
    neutral = float(np.median([frame.faces[0].values[name] for frame in stretch if frame.faces]))
    figures = []
    for picture in _SHOWS[name]:
        score = bench.measured(picture)[0].faces[0].values[name]
        short = picture.rpartition("/")[2].removesuffix(".jpg").removesuffix("-ph")
        text = f"{name}: {short}, above the neutral clip"
        bar = Bar(at_least=_OVER_NEUTRAL, source="own")
        key = f"picture_{slug(name)}_{slug(short)}"
        figures.append(Figure(key, text, round(score - neutral, 1), "points", bar, name))
    return figures


def _mean(values: NDArray[np.float64]) -> float:
    return round(float(values.mean()), 1)


def _side_effects(name: str, change: NDArray[np.float64]) -> str:
    """Other expressions that the same movement changes by much."""
    others = [
        f"{other} {value:+.0f}"
        for other, value in zip(MEASURED_EXPRESSIONS, change, strict=True)
        if other != name and abs(value) >= _SIDE_EFFECT
    ]
    return ", ".join(others) or "none"


def _section(faces: int, figures: Sequence[Figure], responses: Mapping[str, Response]) -> Section:
    values = {figure.name: figure.value for figure in figures}
    told = [
        f"{name}: {values[f'rise_{slug(name)}']:g} points with the points moved, "
        f"{values[f'rise_seen_{slug(name)}']:g} where the picture shows it"
        for name in DEFORMATIONS
    ]
    reading = (
        f"Rise over the full movement. {'; '.join(told)}. A response of the points without one of the picture means "
        "that the mesh network does not follow the movement."
    )
    title = "Expressions that a teacher does not know"
    return Section(NAME, title, _how(faces), reading, tuple(figures), (_table(responses),), f"{NAME}.svg")


def _how(faces: int) -> str:
    return (
        f"On {faces} frontal faces the skin is moved as the muscle moves it, by quarters of a full movement, in "
        "millimetres on a face of 90 mm between the outer eye corners: once the points of the mesh alone, once the "
        "picture, which is then detected and measured anew. Given is the mean score. Most of the faces smile already, "
        "which raises cheeks. And: by how much the score of a picture that shows the expression is above the median "
        "of a neutral clip."
    )


def _table(responses: Mapping[str, Response]) -> Table:
    percents = [f"{share:.0%}" for share in _STEPS]
    header = [
        "expression",
        "full (mm)",
        *(f"points {each}" for each in percents),
        *(f"picture {each}" for each in percents),
    ]
    rows: list[tuple[Cell, ...]] = []
    for name, response in responses.items():
        points, pictures = response.of(name)
        change = (response.points[:, -1] - response.points[:, 0]).mean(axis=0)
        means = [_mean(step) for scores in (points, pictures) for step in scores.T]
        rows.append((name, DEFORMATIONS[name].full_mm, *means, _side_effects(name, change)))
    return Table("Mean score", (*header, "also changed by the full movement"), tuple(rows))
