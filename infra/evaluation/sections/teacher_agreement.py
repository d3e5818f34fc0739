"""Whether the product says what the published Face Landmarker says, and stays steadier while a head turns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.detector import FaceDetector
from chalicelib.analysis.face_tracker import FaceTracker
from chalicelib.analysis.mesh import MeshModel, crop_of_mesh
from chalicelib.domain.job_names import Mesh
from infra.evaluation.face_turns import turned
from infra.evaluation.report import Bar, Cell, Figure, Section, Table
from infra.evaluation.sections.pose_stability import poses
from infra.evaluation.workbench import Workbench
from infra.training.teacher import BLENDSHAPES, Teacher

NAME = "teacher_agreement"

CLIPS = (
    "videos/WolfgangLanger_Pexels.mp4",
    "videos/single_face.mp4",
    "videos/face_noface.mov",
)
_EVERY = 2
# What says the same of a face; of the two sides the mean is taken.
COUNTERPARTS: Mapping[str, str] = {
    "brow furrow": "browDown",
    "brow raise": "browOuterUp",
    "chin raise": "mouthShrugLower",
    "dimpler": "mouthDimple",
    "eye closure": "eyeBlink",
    "inner brow raise": "browInnerUp",
    "jaw drop": "jawOpen",
    "lid tighten": "eyeSquint",
    "lip corner depressor": "mouthFrown",
    "lip press": "mouthPress",
    "lip pucker": "mouthPucker",
    "lip stretch": "mouthStretch",
    "lip suck": "mouthRoll",
    "mouth open": "jawOpen",
    "smile": "mouthSmile",
    "upper lip raise": "mouthUpperUp",
}
_MOVES = 0.03
_PORTRAITS_EACH = 4  # they cost little here
_LEAST_CORRELATION = 0.7

Scores = NDArray[np.floating]


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
    return _section((len(clips.own), len(persons.own)), direct, rows, _spreads(bench, teacher, some))


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


@dataclass(frozen=True, slots=True)
class Agreement:
    """By blendshape that the teacher moves: correlation and mean absolute error (0..1)."""

    correlation: Mapping[str, float]
    error: Mapping[str, float]


def agreement(found: Scores, wanted: Scores) -> Agreement:
    """Of scores (N, 52) with the teacher's own; blendshapes whose teacher's scores spread by less than 0.03 are left
    out: they say nothing."""
    moved = [place for place in range(1, len(BLENDSHAPES)) if wanted[:, place].std() >= _MOVES]
    return Agreement(
        {BLENDSHAPES[place]: correlation(found[:, place], wanted[:, place]) for place in moved},
        {BLENDSHAPES[place]: float(np.abs(found[:, place] - wanted[:, place]).mean()) for place in moved},
    )


def correlation(one: Scores, other: Scores) -> float:
    """Pearson's; 0 where one of them never moves."""
    if one.std() < 1e-9 or other.std() < 1e-9:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])


def counterpart(blendshapes: Scores, name: str) -> Scores:
    """(N,) the teacher's score for an expression's counterpart: one blendshape, or the mean of its two sides."""
    stem = COUNTERPARTS[name]
    places = [place for place, each in enumerate(BLENDSHAPES) if each.startswith(stem)]
    mean: Scores = blendshapes[:, places].mean(axis=1)
    return mean


def _expression_row(bench: Workbench, teacher: Teacher, name: str, clips: Seen, persons: Seen) -> tuple[Cell, ...]:
    cells: list[Cell] = [name, COUNTERPARTS[name]]
    for seen in (clips, persons):
        own = np.array([bench.score(points)[name] for points in seen.own])
        wanted = counterpart(teacher.blendshapes(seen.teacher), name)
        moves = wanted.std() >= _MOVES
        cells += [round(float(wanted.std()), 2), round(correlation(own, wanted), 2) if moves else None]
    return tuple(cells)


