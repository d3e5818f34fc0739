"""Meshes laid on faces as they should be and as they should not, with what is known of each because it was made so."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.detector import FaceDetector
from chalicelib.analysis.faces.mesh import Crop, FaceMesh, MeshModel, crop_of_detection, crop_of_mesh
from chalicelib.analysis.faces.proof.face_checks import grey_patches
from chalicelib.analysis.faces.tiling import search
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.requests.recipes import Mesh
from lab.evaluation.bent_pictures import bent
from lab.evaluation.face_turns import turned
from lab.face_checks.drawing import Seen
from lab.face_checks.harmless import HARMLESS
from lab.face_checks.occluders import covered
from lab.rendered_faces.cameras import taken
from lab.training.face_warps import SIDE, UprightFace, cut_upright, invented

Picture = NDArray[np.uint8]
Random = np.random.Generator

TAUGHT_PORTRAITS = 360
"""So many portraits, the first by name, are taught with; the others are kept for measuring."""

_CANVAS = 416
_MOVED_SHARE, _HARMLESS_SHARE = 0.65, 0.5
_COVERED_SHARE = 0.62
_COVERED_BY = {"mask": 0.17, "dark glasses": 0.12, "hand": 0.45, "microphone": 0.07, "object": 0.14, "fringe": 0.05}
_TURNED_SHARE = 0.35
_SURE_FLAG = 0.8
_SHAPES_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class MadeFace:
    """`patch` (64, 64) uint8; the mesh's `flag`; `apart`: mean distance of the mesh from the true one, in eye
    distances, infinite if there is no face; how much of `eyes`, `mouth` and `brows` is hidden, see `Covered`; `kind`:
    what was done."""

    patch: Picture
    flag: float
    apart: float
    eyes: float
    mouth: float
    brows: float
    kind: str
    person: str
    light: bool


class FaceMaker:
    """Makes faces from portraits, (H, W, 3) uint8 BGR, and from pictures without a face, `scenery`. `hands`: see
    `Seen`."""

    def __init__(self, models: Models, scenery: Sequence[Picture], hands: NDArray[np.uint8]) -> None:
        self._detector = FaceDetector(models)
        self._low = FaceDetector(models, min_score=0.2)
        self._meshes = {mesh: MeshModel(models, mesh) for mesh in Mesh}
        self._scenery = list(scenery)
        self._hands = hands

    def upright(self, image: Picture) -> UprightFace | None:
        """The largest face of a portrait."""
        found = search(self._detector, image)
        if not len(found):
            return None
        best = int((found.boxes[:, 2] - found.boxes[:, 0]).argmax())
        mesh = self._looked(image, crop_of_detection(found.boxes[best], found.eyes[best]), Mesh.ATTENTION)
        return None if mesh.flag < _SURE_FLAG else cut_upright(image, mesh.points)

    def of_portrait(self, face: UprightFace, person: str, random: Random, count: int) -> Iterator[MadeFace]:
        """`count` pictures of a person, each with a mesh that lies right and one that was led astray."""
        for _ in range(count):
            image = invented(face, random) if random.random() < _MOVED_SHARE else face.image
            if random.random() < 0.5:
                image = np.ascontiguousarray(image[:, ::-1])
            yield from self._picture(image, person, random)

    def _picture(self, image: Picture, person: str, random: Random) -> Iterator[MadeFace]:
        start = Crop(SIDE / 2, SIDE * 0.5, SIDE * 0.88, 0.0)
        true = self._looked(image, start, Mesh.ATTENTION)
        if true.flag < _SURE_FLAG:
            return
        if random.random() < _TURNED_SHARE:
            image, true = self._turned(image, true, random)
        points = true.points[:, :2]
        kind, hidden = "plain", (0.0, 0.0, 0.0)
        for name, draw in HARMLESS.items():
            if random.random() < _HARMLESS_SHARE / len(HARMLESS):
                image, kind = draw(image, points, random), name
        if random.random() < _COVERED_SHARE:
            kind = str(random.choice(list(_COVERED_BY), p=list(_COVERED_BY.values())))
            behind = covered(Seen(image, points, self._scenery, self._hands), kind, random)
            image, hidden = behind.image, (behind.eyes, behind.mouth, behind.brows)
        image, offset = self._placed(image, random)
        image = taken(image, random)
        true_points = points + offset
        for astray in (False, True):
            light = bool(random.random() < 0.25)
            crop = _crop_near(true_points, random, astray=astray)
            mesh = self._looked(image, crop, Mesh.LIGHT if light else Mesh.ATTENTION, looks=int(random.integers(1, 4)))
            apart = _apart(mesh, true_points)
            name = f"{kind} astray" if astray else kind
            yield MadeFace(grey_patches([mesh])[0], mesh.flag, apart, *hidden, name, person, light)

    def _turned(self, image: Picture, true: FaceMesh, random: Random) -> tuple[Picture, FaceMesh]:
        """The head turned by its own depth, if the mesh follows."""
        yaw_deg, pitch_deg = float(random.uniform(-42, 42)), float(random.normal(0, 10))
        aside = bent(image, true.points, turned(true.points, yaw_deg, pitch_deg))
        again = self._looked(aside, crop_of_mesh(true.points), Mesh.ATTENTION)
        return (aside, again) if again.flag >= _SURE_FLAG else (image, true)

    def _placed(self, image: Picture, random: Random) -> tuple[Picture, NDArray[np.float64]]:
        """In the middle of a larger picture of something else, with a soft edge or a hard one."""
        margin = (_CANVAS - SIDE) // 2
        if random.random() < 0.4:
            whole = cv2.copyMakeBorder(image, margin, margin, margin, margin, cv2.BORDER_REFLECT_101)
            return np.asarray(whole, dtype=np.uint8), np.full(2, float(margin))
        backdrop = self.scene(random, _CANVAS).astype(np.float32)
        inside = np.zeros((_CANVAS, _CANVAS), np.float32)
        inside[margin + 6 : -margin - 6, margin + 6 : -margin - 6] = 1
        alpha = np.asarray(cv2.GaussianBlur(inside, (0, 0), random.uniform(0.5, 5)))[..., None]
        whole = cv2.copyMakeBorder(image, margin, margin, margin, margin, cv2.BORDER_REPLICATE)
        mixed = whole * alpha + backdrop * (1 - alpha)
        return np.asarray(mixed, dtype=np.uint8), np.full(2, float(margin))

    def scene(self, random: Random, side: int) -> Picture:
        """A part of the scenery, turned, scaled, perhaps blurred; or shapes."""
        if random.random() < _SHAPES_SHARE:
            return shapes(random, side)
        picture = self._scenery[random.integers(len(self._scenery))]
        scale = side / min(picture.shape[:2]) * random.uniform(1.0, 3.0)
        turn = random.uniform(0, 360)
        centre = (picture.shape[1] / 2, picture.shape[0] / 2)
        around = np.asarray(cv2.getRotationMatrix2D(centre, turn, scale), dtype=np.float64)
        around[:, 2] += side / 2 - np.array([picture.shape[1], picture.shape[0]]) / 2 + random.normal(0, side / 3, 2)
        found = cv2.warpAffine(picture, around, (side, side), borderMode=cv2.BORDER_REFLECT_101, flags=cv2.INTER_AREA)
        if random.random() < 0.5:
            found = cv2.GaussianBlur(found, (0, 0), random.uniform(0.5, 12))
        return np.asarray(found, dtype=np.uint8)

    def of_scenery(self, random: Random) -> Iterator[MadeFace]:
        """Meshes where the detector, asked for anything, sees faces in a picture without one, and somewhere."""
        image = taken(self.scene(random, _CANVAS), random)
        found = search(self._low, image, max_side_px=_CANVAS)
        crops = [crop_of_detection(box, eyes) for box, eyes in zip(found.boxes[:3], found.eyes[:3], strict=True)]
        centre = random.uniform(0.25, 0.75, 2) * _CANVAS
        size, turn = float(random.uniform(80, 300)), float(random.uniform(-np.pi, np.pi))
        crops.append(Crop(float(centre[0]), float(centre[1]), size, turn))
        for place, crop in enumerate(crops):
            light = bool(random.random() < 0.25)
            mesh = self._looked(image, crop, Mesh.LIGHT if light else Mesh.ATTENTION, looks=int(random.integers(1, 4)))
            kind = "nowhere" if place == len(crops) - 1 else "detected"
            yield MadeFace(grey_patches([mesh])[0], mesh.flag, np.inf, 0.0, 0.0, 0.0, kind, "scenery", light)

    def _looked(self, image: Picture, crop: Crop, mesh: Mesh, *, looks: int = 2) -> FaceMesh:
        (found,) = self._meshes[mesh].measure(image, [crop])
        for _ in range(looks - 1):
            (found,) = self._meshes[mesh].measure(image, [crop_of_mesh(found.points)])
        return found


def shapes(random: Random, side: int) -> Picture:
    """Soft lights and dark things before a wall, as in a room out of focus; some lie as eyes and a mouth do."""
    columns, rows = np.meshgrid(np.linspace(0, 1, side), np.linspace(0, 1, side))
    level = random.uniform(40, 200)
    picture = np.full((side, side, 3), level, np.float32)
    picture += ((columns - 0.5) * random.normal(0, 60) + (rows - 0.5) * random.normal(0, 60))[..., None]
    for _ in range(random.integers(2, 12)):
        _draw(picture, random, random.uniform(0, side, 2), random.uniform(0.03, 0.35, 2) * side)
    for _ in range(random.integers(0, 4)):
        middle, unit = random.uniform(0.25, 0.75, 2) * side, random.uniform(0.08, 0.25) * side
        _draw(picture, random, middle + np.array([0, 0.3 * unit]), random.uniform(1.4, 2.4, 2) * unit)
        for x, y, width in ((-0.5, 0, 0.4), (0.5, 0, 0.4), (0, 1.1, 0.7), (0, 0.5, 0.3)):
            place = middle + np.array([x, y]) * unit + random.normal(0, 0.08, 2) * unit
            _draw(picture, random, place, np.array([width, random.uniform(0.15, 0.5)]) * unit)
    soft = cv2.GaussianBlur(picture, (0, 0), random.uniform(1, 10))
    return np.asarray(np.clip(soft + random.normal(0, random.uniform(0, 4), soft.shape), 0, 255), dtype=np.uint8)


def _draw(picture: NDArray[np.float32], random: Random, place: NDArray[np.float64], size: NDArray[np.float64]) -> None:
    colour = np.clip(random.uniform(5, 250) * random.normal(1, 0.1, 3), 0, 255).tolist()
    turn = float(random.normal(0, 20))
    if random.random() < 0.5:
        cv2.ellipse(picture, ((float(place[0]), float(place[1])), (float(size[0]), float(size[1])), turn), colour, -1)
        return
    box = cv2.boxPoints(((float(place[0]), float(place[1])), (float(size[0]), float(size[1])), turn))
    cv2.fillPoly(picture, [np.round(box).astype(np.int32)], colour)


def _crop_near(points: NDArray[np.float64], random: Random, *, astray: bool) -> Crop:
    """The crop of a face, a little off; or `astray`: turned, beside it, too small, too large."""
    crop = crop_of_mesh(np.column_stack([points, np.zeros(len(points))]))
    side, turn = crop.side * random.uniform(0.88, 1.15), crop.turn + random.normal(0, 0.12)
    x, y = (np.array([crop.centre_x, crop.centre_y]) + random.normal(0, 0.04, 2) * crop.side).tolist()
    if astray:
        how = random.random()
        if how < 0.75:
            turn += float(random.choice([np.pi, np.pi, np.pi / 2, -np.pi / 2])) + random.normal(0, 0.35)
        elif how < 0.9:
            x, y = (np.array([x, y]) + random.normal(0, 0.3, 2) * crop.side).tolist()
        else:
            side *= float(random.choice([random.uniform(0.35, 0.65), random.uniform(1.5, 2.3)]))
    return Crop(x, y, side, turn)


def _apart(mesh: FaceMesh, true: NDArray[np.float64]) -> float:
    unit = float(np.linalg.norm(true[33] - true[263]))
    count = min(len(mesh.points), len(true))
    return float(np.linalg.norm(mesh.points[:count, :2] - true[:count], axis=1).mean()) / unit


def columns(faces: Sequence[MadeFace]) -> dict[str, NDArray[np.generic]]:
    """The faces as arrays, by the names of their fields."""
    return {name: np.array([getattr(face, name) for face in faces]) for name in MadeFace.__dataclass_fields__}
