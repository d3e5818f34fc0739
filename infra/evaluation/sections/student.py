"""How good the trained network is on persons that it has not seen, and how steady while a head turns."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.expression_features import frontal_faces
from chalicelib.analysis.head_pose import head_pose
from chalicelib.analysis.rigid_face import fit_rigid
from chalicelib.analysis.trained_expressions import TrainedExpressions
from chalicelib.domain.job_names import Mesh
from infra.evaluation.sections.pose_stability import in_all_poses
from infra.evaluation.workbench import Workbench
from infra.reports.report import Bar, Figure, Section, Table
from infra.training.measured_faces import FaceMeasurer
from infra.training.teacher import BLENDSHAPES, Teacher

NAME = "student"

_RECORD = Path(__file__).resolve().parents[2] / "training" / "record.json"
_POOLED, _VISIBLE = "pooled", "pooled, mouth visible"
_SETTLED = ("eyeBlink", "mouthSmile", "mouthUpperUp")
_SETTLED_LEAST = 0.95
_MOST_BELOW = 0.05
_MOVES = 0.03
_TITLES = {Mesh.ATTENTION: "attention mesh", Mesh.LIGHT: "light mesh"}

Rows = Mapping[str, Mapping[str, float]]


def evaluate(bench: Workbench) -> Section:
    """The held-out figures of the training's record, and the spread under turns, measured now."""
    record = json.loads(_RECORD.read_text(encoding="utf-8"))
    ours, theirs = _spreads(bench)
    figures = [
        *(figure for mesh in Mesh for figure in _of_mesh(record, mesh)),
        Figure("turns_ours", "spread, turns up to 30 degrees: student", _two(100 * ours), "points"),
        Figure("turns_teacher", "spread, turns up to 30 degrees: teacher", _two(100 * theirs), "points"),
        Figure(
            "turns_ratio", "spread, turns: student over teacher", _two(ours / theirs), "", Bar(at_most=0.5), "all turns"
        ),
    ]
    tables = tuple(
        _table(f"{title[0].upper()}{title[1:]}, {where}", record[str(mesh)]["held_out"][where]["blendshapes"])
        for mesh, title in _TITLES.items()
        for where in (_POOLED, _VISIBLE)
    )
    return Section(
        NAME, "The trained network on persons not seen", _how(record), _reading(record), tuple(figures), tables
    )


def _of_mesh(record: Mapping[str, Any], mesh: Mesh) -> list[Figure]:
    """Pooled over all frames, and over those whose mouth is not hidden by a hand."""
    title = _TITLES[mesh]
    figures: list[Figure] = []
    for key, where in (("all", _POOLED), ("visible", _VISIBLE)):
        found = record[str(mesh)]["held_out"][where]
        mean, rows = found["mean"], found["blendshapes"]
        text = f"{title}, {'all frames' if key == 'all' else 'mouth visible'}"
        name = f"{mesh}_{key}"
        figures += [
            Figure(f"{name}_correlation", f"{text}: mean correlation", mean["student"], "", Bar(mean["direct"]), title),
            Figure(f"{name}_direct", f"{text}: mean correlation of the direct feed", mean["direct"]),
            Figure(
                f"{name}_error",
                f"{text}: mean absolute error",
                _two(100 * mean["student_error"]),
                "%",
                Bar(at_most=_two(100 * mean["direct_error"])),
                title,
            ),
            Figure(
                f"{name}_below",
                f"{text}: blendshapes more than {_MOST_BELOW:g} below the direct feed",
                len(_below(rows)),
                "",
                Bar(at_most=0),
                title,
            ),
        ]
        if mesh is Mesh.ATTENTION:
            figures += _settled(name, text, rows)
    return figures