def _spreads(bench: Workbench, teacher: Teacher, seen: Seen) -> tuple[float, float]:
    """Of the product and of the teacher, each on its own mesh: the standard deviation of the scores over poses up to 30
    degrees; the mean over faces and the expressions with a counterpart, on the scale 0..100."""
    ours, theirs = [], []
    for own, other in zip(seen.own, seen.teacher, strict=True):
        scores = [bench.score(turned(own, yaw, pitch)) for _, yaw, pitch in poses()]
        ours.append(np.mean([np.std([score[name] for score in scores]) for name in COUNTERPARTS]))
        blendshapes = teacher.blendshapes(np.array([turned(other, yaw, pitch) for _, yaw, pitch in poses()]))
        theirs.append(100 * np.mean([counterpart(blendshapes, name).std() for name in COUNTERPARTS]))
    return float(np.mean(ours)), float(np.mean(theirs))


def _section(
    counts: tuple[int, int], direct: Agreement, rows: Sequence[tuple[Cell, ...]], spreads: tuple[float, float]
) -> Section:
    correlations = list(direct.correlation.values())
    figures = [
        Figure("direct_correlation", "direct feed: mean correlation, clips", _two(np.mean(correlations)), ""),
        Figure(
            "direct_error", "direct feed: mean absolute error", _two(100 * np.mean(list(direct.error.values()))), "%"
        ),
        Figure("spread_teacher", "teacher: spread over turns up to 30 degrees", _two(spreads[1]), "points"),
        Figure("spread_ours", "ours: spread over the same turns", _two(spreads[0]), "points"),
        Figure("spread_ratio", "ours over the teacher's", _two(spreads[0] / spreads[1]), "", Bar(at_most=0.5)),
    ]
    bar = Bar(at_least=_LEAST_CORRELATION, source="own")
    for name, _, _, on_clips, _, on_persons in rows:
        for where, value in (("clips", on_clips), ("persons", on_persons)):
            if isinstance(value, float):
                key = f"{where}_{str(name).replace(' ', '_')}"
                figures.append(Figure(key, f"{name}: correlation, {where}", value, "", bar, str(name)))
    below = sorted({figure.subject for figure in figures if figure.fails and figure.subject})
    blendshapes = tuple(
        (name, _two(value), _two(100 * direct.error[name])) for name, value in sorted(direct.correlation.items())
    )
    return Section(
        NAME,
        "Agreement with the published Face Landmarker",
        f"The teacher is the Face Landmarker bundle, with its own mesh, on {counts[0]} frames of "
        f"{', '.join(f'`{name}`' for name in CLIPS)} and on {counts[1]} portraits. Our expressions are held against "
        "the blendshape that says the same, by Pearson's correlation: on clips that is the movement of few persons, "
        "on portraits the difference between many persons, one picture each. Where the teacher's scores spread by "
        f"less than {_MOVES:g} nothing can be said. *Direct feed*: the points of our mesh given to the teacher's own "
        "network, by blendshape, on the clips. *Spread*: meshes turned with their own depth, as in the section on "
        "turns, each model on its own mesh; the standard deviation over the poses, mean over faces and expressions.",
        (f"Below {_LEAST_CORRELATION:g} on clips or portraits: {', '.join(below)}. " if below else "")
        + f"Turned by up to 30 degrees, our scores spread by {_two(spreads[0]):g} points and the teacher's by "
        f"{_two(spreads[1]):g}. The teacher is a model as well; where both differ, nobody has said who is right.",
        tuple(figures),
        (
            Table(
                "Our expressions against the teacher's blendshapes",
                (
                    "expression",
                    "blendshape",
                    "its spread, clips",
                    "correlation",
                    "its spread, portraits",
                    "correlation",
                ),
                tuple(rows),
            ),
            Table("Direct feed on the clips", ("blendshape", "correlation", "mean absolute error (%)"), blendshapes),
        ),
    )


def _two(value: float | np.floating) -> float:
    return round(float(value), 2)
