"""Measures how good the trained network is on persons that it has not seen, and how steady while a head turns."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from chalicelib.analysis.expressions.trained import TrainedExpressions
from chalicelib.domain.requests.recipes import Mesh
from lab.evaluation.against_direct_feed import (
    MESH_TITLES,
    compared_figures,
    compared_sentence,
    compared_table,
    hundredths,
    network_blendshapes,
)
from lab.evaluation.sections.pose_stability import in_all_poses
from lab.evaluation.workbench import Workbench
from lab.reports.report import Bar, Figure, Section
from lab.training.comparison import Comparison
from lab.training.measured_faces import FaceMeasurer
from lab.training.teacher import BLENDSHAPES, Teacher

NAME = "student"

POOLED, VISIBLE = "pooled", "pooled, mouth visible"
"""All frames of the clips, and those whose mouth is not hidden by a hand: names of the training's record."""
_RECORD = Path(__file__).resolve().parents[2] / "training" / "record.json"
_SETTLED = ("eyeBlink", "mouthSmile", "mouthUpperUp")
_SETTLED_LEAST = 0.95
_MOVES = 0.03

HeldOut = Mapping[Mesh, Mapping[str, Comparison]]


def evaluate(bench: Workbench) -> Section:
    """The held-out figures of the training's record, and the spread under turns, measured now."""
    held_out = on_clips_held_out()
    ours, theirs = _spreads(bench)
    figures = [
        *(figure for mesh in Mesh for figure in _of_mesh(held_out[mesh], mesh)),
        Figure("turns_ours", "spread, turns up to 30 degrees: student", hundredths(100 * ours), "points"),
        Figure("turns_teacher", "spread, turns up to 30 degrees: teacher", hundredths(100 * theirs), "points"),
        Figure(
            "turns_ratio",
            "spread, turns: student over teacher",
            hundredths(ours / theirs),
            "",
            Bar(at_most=0.5),
            "all turns",
        ),
    ]
    tables = tuple(
        compared_table(f"{title[0].upper()}{title[1:]}, {where}", held_out[mesh][where])
        for mesh, title in MESH_TITLES.items()
        for where in (POOLED, VISIBLE)
    )
    reading = " ".join(compared_sentence(mesh, held_out[mesh][POOLED]) for mesh in MESH_TITLES)
    title = "The trained network on persons not seen"
    return Section(NAME, title, _how(held_out[Mesh.ATTENTION]), reading, tuple(figures), tables)


def on_clips_held_out() -> HeldOut:
    """Returns what the training found on each clip with networks that had not seen its person: by mesh, of `POOLED` and
    `VISIBLE` frames."""
    record: Mapping[str, Any] = json.loads(_RECORD.read_text(encoding="utf-8"))
    return {
        mesh: {where: Comparison(**record[str(mesh)]["held_out"][where]) for where in (POOLED, VISIBLE)}
        for mesh in Mesh
    }


def _of_mesh(held_out: Mapping[str, Comparison], mesh: Mesh) -> list[Figure]:
    figures: list[Figure] = []
    for key, where, frames in (("all", POOLED, "all frames"), ("visible", VISIBLE, "mouth visible")):
        name, text = f"{mesh}_{key}", f"{MESH_TITLES[mesh]}, {frames}"
        figures += compared_figures(name, text, MESH_TITLES[mesh], held_out[where])
        if mesh is Mesh.ATTENTION:
            figures += _settled(name, text, held_out[where])
    return figures


def _settled(name: str, text: str, found: Comparison) -> list[Figure]:
    """Those that are to be nearly the teacher's: the mean of both sides."""
    sides = {
        stem: [row["student"] for each, row in found.blendshapes.items() if each.startswith(stem)] for stem in _SETTLED
    }
    return [
        Figure(f"{name}_{stem}", f"{text}: {stem}", hundredths(float(np.mean(values))), "", Bar(_SETTLED_LEAST), stem)
        for stem, values in sides.items()
    ]


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
        answers = network_blendshapes(model, in_all_poses(own))
        ours.append(np.mean([answers[BLENDSHAPES[place]].std() for place in moved]))
        theirs.append(teacher.blendshapes(in_all_poses(other))[:, moved].std(axis=0).mean())
    return float(np.mean(ours)), float(np.mean(theirs))


def _how(frames: Mapping[str, Comparison]) -> str:
    return (
        "`make train` wrote these figures when the networks were made. The test is on the clips of two persons, "
        f"{frames[POOLED].frames} frames: a network that scores one was taught without that person, by the other "
        "clip and the portraits. Held against it is what the teacher says of its own mesh of the same picture. "
        "*Direct feed*: the teacher's network given the points of our mesh. Only blendshapes count whose teacher's "
        "scores range over at least 0.1 (2nd to 98th percentile). In one clip a hand hides the mouth for seven "
        f"seconds; *mouth visible* leaves those frames out ({frames[VISIBLE].frames} remain). *Spread*: as in the "
        "section on turns, of the network's own answers, before any calibration, on portraits turned with their own "
        "depth."
    )
