"""The face mesh: from a place in a picture to the points of the face, in pixels of the picture."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import cv2
import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.block_means import quick_reduction, reduced_part
from chalicelib.analysis.faces.rigid_face import RigidFit, fit_rigid
from chalicelib.analysis.media.pixels.planes import Picture, Planes
from chalicelib.analysis.networks.models import ModelFile, Models
from chalicelib.analysis.networks.pixels import rgb_planes
from chalicelib.domain.requests.recipes import Mesh

SAMPLE_SIDE = 192
_MARGIN = 1.5
_MAX_BATCH = 16
_PER_LEVEL = np.float32(1 / 255)
_FILES = {Mesh.ATTENTION: ModelFile.FACE_MESH_ATTENTION, Mesh.LIGHT: ModelFile.FACE_MESH_LIGHT}

RIGHT_EYE_OUTER_CORNER = 33
LEFT_EYE_OUTER_CORNER = 263


@dataclass(frozen=True, slots=True)
class Crop:
    """A square of the picture, turned with the face: centre and side in pixels, turn in radians, clockwise."""

    centre_x: float
    centre_y: float
    side: float
    turn: float


@dataclass(frozen=True)
class FaceMesh:
    """One measured face. `points` (478 or 468, 3) float64: x (right), y (down) in pixels of the picture; z in the same
    pixels, smaller is nearer to the camera. `flag`: probability that this is a face, 0..1. `sample` (192, 192, 3) uint8
    BGR: what the network saw, the face upright and of one size whatever its size in the picture; `crop`: the place of
    the sample in the picture."""

    points: NDArray[np.float64]
    flag: float
    sample: NDArray[np.uint8]
    crop: Crop

    # Tracking, validity and results all ask for both, in every frame.
    @cached_property
    def box(self) -> NDArray[np.float64]:
        """(4,) left, top, right, bottom of the upright box round the mesh, in pixels of the picture."""
        left, right, top, bottom = _extent(self.points[:, 0], self.points[:, 1])
        return np.array([left, top, right, bottom])

    @cached_property
    def grey(self) -> NDArray[np.uint8]:
        """(192, 192) uint8: luma (Rec. 601) of the sample."""
        return np.asarray(cv2.cvtColor(self.sample, cv2.COLOR_BGR2GRAY), dtype=np.uint8)

    @cached_property
    def fit(self) -> RigidFit:
        """Returns the fit of the head to the template of `rigid_face`."""
        return fit_rigid(self.points)

    @cached_property
    def to_sample(self) -> NDArray[np.float64]:
        """(2, 3) affine map from pixels of the picture to pixels of `sample`."""
        return np.asarray(cv2.invertAffineTransform(_to_picture(self.crop)), dtype=np.float64)

    def in_sample(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """(N, 2) pixels of the picture -> (N, 2) pixels of `sample`."""
        inside: NDArray[np.float64] = places @ self.to_sample[:, :2].T + self.to_sample[:, 2]
        return inside


def crop_of_detection(box: NDArray[np.float64], eyes: NDArray[np.float64]) -> Crop:
    """The crop for a detected face: `box` (4,) and `eyes` (2, 2), the person's right eye first, in pixels."""
    centre = (box[:2] + box[2:]) / 2
    side = float((box[2:] - box[:2]).max()) * _MARGIN
    return Crop(float(centre[0]), float(centre[1]), side, _turn(eyes[0], eyes[1]))


def crop_of_mesh(points: NDArray[np.float64]) -> Crop:
    """The crop in which to look for a face again whose mesh was `points` (N, 3): around the mesh's box, measured in
    the turned frame, so that a tilted head gets no larger crop than an upright one."""
    turn = _turn(points[RIGHT_EYE_OUTER_CORNER], points[LEFT_EYE_OUTER_CORNER])
    cosine, sine = math.cos(turn), math.sin(turn)
    x, y = points[:, 0], points[:, 1]
    left, right, top, bottom = _extent(cosine * x + sine * y, cosine * y - sine * x)
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    return Crop(
        cosine * middle_x - sine * middle_y,
        sine * middle_x + cosine * middle_y,
        max(right - left, bottom - top) * _MARGIN,
        turn,
    )


# What follows reckons with one coordinate of all points at a time: numpy gives up Python's lock for arrays of more than
# 500 numbers, and the thread that follows the faces would wait for the others each time.


