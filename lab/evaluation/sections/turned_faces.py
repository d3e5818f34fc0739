"""Turned faces: how many are found the right way up, and that upright ones are left as they are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.media.frames import Frame
from chalicelib.domain.measurements.metrics import FaceMetrics
from lab.evaluation.workbench import MEASURED_EXPRESSIONS, Workbench, pose_of
from lab.reports.report import Bar, Figure, Section, Table, tenths

NAME = "turned_faces"

CLIPS = ("videos/single_face.mp4", "videos/WolfgangLanger_Pexels.mp4")
ROLLS_DEG = tuple(range(0, 360, 15))
_FRAMES = 24
_EVERY = 3
_MOST_WRONG = 20.0
_SAME_ROLL_DEG = 60.0
_LYING = 48
_LYING_WIDTHS_PX = (55, 85, 115)
_LYING_SIZE_PX = (1920, 1080)
_MESH_SHARE = 0.62  # of a portrait's width that its mesh is wide


@dataclass(slots=True)
class _Count:
    frames: int = 0
    found: int = 0
    valid: int = 0
    wrong: int = 0
    error: float = 0.0

    def add(self, expected: FaceMetrics, faces: Sequence[FaceMetrics]) -> None:
        """One frame: its largest face against that of the frame as it was."""
        self.frames += 1
        if not faces:
            return
        face = max(faces, key=lambda each: each.values["face box width"])
        off = float(np.mean([abs(face.values[name] - expected.values[name]) for name in MEASURED_EXPRESSIONS]))
        self.found += 1
        self.valid += face.is_valid
        self.wrong += face.is_valid and off > _MOST_WRONG
        self.error += off


def evaluate(bench: Workbench) -> Section:
    """Clips turned as a whole, small faces that lie in a large picture, and upright portraits."""
    counts = {roll: _Count() for roll in ROLLS_DEG[:: 1 if bench.effort.others else 6]}
    for clip in CLIPS[: 2 if bench.effort.others else 1]:
        plain = [frame.image for frame in bench.frames(clip) if frame.index % _EVERY == 0][: _frames(bench)]
        expected = [_largest(frame.faces) for frame in bench.analyze(_stream(plain, 0))]
        for roll, count in counts.items():
            for face, frame in zip(expected, bench.analyze(_stream(plain, roll)), strict=True):
                if face is not None:
                    count.add(face, frame.faces)
    return _section(counts, _lying_found(bench), _flipped(bench))


def _frames(bench: Workbench) -> int:
    return _FRAMES if bench.effort.others else 3


def _largest(faces: Sequence[FaceMetrics]) -> FaceMetrics | None:
    return max(faces, key=lambda face: face.values["face box width"], default=None)


def _stream(images: Sequence[NDArray[np.uint8]], roll_deg: float) -> Iterator[Frame]:
    for index, image in enumerate(images):
        yield Frame(index, index * _EVERY / 25, turned_picture(image, roll_deg))


def turned_picture(image: NDArray[np.uint8], roll_deg: float) -> NDArray[np.uint8]:
    """All of `image` (H, W, 3) turned clockwise about its middle, on black; always as large as its diagonal."""
    height, width = image.shape[:2]
    side = int(np.ceil(np.hypot(height, width)))
    matrix = np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), -roll_deg, 1.0), dtype=np.float64)
    matrix[:, 2] += side / 2 - np.array([width, height]) / 2
    return np.asarray(cv2.warpAffine(image, matrix, (side, side), flags=cv2.INTER_CUBIC), dtype=np.uint8)


def _lying_found(bench: Workbench) -> tuple[int, int]:
    """Counts how many small faces that lie or stand on their head in a picture of 1920 x 1080 are found as they lie."""
    found = pictures = 0
    for image, place, roll in lying_pictures(bench, _LYING if bench.effort.others else 2):
        pictures += 1
        for points in bench.meshes(image):
            near = np.linalg.norm(points[:, :2].mean(axis=0) - place) < np.ptp(points[:, 0])
            found += bool(near and _apart_deg(pose_of(points).roll_deg, roll) < _SAME_ROLL_DEG)
    return found, pictures


def lying_pictures(bench: Workbench, count: int) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.float64], float]]:
    """Portraits turned and laid small on a wide picture: the picture, the middle of the portrait, its roll."""
    paths = sorted((bench.media / "portraits").glob("*.jpg"))
    drawing = cv2.imread(str(bench.media / "no-face" / "free-mountain-vector-01.jpg"))
    assert drawing is not None  # noqa: S101  # the media are there
    backdrop = cv2.resize(drawing, _LYING_SIZE_PX, interpolation=cv2.INTER_AREA)
    for index in range(count):
        portrait = cv2.imread(str(paths[(index * 17 + 3) % len(paths)]))
        assert portrait is not None  # noqa: S101
        roll, width = (90.0, -90.0, 180.0, 75.0)[index % 4], _LYING_WIDTHS_PX[index % 3]
        side_y, side_x = portrait.shape[:2]
        scale = width / (side_x * _MESH_SHARE)
        matrix = np.asarray(cv2.getRotationMatrix2D((side_x / 2, side_y / 2), -roll, scale), dtype=np.float64)
        place = np.array([250.0 + 97 * index % 1400, 250.0 + 61 * index % 600])
        matrix[:, 2] += place - np.array([side_x, side_y]) / 2
        laid = cv2.warpAffine(portrait, matrix, _LYING_SIZE_PX, flags=cv2.INTER_AREA)
        inside = cv2.warpAffine(np.ones((side_y, side_x), np.uint8), matrix, _LYING_SIZE_PX)
        yield np.where(inside[..., None] > 0, laid, backdrop).astype(np.uint8), place, roll


def _flipped(bench: Workbench) -> tuple[int, int, int]:
    """Upright portraits that are read otherwise, how many were found, and how many there were."""
    paths = sorted((bench.media / "portraits").glob("*.jpg"))
    chosen = paths if bench.effort.others else paths[:4]
    rolls = []
    for path in chosen:
        (frame,) = bench.frames(f"portraits/{path.name}")
        rolls += [pose_of(points).roll_deg for points in bench.meshes(frame.image)[:1]]
    return sum(_apart_deg(roll, 0.0) > _SAME_ROLL_DEG for roll in rolls), len(rolls), len(chosen)


def _apart_deg(first: float, second: float) -> float:
    return abs((first - second + 180) % 360 - 180)


def _section(counts: dict[int, _Count], lying: tuple[int, int], upright: tuple[int, int, int]) -> Section:
    frames, found, valid, wrong = (
        sum(getattr(count, name) for count in counts.values()) for name in ("frames", "found", "valid", "wrong")
    )
    flipped, read, portraits = upright
    figures = (
        Figure("found", "share of turned frames in which the face is found", round(found / frames, 3), "", Bar(0.95)),
        Figure("wrong", f"valid frames that are off by more than {_MOST_WRONG:g}", wrong, "", Bar(at_most=0.0)),
        Figure("lying", "share of small lying faces found as they lie", round(lying[0] / lying[1], 3), "", Bar(0.9)),
        Figure("flipped", "upright portraits read otherwise", flipped, "", Bar(at_most=0.0)),
    )
    rows = tuple(
        (roll, count.frames, count.found, count.valid, count.wrong, tenths(count.error / max(count.found, 1)))
        for roll, count in counts.items()
    )
    return Section(
        NAME,
        "Turned faces",
        "Two clips, every third frame, turned as a whole in steps of 15 degrees on black; no metadata says so. Given "
        "is by how much the 20 expressions differ from those of the clip as it was, in the mean. "
        f"{lying[1]} portraits laid on a picture of {_LYING_SIZE_PX[0]} x {_LYING_SIZE_PX[1]}, faces 55 to 115 pixels "
        "wide that lie or stand on their head. All portraits, upright.",
        f"Turned: found in {found} of {frames} frames, {valid} of them valid, {wrong} of these off by more than "
        f"{_MOST_WRONG:g} points (before, at 150 and 180 degrees, half to all frames were valid and 18.5 points off). "
        f"Small and lying: {lying[0]} of {lying[1]}. Of {read} of {portraits} upright portraits that are found "
        f"{flipped} are read otherwise.",
        figures,
        (Table("", ("turned by", "frames", "found", "valid", "valid and off", "mean error"), rows),),
    )
