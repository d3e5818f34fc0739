"""Whether scores stay as they are while the points of the mesh tremble, as those of a real clip do."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.mesh import Crop, MeshModel, crop_of_mesh
from chalicelib.domain.job_names import Mesh
from infra.evaluation.face_turns import eye_distance
from infra.evaluation.report import Bar, Figure, Section, Table
from infra.evaluation.sections.pose_stability import MEASURED_EXPRESSIONS
from infra.evaluation.workbench import Face, Workbench

NAME = "jitter_stability"

_LOOKS = 12
_SEED = 20260
_SHIFT, _SCALE, _TURN_RAD = 0.03, 0.05, 0.05
_MOST_POINTS = 5.0


def evaluate(bench: Workbench) -> Section:
    """Several crops of each face, and noise of the same size on its points."""
    rng = np.random.default_rng(_SEED)
    noises, seen, added = [], [], []
    for face in bench.faces():
        looks = _looks(bench, face, rng)
        noise = (looks - looks.mean(axis=0)) / eye_distance(face.points)
        noises.append(noise.std(axis=0))
        seen.append(_spread(bench, list(looks)))
    sigma = np.mean(noises, axis=0)
    for face in bench.faces():
        size = eye_distance(face.points)
        trembling = [face.points + size * sigma * rng.standard_normal(sigma.shape) for _ in range(_LOOKS)]
        added.append(_spread(bench, trembling))
    return _section(len(seen), sigma, np.mean(seen, axis=0), np.mean(added, axis=0))


def _looks(bench: Workbench, face: Face, rng: np.random.Generator) -> NDArray[np.float64]:
    """(looks, N, 3): the mesh of one face from crops that lie a little differently."""
    crop = crop_of_mesh(face.points)
    crops = [_moved(crop, *rng.uniform(-1, 1, 4).tolist()) for _ in range(_LOOKS)]
    meshes = MeshModel(bench.models, Mesh.ATTENTION).measure(face.image, crops)
    return np.array([mesh.points for mesh in meshes])


def _moved(crop: Crop, right: float, down: float, larger: float, clockwise: float) -> Crop:
    return replace(
        crop,
        centre_x=crop.centre_x + right * _SHIFT * crop.side,
        centre_y=crop.centre_y + down * _SHIFT * crop.side,
        side=crop.side * (1 + larger * _SCALE),
        turn=crop.turn + clockwise * _TURN_RAD,
    )


def _spread(bench: Workbench, meshes: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """(expressions,) standard deviation of the scores over meshes of one face."""
    rows = [bench.score(points) for points in meshes]
    spread: NDArray[np.float64] = np.array([[row[name] for name in MEASURED_EXPRESSIONS] for row in rows]).std(axis=0)
    return spread


def _section(faces: int, sigma: NDArray[np.float64], seen: NDArray[np.float64], added: NDArray[np.float64]) -> Section:
    noise_percent = round(100 * float(sigma[:, :2].mean()), 2)
    bar = Bar(at_most=_MOST_POINTS, source="own")
    figures = (
        Figure("noise", "the mesh's own noise, x and y, mean over the points", noise_percent, "% of the eye distance"),
        Figure("spread", "spread over crops, all expressions", round(float(seen.mean()), 1), "points"),
        Figure("spread_added", "spread with noise added, all expressions", round(float(added.mean()), 1), "points"),
        *(
            Figure(
                f"spread_{name.replace(' ', '_')}",
                f"{name}: spread over crops",
                round(float(value), 1),
                "points",
                bar,
                name,
            )
            for name, value in zip(MEASURED_EXPRESSIONS, seen, strict=True)
        ),
    )
    rows = tuple(
        (name, round(float(one), 1), round(float(other), 1))
        for name, one, other in zip(MEASURED_EXPRESSIONS, seen, added, strict=True)
    )
    return Section(
        NAME,
        "Stability while the points tremble",
        f"Each of {faces} frontal faces is looked at {_LOOKS} times, the crop moved by up to {_SHIFT:.0%} of its side, "
        f"scaled by up to {_SCALE:.0%} and turned by up to {np.degrees(_TURN_RAD):.0f} degrees: a neighbouring frame "
        "gives such crops. The same face then has slightly different points, whose size of noise is measured, and "
        "slightly different scores. *Noise added*: noise of that size on each point by itself, which is harder, "
        "since real noise moves neighbours together.",
        f"The points tremble by {noise_percent:g} % of the eye distance. A score trembles by {figures[1].value:g} "
        f"points (standard deviation, mean over expressions and faces), and by {figures[2].value:g} with "
        "independent noise.",
        figures,
        (
            Table(
                "Standard deviation of the score of one face, in points", ("expression", "crops", "noise added"), rows
            ),
        ),
    )
