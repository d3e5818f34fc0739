"""Whether the expressions that a teacher of blendshapes does not know respond where they should: nose wrinkle, cheek
raise, eye widen."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from infra.evaluation.bent_pictures import bent
from infra.evaluation.charts import Line, write_chart
from infra.evaluation.face_deformations import DEFORMATIONS, deformed
from infra.evaluation.report import Bar, Cell, Figure, Section, Table
from infra.evaluation.sections import neutral_faces
from infra.evaluation.sections.pose_stability import MEASURED_EXPRESSIONS
from infra.evaluation.workbench import Workbench

NAME = "blind_spots"

_STEPS = (0.0, 0.25, 0.5, 0.75, 1.0)
_RISE = 30.0
_SIDE_EFFECT = 10.0
# What somebody who looks at the picture sees in it.
_SHOWS = {
    "nose wrinkle": ("faces/45-m7-di-ph.jpg",),
    "cheek raise": ("faces/0-f15-hao-ph.jpg", "faces/single_face.jpg"),
    "eye widen": ("faces/0-f1-su-ph.jpg",),
}
_OVER_NEUTRAL = 20.0


def evaluate(bench: Workbench) -> Section:
    """Movements made on frontal faces by known amounts, and pictures that show the expression."""
    figures: list[Figure] = []
    rows: list[tuple[Cell, ...]] = []
    lines: list[Line] = []
    for name, deformation in DEFORMATIONS.items():
        amounts = [share * deformation.full_mm for share in _STEPS]
        of_points, of_pictures = _responses(bench, name, amounts)
        of_name = of_points[:, :, MEASURED_EXPRESSIONS.index(name)]
        seen = of_pictures[:, :, MEASURED_EXPRESSIONS.index(name)]
        rise, rise_seen = of_name[:, -1] - of_name[:, 0], seen[:, -1] - seen[:, 0]
        slug, bar = name.replace(" ", "_"), Bar(at_least=_RISE, source="own")
        figures += [
            Figure(
                f"rise_{slug}",
                f"{name}: rise, points moved {deformation.full_mm:g} mm",
                _mean(rise),
                "points",
                bar,
                name,
            ),
            Figure(f"rise_seen_{slug}", f"{name}: rise, picture bent so", _mean(rise_seen), "points", bar, name),
            Figure(f"monotone_{slug}", f"{name}: faces whose score never falls on the way", _monotone(of_name), "%"),
            *_picture_figures(bench, name),
        ]
        change = of_points[:, -1] - of_points[:, 0]
        rows.append(
            (name, deformation.full_mm, *(_mean(step) for step in of_name.T), *(_mean(step) for step in seen.T))
        )
        rows[-1] = (*rows[-1], _side_effects(name, change.mean(axis=0)))
        lines.append(Line(name, [(share, float(step.mean())) for share, step in zip(_STEPS, of_name.T, strict=True)]))
    title = "Score while the points are moved by a known amount"
    write_chart(bench.pictures / f"{NAME}.svg", title=title, x_label="share of the full movement", lines=lines)
    return _section(len(bench.faces()), figures, rows)


def _responses(
    bench: Workbench, name: str, amounts_mm: Sequence[float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Twice (persons, steps, expressions): points moved, and pictures bent and measured again."""
    points, pictures = [], []
    for face in bench.faces():
        targets = [deformed(face.points, DEFORMATIONS[name], amount) for amount in amounts_mm]
        drawn = [bent(face.image, face.points, target) for target in targets]
        points.append([_row(bench, target) for target in targets])
        pictures.append([_row(bench, bench.remeasured(image, face.points)) for image in drawn])
    return np.array(points), np.array(pictures)


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
        key = f"picture_{name.replace(' ', '_')}_{short.replace('-', '_')}"
        figures.append(Figure(key, text, round(score - neutral, 1), "points", bar, name))
    return figures


def _monotone(scores: NDArray[np.float64]) -> float:
    return round(100 * float((np.diff(scores, axis=1) >= -0.5).all(axis=1).mean()), 1)


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


def _section(faces: int, figures: Sequence[Figure], rows: Sequence[tuple[Cell, ...]]) -> Section:
    by_name = {figure.name: figure for figure in figures}
    told = [
        f"{name}: {by_name['rise_' + name.replace(' ', '_')].value:g} points with the points moved, "
        f"{by_name['rise_seen_' + name.replace(' ', '_')].value:g} where the picture shows it"
        for name in DEFORMATIONS
    ]
    percents = tuple(f"{share:.0%}" for share in _STEPS)
    header = (
        "expression",
        "full (mm)",
        *(f"points {each}" for each in percents),
        *(f"picture {each}" for each in percents),
        "also changed by the full movement",
    )
    return Section(
        NAME,
        "Expressions that a teacher does not know",
        f"On {faces} frontal faces the skin is moved as the muscle moves it, by quarters of a full movement, in "
        "millimetres on a face of 90 mm between the outer eye corners: once the points of the mesh alone, once the "
        "picture, which is then detected and measured anew. Given is the mean score. Most of the faces "
        "smile already, which raises cheeks. And: by how much the score of a picture that shows the expression is "
        "above the median of a neutral clip.",
        "Rise over the full movement. "
        + "; ".join(told)
        + ". A response of the points without one of the picture means that "
        "the mesh network does not follow the movement.",
        tuple(figures),
        (Table("Mean score", header, tuple(rows)),),
        f"{NAME}.svg",
    )