def _settled(name: str, text: str, rows: Rows) -> list[Figure]:
    """Those that are to be nearly the teacher's: the mean of both sides."""
    found = {stem: [row["student"] for each, row in rows.items() if each.startswith(stem)] for stem in _SETTLED}
    return [
        Figure(f"{name}_{stem}", f"{text}: {stem}", _two(float(np.mean(values))), "", Bar(_SETTLED_LEAST), stem)
        for stem, values in found.items()
    ]


def _below(rows: Rows) -> list[str]:
    return [name for name, row in rows.items() if row["student"] < row["direct"] - _MOST_BELOW]


def _spreads(bench: Workbench) -> tuple[float, float]:
    """Standard deviation of the blendshapes (0..1) that the teacher moves, of one face turned with its own depth: the
    student's on our mesh, the teacher's on its own; means over faces."""
    teacher, model = Teacher(bench.teacher), TrainedExpressions()
    measurer = FaceMeasurer(bench.models, teacher, crops=1)
    portraits = sorted((bench.media / "portraits").glob("*.jpg"))
    for path in portraits[:: max(len(portraits) // bench.effort.portraits, 1)][: bench.effort.portraits]:
        measurer.add_picture(path, path.name)
    faces = measurer.measured()
    scores = teacher.blendshapes(faces.teacher)
    moved = [place for place in range(1, len(BLENDSHAPES)) if scores[:, place].std() >= _MOVES]
    ours, theirs = [], []
    for own, other in zip(faces.attention.astype(np.float64), faces.teacher.astype(np.float64), strict=True):
        answers = _blendshapes(model, in_all_poses(own))
        ours.append(np.mean([answers[BLENDSHAPES[place]].std() for place in moved]))
        theirs.append(teacher.blendshapes(in_all_poses(other))[:, moved].std(axis=0).mean())
    return float(np.mean(ours)), float(np.mean(theirs))


def _blendshapes(model: TrainedExpressions, points: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    fits = [fit_rigid(each) for each in points]
    return model.blendshapes(frontal_faces(points, fits, [head_pose(fit).yaw_deg for fit in fits]))


def _how(record: Mapping[str, Any]) -> str:
    frames = record[str(Mesh.ATTENTION)]["held_out"]
    return (
        "`make train` wrote these figures when the networks were made. The test is on the clips of two persons, "
        f"{frames[_POOLED]['frames']} frames: a network that scores one was taught without that person, by the other "
        "clip and the portraits. Held against it is what the teacher says of its own mesh of the same picture. "
        "*Direct feed*: the teacher's network given the points of our mesh. Only blendshapes count whose teacher's "
        "scores range over at least 0.1 (2nd to 98th percentile). In one clip a hand hides the mouth for seven "
        f"seconds; *mouth visible* leaves those frames out ({frames[_VISIBLE]['frames']} remain). *Spread*: as in the "
        "section on turns, of the network's own answers, before any calibration, on portraits turned with their own "
        "depth."
    )


def _reading(record: Mapping[str, Any]) -> str:
    sentences = []
    for mesh, title in _TITLES.items():
        held_out = record[str(mesh)]["held_out"]
        mean = held_out[_POOLED]["mean"]
        below = _below(held_out[_POOLED]["blendshapes"])
        named = f"; more than {_MOST_BELOW:g} below it: {', '.join(below)}" if below else ""
        sentences.append(
            f"With the {title} the mean correlation is {mean['student']:.2f} where the direct feed has "
            f"{mean['direct']:.2f}, with errors of {100 * mean['student_error']:.1f} % and "
            f"{100 * mean['direct_error']:.1f} %{named}."
        )
    return " ".join(sentences)


def _table(title: str, rows: Rows) -> Table:
    header = ("blendshape", "student", "direct feed", "student: error (%)", "direct feed: error (%)")
    cells = tuple(
        (
            name,
            _two(row["student"]),
            _two(row["direct"]),
            _two(100 * row["student_error"]),
            _two(100 * row["direct_error"]),
        )
        for name, row in sorted(rows.items())
    )
    return Table(title, header, cells)


def _two(value: float) -> float:
    return round(float(value), 2)