def _extent(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Least and greatest x, least and greatest y."""
    return float(x.min()), float(x.max()), float(y.min()), float(y.max())


def _turn(right_eye: NDArray[np.float64], left_eye: NDArray[np.float64]) -> float:
    return math.atan2(float(left_eye[1] - right_eye[1]), float(left_eye[0] - right_eye[0]))


class MeshModel:
    """The face mesh network: 478 points with refined lips, eyes and irises (attention), or 468 (light).

    Input: a square of 1.5 times the longer side of the face's box, turned so that the eye line is level, scaled to
    192 x 192 (bilinear, black outside the picture), RGB, channels first, c / 255. Outputs: points in pixels of that
    input, z in the same scale, and the probability of a face (the sigmoid is part of the network).
    """

    def __init__(self, models: Models, mesh: Mesh) -> None:
        self._models = models
        self._network = models.network(_FILES[mesh])

    def measure(self, image: Picture, crops: list[Crop]) -> list[FaceMesh]:
        """The face in each crop of `image` (H, W, 3) uint8 BGR, in the order of `crops`."""
        return self._models.beside(partial(self._measure_part, image), crops)

    def _measure_part(self, image: Picture, crops: Sequence[Crop]) -> list[FaceMesh]:
        meshes: list[FaceMesh] = []
        for start in range(0, len(crops), _MAX_BATCH):
            meshes += self._measure_batch(image, crops[start : start + _MAX_BATCH])
        return meshes

    def _measure_batch(self, image: Picture, crops: Sequence[Crop]) -> list[FaceMesh]:
        inputs = [sample_of(image, crop) for crop in crops]
        points, flags = self._network(network_input(inputs))
        return [
            FaceMesh(_into_picture(face, crop), float(flag[0]), sample, crop)
            for face, flag, crop, sample in zip(points, flags, crops, inputs, strict=True)
        ]


def network_input(samples: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
    """(N, 3, 192, 192) of N samples."""
    planes = rgb_planes(samples)
    planes *= _PER_LEVEL
    return planes


def sample_of(image: Picture, crop: Crop) -> NDArray[np.uint8]:
    """The crop of `image` (H, W, 3) as (192, 192, 3) uint8 BGR, black outside of the picture."""
    reduction = int(min(crop.side / SAMPLE_SIDE, *image.shape[:2])) if crop.side > 0 else 1
    if reduction < 2 and not isinstance(image, Planes):
        return _warp(image, crop)
    return _cut_reduced(image, crop, quick_reduction(image, max(reduction, 1)))


def _cut_reduced(image: Picture, crop: Crop, reduction: int) -> NDArray[np.uint8]:
    """The crop from what is round it at one n-th of its size: see `block_means`."""
    reach = crop.side / 2 * (abs(np.cos(crop.turn)) + abs(np.sin(crop.turn))) + reduction
    height, width = image.shape[:2]
    left, right = max(int(crop.centre_x - reach), 0), min(int(crop.centre_x + reach) + 1, width)
    top, bottom = max(int(crop.centre_y - reach), 0), min(int(crop.centre_y + reach) + 1, height)
    if right - left < reduction or bottom - top < reduction:
        return np.zeros((SAMPLE_SIDE, SAMPLE_SIDE, 3), dtype=np.uint8)
    reduced = reduced_part(image, (left, top, right, bottom), reduction)
    # Coordinates are of the middles of pixels, and the middle of the first block is not that of its first pixel.
    first = (reduction - 1) / 2
    moved = Crop(
        (crop.centre_x - left - first) / reduction,
        (crop.centre_y - top - first) / reduction,
        crop.side / reduction,
        crop.turn,
    )
    return _warp(reduced, moved)


def _warp(image: NDArray[np.uint8], crop: Crop) -> NDArray[np.uint8]:
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(image, _to_picture(crop), (SAMPLE_SIDE, SAMPLE_SIDE), flags=flags), dtype=np.uint8)


def _to_picture(crop: Crop) -> NDArray[np.float64]:
    """(2, 3) affine map from pixels of the input to pixels of the picture."""
    scale, middle = crop.side / SAMPLE_SIDE, SAMPLE_SIDE / 2
    cosine, sine = math.cos(crop.turn) * scale, math.sin(crop.turn) * scale
    shift_x, shift_y = crop.centre_x - (cosine - sine) * middle, crop.centre_y - (sine + cosine) * middle
    return np.array([[cosine, -sine, shift_x], [sine, cosine, shift_y]])


def _into_picture(face: NDArray[np.float32], crop: Crop) -> NDArray[np.float64]:
    """(N, 3) points in pixels of the input, z in the same -> in pixels of the picture."""
    (cosine, minus_sine, shift_x), (sine, _, shift_y) = _to_picture(crop).tolist()
    x, y, z = face.T.astype(np.float64, order="C")
    points = np.empty(face.shape)
    points[:, 0] = cosine * x + minus_sine * y + shift_x
    points[:, 1] = sine * x + cosine * y + shift_y
    points[:, 2] = z * (crop.side / SAMPLE_SIDE)
    return points
