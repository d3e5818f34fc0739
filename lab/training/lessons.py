"""The lessons of the students, in three stages that are each kept in a folder: real faces, invented
expressions on the same pictures, and crossings of one person's shape with another's movement.

The answer taught for a mesh is the mean of two: what the teacher says of its own mesh of the same picture, and what it
says of ours. The first carries what the teacher sees and our mesh does not; the second is a function of exactly the
points that the student gets, without the noise of a second network's points. Learning the first alone left presses and
puckers of the lips at no correlation at all on persons not seen; learning the second alone gains nothing over feeding
our points to the teacher.
"""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.media.open_media import open_media
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.requests.recipes import Mesh
from lab.training.frontal_meshes import frontal, with_irises
from lab.training.measured_faces import CLIPS, FaceMeasurer, MeasuredFaces, measure_all
from lab.training.student import Lessons
from lab.training.teacher import TEACHER_POINTS, Teacher

Array = NDArray[np.float32]

PARTS = 2
_CROPS = 4
_INVENTIONS = 24
_CLIP_STEPS = {CLIPS[0]: 8, CLIPS[1]: 3}
_CLIP_INVENTIONS = 10
_CROSSINGS = 30_000
_OWN_SHARE = 0.5
_CLIP_WEIGHT = 3.0


@dataclass(frozen=True, slots=True)
class Answers:
    """N frontal meshes, `points` (N, P, 3), with what the teacher says of its `own` mesh of the picture and of `ours`,
    (N, 52) each, and where they come from, `source` (N,). `real` (N,): measured on a real picture."""

    points: Array
    own: Array
    ours: Array
    source: NDArray[np.str_]
    real: NDArray[np.bool_]


def measure_stage(folder: Path, models: Path, media: Path) -> MeasuredFaces:
    """Every real face, measured once."""
    path = folder / "faces.npz"
    if not path.is_file():
        measure_all(Models(models), Teacher(), media, crops=_CROPS).save(path)
    return MeasuredFaces.load(path)


def invention_stage(folder: Path, models: Path, media: Path) -> list[MeasuredFaces]:
    """Invented expressions on portraits and clips, in parts that are made side by side."""
    missing = [part for part in range(PARTS) if not _inventions(folder, part).is_file()]
    with ProcessPoolExecutor(max_workers=PARTS) as processes:
        for done in [processes.submit(_invent, folder, models, media, part) for part in missing]:
            done.result()
    return [MeasuredFaces.load(_inventions(folder, part)) for part in range(PARTS)]


def _inventions(folder: Path, part: int) -> Path:
    return folder / f"inventions-{part}.npz"


def _invent(folder: Path, models: Path, media: Path, part: int) -> None:
    cv2.setNumThreads(1)
    measurer = FaceMeasurer(Models(models), Teacher(), crops=1, seed=100 + part)
    faces = MeasuredFaces.load(folder / "faces.npz")
    originals = _first_of_each(faces, "portraits/")
    for place, row in enumerate(originals, start=1):
        if place % PARTS == part:
            source = str(faces.source[row])
            image = np.asarray(cv2.imread(str(media / source.split(":", maxsplit=1)[0])), dtype=np.uint8)
            measurer.add_inventions(image, faces.attention[row].astype(np.float64), source, _INVENTIONS)
        if place % 100 == 0:
            print(f"Inventing expressions: {place} of {len(originals)} portraits (part {part + 1})", flush=True)
    for clip, step in _CLIP_STEPS.items():
        rows = {int(faces.frame[row]): row for row in np.flatnonzero(faces.source == clip)}
        with open_media(media / clip) as opened:
            for frame in opened.frames():
                if frame.index in rows and frame.index % step == 0 and frame.index // step % PARTS == part:
                    mesh = faces.attention[rows[frame.index]].astype(np.float64)
                    measurer.add_inventions(frame.image, mesh, clip, _CLIP_INVENTIONS)
    measurer.measured().save(_inventions(folder, part))


def _first_of_each(faces: MeasuredFaces, start: str) -> list[int]:
    first: dict[str, int] = {}
    for row, source in enumerate(faces.source.tolist()):
        if source.startswith(start) and not faces.mirrored[row]:
            first.setdefault(source, row)
    return list(first.values())


