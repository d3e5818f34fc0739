"""The relief of the skin: its grain, and groups of folds, as pictures in the plane of the neutral face."""

import itertools

import cv2
import numpy as np
from numpy.typing import ArrayLike

from lab.rendered_faces.folds import Line
from lab.rendered_faces.scene import DECAL_SIDE, PX_PER_CM, Floats, to_px


def blurred(picture: ArrayLike, spread_px: float) -> Floats:
    """A picture, smoothed by a Gaussian."""
    return np.asarray(cv2.GaussianBlur(np.asarray(picture, dtype=np.float32), (0, 0), spread_px), dtype=np.float32)


def grain(random: np.random.Generator) -> Floats:
    noise = random.normal(0, 1, (DECAL_SIDE, DECAL_SIDE)).astype(np.float32)
    fine, coarse = blurred(noise, 0.8), blurred(noise, 3)
    return np.float32(0.5) + np.float32(random.uniform(0, 0.05)) * fine + np.float32(random.uniform(0, 0.25)) * coarse


def fold_relief(lines: tuple[Line, ...], width_cm: float, random: np.random.Generator) -> Floats:
    """(320, 320) how deep a group of folds is, about 0.2 at its deepest; each line a little elsewhere, some missing."""
    mask = np.zeros((DECAL_SIDE, DECAL_SIDE), dtype=np.float32)
    for line in lines:
        if random.random() < 0.15:
            continue
        places = np.array(line) + random.normal(0, 0.08, 2) + random.normal(0, 0.05, (len(line), 2))
        steps = np.linspace(0, len(line) - 1, 12)
        smooth = np.stack([np.interp(steps, np.arange(len(line)), places[:, axis]) for axis in range(2)], axis=1)
        smooth = np.asarray(cv2.GaussianBlur(smooth, (1, 5), 1.0, borderType=cv2.BORDER_REPLICATE), dtype=np.float64)
        strength = random.uniform(0.5, 1.0)
        pixels = np.round(to_px(smooth) * 8).astype(int)
        for place, (start, end) in enumerate(itertools.pairwise(pixels)):
            taper = 0.3 + 0.7 * np.sin(np.pi * (place + 0.5) / (len(pixels) - 1))
            cv2.line(mask, start.tolist(), end.tolist(), float(strength * taper), 1, cv2.LINE_AA, 3)
    spread = width_cm * PX_PER_CM / 2
    return blurred(mask, spread) * np.float32(0.5 * spread)
