"""Measures what seeing the face from the front costs: the teacher asked of the very same meshes, turned to the
front."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.domain.requests.recipes import Mesh
from lab.evaluation.against_direct_feed import hundredths
from lab.evaluation.agreement import correlation
from lab.evaluation.sections.student import POOLED, VISIBLE, on_clips_held_out
from lab.evaluation.workbench import Workbench
from lab.reports.report import Cell, Figure, Section, Table
from lab.training.comparison import Comparison
from lab.training.frontal_meshes import frontal
from lab.training.measured_faces import CLIPS, HIDDEN_MOUTH, FaceMeasurer, MeasuredFaces
from lab.training.teacher import BLENDSHAPES, Teacher

NAME = "frontal_view"

_ASKED = ("browOuterUpRight", "jawOpen", "mouthSmileLeft", "mouthSmileRight")
_FRAMES = {POOLED: ("all", "all frames"), VISIBLE: ("visible", "mouth visible")}

Scores = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Answers:
    """The teacher's scores (N, 52) of N frames: of its own mesh and of ours, as pictured and turned to the front."""

    own: Scores
    own_frontal: Scores
    ours: Scores
    ours_frontal: Scores


@dataclass(frozen=True, slots=True)
class Ceilings:
    """Correlations of one blendshape with what the teacher says of its own mesh as pictured: of what it says of our
    mesh as `pictured`, and of its `own` and `ours` turned to the front. `both`: of the two that are turned."""

    pictured: float
    own: float
    ours: float
    both: float


Found = Mapping[str, Mapping[str, Ceilings]]
"""By frames (`POOLED`, `VISIBLE`) and blendshape."""


def evaluate(bench: Workbench) -> Section:
    """On the two clips that the trained networks are tested on."""
    teacher = Teacher(bench.teacher)
    measurer = FaceMeasurer(bench.models, teacher, crops=1)
    for clip in CLIPS:
        measurer.add_clip(bench.media / clip, clip, frames=bench.effort.frames)
    faces = measurer.measured()
    hidden = (faces.source == CLIPS[0]) & (faces.frame >= HIDDEN_MOUTH[0]) & (faces.frame < HIDDEN_MOUTH[1])
    held_out = on_clips_held_out()[Mesh.ATTENTION]
    found = {
        where: ceilings(_asked(teacher, faces.where(rows)), tuple(held_out[where].blendshapes))
        for where, rows in ((POOLED, np.full(len(hidden), fill_value=True)), (VISIBLE, ~hidden))
    }
    return _section(found, held_out)


def _asked(teacher: Teacher, faces: MeasuredFaces) -> Answers:
    meshes = (faces.teacher, frontal(faces.teacher), faces.attention, frontal(faces.attention))
    return Answers(*(teacher.blendshapes(each) for each in meshes))


def ceilings(answers: Answers, names: tuple[str, ...]) -> dict[str, Ceilings]:
    """Of the blendshapes of these names."""
    places = {name: BLENDSHAPES.index(name) for name in names}
    return {
        name: Ceilings(
            correlation(answers.ours[:, place], answers.own[:, place]),
            correlation(answers.own_frontal[:, place], answers.own[:, place]),
            correlation(answers.ours_frontal[:, place], answers.own[:, place]),
            correlation(answers.ours_frontal[:, place], answers.own_frontal[:, place]),
        )
        for name, place in places.items()
    }


def _section(found: Found, held_out: Mapping[str, Comparison]) -> Section:
    figures: list[Figure] = []
    for where, (key, frames) in _FRAMES.items():
        for name in _ASKED:
            quoted, text, each = f"{key}_{name.lower()}", f"{name}, {frames}", found[where][name]
            figures += [
                Figure(f"{quoted}_own", f"{text}: the teacher of its own mesh, from the front", hundredths(each.own)),
                Figure(f"{quoted}_ours", f"{text}: direct feed, from the front", hundredths(each.ours)),
                Figure(f"{quoted}_both", f"{text}: both meshes from the front", hundredths(each.both)),
            ]
    tables = tuple(
        _table(f"{frames[0].upper()}{frames[1:]}", found[where], held_out[where])
        for where, (_, frames) in _FRAMES.items()
    )
    title = "What seeing a face from the front costs"
    return Section(NAME, title, _HOW, _reading(found, held_out), tuple(figures), tables)


_HOW = (
    "The networks see every face from the front; the teacher sees it as it is pictured, and its scores change with the "
    "head's angles. Here the teacher is asked of its own mesh and of ours (*direct feed*), on the two clips of the "
    "section on persons not seen, as pictured and turned to the front by the mesh's own depth. *From the front* is the "
    "correlation with what it says of its own mesh as pictured, which is what the networks are held against; *both* is "
    "that of the two meshes, each turned to the front. Attention mesh; *student* is that of that section."
)


def _reading(found: Found, held_out: Mapping[str, Comparison]) -> str:
    everything, visible = found[POOLED], found[VISIBLE]
    jaw, brow, lip, smiles = "jawOpen", "browOuterUpRight", "mouthLowerDownLeft", ("mouthSmileLeft", "mouthSmileRight")
    pictured, turned, seen = (
        " and ".join(f"{value:.2f}" for value in values)
        for values in zip(
            *((everything[each].pictured, everything[each].both, visible[each].pictured) for each in smiles),
            strict=True,
        )
    )
    return (
        f"`{jaw}`: of its own mesh turned to the front the teacher says the same by {everything[jaw].own:.2f}, with "
        f"the mouth visible by {visible[jaw].own:.2f}, where the direct feed as pictured has "
        f"{visible[jaw].pictured:.2f}: this score goes by how the head is held, or by what the mesh's depth makes "
        "of the chin. "
        f"`{brow}`: {everything[brow].own:.2f}; but the direct feed has {everything[brow].pictured:.2f} as pictured "
        f"and {everything[brow].ours:.2f} from the front: some of what it has is agreement on how the head is turned. "
        f"`mouthSmile`, left and right: the direct feed has {pictured} on all frames, both meshes from the front have "
        f"{turned}; without the frames in which a hand hides the mouth the direct feed has {seen}. All this is what "
        "the teacher reaches when it sees what the networks see, and no law for a network that is taught: for "
        f"`{lip}`, mouth visible, the student has {held_out[VISIBLE].blendshapes[lip]['student']:.2f} where the "
        f"teacher from the front has {visible[lip].own:.2f}."
    )


def _table(title: str, found: Mapping[str, Ceilings], held_out: Comparison) -> Table:
    header = (
        "blendshape",
        "student",
        "direct feed",
        "direct feed, from the front",
        "both from the front",
        "teacher of its own mesh, from the front",
    )
    cells: list[tuple[Cell, ...]] = []
    for name, each in sorted(found.items()):
        values = (held_out.blendshapes[name]["student"], each.pictured, each.ours, each.both, each.own)
        cells.append((name, *(hundredths(value) for value in values)))
    return Table(title, header, tuple(cells))
