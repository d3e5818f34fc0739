"""Covered faces: how many are marked, and how many that are not covered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.media.frames import Frame
from chalicelib.domain.measurements.metrics import FaceMetrics
from chalicelib.domain.measurements.validity import InvalidReason
from lab.evaluation.workbench import Workbench
from lab.face_checks.drawing import Points, Seen
from lab.face_checks.harmless import HARMLESS
from lab.face_checks.made_faces import TAUGHT_PORTRAITS
from lab.face_checks.occluders import OCCLUDERS, covered, points_in_picture
from lab.reports.report import Bar, Figure, Section, Table, tenths
from lab.training.face_warps import SIDE, UprightFace, cut_upright, invented

NAME = "covered_faces"

_SEED = 5
_BAR = Bar(at_least=90.0)
_HIDDEN = 0.5
_FRAMES_APART = 12
_DARKEST = 0.1
_CHEEKS = (50, 280, 101, 330)
_FILM = "videos/WolfgangLanger_Pexels.mp4"
_HAND_S = {InvalidReason.MOUTH_COVERED: (2.44, 9.3), InvalidReason.BROWS_COVERED: (4.1, 5.55)}
_NO_HAND_S = ((0.0, 2.3), (9.7, 19.6))
"""Times in the film, by eye, at which a hand hides a third of mouth or chin or lies between the brows, and at which
nothing hides either."""
_REASONS = (InvalidReason.EYES_COVERED, InvalidReason.MOUTH_COVERED, InvalidReason.BROWS_COVERED)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom the network was not taught with: the portrait, the face cut out of it, its points in that picture
    (478, 2), and how bright the cheeks are, as a share of the brightest places."""

    portrait: NDArray[np.uint8]
    face: UprightFace
    points: Points
    brightness: float


class _Counts(dict[str, list[bool]]):
    def add(self, kind: str, marked: bool) -> None:
        self.setdefault(kind, []).append(marked)

    @property
    def all(self) -> list[bool]:
        return [marked for each in self.values() for marked in each]


def evaluate(bench: Workbench) -> Section:
    """Portraits with things drawn before them and without; performances."""
    covers, free = _Counts(), _Counts()
    random = np.random.default_rng(_SEED)
    persons = list(persons_not_taught(bench))
    darkest = float(np.quantile([person.brightness for person in persons], _DARKEST))
    for person in persons:
        _add_covered(bench, person, random, covers)
        for group, image in _free_pictures(person, random):
            for found in faces_in(bench, image):
                free.add(group, _is_marked(found))
                if person.brightness <= darkest and group.startswith("portraits"):
                    free.add("of these, the tenth with the darkest skin", _is_marked(found))
    for path in sorted((bench.media / "performances").glob("*.mp4"))[: None if bench.effort.others else 1]:
        thinned = (each for each in bench.frames(f"performances/{path.name}") if each.index % _FRAMES_APART == 0)
        for face in (face for frame in bench.analyze(thinned) for face in frame.faces):
            free.add("performances", _is_marked(face))
    return _section(covers, free, len(persons), _real_hand(bench, free))


def _real_hand(bench: Workbench, free: _Counts) -> _Counts:
    """Returns by reason whether each frame in which a real hand hides this part is marked; adds frames without a hand
    to `free`."""
    hidden = _Counts()
    for frame in bench.analyze(bench.frames(_FILM)):
        for face in frame.faces:
            for reason, (begin_s, end_s) in _HAND_S.items():
                if begin_s <= frame.time_s <= end_s:
                    hidden.add(reason.split()[0], reason in face.invalid_reasons)
            if any(begin_s <= frame.time_s <= end_s for begin_s, end_s in _NO_HAND_S):
                free.add("a film, frames without a hand", _is_marked(face))
    return hidden


def _add_covered(bench: Workbench, person: Person, random: np.random.Generator, covers: _Counts) -> None:
    for kind in OCCLUDERS:
        hidden = covered(Seen(person.face.image, person.points, [person.portrait]), kind, random)
        for found in faces_in(bench, hidden.image):
            for share, reason in zip((hidden.eyes, hidden.mouth, hidden.brows), _REASONS, strict=True):
                if share > _HIDDEN:
                    covers.add(f"{kind} over {reason.split()[0]}", reason in found.invalid_reasons)


