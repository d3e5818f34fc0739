"""Things that hide nothing and must not be taken for it: clear glasses, beards, shadows."""

from collections.abc import Callable, Mapping

import cv2
import numpy as np

from lab.face_checks.drawing import (
    JAW,
    LIPS,
    UNIT,
    Layer,
    Picture,
    Points,
    Random,
    Seen,
    frames,
    lenses,
    polygon,
    waves,
)
from lab.training.face_warps import SIDE


def _clear_glasses(face: Seen, random: Random) -> Layer:
    """Hides nothing but a line: lenses tint and mirror a little."""
    image, points = face.image, face.points
    mask, outlines = lenses(points, random)
    frame = np.zeros_like(mask)
    frames(frame, outlines, points, int(random.integers(1, 6)))
    tinted = image.astype(np.float32) * random.uniform(0.7, 1.05) + random.uniform(0, 25)
    if random.random() < 0.4:
        tinted += random.uniform(10, 60) * np.maximum(waves(random, 3, 10) - 1.2, 0)[..., None]
    colours = np.where(frame[..., None] > 0, random.uniform(5, 140), tinted).astype(np.float32)
    return Layer(colours, np.maximum(mask, frame))


def with_glasses(image: Picture, points: Points, random: Random) -> Picture:
    """Clear glasses."""
    layer = _clear_glasses(Seen(image, points, []), random)
    alpha = cv2.GaussianBlur(layer.mask, (0, 0), 0.7)[..., None]
    return np.asarray(np.clip(image * (1 - alpha) + layer.colours * alpha, 0, 255), dtype=np.uint8)


def with_beard(image: Picture, points: Points, random: Random) -> Picture:
    """A beard, with or without a moustache: darkened, grained skin round the lips."""
    jaw = points[list(JAW)]
    top = points[[323, 425, 2, 205, 93]] + random.normal(0, 0.05 * UNIT, (5, 2))
    mask = polygon(np.concatenate([jaw + np.array([0, random.uniform(0, 0.25) * UNIT]), top]), curve=3)
    mask[polygon(points[list(LIPS)], curve=1) > 0] = 0
    alpha = cv2.GaussianBlur(mask, (0, 0), random.uniform(2, 6)) * random.uniform(0.3, 0.95)
    hair = random.uniform(10, 190) + 25 * waves(random, 0.8, 3)
    mixed = image * (1 - alpha[..., None]) + hair[..., None] * alpha[..., None]
    return np.asarray(np.clip(mixed, 0, 255), dtype=np.uint8)


def with_shadow(image: Picture, points: Points, random: Random) -> Picture:
    """A shadow with a soft edge over one side, from above (a brim), or in stripes."""
    angle = random.uniform(0, 2 * np.pi)
    rows, columns = np.mgrid[:SIDE, :SIDE]
    away = (columns - points[4, 0]) * np.cos(angle) + (rows - points[4, 1]) * np.sin(angle)
    softness = random.uniform(1, 25)
    if random.random() < 0.3:
        shade = 0.5 + 0.5 * np.sin(away / random.uniform(6, 20))
    else:
        shade = 1 / (1 + np.exp(-np.clip((away - random.normal(0, 0.3 * UNIT)) / softness, -30, 30)))
    dark = 1 - random.uniform(0.3, 0.8) * shade
    return np.asarray(np.clip(image * dark[..., None] * random.uniform(1, 1.3), 0, 255), dtype=np.uint8)


HARMLESS: Mapping[str, Callable[[Picture, Points, Random], Picture]] = {
    "glasses": with_glasses,
    "beard": with_beard,
    "shadow": with_shadow,
}
