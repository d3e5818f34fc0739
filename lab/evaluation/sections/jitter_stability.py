"""Measures whether scores stay as they are while the points of the mesh tremble, as those of a real clip do."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.mesh import Crop, FaceMesh, MeshModel, crop_of_mesh
from chalicelib.domain.requests.recipes import Mesh
from lab.evaluation.face_turns import eye_distance
from lab.evaluation.workbench import MEASURED_EXPRESSIONS, Face, Workbench
from lab.reports.charts import Line, write_chart
from lab.reports.report import Bar, Cell, Figure, Section, Table, slug, tenths

NAME = "jitter_stability"

_LOOKS = 12
_SEED = 20260
_SHIFT, _SCALE, _TURN_RAD = 0.03, 0.05, 0.05
_TIMES = (0.5, 1.0, 2.0, 4.0)
_MOST_POINTS = 5.0


@dataclass(frozen=True, slots=True)
class Trembling:
    """`noise` (points, 3): standard deviation of each coordinate over crops, in eye distances. Of the scores, by
    expression, the mean over faces: `seen` over crops, and `added` with noise of a multiple of that size."""

    noise: NDArray[np.float64]
    seen: NDArray[np.float64]
    added: dict[float, NDArray[np.float64]]


def evaluate(bench: Workbench) -> Section:
    """Several crops of each face, and noise of about the same size on its points."""
    rng = np.random.default_rng(_SEED)
    looks = [_looks(bench, face, rng) for face in bench.faces()]
    sizes = [eye_distance(face.points) for face in bench.faces()]
    noise = np.mean([_points(each).std(axis=0) / size for each, size in zip(looks, sizes, strict=True)], axis=0)
    found = Trembling(
        noise,
        np.mean([_spread(bench, each) for each in looks], axis=0),
        {times: _added(bench, [each[0] for each in looks], times * noise, rng) for times in _TIMES},
    )
    line = [(times * _percent(noise), float(spread.mean())) for times, spread in found.added.items()]
    write_chart(
        bench.pictures / f"{NAME}.svg",
        title="Standard deviation of the scores while the points tremble",
        x_label="noise of a coordinate, % of the eye distance",
        lines=[Line("mean of all expressions", [(0.0, 0.0), *line])],
    )
    return _section(len(looks), found)


def _points(meshes: Sequence[FaceMesh]) -> NDArray[np.float64]:
    return np.array([mesh.points for mesh in meshes])


def _looks(bench: Workbench, face: Face, rng: np.random.Generator) -> list[FaceMesh]:
    """The mesh of one face from crops that lie a little differently."""
    crop = crop_of_mesh(face.points)
    crops = [_moved(crop, *rng.uniform(-1, 1, 4).tolist()) for _ in range(_LOOKS)]
    return list(MeshModel(bench.models, Mesh.ATTENTION).measure(face.image, crops))


def _moved(crop: Crop, right: float, down: float, larger: float, clockwise: float) -> Crop:
    return replace(
        crop,
        centre_x=crop.centre_x + right * _SHIFT * crop.side,
        centre_y=crop.centre_y + down * _SHIFT * crop.side,
        side=crop.side * (1 + larger * _SCALE),
        turn=crop.turn + clockwise * _TURN_RAD,
    )


def _added(
    bench: Workbench, faces: Sequence[FaceMesh], noise: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.float64]:
    """(expressions,) the scores' standard deviation with independent noise on each point, `noise` (points, 3); the skin
    stays as it was seen."""
    spreads = []
    for face in faces:
        sigma = noise * eye_distance(face.points)
        moved = face.points + sigma * rng.standard_normal((_LOOKS, *sigma.shape))
        spreads.append(_spread(bench, [FaceMesh(points, face.flag, face.sample, face.crop) for points in moved]))
    mean: NDArray[np.float64] = np.mean(spreads, axis=0)
    return mean


def _spread(bench: Workbench, meshes: Sequence[FaceMesh]) -> NDArray[np.float64]:
    """(expressions,) standard deviation of the scores over several meshes of one face."""
    rows = [bench.score(mesh) for mesh in meshes]
    spread: NDArray[np.float64] = np.array([[row[name] for name in MEASURED_EXPRESSIONS] for row in rows]).std(axis=0)
    return spread


def _percent(noise: NDArray[np.float64]) -> float:
    """The mean noise of x and y, in percent of the eye distance."""
    return 100 * float(noise[:, :2].mean())


def _section(faces: int, found: Trembling) -> Section:
    overall = (
        Figure("noise", "the mesh's own noise", round(_percent(found.noise), 2), "% of the eye distance"),
        Figure("spread", "spread over crops, all expressions", tenths(found.seen.mean()), "points"),
        Figure(
            "spread_added", "spread with such noise added, all expressions", tenths(found.added[1.0].mean()), "points"
        ),
    )
    reading = (
        f"The points tremble by {overall[0].value:g} % of the eye distance. A score trembles by {overall[1].value:g} "
        "points (standard deviation, mean over expressions and faces), and by "
        f"{overall[2].value:g} with independent noise."
    )
    title = "Stability while the points tremble"
    figures = (*overall, *_by_expression(found.seen))
    return Section(NAME, title, _how(faces), reading, figures, (_table(found),), f"{NAME}.svg")


def _how(faces: int) -> str:
    return (
        f"Each of {faces} frontal faces is looked at {_LOOKS} times, the crop moved by up to {_SHIFT:.0%} of its side, "
        f"scaled by up to {_SCALE:.0%} and turned by up to {np.degrees(_TURN_RAD):.0f} degrees: neighbouring frames "
        "give such crops. The same face then has slightly different points, whose size of noise is measured, and "
        "slightly different scores. *Noise*: noise of that size, or a multiple of it, on each coordinate by itself, "
        "the picture of the skin unchanged."
    )


def _by_expression(seen: NDArray[np.float64]) -> Sequence[Figure]:
    bar = Bar(at_most=_MOST_POINTS, source="own")
    return [
        Figure(f"spread_{slug(name)}", f"{name}: spread over crops", tenths(value), "points", bar, name)
        for name, value in zip(MEASURED_EXPRESSIONS, seen.tolist(), strict=True)
    ]


def _table(found: Trembling) -> Table:
    columns: dict[str, Sequence[Cell]] = {
        "expression": MEASURED_EXPRESSIONS,
        "crops": [tenths(value) for value in found.seen.tolist()],
        **{f"noise x {times:g}": [tenths(value) for value in spread] for times, spread in found.added.items()},
    }
    rows = tuple(zip(*columns.values(), strict=True))
    return Table("Standard deviation of the score of one face, in points", tuple(columns), rows)