def persons_not_taught(bench: Workbench) -> Iterator[Person]:
    """As many as the effort allows."""
    paths = sorted((bench.media / "portraits").glob("*.jpg"))[TAUGHT_PORTRAITS:]
    for path in paths[:: max(len(paths) // bench.effort.portraits, 1)][: bench.effort.portraits]:
        (frame,) = bench.frames(f"portraits/{path.name}")
        meshes = bench.meshes(frame.image)
        if len(meshes) == 1:
            face = cut_upright(frame.image, meshes[0])
            points = points_in_picture(face)
            places = np.clip(points[list(_CHEEKS)].round().astype(int), 0, SIDE - 1)
            cheeks = float(np.median([face.image[y, x].mean() for x, y in places]))
            yield Person(frame.image, face, points, cheeks / max(float(np.percentile(face.image, 99)), 1.0))


def _free_pictures(person: Person, random: np.random.Generator) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    yield "portraits as they are", person.face.image
    yield "portraits with moved mouths, lids and brows", invented(person.face, random)
    for group, draw in HARMLESS.items():
        yield f"with a drawn {group}", draw(person.face.image, person.points, random)


def faces_in(bench: Workbench, image: NDArray[np.uint8]) -> Sequence[FaceMetrics]:
    """The faces of a picture (H, W, 3) uint8 BGR, as the default job has them."""
    (frame,) = bench.analyze([Frame(0, 0.0, image)])
    return frame.faces


def _is_marked(face: FaceMetrics) -> bool:
    return any(reason in face.invalid_reasons for reason in _REASONS)


def _section(covers: _Counts, free: _Counts, persons: int, real: _Counts) -> Section:
    groups = {name: marks for name, marks in free.items() if not name.startswith("of these")}
    marked = [mark for marks in groups.values() for mark in marks]
    natural = [mark for name, marks in groups.items() if "drawn" not in name for mark in marks]
    # With little effort the film ends before the hand comes.
    by_hand = [
        Figure(f"real_{part}", f"frames with a real hand over the {part} that are marked", _percent(marks), "%", _BAR)
        for part, marks in real.items()
    ]
    figures = (
        Figure("marked", "covered parts that are marked", _percent(covers.all), "%", _BAR),
        *by_hand,
        Figure("false", "uncovered faces that are marked, nothing drawn", _percent(natural), "%", Bar(at_most=2.0)),
        Figure("false_drawn", "uncovered faces that are marked, all", _percent(marked), "%", Bar(at_most=2.0)),
    )
    rows = [(name, "covered", len(marks), _percent(marks)) for name, marks in sorted(covers.items())]
    rows += [
        (f"a film, frames with a hand over the {part}", "covered", len(marks), _percent(marks))
        for part, marks in real.items()
    ]
    rows += [(name, "free", len(marks), _percent(marks)) for name, marks in free.items()]
    return Section(
        NAME,
        "Covered faces",
        f"Portraits of {persons} persons whom the network was not taught with, with masks, hands, dark glasses, "
        "microphones, objects and hair drawn before them (a part counts as covered where more than half of it is "
        "hidden), with drawn clear glasses, beards and shadows, with moved mouths, lids and brows, and as they are; "
        f"every {_FRAMES_APART}th frame of the performances, in which nothing is covered; and every frame of the film "
        "of a woman who holds a hand before mouth or chin for seven seconds, and its fingers between "
        "her brows for one and a half (times by eye). Drawn things are like those that the network was taught with, so "
        "real ones are marked less often; the film is one person, one hand.",
        f"{_percent(covers.all):g} % of {len(covers.all)} covered parts are marked, {_percent(natural):g} % of "
        f"{len(natural)} faces that are not covered; with drawn glasses, beards and shadows {_percent(marked):g} %.",
        figures,
        (Table("", ("faces", "part", "count", "marked (%)"), tuple(rows)),),
    )


def _percent(marks: Sequence[bool]) -> float:
    return tenths(100 * float(np.mean(marks))) or 0.0 if marks else 0.0
