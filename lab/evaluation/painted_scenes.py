"""Scenes painted from cut-outs: the place of everyone in every frame is known because it was painted so."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.media.frames import Frame
from lab.evaluation.cut_outs import CutOut, turned

_CLEAR_SHARE = 0.75
_HIDDEN_SHARE = 0.25
_NOISE = 2.0


@dataclass(frozen=True, slots=True)
class Pose:
    """The place of a head: the centre of its face in pixels, the height of its face in pixels, its roll in
    degrees."""

    x: float
    y: float
    height: float
    roll_deg: float = 0.0


Picture = NDArray[np.uint8]
Path = Callable[[float], Pose | None]
Cover = Callable[[Picture, float], tuple[Picture, NDArray[np.bool_]]]


@dataclass(frozen=True, slots=True)
class Actor:
    """Someone in a scene, at `pose(time_s)`, or away if that is None; `look(time_s)` is the cut-out to paint."""

    true_id: int
    look: Callable[[float], CutOut]
    pose: Path


@dataclass(frozen=True, slots=True)
class TrueFace:
    """One face that is known to be in a frame: `box` (4,) in pixels. A tracker must find one that is `clear`, and may
    find one that is not: half hidden, half outside, half faded."""

    true_id: int
    box: NDArray[np.float64]
    clear: bool = True


@dataclass(frozen=True, slots=True)
class TrueFrame:
    """A frame and what it shows."""

    frame: Frame
    faces: tuple[TrueFace, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """Actors before a background, the first farthest away, and whatever `cover` paints in front of all: it returns
    the picture and the (H, W) bool mask of what it hid."""

    background: Callable[[float], Picture]
    actors: tuple[Actor, ...]
    cover: Cover | None = None

    def paint(self, time_s: float) -> tuple[Picture, tuple[TrueFace, ...]]:
        """The picture at `time_s` and the faces in it."""
        picture = self.background(time_s).copy()
        owners = np.full(picture.shape[:2], -1, dtype=np.int16)
        places: list[tuple[Actor, NDArray[np.float64], NDArray[np.bool_], float]] = []
        for index, actor in enumerate(self.actors):
            pose = actor.pose(time_s)
            if pose is None:
                continue
            look = actor.look(time_s)
            matrix = _placing(look, pose)
            head = _paint(picture, look, matrix)
            owners[head] = index
            box = _moved_box(look, matrix)
            places.append((actor, box, _face_region(look, matrix, picture.shape), _face_area(look, matrix)))
        if self.cover is not None:
            picture, hidden = self.cover(picture, time_s)
            owners[hidden] = -2
        faces = [
            _true_face(actor, box, float((region & (owners == self.actors.index(actor))).sum()) / area)
            for actor, box, region, area in places
        ]
        return picture, tuple(face for face in faces if face is not None)


class Cast:
    """The persons and the backgrounds of made clips; the backgrounds have 640 x 360 pixels and no face."""

    def __init__(self, persons: list[CutOut], backgrounds: list[Picture]) -> None:
        self._persons = persons
        self._backgrounds = backgrounds

    def actor(self, person: int, path: Path, *, true_id: int | None = None) -> Actor:
        """The person on a path, under a number of its own if none is given."""
        look = self._persons[person]
        return Actor(person if true_id is None else true_id, lambda _: look, path)

    def turning(self, person: int, path: Path, yaw_deg: Callable[[float], float]) -> Actor:
        """The person with a head that turns."""
        look = self._persons[person]
        return Actor(person, lambda time_s: turned(look, yaw_deg(time_s)), path)

    def scene(self, *actors: Actor, place: int = 0, cover: Cover | None = None) -> Scene:
        """The actors before background number `place`."""
        background = self._backgrounds[place]
        return Scene(lambda _: background, actors, cover)


def play(scene: Scene, *, seconds: float, fps: float, seed: int = 0) -> Iterator[TrueFrame]:
    """The scene frame by frame, with the noise of a camera."""
    noise = np.random.default_rng(seed)
    for index in range(round(seconds * fps)):
        picture, faces = scene.paint(index / fps)
        grain = noise.normal(0.0, _NOISE, picture.shape[:2])[..., None]
        noisy = np.clip(picture + grain, 0, 255).astype(np.uint8)
        yield TrueFrame(Frame(index, index / fps, noisy), faces)


def _true_face(actor: Actor, box: NDArray[np.float64], shown: float) -> TrueFace | None:
    return TrueFace(actor.true_id, box, shown >= _CLEAR_SHARE) if shown >= _HIDDEN_SHARE else None


def _placing(look: CutOut, pose: Pose) -> NDArray[np.float64]:
    """(2, 3) from the cut-out's pixels to the picture's."""
    box = look.box
    centre = (box[:2] + box[2:]) / 2
    scale = pose.height / float(box[3] - box[1])
    turn = cv2.getRotationMatrix2D((float(centre[0]), float(centre[1])), -pose.roll_deg, scale)
    matrix = np.asarray(turn, dtype=np.float64)
    matrix[:, 2] += np.array([pose.x, pose.y]) - centre
    return matrix


def _paint(picture: Picture, look: CutOut, matrix: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Paints the head into the picture, and returns the (H, W) mask of what it covers."""
    size = (picture.shape[1], picture.shape[0])
    way = cv2.INTER_AREA if abs(np.linalg.det(matrix[:, :2])) < 0.25 else cv2.INTER_LINEAR
    head = cv2.warpAffine(look.image, matrix, size, flags=way)
    mask = np.asarray(cv2.warpAffine(look.mask, matrix, size, flags=cv2.INTER_LINEAR))
    left, top, width, height = cv2.boundingRect(mask)
    part = (slice(top, top + height), slice(left, left + width))
    share = mask[part][..., None].astype(np.float32) / 255
    picture[part] = (head[part] * share + picture[part] * (1 - share)).astype(np.uint8)
    covered: NDArray[np.bool_] = mask > 127
    return covered


def _moved_box(look: CutOut, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    flat = look.points[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    return np.concatenate([flat.min(axis=0), flat.max(axis=0)])


def _hull(look: CutOut, matrix: NDArray[np.float64]) -> NDArray[np.float32]:
    flat = (look.points[:, :2] @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)
    return np.asarray(cv2.convexHull(flat), dtype=np.float32)


def _face_region(look: CutOut, matrix: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    region = np.zeros(shape[:2], dtype=np.uint8)
    cv2.fillConvexPoly(region, np.round(_hull(look, matrix)).astype(np.int32), 1)
    inside: NDArray[np.bool_] = region > 0
    return inside


def _face_area(look: CutOut, matrix: NDArray[np.float64]) -> float:
    return max(float(cv2.contourArea(_hull(look, matrix))), 1.0)