def answers_stage(folder: Path, faces: MeasuredFaces, inventions: list[MeasuredFaces], mesh: Mesh) -> Answers:
    """The frontal meshes of one of the product's networks, with the teacher's answers."""
    path = folder / f"answers-{mesh}.npz"
    if not path.is_file():
        print(f"Asking the teacher about the {mesh} mesh", flush=True)
        _save(path, _ask(faces, inventions, mesh))
    with np.load(path) as stored:
        return Answers(*(stored[name] for name in Answers.__slots__))


def _save(path: Path, answers: Answers) -> None:
    np.savez(path, **{name: getattr(answers, name) for name in answers.__slots__})


def _ask(faces: MeasuredFaces, inventions: list[MeasuredFaces], mesh: Mesh) -> Answers:
    teacher = Teacher()
    parts = [faces.where(_taught(faces)), *inventions]
    meshes = [part.attention if mesh is Mesh.ATTENTION else part.light for part in parts]
    ours = np.concatenate([teacher.blendshapes(with_irises(part)) for part in meshes])
    own = np.concatenate([teacher.blendshapes(part.teacher) for part in parts])
    points = np.concatenate([frontal(part) for part in meshes])
    source = np.concatenate([part.source for part in parts])
    real = np.arange(len(source)) < len(parts[0].source)
    mirrored = np.concatenate([part.mirrored for part in parts])
    seen_by_teacher = np.concatenate([frontal(part.teacher)[:, list(TEACHER_POINTS)] for part in parts])
    crossed = _cross(teacher, points, seen_by_teacher, source, mirrored)
    return Answers(
        np.concatenate([points, crossed.points]),
        np.concatenate([own, crossed.own]),
        np.concatenate([ours, crossed.ours]),
        np.concatenate([source, crossed.source]),
        np.concatenate([real, crossed.real]),
    )


def _taught(faces: MeasuredFaces) -> NDArray[np.bool_]:
    """Portraits and one clip of each person: posed faces and group photos are kept for the evaluation."""
    return np.array([source.startswith("portraits/") or source in CLIPS for source in faces.source.tolist()])


def _cross(
    teacher: Teacher, points: Array, seen_by_teacher: Array, source: NDArray[np.str_], mirrored: NDArray[np.bool_]
) -> Answers:
    """One person's shape with the difference between two expressions of another, as each mesh shows it."""
    random = np.random.default_rng(7)
    portraits = np.flatnonzero([each.startswith("portraits/") for each in source.tolist()])
    persons: dict[tuple[str, bool], list[int]] = {}
    for row in portraits.tolist():
        persons.setdefault((str(source[row]), bool(mirrored[row])), []).append(row)
    movers = [rows for rows in persons.values() if len(rows) >= 4]
    shape = random.choice(portraits, _CROSSINGS)
    pairs = np.array([random.choice(movers[random.integers(len(movers))], 2, False) for _ in range(_CROSSINGS)])
    share = random.uniform(0.4, 1.3, (_CROSSINGS, 1, 1)).astype(np.float32)
    crossed, theirs = (
        whole[shape] + share * (whole[pairs[:, 0]] - whole[pairs[:, 1]]) for whole in (points, seen_by_teacher)
    )
    whole = np.zeros((_CROSSINGS, 478, 2), dtype=np.float32)
    whole[:, list(TEACHER_POINTS)] = theirs[:, :, :2]
    ours = teacher.blendshapes(with_irises(crossed))
    return Answers(crossed, teacher.blendshapes(whole), ours, source[shape], np.zeros(_CROSSINGS, dtype=np.bool_))


def lessons(answers: Answers, *, without: str | None) -> Lessons:
    """All that may be learned, but nothing of the person of the clip `without`."""
    clips = np.isin(answers.source, CLIPS)
    taught = answers.source != without
    blendshapes = _OWN_SHARE * answers.own + (1 - _OWN_SHARE) * answers.ours
    weights = np.where(clips, _CLIP_WEIGHT, 1.0).astype(np.float32)
    return Lessons(answers.points[taught], blendshapes[taught].astype(np.float32), weights[taught])
