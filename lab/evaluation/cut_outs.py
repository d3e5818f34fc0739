"""Heads cut from portraits, with the place of the face in them, to be painted into made clips."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import LinearNDInterpolator

from chalicelib.analysis.faces.tracker import FaceTracker
from chalicelib.analysis.media.frames import Frame

# Half axes and shift of the ellipse that a head with its hair fills, in sides of the box round its mesh.
_HALF_WIDTH, _HALF_HEIGHT, _UP = 0.66, 0.78, 0.12
_FEATHER_PX = 3
_AXIS_DEPTH = 0.6  # how far behind the middle of the mesh the head turns, in box widths


@dataclass(frozen=True, slots=True)
class CutOut:
    """One person. `image` (H, W, 3) uint8 BGR; `mask` (H, W) uint8, 255 on the head, soft at its edge; `points` (N, 3)
    the mesh in the image's pixels."""

    image: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    points: NDArray[np.float64]

    @property
    def box(self) -> NDArray[np.float64]:
        """(4,) left, top, right, bottom of the mesh in the image."""
        return np.concatenate([self.points[:, :2].min(axis=0), self.points[:, :2].max(axis=0)])


def cut_out(path: Path, tracker: FaceTracker) -> CutOut:
    """The one face of the portrait at `path`, which `tracker`, a fresh one, is to find. Raises `ValueError` if it
    finds none, or several."""
    image = cv2.imread(str(path))
    if image is None:
        raise ValueError(f"{path.name} is no picture")
    upright = np.asarray(image, dtype=np.uint8)
    faces = tracker.track(Frame(0, 0.0, upright))
    if len(faces) != 1:
        raise ValueError(f"{path.name} shows {len(faces)} faces")
    return _masked(upright, faces[0].mesh.points)


def turned(person: CutOut, yaw_deg: float) -> CutOut:
    """The person with the head turned by `yaw_deg` (to the picture's right), up to about 35 degrees: the picture is
    bent as the mesh, with its own depth, moves; what was hidden before stays unknown and is stretched."""
    moved = _turned_points(person, yaw_deg)
    height, width = person.mask.shape
    frame = [(x, y) for x in (0, width / 2, width) for y in (0, height / 2, height)]
    edge = np.array([place for place in frame if not _inside(person.box, place)])
    sources = np.concatenate([person.points[:, :2], edge])
    targets = np.concatenate([moved[:, :2], edge])
    y, x = np.mgrid[0:height, 0:width]
    places = LinearNDInterpolator(targets, sources, fill_value=-1)(x, y).astype(np.float32)
    image = cv2.remap(person.image, places[..., 0], places[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return _masked(np.asarray(image, dtype=np.uint8), moved)


def _inside(box: NDArray[np.float64], place: tuple[float, float]) -> bool:
    left, top, right, bottom = box.tolist()
    return bool(left < place[0] < right and top < place[1] < bottom)


def _turned_points(person: CutOut, yaw_deg: float) -> NDArray[np.float64]:
    width = person.box[2] - person.box[0]
    depths = person.points[:, 2]
    axis = np.array([(person.box[0] + person.box[2]) / 2, 0.0, float(np.median(depths)) + _AXIS_DEPTH * width])
    cosine, sine = np.cos(np.radians(yaw_deg)), np.sin(np.radians(yaw_deg))
    rotation = np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]]).T
    points: NDArray[np.float64] = (person.points - axis) @ rotation + axis
    return points


def _masked(image: NDArray[np.uint8], points: NDArray[np.float64]) -> CutOut:
    flat = points[:, :2]
    low, high = flat.min(axis=0), flat.max(axis=0)
    size = high - low
    centre = (low + high) / 2 - np.array([0, _UP * size[1]])
    mask = np.zeros(image.shape[:2], dtype=np.uint8)
    axes = (round(_HALF_WIDTH * size[0]), round(_HALF_HEIGHT * size[1]))
    cv2.ellipse(mask, (round(centre[0]), round(centre[1])), axes, 0, 0, 360, 255, cv2.FILLED)
    soft = cv2.GaussianBlur(mask, (0, 0), _FEATHER_PX)
    return CutOut(image, np.asarray(soft, dtype=np.uint8), points)
