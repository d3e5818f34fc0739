"""Things drawn before a face, each with the mask of what it hides: masks, hands, dark glasses, microphones, objects.

Pictures are those of `lab.training.face_warps`: (256, 256, 3) uint8 BGR, a face upright in the middle; places are in
its pixels.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from lab.face_checks.drawing import (
    BELOW_LIPS,
    BETWEEN_BROWS,
    JAW,
    LEFT_EYE,
    LIPS,
    RIGHT_EYE,
    ROOT_OF_NOSE,
    UNIT,
    Layer,
    Picture,
    Points,
    Random,
    Seen,
    flat,
    frames,
    lenses,
    part_of,
    pixel,
    polygon,
    tint,
    waves,
)
from lab.face_checks.hands import hand
from lab.training.face_warps import CENTRE, SIDE, UprightFace

_CHEEKS = (345, 346, 347), (118, 117, 116)
_NOSES = (6, 197, 195, 5)


@dataclass(frozen=True, slots=True)
class Covered:
    """`image` (256, 256, 3) uint8 BGR; how much is hidden, 0..1, the most of: either eye; the lips and what lies below
    them; what lies between the brows and the root of the nose."""

    image: Picture
    eyes: float
    mouth: float
    brows: float


def points_in_picture(face: UprightFace) -> Points:
    """(478, 2) the points of the mesh in pixels of the face's picture."""
    places: Points = face.points.astype(np.float64) * UNIT + np.array(CENTRE) * SIDE
    return places


def covered(face: Seen, kind: str, random: Random) -> Covered:
    """The face with an occluder of `kind`."""
    image, points = face.image, face.points
    layer = OCCLUDERS[kind](face, random)
    alpha = cv2.GaussianBlur(layer.mask, (0, 0), random.uniform(0.5, 1.2))[..., None]
    mixed = image * np.atleast_3d(layer.shadow) * (1 - alpha) + np.clip(layer.colours, 0, 255) * alpha
    eyes, mouth, brows = (
        max(_share(layer.mask, points[list(region)]) for region in regions)
        for regions in ((RIGHT_EYE, LEFT_EYE), (LIPS, BELOW_LIPS), (BETWEEN_BROWS, ROOT_OF_NOSE))
    )
    return Covered(np.asarray(mixed, dtype=np.uint8), eyes, mouth, brows)


def _share(mask: NDArray[np.float32], region: Points) -> float:
    inside = np.zeros(mask.shape, np.uint8)
    cv2.fillPoly(inside, [np.round(cv2.convexHull(region.astype(np.float32))[:, 0]).astype(np.int32)], 1)
    around = np.asarray(cv2.dilate(inside, np.ones((5, 5), np.uint8)))
    return float(mask[around > 0].mean())


def _lit(points: Points, random: Random) -> NDArray[np.float32]:
    """Brightness of something round that fills the face: darker to the sides."""
    x = (np.arange(SIDE) - points[4, 0]) / UNIT
    fall = 1 - random.uniform(0.0, 0.5) * np.clip(abs(x - random.uniform(-0.3, 0.3)), 0, 1) ** 2
    return np.asarray(fall[None, :, None], dtype=np.float32)


def _mask(face: Seen, random: Random) -> Layer:
    """A face mask: from a height of the nose over the cheeks to below the chin."""
    points, scenery = face.points, face.scenery
    nose = points[[random.choice(_NOSES)]] + random.normal(0, 0.02 * UNIT, (1, 2))
    jaw = points[list(JAW)]
    middle = points[[1]]
    jaw = middle + (jaw - middle) * random.uniform(0.92, 1.12)
    left, right = (points[list(each)] + random.normal(0, 0.04 * UNIT, 2) for each in _CHEEKS)
    keep = random.integers(1, 4)
    outline = np.concatenate([jaw, left[:keep], nose, right[-keep:]])
    mask = polygon(outline, curve=random.uniform(1, 4))
    level = random.choice([random.uniform(150, 250), random.uniform(15, 70), random.uniform(60, 170)])
    colours = flat(level, tint(random, 0.15)) * _lit(points, random)
    if random.random() < 0.5:  # pleats
        slope = random.normal(0, 0.08)
        rows = np.arange(SIDE)[:, None] + slope * np.arange(SIDE)[None]
        pleats = np.sin(rows * 2 * np.pi / random.uniform(12, 40) + random.uniform(0, 6)) ** 15
        colours *= 1 - random.uniform(0.05, 0.25) * np.abs(pleats)[..., None].astype(np.float32)
    if random.random() < 0.25:
        colours = part_of(scenery, random)
    colours += random.uniform(0, 12) * waves(random, 3, 20)[..., None]
    if random.random() < 0.6:  # ear loops
        for near, ear in ((left[0], 323), (right[-1], 93)):
            for end in (points[ear] - np.array([0, 0.25 * UNIT]), points[ear] + np.array([0, 0.2 * UNIT])):
                cv2.line(mask, pixel(near), pixel(end), 1.0, int(random.integers(1, 3)))
    return Layer(colours, mask)


