"""Persons who take part in made calls: portraits that move, and clips of persons, each with the place of the face."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, sin
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.boxes import Boxes
from chalicelib.analysis.faces.tracker import FaceTracker
from chalicelib.analysis.media.open_media import open_media
from lab.evaluation.cut_outs import CutOut, cut_out, turned
from lab.evaluation.painted_scenes import Actor, Picture, Pose, Scene

CAMERA_WIDTH_PX, CAMERA_HEIGHT_PX = 640, 360
_FACE_SHARE = 0.45  # of the height of the camera's picture
_TURNS_DEG = range(-12, 13, 4)
_TINT = 0.05
_QUALITY = 95


@dataclass(frozen=True, slots=True)
class Camera:
    """The pictures of one participant's camera. `seen(time_s)`: the picture (360, 640, 3) uint8 BGR, and the box (4,)
    of the face in it."""

    seen: Callable[[float], tuple[Picture, NDArray[np.float64]]]


def moving_portrait(path: Path, tracker: FaceTracker, seed: int, room: Picture | None = None) -> Camera:
    """The person of a portrait, who sways and turns the head. `room`: what is behind the head; if None, what is behind
    it in the portrait, which moves along. The colours are those of some camera's white balance."""
    person = cut_out(path, tracker)
    dice = np.random.default_rng(seed)
    tint = 1 + dice.uniform(-_TINT, _TINT, 3)
    paces, phases = dice.uniform(0.8, 3.0, 4), dice.uniform(0, 6, 4)
    looks = [_tinted(turned(person, yaw_deg), tint) for yaw_deg in _TURNS_DEG]
    height = CAMERA_HEIGHT_PX * _FACE_SHARE * float(dice.uniform(0.75, 1.2))

    def swing(index: int, time_s: float) -> float:
        return sin(paces[index] * time_s + phases[index])

    def look(time_s: float) -> CutOut:
        return looks[round((swing(0, time_s) + 1) / 2 * (len(looks) - 1))]

    def pose(time_s: float) -> Pose:
        x = CAMERA_WIDTH_PX / 2 + 0.15 * height * swing(1, time_s)
        y = CAMERA_HEIGHT_PX / 2 + 0.06 * height * swing(2, time_s)
        return Pose(x, y, height * (1 + 0.03 * swing(3, time_s)), 3 * swing(2, time_s))

    def seen(time_s: float) -> tuple[Picture, NDArray[np.float64]]:
        behind = room if room is not None else _behind(look(time_s), pose(time_s))
        picture, faces = Scene(lambda _: behind, (Actor(0, look, pose),)).paint(time_s)
        return picture, faces[0].box

    return Camera(seen)


def recorded(path: Path, tracker: FaceTracker, *, seconds: float) -> Camera:
    """The largest face of a clip, whose first `seconds` are shown forwards and backwards. Raises `ValueError` if a
    frame has no face."""
    times_s: list[float] = []
    pictures: list[bytes] = []
    boxes: list[NDArray[np.float64]] = []
    with open_media(path) as medium:
        for frame in medium.frames():
            if frame.time_s > seconds:
                break
            picture, matrix = _into_camera(frame.image)
            faces = tracker.track(frame)
            if not faces:
                raise ValueError(f"{path.name} has no face at {frame.time_s:.2f} s")
            box = max((face.mesh.box for face in faces), key=lambda each: float(each[2] - each[0]))
            times_s.append(frame.time_s)
            boxes.append((box.reshape(2, 2) * matrix[0, 0] + matrix[:, 2]).ravel())
            pictures.append(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1].tobytes())
    clock_s = np.array(times_s)

    def seen(time_s: float) -> tuple[Picture, NDArray[np.float64]]:
        turn, rest_s = divmod(time_s, clock_s[-1])
        now_s = rest_s if int(turn) % 2 == 0 else clock_s[-1] - rest_s
        index = max(int(np.searchsorted(clock_s, now_s, side="right")) - 1, 0)
        stored = np.frombuffer(pictures[index], dtype=np.uint8)
        return np.asarray(cv2.imdecode(stored, cv2.IMREAD_COLOR), dtype=np.uint8), boxes[index]

    return Camera(seen)


def fitted(picture: Picture, box: Boxes, width: int, height: int) -> tuple[Picture, Boxes]:
    """A camera's picture and the box (4,) of the face in it, scaled to fill `width` x `height`; what is too much at
    two sides is cut off."""
    scale = max(width / CAMERA_WIDTH_PX, height / CAMERA_HEIGHT_PX)
    size = (max(ceil(CAMERA_WIDTH_PX * scale), width), max(ceil(CAMERA_HEIGHT_PX * scale), height))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    scaled = np.asarray(cv2.resize(picture, size, interpolation=way), dtype=np.uint8)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    factors = np.array([size[0] / CAMERA_WIDTH_PX, size[1] / CAMERA_HEIGHT_PX] * 2)
    return scaled[top : top + height, left : left + width], box * factors - (left, top, left, top)


def _tinted(look: CutOut, tint: NDArray[np.float64]) -> CutOut:
    return CutOut(np.clip(look.image * tint, 0, 255).astype(np.uint8), look.mask, look.points)


def _behind(look: CutOut, pose: Pose) -> Picture:
    """The portrait itself, blurred, so far that its background moves with the head."""
    box = look.box
    scale = pose.height / float(box[3] - box[1])
    centre = (box[:2] + box[2:]) / 2
    matrix = np.array([[scale, 0.0, pose.x - scale * centre[0]], [0.0, scale, pose.y - scale * centre[1]]])
    size = (CAMERA_WIDTH_PX, CAMERA_HEIGHT_PX)
    return np.asarray(cv2.warpAffine(look.image, matrix, size, borderMode=cv2.BORDER_REPLICATE), dtype=np.uint8)


def _into_camera(image: Picture) -> tuple[Picture, NDArray[np.float64]]:
    """The image, as high as the camera's picture and in the middle of it, and the (2, 3) matrix that puts it there."""
    scale = CAMERA_HEIGHT_PX / image.shape[0]
    matrix = np.array([[scale, 0.0, (CAMERA_WIDTH_PX - image.shape[1] * scale) / 2], [0.0, scale, 0.0]])
    size = (max(round(image.shape[1] * scale), 1), CAMERA_HEIGHT_PX)
    small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    aside = max((CAMERA_WIDTH_PX - size[0]) // 2, 0)
    matrix[0, 2] = (CAMERA_WIDTH_PX - size[0]) / 2
    if size[0] > CAMERA_WIDTH_PX:
        cut = (size[0] - CAMERA_WIDTH_PX) // 2
        return np.ascontiguousarray(small[:, cut : cut + CAMERA_WIDTH_PX]), matrix
    wide = cv2.copyMakeBorder(small, 0, 0, aside, CAMERA_WIDTH_PX - size[0] - aside, cv2.BORDER_REPLICATE)
    return np.asarray(wide, dtype=np.uint8), matrix
