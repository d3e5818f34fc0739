"""Measures whether all faces of group photos are found, and nothing else."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chalicelib.domain.measurements.metrics import FaceMetrics
from chalicelib.domain.requests.recipes import MAX_FACES
from lab.evaluation.workbench import Workbench
from lab.reports.report import Bar, Figure, Section, Table

NAME = "crowds"

_FACES = Path(__file__).with_name("crowd_faces.json")
_ALMOST_AS_LARGE = 0.9


@dataclass(frozen=True, slots=True)
class TrueFace:
    """The middle of a face and its width, in pixels."""

    x: float
    y: float
    width: float


@dataclass(frozen=True, slots=True)
class Found:
    """The result on one picture. `wanted`: how many of the true ones a job is to report; `missed`: the
    places of those that it did not; `false`: faces where none is."""

    picture: str
    true: int
    wanted: int
    hits: int
    false: int
    missed: tuple[TrueFace, ...]


def true_faces() -> dict[str, tuple[TrueFace, ...]]:
    """By picture: middles and widths, looked at one by one by a person."""
    listed = json.loads(_FACES.read_text(encoding="utf-8"))
    return {picture: tuple(TrueFace(*face) for face in faces) for picture, faces in listed.items()}


def evaluate(bench: Workbench) -> Section:
    """Over all group photos."""
    results = [
        matched(picture, faces, bench.measured(f"crowds/{picture}")[0].faces)
        for picture, faces in true_faces().items()
        if len(faces) <= bench.effort.group
    ]
    return _section(results, [_without_limit(bench, found) for found in results if found.true > found.wanted])


def _without_limit(bench: Workbench, found: Found) -> Found:
    """The same picture, were a job to report every face in it."""
    faces = true_faces()[found.picture]
    (frame,) = bench.analyze(bench.frames(f"crowds/{found.picture}"), max_faces=2 * len(faces))
    return matched(found.picture, faces, frame.faces, most=len(faces))


def matched(picture: str, faces: Sequence[TrueFace], found: Sequence[FaceMetrics], most: int = MAX_FACES) -> Found:
    """Each true face with a found one whose box is round its middle. If there are more than `most`, the largest are
    wanted; boxes of detector and mesh differ, so one that is about as large as the smallest of these may stand in."""
    taken: set[int] = set()
    missed: list[TrueFace] = []
    by_size = sorted(faces, key=lambda face: -face.width)
    hits = 0
    for face in by_size:
        match = next((each.face_id for each in found if each.face_id not in taken and _holds(each, face)), None)
        if match is None:
            missed.append(face)
        else:
            taken.add(match)
            hits += 1
    wanted = min(len(faces), most)
    smallest = by_size[wanted - 1].width
    lacking = [face for face in missed if face.width * _ALMOST_AS_LARGE > smallest or len(faces) == wanted]
    return Found(picture, len(faces), wanted, hits, len(found) - len(taken), tuple(lacking))


def _holds(found: FaceMetrics, face: TrueFace) -> bool:
    right, down = face.x - found.values["face box left"], face.y - found.values["face box top"]
    return 0 < right < found.values["face box width"] and 0 < down < found.values["face box height"]


def _section(results: Sequence[Found], unlimited: Sequence[Found]) -> Section:
    wanted = sum(found.wanted for found in results)
    lacking = sum(len(found.missed) for found in results)
    false = sum(found.false for found in (*results, *unlimited))
    hidden = [(found.picture, face) for found in unlimited for face in found.missed]
    figures = (
        Figure("wanted", "faces that jobs are to report", wanted),
        Figure("missed", "of these not found", lacking, "", Bar(at_most=0.0), "detection"),
        Figure(
            "missed_without_limit", "not found if a job reports all", len(hidden), "", Bar(at_most=0.0), "detection"
        ),
        Figure("false", "false faces", false, "", Bar(at_most=0.0), "detection"),
    )
    rows = [(f"`{each.picture}`", each.true, each.wanted, each.hits, len(each.missed), each.false) for each in results]
    rows += [
        (f"`{each.picture}`, no limit", each.true, each.wanted, each.hits, len(each.missed), each.false)
        for each in unlimited
    ]
    where = "; ".join(f"`{name}`, at {face.x:.0f}, {face.y:.0f}, {face.width:.0f} pixels wide" for name, face in hidden)
    return Section(
        NAME,
        "Faces in group photos",
        "The middles of all faces were marked and looked at one by one. A face counts as found if one reported "
        f"box lies round its middle. A job reports at most {MAX_FACES} faces; in `26.jpg`, which shows more, the "
        "largest are wanted (one within a tenth of the smallest of these may stand in for it), and all of them with "
        "the limit taken away.",
        f"Of {wanted} faces that jobs are to report, {lacking} {_are(lacking)} missed; {false} {_are(false)} false."
        + (f" Without the limit {len(hidden)} {_are(len(hidden))} missed: {where}." if unlimited else ""),
        figures,
        (Table("", ("picture", "faces", "wanted", "found", "missed", "false"), tuple(rows)),),
    )


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