def _dark_glasses(face: Seen, random: Random) -> Layer:
    points, scenery = face.points, face.scenery
    mask, outlines = lenses(points, random)
    lens = mask * random.uniform(0.85, 1.0)
    level = random.uniform(5, 60)
    colours = flat(level, tint(random))
    rows = np.linspace(-1, 1, SIDE, dtype=np.float32)[:, None, None]
    colours *= 1 + random.uniform(-0.5, 0.8) * rows
    if random.random() < 0.6:  # what they mirror
        colours += random.uniform(5, 40) * np.maximum(waves(random, 4, 18), 0)[..., None]
    if random.random() < 0.15:
        colours = part_of(scenery, random) * random.uniform(0.3, 0.8)
    frame = np.zeros_like(mask)
    frames(frame, outlines, points, int(random.integers(1, 5)))
    colours = np.where(frame[..., None] > 0, random.uniform(5, 130), colours).astype(np.float32)
    return Layer(colours, np.maximum(lens, frame))


def _microphone(face: Seen, random: Random) -> Layer:
    points = face.points
    mask = np.zeros((SIDE, SIDE), np.float32)
    lips = points[list(LIPS)].mean(axis=0)
    centre = lips + random.normal(0, 0.1 * UNIT, 2) + np.array([0, random.uniform(-0.05, 0.2) * UNIT])
    radius = random.uniform(0.18, 0.34) * UNIT
    angle = random.uniform(0.2, 0.8) * np.pi
    end = centre + np.array([np.cos(angle), np.sin(angle)]) * 2.5 * UNIT
    cv2.line(mask, pixel(centre), pixel(end), 1.0, max(int(radius * random.uniform(0.7, 1.2)), 1))
    cv2.ellipse(
        mask, (pixel(centre), (2 * radius, 2 * radius * random.uniform(0.9, 1.4)), random.uniform(0, 90)), 1.0, -1
    )
    rows, columns = np.mgrid[:SIDE, :SIDE]
    grid = 0.75 + 0.25 * np.sin(rows * random.uniform(0.8, 1.6)) * np.sin(columns * random.uniform(0.8, 1.6))
    colours = flat(random.uniform(15, 120), tint(random, 0.1)) * grid[..., None]
    glow = np.exp(-(((columns - centre[0]) ** 2 + (rows - centre[1]) ** 2) / (0.5 * radius**2)))
    return Layer((colours + random.uniform(0, 50) * glow[..., None]).astype(np.float32), mask)


def _object(face: Seen, random: Random) -> Layer:
    """A phone, a cup, a paper, a scarf: part of some picture, or plain, over some of the face."""
    points, scenery = face.points, face.scenery
    centre = points[[1, 13, 168][random.integers(3)]] + random.normal(0, 0.45 * UNIT, 2)
    size = random.uniform(0.35, 1.3, 2) * UNIT
    if random.random() < 0.5:
        box = cv2.boxPoints((tuple(centre), tuple(size), float(random.uniform(0, 90))))
        mask = polygon(np.asarray(box, dtype=np.float64), curve=random.uniform(0.5, 5))
    else:
        mask = np.zeros((SIDE, SIDE), np.float32)
        cv2.ellipse(mask, (pixel(centre), tuple(size), float(random.uniform(0, 180))), 1.0, -1)
    colours = part_of(scenery, random) if random.random() < 0.5 else flat(random.uniform(5, 250), tint(random))
    return Layer(colours + random.uniform(0, 15) * waves(random, 3, 30)[..., None], mask)


def _fringe(face: Seen, random: Random) -> Layer:
    """Strands of hair from above."""
    points = face.points
    mask = np.zeros((SIDE, SIDE), np.float32)
    colours = flat(random.uniform(10, 130), tint(random, 0.1)) * (1 + 0.15 * waves(random, 1, 12)[..., None])
    for _ in range(random.integers(6, 40)):
        x = points[10, 0] + random.normal(0, 0.5 * UNIT)
        end = points[168, 1] + random.uniform(-0.4, 0.35) * UNIT
        start, last = np.array([x, 0.0]), np.array([x + random.normal(0, 0.15 * UNIT), end])
        cv2.line(mask, pixel(start), pixel(last), 1.0, int(random.integers(2, 14)))
    return Layer(colours, mask)


_Draw = Callable[[Seen, Random], Layer]


OCCLUDERS: Mapping[str, _Draw] = {
    "mask": _mask,
    "dark glasses": _dark_glasses,
    "hand": hand,
    "microphone": _microphone,
    "object": _object,
    "fringe": _fringe,
}
