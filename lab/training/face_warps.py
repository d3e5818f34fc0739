"""Invented expressions on real pictures: lids, brows, cheeks, nose, lips and jaw of a photographed face are moved.

A picture is warped, not a mesh, so that every mesh network answers to it in its own way: how much of a lid's movement
the light mesh follows is learned, not assumed. Frame of all moves: the face's own, origin midway between the outer eye
corners, x along them towards the picture's right, y down the face, unit the distance between them.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

SIDE = 256
_GRID = 128
EYE_DISTANCE = 0.34
CENTRE = (0.5, 0.40)
_UPPER_INNER_LIP = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
_LOWER_INNER_LIP = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
_INVERSION_STEPS = 4


@dataclass(frozen=True, slots=True)
class Handle:
    """A soft push: the skin round `landmarks` moves by up to `reach` along (`x`, `y`), less with the distance
    (Gaussian of `width` by `height`). `mirror`: the same landmarks on the other side; none for the middle."""

    name: str
    landmarks: tuple[int, ...]
    mirror: tuple[int, ...]
    x: float
    y: float
    low: float
    high: float
    width: float
    height: float


HANDLES: tuple[Handle, ...] = (
    Handle("inner brow", (55, 65), (285, 295), 0.0, 1.0, -0.10, 0.08, 0.12, 0.12),
    Handle("brow together", (55, 107), (285, 336), 1.0, 0.0, -0.02, 0.06, 0.12, 0.12),
    Handle("outer brow", (63, 70, 105), (293, 300, 334), 0.0, 1.0, -0.12, 0.07, 0.18, 0.12),
    Handle("upper lid", (159, 158, 160), (386, 385, 387), 0.0, 1.0, -0.04, 0.10, 0.13, 0.055),
    Handle("lower lid", (145, 153, 144), (374, 380, 373), 0.0, 1.0, -0.05, 0.025, 0.13, 0.05),
    Handle("iris across", (468,), (473,), 1.0, 0.0, -0.04, 0.04, 0.06, 0.05),
    Handle("iris along", (468,), (473,), 0.0, 1.0, -0.025, 0.03, 0.07, 0.05),
    Handle("cheek", (50, 101, 205), (280, 330, 425), 0.0, 1.0, -0.08, 0.03, 0.18, 0.14),
    Handle("nose wing", (129, 64), (358, 294), 0.0, 1.0, -0.06, 0.02, 0.08, 0.08),
    Handle("corner along", (61,), (291,), 0.0, 1.0, -0.11, 0.09, 0.11, 0.11),
    Handle("corner across", (61,), (291,), -1.0, 0.0, -0.11, 0.11, 0.12, 0.14),
    Handle("upper lip side", (39, 37), (269, 267), 0.0, 1.0, -0.07, 0.05, 0.08, 0.06),
    Handle("upper lip", (0,), (), 0.0, 1.0, -0.06, 0.05, 0.12, 0.06),
    Handle("lower lip", (17,), (), 0.0, 1.0, -0.07, 0.07, 0.14, 0.06),
    Handle("chin", (152, 199), (), 0.0, 1.0, -0.07, 0.07, 0.30, 0.20),
    Handle("mouth across", (13, 14), (), 1.0, 0.0, -0.08, 0.08, 0.25, 0.20),
)
_JAW_SHARE, _JAW_REACH = 0.40, 0.32
_CLOSE_SHARE, _MOST_CLOSED = 0.35, 1.1
_BLINK_SHARE = 0.25
_MOVED_SHARE = 0.35


@dataclass(frozen=True, slots=True)
class UprightFace:
    """A face cut out upright: `image` (256, 256, 3) uint8 BGR; `points` (478, 2) in the face's own frame."""

    image: NDArray[np.uint8]
    points: Array


