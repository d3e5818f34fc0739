"""Measures whether the product says what the published Face Landmarker says, and stays steadier while a head turns."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.detector import FaceDetector
from chalicelib.analysis.faces.mesh import MeshModel, crop_of_mesh
from chalicelib.analysis.faces.tracker import FaceTracker
from chalicelib.domain.requests.recipes import Mesh
from lab.evaluation.agreement import COUNTERPARTS, MOVES, Agreement, agreement, correlation, counterpart
from lab.evaluation.face_turns import eye_distance
from lab.evaluation.sections.pose_stability import in_all_poses
from lab.evaluation.workbench import Workbench
from lab.reports.report import Bar, Cell, Figure, Section, Table, slug
from lab.training.teacher import Teacher

NAME = "teacher_agreement"

CLIPS = (
    "videos/WolfgangLanger_Pexels.mp4",
    "videos/single_face.mp4",
    "videos/face_noface.mov",
)
_EVERY = 2
_PORTRAITS_EACH = 4  # they cost little here
_LEAST_CORRELATION = 0.7
_NOISE = 0.005  # about what our own mesh has, see the section on trembling points
_LOOKS = 12
_SEED = 20261


@dataclass(frozen=True, slots=True)
class Seen:
    """N faces of clips or portraits: their meshes by the product and by the teacher, (N, 478, 3) each, in pixels."""

    own: NDArray[np.float64]
    teacher: NDArray[np.float64]


def evaluate(bench: Workbench) -> Section:
    """Over frames of the clips, which persons speak and smile in, and over the portraits, which are many persons."""
    teacher = Teacher(bench.teacher)
    clips = _joined([_of_file(bench, teacher, name, _EVERY) for name in CLIPS])
    count = _PORTRAITS_EACH * bench.effort.portraits
    portraits = sorted((bench.media / "portraits").glob("*.jpg"))
    chosen = portraits[:: max(len(portraits) // count, 1)][:count]
    persons = _joined([_of_file(bench, teacher, f"portraits/{path.name}", 1) for path in chosen])
    direct = agreement(teacher.blendshapes(clips.own), teacher.blendshapes(clips.teacher))
    rows = [_expression_row(bench, teacher, name, clips, persons) for name in COUNTERPARTS]
    some = Seen(persons.own[: bench.effort.portraits], persons.teacher[: bench.effort.portraits])
    return _section((len(clips.own), len(persons.own)), direct, rows, _steadiness(bench, teacher, some))


def _of_file(bench: Workbench, teacher: Teacher, name: str, every: int) -> Seen:
    tracker = FaceTracker(
        FaceDetector(bench.models),
        MeshModel(bench.models, Mesh.ATTENTION),
        MeshModel(bench.models, Mesh.LIGHT),
        max_faces=1,
    )
    own, others = [], []
    for frame in bench.frames(name):
        for face in tracker.track(frame):
            if frame.index % every == 0:
                own.append(face.mesh.points)
                others.append(teacher.measure(frame.image, crop_of_mesh(face.mesh.points)))
    return Seen(np.array(own).reshape(-1, 478, 3), np.array(others).reshape(-1, 478, 3))


def _joined(parts: Sequence[Seen]) -> Seen:
    return Seen(np.concatenate([part.own for part in parts]), np.concatenate([part.teacher for part in parts]))


def _expression_row(bench: Workbench, teacher: Teacher, name: str, clips: Seen, persons: Seen) -> tuple[Cell, ...]:
    cells: list[Cell] = [name, COUNTERPARTS[name]]
    for seen in (clips, persons):
        own = np.array([bench.score(points)[name] for points in seen.own])
        wanted = counterpart(teacher.blendshapes(seen.teacher), name)
        moves = wanted.std() >= MOVES
        cells += [round(float(wanted.std()), 2), round(correlation(own, wanted), 2) if moves else None]
    return tuple(cells)


@dataclass(frozen=True, slots=True)
class Steadiness:
    """Standard deviation of the scores of one face, ours and the teacher's, each on its own mesh, on the scale 0..100:
    the mean over faces and the expressions with a counterpart. `turns`: over poses up to 30 degrees; `noise`: with
    noise on the points."""

    turns: tuple[float, float]
    noise: tuple[float, float]


def _steadiness(bench: Workbench, teacher: Teacher, seen: Seen) -> Steadiness:
    rng = np.random.default_rng(_SEED)
    turns, noise = [], []
    for own, other in zip(seen.own, seen.teacher, strict=True):
        turns.append(_spreads(bench, teacher, in_all_poses(own), in_all_poses(other)))
        both = [
            points + _NOISE * eye_distance(points) * rng.standard_normal((_LOOKS, 478, 3)) for points in (own, other)
        ]
        noise.append(_spreads(bench, teacher, *both))
    (our_turns, their_turns), (our_noise, their_noise) = np.mean(turns, axis=0), np.mean(noise, axis=0)
    return Steadiness((float(our_turns), float(their_turns)), (float(our_noise), float(their_noise)))


def _spreads(
    bench: Workbench, teacher: Teacher, own: NDArray[np.float64], others: NDArray[np.float64]
) -> tuple[float, float]:
    """Of meshes (looks, 478, 3) of one face, the product's and the teacher's."""
    scores = [bench.score(points) for points in own]
    ours = np.mean([np.std([score[name] for score in scores]) for name in COUNTERPARTS])
    blendshapes = teacher.blendshapes(others)
    theirs = np.mean([100 * counterpart(blendshapes, name).std() for name in COUNTERPARTS])
    return float(ours), float(theirs)


def _section(
    counts: tuple[int, int], direct: Agreement, rows: Sequence[tuple[Cell, ...]], steadiness: Steadiness
) -> Section:
    figures = (*_overall(direct, steadiness), *_by_expression(rows))
    below = sorted({figure.subject for figure in figures if figure.fails and figure.subject})
    reading = (
        (f"Below {_LEAST_CORRELATION:g} on clips or portraits: {', '.join(below)}. " if below else "")
        + f"Turned by up to 30 degrees, our scores spread by {_two(steadiness.turns[0]):g} points, the teacher's by "
        f"{_two(steadiness.turns[1]):g}. The teacher is a model as well: where both differ, no one knows who is right."
    )
    header = ("expression", "blendshape", "its spread, clips", "correlation", "its spread, portraits", "correlation")
    blendshapes = tuple(
        (name, _two(value), _two(100 * direct.error[name])) for name, value in sorted(direct.correlation.items())
    )
    tables = (
        Table("Our expressions against the teacher's blendshapes", header, tuple(rows)),
        Table("Direct feed on the clips", ("blendshape", "correlation", "mean absolute error (%)"), blendshapes),
    )
    return Section(NAME, "Agreement with the published Face Landmarker", _how(*counts), reading, figures, tables)


def _how(frames: int, portraits: int) -> str:
    return (
        f"The teacher is the Face Landmarker bundle, with its own mesh, on {frames} frames of "
        f"{', '.join(f'`{name}`' for name in CLIPS)} and on {portraits} portraits. Our expressions are held against "
        "the blendshape that says the same, by Pearson's correlation: on clips that is the movement of few persons, "
        "on portraits the difference between many persons, one picture each. Where the teacher's scores spread by "
        f"less than {MOVES:g} nothing can be said. *Direct feed*: the points of our mesh given to the teacher's own "
        "network, by blendshape, on the clips. *Spread*: the standard deviation of the scores of one face, mean over "
        "faces and expressions, each model on its own mesh: turned with its own depth as in the section on turns, and "
        f"with noise of {_NOISE:.1%} of the eye distance on every coordinate."
    )


def _overall(direct: Agreement, steadiness: Steadiness) -> list[Figure]:
    correlation_mean = float(np.mean(list(direct.correlation.values())))
    error_mean = 100 * float(np.mean(list(direct.error.values())))
    figures = [
        Figure("direct_correlation", "direct feed: mean correlation, clips", _two(correlation_mean)),
        Figure("direct_error", "direct feed: mean absolute error, clips", _two(error_mean), "%"),
    ]
    told = (("turns", "turns up to 30 degrees", steadiness.turns, 0.5), ("noise", "noise", steadiness.noise, 1.0))
    for key, text, (ours, theirs), most in told:
        figures += [
            Figure(f"{key}_ours", f"spread, {text}: ours", _two(ours), "points"),
            Figure(f"{key}_teacher", f"spread, {text}: the teacher's", _two(theirs), "points"),
            Figure(
                f"{key}_ratio",
                f"spread, {text}: ours over the teacher's",
                _two(ours / theirs),
                "",
                Bar(at_most=most),
                "all expressions",
            ),
        ]
    return figures


def _by_expression(rows: Sequence[tuple[Cell, ...]]) -> list[Figure]:
    bar = Bar(at_least=_LEAST_CORRELATION, source="own")
    return [
        Figure(f"{where}_{slug(str(name))}", f"{name}: correlation, {where}", value, "", bar, str(name))
        for name, _, _, on_clips, _, on_persons in rows
        for where, value in (("clips", on_clips), ("persons", on_persons))
        if isinstance(value, float)
    ]


def _two(value: float) -> float:
    return round(float(value), 2)
