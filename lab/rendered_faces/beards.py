"""Beards and moustaches drawn on a picture of a face: hair over whatever the mouth does.

Hairs are strokes whose roots lie where beards grow, placed by points of the mesh: over the upper lip, on the chin, on
the jaw and the cheeks, and under the chin. They follow the light of the skin that they cover.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.head_pose import interocular_distance_px
from lab.rendered_faces.cameras import Random
from lab.rendered_faces.relief import blurred

Mask = NDArray[np.float32]

_FINE = 3
"""Hairs are drawn on a picture so many times larger."""
_UPPER_LIP = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
_LOWER_LIP = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
_UNDER_NOSE = (327, 2, 98)
_JAW = (132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361)
_CHIN = (149, 176, 148, 152, 377, 400, 378)
_CHEEK_RIGHT, _CHEEK_LEFT = (205, 207, 213, 132), (425, 427, 433, 361)
_NOSE, _MOUTH, _CHIN_POINT = 2, 13, 152
_RIGHT_CORNER, _LEFT_CORNER = 61, 291
_COLOURS = np.array(
    [[0.10, 0.09, 0.09], [0.17, 0.14, 0.12], [0.27, 0.21, 0.17], [0.42, 0.33, 0.25], [0.45, 0.31, 0.23], [0.60] * 3]
)
"""RGB, as a picture shows them in full light: black, brown, light brown, fair, red, grey."""


@dataclass(frozen=True, slots=True)
class Style:
    """Which parts grow, how many hairs for each square of a hundredth of the eye distance, and how long they are, in
    eye distances."""

    parts: tuple[str, ...]
    density: tuple[float, float]
    length: tuple[float, float]
    base: tuple[float, float]
    """How dark the skin between the hairs is, 0..1."""


_FULL = ("moustache", "chin", "jaw")
STYLES: Mapping[str, Style] = {
    "stubble": Style(_FULL, (0.10, 0.35), (0.012, 0.03), (0.1, 0.4)),
    "short": Style(_FULL, (0.3, 0.6), (0.02, 0.06), (0.35, 0.7)),
    "full": Style((*_FULL, "below"), (0.3, 0.7), (0.06, 0.16), (0.6, 0.95)),
    "moustache": Style(("moustache",), (0.4, 0.8), (0.03, 0.09), (0.4, 0.9)),
    "goatee": Style(("moustache", "chin"), (0.3, 0.7), (0.03, 0.1), (0.4, 0.9)),
    "chin": Style(("chin",), (0.3, 0.7), (0.03, 0.1), (0.4, 0.9)),
}


def bearded(
    picture: NDArray[np.uint8], points: NDArray[np.floating], random: Random, kind: str | None = None
) -> NDArray[np.uint8]:
    """The face with a beard by chance. `picture` (S, S, 3) uint8 BGR; `points` (478 or 468, 2 or 3) its mesh, in
    pixels; `kind`: one of `STYLES`, by chance if none is given."""
    style = STYLES[kind or str(random.choice(list(STYLES)))]
    points = np.asarray(points[:, :2], dtype=np.float64) * _FINE
    eyes = interocular_distance_px(points)
    large = np.asarray(cv2.resize(picture, None, fx=_FINE, fy=_FINE, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
    grown = _grown(points, eyes, large.shape[0], style, random)
    hairs, shades = _hairs(grown, points, eyes, style, random)
    colour = _COLOURS[random.integers(len(_COLOURS))][::-1] * random.uniform(0.7, 1.3) * 255
    light = _light(large, points, eyes)
    seen = large.astype(np.float32)
    base = np.clip(grown * random.uniform(*style.base), 0, 1)[..., None]
    seen = seen * (1 - base) + base * colour.astype(np.float32) * light * 0.8
    hairs = blurred(hairs, random.uniform(0.3, 1.2) * _FINE / 2)[..., None]
    seen = seen * (1 - hairs) + hairs * colour.astype(np.float32) * light * shades[..., None]
    small = cv2.resize(seen, picture.shape[1::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(np.clip(small, 0, 255), dtype=np.uint8)


def _grown(points: NDArray[np.float64], eyes: float, side: int, style: Style, random: Random) -> Mask:
    """(S, S) 0..1 where hair grows."""
    areas = {"moustache": _moustache, "chin": _chin, "jaw": _jaw, "below": _below}
    grown = np.zeros((side, side), dtype=np.float32)
    for part in style.parts:
        mask = np.zeros_like(grown)
        cv2.fillPoly(mask, [np.round(areas[part](points, eyes, random)).astype(np.int32)], 1.0)
        grown = np.maximum(grown, blurred(mask, random.uniform(0.015, 0.06) * eyes))
    lips = np.zeros_like(grown)
    outline = np.concatenate([points[list(_UPPER_LIP)], points[list(_LOWER_LIP[::-1])]])
    # Moustaches hang over the upper lip, some over half of it.
    outline[: len(_UPPER_LIP), 1] += (
        max(random.normal(0.0, 0.04), 0) * eyes * (1 - np.linspace(-1, 1, len(_UPPER_LIP)) ** 4)
    )
    cv2.fillPoly(lips, [np.round(outline).astype(np.int32)], 1.0)
    patchy = 1 - random.uniform(0, 0.35) * np.clip(
        blurred(random.normal(0, 1, grown.shape), 0.03 * eyes) * 0.1 * eyes, 0, 1
    )
    return np.asarray(np.clip(grown * (1 - blurred(lips, 0.008 * eyes)) * patchy, 0, 1), dtype=np.float32)


def _moustache(points: NDArray[np.float64], eyes: float, random: Random) -> NDArray[np.float64]:
    wide = random.uniform(-0.04, 0.08) * eyes
    lip, nose = points[list(_UPPER_LIP)].copy(), points[list(_UNDER_NOSE)] + (0, 0.02 * eyes)
    lip[:, 1] += 0.04 * eyes
    droop = random.uniform(0.0, 0.2) * eyes
    right, left = lip[0] + (-wide, droop), lip[-1] + (wide, droop)
    return np.concatenate([right[None], lip, left[None], nose])


def _chin(points: NDArray[np.float64], eyes: float, random: Random) -> NDArray[np.float64]:
    across = random.uniform(0.5, 1.0)
    lip, chin = points[list(_LOWER_LIP)], points[list(_CHIN)]
    middle = points[_CHIN_POINT]
    chin = middle + (chin - middle) * (across, 1.0)
    right = points[[_RIGHT_CORNER]] + (-0.03 * eyes, -0.02 * eyes)
    left = points[[_LEFT_CORNER]] + (0.03 * eyes, -0.02 * eyes)
    lip = lip if random.random() < 0.6 else points[_MOUTH] + (lip - points[_MOUTH]) * (0.35, 1.15)
    return np.concatenate([right, lip, left, chin[::-1]])


def _jaw(points: NDArray[np.float64], _eyes: float, random: Random) -> NDArray[np.float64]:
    jaw = points[list(_JAW)]
    high = random.uniform(0.0, 1.0)
    sides = []
    for cheek, corner in ((_CHEEK_RIGHT, _RIGHT_CORNER), (_CHEEK_LEFT, _LEFT_CORNER)):
        line = points[list(cheek)] * high + (1 - high) * points[[corner, corner, cheek[2], cheek[3]]]
        sides.append(np.concatenate([points[[corner]], line]))
    return np.concatenate([sides[0], jaw, sides[1][::-1], points[[17]]])


def _below(points: NDArray[np.float64], eyes: float, random: Random) -> NDArray[np.float64]:
    jaw = points[list(_JAW[2:-2])]
    middle = points[_MOUTH]
    outward = (jaw - middle) / np.linalg.norm(jaw - middle, axis=1, keepdims=True)
    down = np.clip(outward[:, [1]], 0, 1)
    return np.concatenate([jaw, (jaw + outward * down * random.uniform(0.05, 0.45) * eyes)[::-1]])


def _hairs(grown: Mask, points: NDArray[np.float64], eyes: float, style: Style, random: Random) -> tuple[Mask, Mask]:
    """(S, S) how much hair covers, and how bright it is."""
    covers, shades = np.zeros_like(grown), np.ones_like(grown)
    rows, columns = np.nonzero(grown > 0.05)
    if not len(rows):
        return covers, shades
    unit = eyes / 100
    count = int(np.clip(len(rows) / unit**2 * random.uniform(*style.density), 0, 9000))
    chance = grown[rows, columns].astype(np.float64)
    chosen = random.choice(len(rows), count, p=chance / chance.sum())
    roots = np.column_stack([columns[chosen], rows[chosen]]) + random.uniform(-0.5, 0.5, (count, 2))
    side = (roots[:, 0] - points[_NOSE, 0]) / eyes
    above = roots[:, 1] < points[_MOUTH, 1]
    angles = np.where(above, np.sign(side) * np.clip(0.3 + 2 * abs(side), 0, 1.2), np.clip(side * 1.2, -0.8, 0.8))
    angles = angles + random.normal(0, 0.3, count)
    lengths = random.uniform(*style.length) * eyes * random.uniform(0.5, 1.4, count)
    tips = roots + lengths[:, None] * np.column_stack([np.sin(angles), np.cos(angles)])
    tones = random.uniform(0.6, 1.25, count)
    covering = random.uniform(0.5, 0.9) * np.clip(chance[chosen], 0, 1)
    wide = 1 if unit < 1.6 else 2
    ends = zip((roots * 8).astype(int).tolist(), (tips * 8).astype(int).tolist(), tones, covering, strict=True)
    for root, tip, tone, covered in ends:
        cv2.line(covers, root, tip, float(covered), wide, cv2.LINE_AA, 3)
        cv2.line(shades, root, tip, float(tone), wide, cv2.LINE_AA, 3)
    return covers, shades


def _light(picture: NDArray[np.uint8], points: NDArray[np.float64], eyes: float) -> Mask:
    """(S, S, 1) how bright the skin is lit, 1 in full light."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
    low, high = points.min(axis=0).astype(int), points.max(axis=0).astype(int)
    face = grey[max(low[1], 0) : high[1], max(low[0], 0) : high[0]]
    smooth = blurred(grey, 0.12 * eyes)
    level = float(np.percentile(face, 75)) if face.size else 128.0
    lit: Mask = np.clip(0.35 + 0.65 * smooth / 190, 0.15, 1.2)[..., None] * np.clip(level / 190, 0.4, 1.1)
    return lit
