"""Confidence: of faces with 90, how many meshes lie right."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from chalicelib.domain.measurements.metrics import FaceMetrics
from lab.evaluation.sections.covered_faces import Person, faces_in, persons_not_taught
from lab.evaluation.sections.turned_faces import turned_picture
from lab.evaluation.workbench import Workbench
from lab.face_checks.drawing import Points, Seen
from lab.face_checks.made_faces import shapes
from lab.face_checks.occluders import OCCLUDERS, covered
from lab.reports.report import Bar, Figure, Section, Table, tenths
from lab.training.face_warps import SIDE

NAME = "confidence"

FALSE_FACES = "field/false_face_in_blurred_room.mp4"
_SEED = 6
_ROOMS = 300
_ROOM_SIDE_PX = 416
_STEPS = (0, 50, 80, 90, 95, 100.01)
_MOST_APART, _MOST_APART_DEG = 0.4, 20.0
_SURE = 90.0

Laid = tuple[float, bool]
"""The confidence of a face, and whether its mesh lies right."""


def evaluate(bench: Workbench) -> Section:
    """Portraits, upright, turned and covered; pictures without a face; a clip with a false face."""
    random = np.random.default_rng(_SEED)
    laid: list[Laid] = []
    for person in persons_not_taught(bench):
        for image, points in _pictures(person, random):
            laid += [(face.confidence, lies_right(face, points)) for face in faces_in(bench, image)]
    for _ in range(_ROOMS if bench.effort.others else 2):
        laid += [(face.confidence, False) for face in faces_in(bench, shapes(random, _ROOM_SIDE_PX))]
    longest, clip = _false_face(bench)
    return _section([*laid, *clip], longest)


def _pictures(person: Person, random: np.random.Generator) -> Iterator[tuple[NDArray[np.uint8], Points]]:
    yield person.face.image, person.points
    for kind in OCCLUDERS:
        yield covered(Seen(person.face.image, person.points, [person.portrait]), kind, random).image, person.points
    for roll_deg in (60.0, 120.0, 180.0, 240.0):
        image = turned_picture(person.face.image, roll_deg)
        radians = np.radians(roll_deg)
        turn = np.array([[np.cos(radians), np.sin(radians)], [-np.sin(radians), np.cos(radians)]])
        yield image, (person.points - SIDE / 2) @ turn + image.shape[0] / 2
        small = cv2.resize(image, None, fx=0.2, fy=0.2, interpolation=cv2.INTER_AREA)
        yield np.asarray(small, dtype=np.uint8), ((person.points - SIDE / 2) @ turn + image.shape[0] / 2) * 0.2


def lies_right(face: FaceMetrics, points: Points) -> bool:
    """Returns True if box and roll of a face are those of points (478, 2): within 0.4 eye distances, 20 degrees."""
    values, across = face.values, points[263] - points[33]
    corner = np.array([values["face box left"], values["face box top"]])
    size = np.array([values["face box width"], values["face box height"]])
    off = max(np.abs(corner - points.min(axis=0)).max(), np.abs(corner + size - points.max(axis=0)).max())
    roll_deg = float(np.degrees(np.arctan2(across[1], across[0])))
    apart_deg = abs((values["roll"] - roll_deg + 180) % 360 - 180)
    return bool(off / np.linalg.norm(across) < _MOST_APART and apart_deg < _MOST_APART_DEG)


def _false_face(bench: Workbench) -> tuple[float, list[Laid]]:
    """For how many seconds a second face is seen in a clip of one woman, and all faces of the clip."""
    laid: list[Laid] = []
    seen_s: dict[int, list[float]] = {}
    for frame in bench.analyze(bench.frames(FALSE_FACES)):
        for face in frame.faces:
            seen_s.setdefault(face.face_id, []).append(frame.time_s)
            laid.append((face.confidence, face.face_id == 0))
    others = [max(times) - min(times) for face_id, times in seen_s.items() if face_id]
    return max(others, default=0.0), laid


def _section(laid: Sequence[Laid], longest_s: float) -> Section:
    rows = []
    for low, high in pairwise(_STEPS):
        right = [lies for sure, lies in laid if low <= sure < high]
        rows.append((f"{low:g} to {min(high, 100):g}", len(right), _percent(right)))
    sure = [lies for confidence, lies in laid if confidence >= _SURE]
    wrong_valid = sum(confidence >= _STEPS[1] and not lies for confidence, lies in laid)
    figures = (
        Figure("right_at_90", "faces with a confidence of 90 whose mesh lies right", _percent(sure), "%", Bar(90.0)),
        Figure("wrong", "faces that lie wrong with a confidence of 50 and more", wrong_valid),
        Figure(
            "false_face_s", "how long a false face lasts in a blurred room", round(longest_s, 2), "s", Bar(at_most=1.0)
        ),
    )
    return Section(
        NAME,
        "Confidence",
        "All faces found in portraits of persons whom the network was not taught with (upright, covered by drawn "
        f"things, turned by 60 to 240 degrees, and these small), in {_ROOMS} made pictures of rooms out of focus, "
        "and in a clip of one woman before a blurred room in which a false face was found in 34 frames with a "
        "confidence of 99.99 before. A mesh lies right if its box and roll are those of the face.",
        f"Of {len(sure)} faces with a confidence of 90 and more {_percent(sure) or 0:g} % lie right. A false face "
        f"lasts {longest_s:.2f} s at most.",
        figures,
        (Table("", ("confidence", "faces", "lie right (%)"), tuple(rows)),),
    )


def _percent(right: Sequence[bool]) -> float | None:
    return tenths(100 * float(np.mean(right))) if right else None
