"""Measures how good the trained networks are on pictures that nothing was learned from: many persons, one moment of
each."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from chalicelib.analysis.expressions.trained import TrainedExpressions
from chalicelib.domain.requests.recipes import Mesh
from lab.evaluation.against_direct_feed import (
    MESH_TITLES,
    compared_figures,
    compared_sentence,
    compared_table,
    network_blendshapes,
)
from lab.evaluation.workbench import Workbench
from lab.reports.report import Figure, Section
from lab.training.comparison import Comparison, compared
from lab.training.frontal_meshes import with_irises
from lab.training.measured_faces import FaceMeasurer, MeasuredFaces
from lab.training.teacher import BLENDSHAPES, Teacher

NAME = "unseen_pictures"

_FOLDERS = ("faces", "crowds")
_CROPS = 4  # as the training measures its portraits


@dataclass(frozen=True, slots=True)
class Counts:
    """The measurements: `faces` by picture, and measurements of them."""

    faces: Mapping[str, int]
    measurements: int

    @property
    def largest(self) -> str:
        """The picture with most faces."""
        return max(self.faces, key=lambda picture: self.faces[picture])


def evaluate(bench: Workbench) -> Section:
    """Both networks and the direct feed against the teacher, over the faces of all these pictures together."""
    teacher, model = Teacher(bench.teacher), TrainedExpressions()
    measurer = FaceMeasurer(bench.models, teacher, crops=_CROPS)
    for path in _pictures(bench):
        measurer.add_picture(path, str(path.relative_to(bench.media)))
    faces = measurer.measured()
    counts = counted(faces)
    others = faces.where(np.array([not source.startswith(counts.largest) for source in faces.source.tolist()]))
    found, smaller = ({mesh: _compared(teacher, model, some, mesh) for mesh in Mesh} for some in (faces, others))
    return _section(counts, found, smaller)


def _pictures(bench: Workbench) -> list[Path]:
    """There are fewer than the persons of a full effort; a sample takes some posed faces."""
    pictures = [path for folder in _FOLDERS for path in sorted((bench.media / folder).iterdir())]
    return pictures[: bench.effort.portraits]


def counted(faces: MeasuredFaces) -> Counts:
    """Each face of a picture counts once, however often it was measured. In the mirrored picture faces may be numbered
    otherwise, so they are not counted there."""
    told_apart = set(faces.source[~faces.mirrored].tolist())
    return Counts(Counter(source.partition(":")[0] for source in told_apart), len(faces.source))


def _compared(teacher: Teacher, model: TrainedExpressions, faces: MeasuredFaces, mesh: Mesh) -> Comparison:
    meshes = faces.attention if mesh is Mesh.ATTENTION else faces.light
    student = network_blendshapes(model, meshes.astype(np.float64))
    names = list(student)
    columns = [BLENDSHAPES.index(name) for name in names]
    direct, own = (teacher.blendshapes(points)[:, columns] for points in (with_irises(meshes), faces.teacher))
    return compared(names, np.column_stack([student[name] for name in names]), direct, own)


def _section(counts: Counts, found: Mapping[Mesh, Comparison], smaller: Mapping[Mesh, Comparison]) -> Section:
    figures = [
        Figure("pictures", "pictures with a face that all meshes see", len(counts.faces)),
        Figure("faces", "faces in them", sum(counts.faces.values())),
        Figure("measurements", "measurements of these faces", counts.measurements),
    ]
    for mesh, title in MESH_TITLES.items():
        figures += compared_figures(str(mesh), title, title, found[mesh], source="own")
        name, text, mean = f"{mesh}_others", f"{title}, all pictures but the largest", smaller[mesh].mean
        figures += [
            Figure(f"{name}_correlation", f"{text}: mean correlation", mean["student"]),
            Figure(f"{name}_direct", f"{text}: mean correlation of the direct feed", mean["direct"]),
        ]
    tables = tuple(compared_table(f"{title[0].upper()}{title[1:]}", found[mesh]) for mesh, title in MESH_TITLES.items())
    title = "The trained network on pictures not seen"
    return Section(NAME, title, _how(counts), _reading(counts, found, smaller), tuple(figures), tables)


def _how(counts: Counts) -> str:
    return (
        f"The {sum(counts.faces.values())} faces of {len(counts.faces)} pictures in {_listed(_FOLDERS)}, which the "
        f"networks were not taught with: each in {_CROPS} crops, all but the first brighter or darker, blurred and "
        f"noisy, and mirrored, {counts.measurements} measurements in all. The networks are those of the product. "
        "Compared as in the section before: the networks' own answers, before any calibration. The pictures "
        "are not quite untouched: ramps were looked at on the posed ones, and a layout of the networks that looked "
        "better on the clips was refused for what it did here (decision 21)."
    )


def _reading(counts: Counts, found: Mapping[Mesh, Comparison], smaller: Mapping[Mesh, Comparison]) -> str:
    sentences = " ".join(compared_sentence(mesh, found[mesh]) for mesh in MESH_TITLES)
    mean = smaller[Mesh.ATTENTION].mean
    return (
        f"{sentences} {counts.faces[counts.largest]} of the faces are in one photo, `{counts.largest}`, and small "
        "there; over the other pictures the means with the attention mesh are "
        f"{mean['student']:.2f} and {mean['direct']:.2f}. This compares persons who pose, one moment of each; how well "
        "a network follows the movement of one face is in the section before."
    )


def _listed(folders: tuple[str, ...]) -> str:
    return " and ".join(f"`{folder}/`" for folder in folders)
