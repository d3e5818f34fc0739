"""Real faces as three meshes see them: the product's two and the teacher's own, over several crops of every picture.

The differences between the meshes on one picture, and between the crops, are what the training adds to its invented
faces; the clips are what a trained network is tested on.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.detector import FaceDetector
from chalicelib.analysis.faces.mesh import Crop, MeshModel, crop_of_detection, crop_of_mesh
from chalicelib.analysis.faces.tiling import search
from chalicelib.analysis.media.open_media import open_media
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.requests.recipes import Mesh
from lab.training.face_warps import SIDE, cut_upright, invented
from lab.training.teacher import Teacher

_MIN_FLAG = 0.8
_CLIP_SEARCH_PX = 640
# Where the face of an upright cut lies, see `face_warps`.
_CROP_OF_UPRIGHT = Crop(SIDE * 0.5, SIDE * 0.5, SIDE * 0.85, 0.0)
_VIDEO_SUFFIXES = frozenset({".mp4", ".mov"})
PICTURE_FOLDERS = ("portraits", "faces", "crowds")
CLIPS = ("videos/WolfgangLanger_Pexels.mp4", "videos/single_face.mp4")
"""One clip per person; the others of the folder show the second one's frames again."""
HIDDEN_MOUTH = (60, 228)
"""Frames of the first clip in which a hand hides the mouth: no two networks agree on what is behind it."""


@dataclass(frozen=True, slots=True)
class MeasuredFaces:
    """N measurements. `attention` (N, 478, 3), `light` (N, 468, 3) and `teacher` (N, 478, 3) float32, in pixels of the
    picture, of the same picture and crop. `source` (N,): the file below the media folder, `:<face>` if a picture
    has several; `frame` (N,): frame of a clip, 0 for pictures; `mirrored` (N,): measured on the mirrored picture."""

    attention: NDArray[np.float32]
    light: NDArray[np.float32]
    teacher: NDArray[np.float32]
    source: NDArray[np.str_]
    frame: NDArray[np.int64]
    mirrored: NDArray[np.bool_]

    def where(self, chosen: NDArray[np.bool_]) -> "MeasuredFaces":
        """The measurements that are chosen, `chosen` (N,)."""
        return MeasuredFaces(*(getattr(self, name)[chosen] for name in self.__slots__))

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, **{name: getattr(self, name) for name in self.__slots__})

    @classmethod
    def load(cls, path: Path) -> "MeasuredFaces":
        with np.load(path) as stored:
            return cls(*(stored[name] for name in cls.__slots__))


