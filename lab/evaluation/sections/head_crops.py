"""Measures whether faces that fill their picture are found, and measured as in the picture that they were cut from."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from lab.evaluation.workbench import Workbench
from lab.reports.report import Bar, Figure, Section, Table

NAME = "head_crops"

SCALES = (0.9, 1.0, 1.15, 1.3)
_THUMBNAIL_PX = 48
_THUMBNAIL_SCALE = 1.3
_CROPS_PER_PORTRAIT = 200 / 60  # 200 persons at full effort
_BAR = 0.97
_MOST_APART = 0.1
_BEFORE = {"0.9": 58, "1.0": 123, "1.15": 192, "1.3": 199, "48 px": 181}
"""Found of 200 on 28 November, with the full-range detector alone and windows that end with the picture."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A face cut from its picture, (H, W, 3) uint8 BGR, and its mesh (478, 3) in the pixels of the cut picture."""

    kind: str
    image: NDArray[np.uint8]
    points: NDArray[np.float64]


@dataclass(slots=True)
class _Count:
    pictures: int = 0
    found: int = 0
    false: int = 0
    apart: float = 0.0


def evaluate(bench: Workbench) -> Section:
    """Portraits cut to multiples of the box of their mesh, and shrunk to tiny pictures."""
    counts: dict[str, _Count] = {}
    for crop in _crops(bench):
        count = counts.setdefault(crop.kind, _Count())
        apart = sorted(_apart(points, crop.points) for points in bench.meshes(crop.image))
        hits = [each for each in apart if each <= _MOST_APART]
        count.pictures += 1
        count.found += bool(hits)
        count.false += len(apart) - bool(hits)
        count.apart += hits[0] if hits else 0.0
    return _section(counts)


def _crops(bench: Workbench) -> Iterator[Crop]:
    paths = sorted((bench.media / "portraits").glob("*.jpg"))
    wanted = round(bench.effort.portraits * _CROPS_PER_PORTRAIT)
    for path in paths[:: max(len(paths) // wanted, 1)][:wanted]:
        (frame,) = bench.frames(f"portraits/{path.name}")
        meshes = bench.meshes(frame.image)
        if len(meshes) == 1:
            yield from crops_of(frame.image, meshes[0])


def crops_of(image: NDArray[np.uint8], points: NDArray[np.float64]) -> Iterator[Crop]:
    """The crops of a picture (H, W, 3) uint8 BGR of one face, whose mesh is `points` (478, 3)."""
    for scale in SCALES:
        yield _cut(str(scale), image, points, scale)
    cut = _cut("", image, points, _THUMBNAIL_SCALE)
    height, width = cut.image.shape[:2]
    tiny = cv2.resize(cut.image, (_THUMBNAIL_PX, _THUMBNAIL_PX), interpolation=cv2.INTER_AREA)
    shrunk = cut.points * (_THUMBNAIL_PX / width, _THUMBNAIL_PX / height, _THUMBNAIL_PX / width)
    yield Crop(f"{_THUMBNAIL_PX} px", np.asarray(tiny, dtype=np.uint8), shrunk)


def _cut(kind: str, image: NDArray[np.uint8], points: NDArray[np.float64], scale: float) -> Crop:
    """Returns what of the picture lies in the box of the mesh, made `scale` times as large about its middle."""
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    middle, reach = (low + high) / 2, (high - low) * scale / 2
    left, top = np.maximum(np.round(middle - reach), 0).astype(int).tolist()
    right, bottom = np.round(middle + reach).astype(int).tolist()
    return Crop(kind, np.ascontiguousarray(image[top:bottom, left:right]), points - (left, top, 0))


def _apart(found: NDArray[np.float64], true: NDArray[np.float64]) -> float:
    """The mean distance of two meshes in the picture, in distances between the outer eye corners."""
    unit = float(np.linalg.norm(true[33, :2] - true[263, :2]))
    return float(np.linalg.norm((found - true)[:, :2], axis=1).mean()) / unit


def _section(counts: dict[str, _Count]) -> Section:
    figures = [
        Figure(
            f"found_{kind.replace(' ', '_')}",
            f"share found: {_named(kind)}",
            round(count.found / count.pictures, 3),
            "",
            Bar(at_least=_BAR),
            "detection",
        )
        for kind, count in counts.items()
    ]
    false = sum(count.false for count in counts.values())
    figures.append(Figure("false", "false faces, or meshes laid on wrongly", false, "", Bar(at_most=0.0), "detection"))
    rows = tuple(
        (
            _named(kind),
            count.pictures,
            count.found,
            count.false,
            round(count.apart / max(count.found, 1), 3),
            f"{_BEFORE[kind]} of 200",
        )
        for kind, count in counts.items()
    )
    pictures, found = (sum(getattr(count, name) for count in counts.values()) for name in ("pictures", "found"))
    return Section(
        NAME,
        "Faces that fill the picture",
        "Portraits cropped to the box of their mesh, 10 % tighter, 15 and 30 % wider, and these last shrunk to "
        f"{_THUMBNAIL_PX} x {_THUMBNAIL_PX} pixels. A face counts as found where a mesh lies on that of the whole "
        f"portrait, within {_MOST_APART:g} of the distance between the eyes in the mean. *Before*: with the full-range "
        "detector alone.",
        f"Of {pictures} crops {found} are found; {false} faces are false or laid on wrongly.",
        tuple(figures),
        (Table("", ("crop", "pictures", "found", "false", "mean distance (eye distances)", "before"), rows),),
    )


def _named(kind: str) -> str:
    return kind if kind.endswith("px") else f"{kind} of the box"