def cut_upright(image: NDArray[np.uint8], mesh: NDArray[np.float64]) -> UprightFace:
    """The face of a mesh (478, 3), pixels of `image`, with some of its surroundings."""
    right, left = mesh[33, :2], mesh[263, :2]
    across = left - right
    distance = float(np.hypot(*across))
    cosine, sine = across / distance
    scale = EYE_DISTANCE * SIDE / distance
    linear = scale * np.array([[cosine, sine], [-sine, cosine]])
    shift = np.array(CENTRE) * SIDE - linear @ ((right + left) / 2)
    flags = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    cut = cv2.warpAffine(
        image, np.column_stack([linear, shift]), (SIDE, SIDE), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    points = (mesh[:, :2] @ linear.T + shift) / (EYE_DISTANCE * SIDE) - np.array(CENTRE) / EYE_DISTANCE
    return UprightFace(np.asarray(cut, dtype=np.uint8), points.astype(np.float32))


def invented(face: UprightFace, random: np.random.Generator) -> NDArray[np.uint8]:
    """The face with another expression, (256, 256, 3) uint8 BGR."""
    target = _places()
    choice = random.random()
    gap = None
    if choice < _JAW_SHARE:
        source, gap = _before_drop(target, face.points, _JAW_REACH * float(random.beta(1.0, 1.6)))
    elif choice < _JAW_SHARE + _CLOSE_SHARE:
        source = _before_closing(target, face.points, float(random.uniform(0.4, _MOST_CLOSED)))
    else:
        source = target
    source = source - _pushes(source, face.points, random)
    maps = cv2.resize((source + np.array(CENTRE, np.float32) / EYE_DISTANCE) * EYE_DISTANCE * SIDE - 0.5, (SIDE, SIDE))
    picture = cv2.remap(face.image, maps[..., 0], maps[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    warped = np.asarray(picture, dtype=np.uint8)
    return warped if gap is None else _darkened(warped, gap, random)


def _places() -> Array:
    """(128, 128, 2): where the nodes of a grid over the picture lie in the face's frame."""
    steps = ((np.arange(_GRID, dtype=np.float32) + 0.5) / _GRID) / EYE_DISTANCE
    x, y = np.meshgrid(steps - CENTRE[0] / EYE_DISTANCE, steps - CENTRE[1] / EYE_DISTANCE)
    return np.stack([x, y], axis=-1).astype(np.float32)


def _line(points: Array, landmarks: tuple[int, ...], x: Array) -> Array:
    lip = points[list(landmarks)]
    lip = lip[np.argsort(lip[:, 0])]
    return np.interp(x, lip[:, 0], lip[:, 1]).astype(np.float32)


def _before_drop(target: Array, points: Array, reach: float) -> tuple[Array, Array]:
    """Returns where a jaw that has dropped by `reach` came from, (H, W, 2), and what lies in the opened mouth, (H, W)
    0..1."""
    x, y = target[..., 0], target[..., 1]
    line = _line(points, _LOWER_INNER_LIP, x)
    opening, aside = _mouth_profile(points, x)
    before = y
    for _ in range(_INVERSION_STEPS):
        depth = np.clip((before - line) / 0.35, 0.0, 1.0)
        blend = depth * depth * (3 - 2 * depth)
        before = y - reach * aside * (opening + (1 - opening) * blend) * (before >= line)
    gap = (y >= line) & (y < line + reach * aside * opening)
    source_y = np.where(gap, line, np.maximum(before, np.minimum(y, line)))
    return np.stack([x, source_y], axis=-1), gap.astype(np.float32)


def _before_closing(target: Array, points: Array, share: float) -> Array:
    """Returns where everything below the mouth came from, (H, W, 2), when `share` of the mouth's opening is cut out."""
    x, y = target[..., 0], target[..., 1]
    upper, lower = _line(points, _UPPER_INNER_LIP, x), _line(points, _LOWER_INNER_LIP, x)
    _, aside = _mouth_profile(points, x)
    height = np.maximum(lower - upper, 0.0)
    depth = np.clip((y - upper) / 0.35, 0.0, 1.0)
    blend = depth * depth * (3 - 2 * depth)
    rise = height * (1 - blend) + _mean_height(points) * aside * blend
    return np.stack([x, np.where(y >= upper, y + share * rise, y)], axis=-1)


def _mean_height(points: Array) -> float:
    """Returns how far the inner lips are apart, on average along the mouth."""
    apart = points[list(_LOWER_INNER_LIP), 1] - points[list(_UPPER_INNER_LIP), 1]
    return max(float(apart.mean()), 0.0)


def _mouth_profile(points: Array, x: Array) -> tuple[Array, Array]:
    """Returns how far a dropped jaw opens the lips at each x, and how far it moves the skin below them, both 0..1."""
    right, left = points[78, 0], points[308, 0]
    middle, half = (right + left) / 2, max((left - right) / 2, 1e-3)
    opening = np.clip(1 - ((x - middle) / half) ** 2, 0.0, 1.0) ** 0.7
    return opening, np.exp(-(((x - middle) / 0.55) ** 2))


def _pushes(source: Array, points: Array, random: np.random.Generator) -> Array:
    """(H, W, 2): by how much the skin has moved at each place."""
    moved = np.zeros_like(source)
    blink = random.random() < _BLINK_SHARE
    for handle in HANDLES:
        wanted = random.random() < _MOVED_SHARE or (blink and handle.name == "upper lid")
        if not wanted:
            continue
        both = _amount(handle, random, strong=blink)
        sides = [(handle.landmarks, 1.0)] + ([(handle.mirror, -1.0)] if handle.mirror else [])
        for landmarks, sign in sides:
            amount = both if random.random() < 0.7 else _amount(handle, random, strong=False)
            mirrored = sign if handle.name != "iris across" else 1.0
            centre = points[list(landmarks)].mean(axis=0) + amount / 2 * np.array(
                [handle.x * mirrored, handle.y], np.float32
            )
            away = (source - centre) / np.array([handle.width, handle.height], np.float32)
            weight = np.exp(-0.5 * (away**2).sum(axis=-1))
            moved[..., 0] += amount * handle.x * mirrored * weight
            moved[..., 1] += amount * handle.y * weight
    return moved


def _amount(handle: Handle, random: np.random.Generator, *, strong: bool) -> float:
    if strong and handle.name == "upper lid":
        return float(random.uniform(0.5, 1.0) * handle.high)
    return float(random.uniform(handle.low, handle.high))


def _darkened(picture: NDArray[np.uint8], gap: Array, random: np.random.Generator) -> NDArray[np.uint8]:
    """The inside of the mouth: darker than anything around, warm if the picture has colours."""
    grey = bool((picture[..., 0] == picture[..., 2]).all())
    tone = random.uniform(5.0, 60.0)
    inside = np.full(3, tone) if grey else np.array([0.5, 0.5, 1.0]) * tone
    soft = cv2.resize(cv2.GaussianBlur(gap, (0, 0), 0.8), (SIDE, SIDE))[..., None]
    return np.asarray(picture * (1 - soft) + inside * soft, dtype=np.uint8)