class FaceMeasurer:
    """Finds the faces of pictures and clips and measures each with the three meshes."""

    def __init__(self, models: Models, teacher: Teacher, *, crops: int, seed: int = 1) -> None:
        """`crops`: measurements of each face of a picture, the first of the crop that the product would take."""
        self._detector = FaceDetector(models)
        self._attention, self._light = MeshModel(models, Mesh.ATTENTION), MeshModel(models, Mesh.LIGHT)
        self._teacher = teacher
        self._crops = crops
        self._random = np.random.default_rng(seed)
        self._rows: list[tuple[object, ...]] = []

    def measured(self) -> MeasuredFaces:
        """All that was measured so far."""
        attention, light, teacher, source, frame, mirrored = zip(*self._rows, strict=True)
        return MeasuredFaces(
            np.array(attention, dtype=np.float32),
            np.array(light, dtype=np.float32),
            np.array(teacher, dtype=np.float32),
            np.array(source, dtype=np.str_),
            np.array(frame, dtype=np.int64),
            np.array(mirrored, dtype=np.bool_),
        )

    def add_picture(self, path: Path, source: str) -> None:
        """Every face of a picture and of its mirror image, over several crops."""
        image = np.asarray(cv2.imread(str(path)), dtype=np.uint8)
        for mirrored in (False, True):
            seen = np.ascontiguousarray(image[:, ::-1]) if mirrored else image
            found = search(self._detector, seen)
            order = np.argsort(found.boxes[:, 0] * (-1 if mirrored else 1))
            for place, face in enumerate(order):
                crop = self._settled(seen, crop_of_detection(found.boxes[face], found.eyes[face]))
                if crop is not None:
                    for variation in range(self._crops):
                        varied = crop if variation == 0 else self._varied(crop)
                        picture = seen if variation == 0 else self._degraded(seen, crop)
                        self._add(picture, varied, f"{source}:{place}", 0, mirrored)

    def add_clip(self, path: Path, source: str, *, frames: int | None = None) -> None:
        """The largest face of every frame, from the crop that the frame before led to, as a tracker does; of the first
        `frames` if a number is given."""
        crop: Crop | None = None
        with open_media(path) as media:
            for frame in itertools.islice(media.frames(), frames):
                if crop is None:
                    found = search(self._detector, frame.image, max_side_px=_CLIP_SEARCH_PX)
                    if not len(found.boxes):
                        continue
                    largest = int(np.argmax(found.boxes[:, 2] - found.boxes[:, 0]))
                    crop = self._settled(frame.image, crop_of_detection(found.boxes[largest], found.eyes[largest]))
                if crop is not None:
                    crop = self._add(frame.image, crop, source, frame.index, mirrored=False)

    def add_inventions(self, image: NDArray[np.uint8], mesh: NDArray[np.float64], source: str, count: int) -> None:
        """`count` invented expressions of the face with the attention mesh (478, 3) in the picture, half of them
        mirrored, as other cameras and crops show them."""
        face = cut_upright(image, mesh)
        for _ in range(count):
            picture = invented(face, self._random)
            mirrored = bool(self._random.random() < 0.5)
            if mirrored:
                picture = np.ascontiguousarray(picture[:, ::-1])
            crop = self._settled(picture, _CROP_OF_UPRIGHT, looks=1)
            if crop is not None:
                self._add(self._degraded(picture, crop), self._varied(crop), source, 0, mirrored)

    def _settled(self, image: NDArray[np.uint8], crop: Crop, *, looks: int = 2) -> Crop | None:
        """The crop that further looks lead to; None if one of the meshes sees no face."""
        for _ in range(looks):
            first, second = self._attention.measure(image, [crop])[0], self._light.measure(image, [crop])[0]
            if min(first.flag, second.flag) < _MIN_FLAG:
                return None
            crop = crop_of_mesh(first.points)
        return crop

    def _add(self, image: NDArray[np.uint8], crop: Crop, source: str, frame: int, mirrored: bool) -> Crop | None:
        """Keeps one measurement; returns the crop for the next frame, or None if the face is lost."""
        attention, light = self._attention.measure(image, [crop])[0], self._light.measure(image, [crop])[0]
        if min(attention.flag, light.flag) < _MIN_FLAG:
            return None
        teacher = self._teacher.measure(image, crop)
        self._rows.append((attention.points, light.points, teacher, source, frame, mirrored))
        return crop_of_mesh(attention.points)

    def _varied(self, crop: Crop) -> Crop:
        shift_x, shift_y, scale, turn = self._random.normal(0.0, (0.02, 0.02, 0.05, 0.05))
        return Crop(
            crop.centre_x + shift_x * crop.side,
            crop.centre_y + shift_y * crop.side,
            crop.side * float(np.exp(scale)),
            crop.turn + turn,
        )

    def _degraded(self, image: NDArray[np.uint8], crop: Crop) -> NDArray[np.uint8]:
        """Brighter or darker, noisier, blurred: as other cameras would have taken the face."""
        contrast, brightness = self._random.normal((1.0, 0.0), (0.15, 12.0))
        noise = self._random.normal(0.0, self._random.uniform(0.0, 6.0), image.shape)
        blurred = cv2.GaussianBlur(image, (0, 0), max(crop.side / 192 * self._random.uniform(0.05, 1.2), 1e-2))
        changed = (blurred - 128.0) * contrast + 128.0 + brightness + noise
        return np.asarray(np.clip(changed, 0, 255), dtype=np.uint8)


def media_files(media: Path) -> Iterator[tuple[Path, str]]:
    """The pictures, then the clips with a face, each with its name below the media folder."""
    folders = [media / folder for folder in (*PICTURE_FOLDERS, "videos")]
    for folder in folders:
        for path in sorted(folder.iterdir()):
            yield path, str(path.relative_to(media))


def measure_all(models: Models, teacher: Teacher, media: Path, *, crops: int) -> MeasuredFaces:
    """Every face of the media folder, with a line on the terminal now and then."""
    measurer = FaceMeasurer(models, teacher, crops=crops)
    files = list(media_files(media))
    for done, (path, source) in enumerate(files):
        if done % 100 == 0:
            print(f"Measuring faces: {done} of {len(files)} files", flush=True)
        if path.suffix in _VIDEO_SUFFIXES:
            measurer.add_clip(path, source)
        else:
            measurer.add_picture(path, source)
    return measurer.measured()
