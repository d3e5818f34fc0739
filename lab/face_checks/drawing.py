"""The means to draw things before a face: shapes, shading, lenses, and where the parts of a face are."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from lab.training.face_warps import EYE_DISTANCE, SIDE

Picture = NDArray[np.uint8]
Random = np.random.Generator
Points = NDArray[np.float64]

UNIT = EYE_DISTANCE * SIDE
"""Pixels in the distance between the outer eye corners."""

LIPS = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146)
RIGHT_EYE = (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7)
LEFT_EYE = (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249)
BELOW_LIPS = (61, 291, 262, 428, 199, 208, 32)
"""From the corners of the mouth to the chin: what chin and lower lip do is seen here."""
BETWEEN_BROWS, ROOT_OF_NOSE = (55, 107, 9, 336, 285, 168), (55, 285, 351, 122)
"""From the inner ends of the brows down to where the nose begins, and below: a furrow is seen in both."""
JAW = (93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323)


@dataclass(frozen=True, slots=True)
class Seen:
    """A face's picture, its `points` (478, 2) in its pixels, pictures of other things, and rendered `hands`
    (K, 2, 256, 256) uint8, see `lab.rendered_faces.hands`; none, if hands are to be drawn."""

    image: Picture
    points: Points
    scenery: Sequence[Picture]
    hands: NDArray[np.uint8] | None = None


@dataclass(frozen=True, slots=True)
class Layer:
    """`colours` (256, 256, 3) float32 and where they are seen, `mask` (256, 256) float32, 0..1; `shadow`, as large as
    the mask: what they leave of the light on what they do not hide."""

    colours: NDArray[np.float32]
    mask: NDArray[np.float32]
    shadow: NDArray[np.float32] | float = 1.0


def polygon(points: Points, *, curve: float = 0.0) -> NDArray[np.float32]:
    """(256, 256) 1 within the outline, its corners rounded by about `curve` pixels."""
    mask = np.zeros((SIDE, SIDE), np.float32)
    cv2.fillPoly(mask, [np.round(points * 16).astype(np.int32)], 1.0, lineType=cv2.LINE_8, shift=4)
    if curve:
        mask = (cv2.GaussianBlur(mask, (0, 0), curve) > 0.5).astype(np.float32)
    return mask


def flat(level: float, colour: NDArray[np.float64]) -> NDArray[np.float32]:
    """(256, 256, 3) of one colour."""
    return np.asarray(np.full((SIDE, SIDE, 3), level) * colour, dtype=np.float32)


def tint(random: Random, spread: float = 0.25) -> NDArray[np.float64]:
    """(3,) what blue, green and red are multiplied by."""
    return np.asarray(np.clip(random.normal(1, spread, 3), 0.3, 1.6))


def waves(random: Random, low: float, high: float) -> NDArray[np.float32]:
    """Smooth noise about 0 of deviation 1: shading and creases."""
    noise = random.normal(0, 1, (SIDE, SIDE)).astype(np.float32)
    calm = cv2.GaussianBlur(noise, (0, 0), sigmaX=random.uniform(low, high), sigmaY=random.uniform(low, high))
    return np.asarray(calm / max(float(calm.std()), 1e-6), dtype=np.float32)


def pixel(place: Points) -> tuple[int, int]:
    """As OpenCV wants it."""
    return round(float(place[0])), round(float(place[1]))


def part_of(scenery: Sequence[Picture], random: Random) -> NDArray[np.float32]:
    """(256, 256, 3) some square of one of the pictures."""
    picture = scenery[int(random.integers(len(scenery)))]
    side = int(random.integers(40, min(picture.shape[:2]) + 1))
    top, left = (int(random.integers(0, length - side + 1)) for length in picture.shape[:2])
    part = cv2.resize(picture[top : top + side, left : left + side], (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(part, dtype=np.float32)


def lenses(points: Points, random: Random) -> tuple[NDArray[np.float32], list[Points]]:
    """A mask of two lenses before the eyes, and their outlines."""
    mask = np.zeros((SIDE, SIDE), np.float32)
    across, down = random.uniform(0.19, 0.30) * UNIT, random.uniform(0.14, 0.24) * UNIT
    power = random.choice([2.0, 3.0, 5.0])
    drop, droop = random.uniform(-0.03, 0.08) * UNIT, random.uniform(-0.15, 0.35)
    outlines = []
    angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    for eye, side in ((RIGHT_EYE, -1.0), (LEFT_EYE, 1.0)):
        centre = points[list(eye)].mean(axis=0) + np.array([side * 0.02 * UNIT, drop])
        x, y = np.cos(angles), np.sin(angles)
        x, y = np.sign(x) * abs(x) ** (2 / power), np.sign(y) * abs(y) ** (2 / power)
        outline = centre + np.column_stack([x * across * (1 - droop * np.maximum(y, 0) * 0.5), y * down])
        cv2.fillPoly(mask, [np.round(outline).astype(np.int32)], 1.0)
        outlines.append(outline)
    return mask, outlines


def frames(mask: NDArray[np.float32], outlines: list[Points], points: Points, thickness: int) -> None:
    """Draws rims, bridge and temples into the mask."""
    for outline in outlines:
        cv2.polylines(mask, [np.round(outline).astype(np.int32)], isClosed=True, color=1.0, thickness=thickness)
    right, left = outlines
    bridge_y = (right[:, 1].min() + left[:, 1].min()) / 2 + 0.08 * UNIT
    cv2.line(
        mask,
        pixel(np.array([right[:, 0].max(), bridge_y])),
        pixel(np.array([left[:, 0].min(), bridge_y])),
        1.0,
        thickness,
    )
    for end, outline, side in ((127, right, right[:, 0].min()), (356, left, left[:, 0].max())):
        cv2.line(mask, pixel(np.array([side, outline[:, 1].min() + 0.07 * UNIT])), pixel(points[end]), 1.0, thickness)
