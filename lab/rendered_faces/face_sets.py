"""Sets of measured faces: each as both meshes saw it, what it did, and where it came from; written in parts to disk.

A face is kept as its `sample`, the square that the mesh networks saw (192 x 192 pixels), and its points in pixels of
that square: from these `FaceMesh` is made again, so whatever is learned from it is learned from what the product has.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.detector import FaceDetector
from chalicelib.analysis.faces.mesh import Crop, FaceMesh, MeshModel, crop_of_detection, crop_of_mesh
from chalicelib.analysis.faces.tiling import search
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.requests.recipes import Mesh
from lab.rendered_faces.movements import TAUGHT, Movement

SAMPLE_SIDE = 192
WHOLE_SAMPLE = Crop(SAMPLE_SIDE / 2, SAMPLE_SIDE / 2, float(SAMPLE_SIDE), 0.0)
_LEAST_FLAG = 0.5
_LANDMARK_MARGIN = 1.6


@dataclass(frozen=True)
class FaceSet:
    """N faces. `samples` (N, 192, 192, 3) uint8 BGR; `attention` (N, 478, 3) and `light` (N, 468, 3) float32, pixels of
    the sample; `amounts` (N, len(TAUGHT), 2) how far each expression is there, left and right (not a number if it is
    not known); `kinds`, `persons` (N,); `turns` (N, 2) yaw and pitch of the head in degrees, as it was made."""

    samples: NDArray[np.uint8]
    attention: NDArray[np.float32]
    light: NDArray[np.float32]
    amounts: NDArray[np.float32]
    kinds: NDArray[np.str_]
    persons: NDArray[np.str_]
    turns: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.samples)

    def meshes(self, mesh: Mesh) -> Iterator[FaceMesh]:
        """The faces as one of the meshes measured them."""
        points = self.attention if mesh is Mesh.ATTENTION else self.light
        for face, sample in zip(points, self.samples, strict=True):
            yield mesh_of(sample, face)

    def where(self, chosen: NDArray[np.bool_]) -> "FaceSet":
        """Those that are chosen, (N,) bool."""
        return FaceSet(*(getattr(self, each.name)[chosen] for each in fields(self)))

    def save(self, path: Path) -> None:
        """Writes one part."""
        np.savez(path, **{each.name: getattr(self, each.name) for each in fields(self)})


def mesh_of(sample: NDArray[np.uint8], points: NDArray[np.floating]) -> FaceMesh:
    """The mesh that the product would have of a `sample` and points (478 or 468, 3) in its pixels."""
    return FaceMesh(points.astype(np.float64), 1.0, sample, WHOLE_SAMPLE)


def load_face_set(paths: Sequence[Path]) -> FaceSet:
    """All parts as one set. Raises `FileNotFoundError` if there is none."""
    if not paths:
        raise FileNotFoundError("There is no part of a set of faces.")
    sets = []
    for path in paths:
        with np.load(path) as stored:
            sets.append(FaceSet(**{each.name: stored[each.name] for each in fields(FaceSet)}))
    return joined(sets)


def joined(sets: Sequence[FaceSet]) -> FaceSet:
    """All faces of at least one set, in order."""
    return FaceSet(**{each.name: np.concatenate([getattr(one, each.name) for one in sets]) for each in fields(FaceSet)})


@dataclass(frozen=True, slots=True)
class MeasuredFace:
    """`sample` as in `FaceSet`; the points of both meshes in its pixels."""

    sample: NDArray[np.uint8]
    attention: NDArray[np.float32]
    light: NDArray[np.float32]


class FaceMeter:
    """Both meshes on one crop, which the light mesh finds first."""

    def __init__(self, models: Models) -> None:
        self._attention, self._light = MeshModel(models, Mesh.ATTENTION), MeshModel(models, Mesh.LIGHT)

    def measure(self, image: NDArray[np.uint8], crop: Crop) -> MeasuredFace | None:
        """The face near `crop` of `image` (H, W, 3) uint8 BGR, or None if there is none."""
        attention = self.attention_mesh(image, crop)
        if attention is None:
            return None
        light = self.light_mesh(image, attention.crop)
        if light.flag < _LEAST_FLAG:
            return None
        return MeasuredFace(attention.sample, _within(attention), _within(light))

    def light_mesh(self, image: NDArray[np.uint8], crop: Crop) -> FaceMesh:
        """The light mesh of what is in `crop`, in pixels of the picture."""
        return self._light.measure(image, [crop])[0]

    def attention_mesh(self, image: NDArray[np.uint8], crop: Crop) -> FaceMesh | None:
        """As above, the attention mesh alone, in pixels of the picture."""
        first = self._light.measure(image, [crop])[0]
        if first.flag < _LEAST_FLAG:
            return None
        mesh = self._attention.measure(image, [crop_of_mesh(first.points)])[0]
        return mesh if mesh.flag >= _LEAST_FLAG else None


def largest_face(detector: FaceDetector, image: NDArray[np.uint8]) -> Crop | None:
    """The crop of the largest face of a picture (H, W, 3) uint8 BGR, or None if there is none."""
    found = search(detector, image)
    if not len(found.boxes):
        return None
    largest = int(np.argmax(found.boxes[:, 2] - found.boxes[:, 0]))
    return crop_of_detection(found.boxes[largest], found.eyes[largest])


def crop_of_landmarks(landmarks: NDArray[np.floating]) -> Crop:
    """The crop for a face whose 68 landmarks (68, 2) are known, in pixels."""
    low, high = landmarks.min(axis=0), landmarks.max(axis=0)
    eyes = landmarks[45] - landmarks[36]
    side = float(max(high - low))
    centre = (low + high) / 2 - (0.0, 0.08 * side)
    return Crop(float(centre[0]), float(centre[1]), side * _LANDMARK_MARGIN, float(np.arctan2(eyes[1], eyes[0])))


def _within(mesh: FaceMesh) -> NDArray[np.float32]:
    scale = SAMPLE_SIDE / mesh.crop.side
    places = mesh.in_sample(mesh.points[:, :2])
    return np.column_stack([places, mesh.points[:, 2] * scale]).astype(np.float32)


class FaceSetWriter:
    """Collects faces, and writes a part whenever `part_size` are together; `close` writes the rest."""

    def __init__(self, folder: Path, name: str, *, part_size: int = 500) -> None:
        self._folder, self._name, self._part_size = folder, name, part_size
        self._rows: list[tuple[object, ...]] = []
        self._part = 0

    def add(
        self, face: MeasuredFace, amounts: NDArray[np.float32], kind: str, person: str, turn: Sequence[float]
    ) -> None:
        """One face; `amounts` (len(TAUGHT), 2), `turn` yaw and pitch."""
        self._rows.append(
            (face.sample, face.attention, face.light, amounts, kind, person, np.asarray(turn, dtype=np.float32))
        )
        if len(self._rows) >= self._part_size:
            self.close()

    def close(self) -> None:
        """Writes what is left."""
        if not self._rows:
            return
        columns = [np.array(column) for column in zip(*self._rows, strict=True)]
        FaceSet(*columns).save(self._folder / f"{self._name}-{self._part:03d}.npz")
        self._rows, self._part = [], self._part + 1


def amounts_of(movement: Movement) -> NDArray[np.float32]:
    """(len(TAUGHT), 2) of a movement."""
    return np.array([movement.amount(name) for name in TAUGHT], dtype=np.float32)
