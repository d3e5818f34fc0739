"""Makes one person's skin: tone, blotches, hair, brows, lips, lids, stubble, and the folds that it
makes.

Everything is drawn in the plane of the neutral face (`renderer.decal_places`), so it moves with the skin. Brows are
strokes of hair on a decal, lids a line of their own, so that neither is taken for the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from lab.rendered_faces.face_model import FaceModel, Floats
from lab.rendered_faces.folds import FOLDS, activation
from lab.rendered_faces.relief import blurred, fold_relief, grain
from lab.rendered_faces.scene import DECAL_SIDE, to_px

_TONES = np.array(
    [
        [0.86, 0.66, 0.56],
        [0.79, 0.58, 0.46],
        [0.72, 0.50, 0.38],
        [0.60, 0.40, 0.29],
        [0.46, 0.30, 0.21],
        [0.30, 0.19, 0.14],
    ]
)
_HAIR = np.array(
    [
        [0.03, 0.02, 0.015],
        [0.10, 0.06, 0.03],
        [0.25, 0.16, 0.08],
        [0.42, 0.31, 0.18],
        [0.25, 0.10, 0.05],
        [0.5, 0.5, 0.5],
    ]
)
_IRISES = np.array([[0.10, 0.05, 0.02], [0.05, 0.03, 0.02], [0.18, 0.13, 0.06], [0.15, 0.22, 0.30], [0.12, 0.18, 0.10]])
_BROWS = ((17, 18, 19, 20, 21), (26, 25, 24, 23, 22))
_LIPS_OUTER, _LIPS_INNER = slice(48, 60), slice(60, 68)
_EYES = (slice(36, 42), slice(42, 48))


@dataclass(frozen=True)
class Skin:
    """`albedo` (V, 3), `gloss` (V,), `decal` (320, 320, 4), `grain` (320, 320) the relief at rest; `groups`: for each
    group of folds its relief; `gain` and `aged`: how deep each gets with movement, and how deep it is at rest."""

    albedo: Floats
    gloss: Floats
    decal: NDArray[np.uint8]
    grain: Floats
    groups: Mapping[str, Floats] = field(repr=False)
    gain: Mapping[str, float] = field(repr=False)
    aged: Mapping[str, float] = field(repr=False)

    def relief(self, weights: Mapping[str, float]) -> Floats:
        """(320, 320) the skin's height with these weights of the model's shapes; 0.5 is level."""
        relief = self.grain.copy()
        for name, active in activation(weights).items():
            depth = min(self.aged[name] + self.gain[name] * active, 1.3)
            if depth > 0.03:
                relief -= np.float32(depth) * self.groups[name]
        return relief


def make_skin(
    model: FaceModel,
    random: np.random.Generator,
    *,
    age: float | None = None,
    tone: float | None = None,
    iris_size: float = 1.0,
) -> Skin:
    """A person's skin, by chance as far as nothing is said of its `age` (0 smooth, 1 full of folds at rest) and its
    `tone` (0 the lightest, 1 the darkest). `iris_size` makes irises smaller or larger than the lessons have them."""
    place = (random.uniform(0, 1) if tone is None else tone) * (len(_TONES) - 1)
    colour = np.array([np.interp(place, np.arange(len(_TONES)), _TONES[:, axis]) for axis in range(3)]) ** 2.0
    colour *= random.uniform(0.8, 1.25) * (1 + random.normal(0, 0.04, 3))
    hair = _HAIR[random.choice(len(_HAIR), p=(0.3, 0.25, 0.17, 0.12, 0.06, 0.10))] * random.uniform(0.6, 1.3)
    albedo, gloss = _vertices(model, colour, hair, random, iris_size)
    decal = _decal(model.flat[model.landmarks], colour, hair, random)
    width_cm = random.uniform(0.07, 0.16)
    groups = {name: fold_relief(lines, width_cm, random) for name, lines in FOLDS.items()}
    age = max(random.normal(-0.15, 0.5), 0.0) if age is None else age
    return Skin(
        albedo,
        gloss,
        np.round(np.clip(decal, 0, 1) * 255).astype(np.uint8),
        grain(random),
        groups,
        gain={name: random.uniform(0.05, 1.2) for name in groups},
        aged={name: age * random.uniform(0.0, 0.5) for name in groups},
    )


def _vertices(
    model: FaceModel,
    tone: NDArray[np.float64],
    hair: NDArray[np.float64],
    random: np.random.Generator,
    iris_size: float,
) -> tuple[Floats, Floats]:
    """Albedo and gloss of what no decal covers: the head, its hair, eyes, mouth."""
    places, parts = model.flat, model.parts
    albedo, gloss = np.tile(tone, (len(places), 1)), np.ones(len(places))
    albedo *= 1 + 0.08 * random.uniform() * _waves(places, 3.0, random)[:, None]
    albedo *= 1 + 0.05 * random.uniform() * _waves(places, 0.9, random)[:, None]
    for centre, radius in (((0, 0.4, 13.0), 1.3), ((4.5, -0.5, 8.5), 2.2), ((-4.5, -0.5, 8.5), 2.2)):
        near = np.exp(-((np.linalg.norm(places - centre, axis=1) / radius) ** 2))[:, None]
        albedo += near * tone * (0.15, -0.06, -0.06) * random.uniform(0, 1.3)
    if random.random() < 0.85:
        _cover_with_hair(albedo, gloss, model, hair, random)
    albedo[parts.mouth_socket] = np.array([0.10, 0.02, 0.02]) * random.uniform(0.4, 1.2)
    albedo[parts.gums] = np.array([0.33, 0.10, 0.10]) * random.uniform(0.5, 1.0)
    albedo[parts.teeth] = np.array([0.68, 0.64, 0.55]) * random.uniform(0.6, 1.1)
    for inside in (parts.mouth_socket, parts.eye_sockets, parts.gums, parts.teeth):
        albedo[inside] *= np.clip((places[inside, 2:] - 4.5) / 6.0, 0.15, 1.0)
        gloss[inside] = 0.4
    albedo[parts.eye_sockets] = tone * 0.5
    iris = _IRISES[random.integers(len(_IRISES))] * random.uniform(0.6, 1.4)
    white, size_deg = np.array([0.70, 0.67, 0.64]) * random.uniform(0.6, 1.05), iris_size * random.uniform(26, 31)
    for ball in parts.eyeballs:
        albedo[ball] = _eye(places[ball], iris, white, size_deg, iris_size * random.uniform(9, 15))
        gloss[ball] = 2.5
    albedo[parts.lashes] = (0.015, 0.012, 0.01)
    return np.clip(albedo, 0, 1.2).astype(np.float32), gloss.astype(np.float32)


def _cover_with_hair(
    albedo: NDArray[np.float64],
    gloss: NDArray[np.float64],
    model: FaceModel,
    hair: NDArray[np.float64],
    random: np.random.Generator,
) -> None:
    places, is_skin = model.flat, np.zeros(len(model.flat), dtype=np.bool_)
    is_skin[model.parts.skin] = True
    line_cm, side_cm = random.uniform(9.0, 13.0), random.uniform(6.3, 8.3)
    ragged = places[:, 1] + 0.5 * _waves(places, 2.0, random)
    beyond = np.maximum(ragged - line_cm, np.minimum(abs(places[:, 0]) - side_cm, (ragged - 4.5) * 2))
    cover = 1 / (1 + np.exp(-np.clip(beyond / 0.25, -30, 30)))
    cover[~is_skin] = 0
    strands = 0.6 + 0.6 * random.random((len(places), 1))
    albedo += cover[:, None] * (hair * strands - albedo)
    gloss *= 1 - 0.6 * cover


def _eye(
    places: Floats, iris: NDArray[np.float64], white: NDArray[np.float64], size_deg: float, pupil_deg: float
) -> NDArray[np.float64]:
    outward = places - (places.min(axis=0) + places.max(axis=0)) / 2
    angle_deg = np.degrees(np.arctan2(np.linalg.norm(outward[:, :2], axis=1), outward[:, 2]))[:, None]
    colours = np.where(angle_deg < size_deg, iris, white)
    colours = np.where((angle_deg < size_deg) & (angle_deg > size_deg - 4), iris * 0.5, colours)
    return np.where(angle_deg < pupil_deg, 0.005, colours)


def _waves(places: Floats, length_cm: float, random: np.random.Generator) -> NDArray[np.float64]:
    """(V,) smooth noise about 0."""
    directions, phases = random.normal(0, 1 / length_cm, (3, 12)), random.uniform(0, 2 * np.pi, 12)
    return np.asarray(np.sin(places @ directions + phases).mean(axis=1) * np.sqrt(2))


def _decal(
    landmarks: Floats, tone: NDArray[np.float64], hair: NDArray[np.float64], random: np.random.Generator
) -> Floats:
    decal = np.zeros((DECAL_SIDE, DECAL_SIDE, 4), dtype=np.float32)
    blotches = blurred(random.normal(0, 1, (DECAL_SIDE, DECAL_SIDE)), 2.5) * 4.4
    spots = blurred(random.random((DECAL_SIDE, DECAL_SIDE)) < random.uniform(0, 0.002), random.uniform(0.6, 1.1)) * 3
    _cover(decal, tone * 0.72, np.clip(0.12 * random.uniform() * blotches + 0.4 * random.uniform() * spots, 0, 0.6))
    if random.random() < 0.28:
        _cover(decal, hair, _beard(landmarks, random))
    _cover(decal, _lip_colour(tone, random), _lips(landmarks) * random.uniform(0.35, 1.0))
    shadow = np.zeros(decal.shape[:2], dtype=np.float32)
    for eye in _EYES:
        cv2.fillPoly(shadow, [np.round(to_px(landmarks[eye])).astype(np.int32)], 1.0)
    _cover(decal, tone * 0.55, blurred(shadow, 10) * random.uniform(0, 0.6))
    _cover(decal, np.array([0.02, 0.015, 0.012]), _lid_lines(landmarks, random))
    _cover(decal, hair * random.uniform(0.5, 1.2), _brow_hairs(landmarks, random))
    return decal


def _cover(decal: Floats, colour: NDArray[np.float64], alpha: Floats) -> None:
    """Paints a colour over what is there."""
    alpha = np.clip(alpha, 0, 1).astype(np.float32)[..., None]
    left = decal[..., 3:] * (1 - alpha)
    whole = np.maximum(alpha + left, 1e-6)
    decal[..., :3] = (alpha * colour.astype(np.float32) + left * decal[..., :3]) / whole
    decal[..., 3:] = alpha + left


def _lip_colour(tone: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    if random.random() < 0.72:
        return tone * (0.95, 0.62, 0.62) * random.uniform(0.7, 1.0)
    return np.array([0.45, 0.08, 0.09]) * random.uniform(0.4, 1.2)


def _lips(landmarks: Floats) -> Floats:
    mask = np.zeros((DECAL_SIDE, DECAL_SIDE), dtype=np.float32)
    cv2.fillPoly(mask, [np.round(to_px(landmarks[_LIPS_OUTER])).astype(np.int32)], 1.0)
    return blurred(mask, 1.1)


def _lid_lines(landmarks: Floats, random: np.random.Generator) -> Floats:
    mask = np.zeros((DECAL_SIDE, DECAL_SIDE), dtype=np.float32)
    upper, lower = random.uniform(0.5, 1.0), random.uniform(0.15, 0.7)
    for eye in _EYES:
        corners = np.round(to_px(landmarks[eye]) * 8).astype(np.int32)
        cv2.polylines(mask, [corners[:4]], False, upper, int(random.integers(2, 5)), cv2.LINE_AA, 3)
        cv2.polylines(mask, [corners[[3, 4, 5, 0]]], False, lower, int(random.integers(1, 3)), cv2.LINE_AA, 3)
    return blurred(mask, 0.8)


def _brow_hairs(landmarks: Floats, random: np.random.Generator) -> Floats:
    """Strokes along the brow, outwards and upwards, thinner towards the temple."""
    mask = np.zeros((DECAL_SIDE, DECAL_SIDE), dtype=np.float32)
    thickness_cm, lift_cm, arch_cm = random.uniform(0.25, 1.0), random.uniform(-0.3, 0.3), random.normal(0, 0.12)
    density, reach = int(random.uniform(80, 380)), random.uniform(0.0, 0.18)
    wobble = random.normal(0, 0.05, 5)
    for brow, side in zip(_BROWS, (-1, 1), strict=True):
        line = landmarks[list(brow), :2].astype(np.float64)
        line[:, 1] += lift_cm + arch_cm * np.array([-1, 0.3, 1, 0.5, -0.5]) + wobble
        along = random.uniform(0, 1 - reach, density) ** 0.85 if reach else random.uniform(0, 1, density)
        roots = np.stack([np.interp(along * 4, np.arange(5), line[:, axis]) for axis in range(2)], axis=1)
        width = thickness_cm * np.clip(0.35 + 0.9 * along, 0.3, 1.0)
        roots[:, 1] += random.uniform(-0.5, 0.5, density) * width
        lengths = random.uniform(0.25, 0.6, density)
        angles = np.radians(np.interp(along, (0, 0.7, 1), (-15, 20, 70)) + random.normal(0, 12, density))
        tips = roots + lengths[:, None] * np.stack([side * np.cos(angles), np.sin(angles)], axis=1)
        for root, tip in zip(
            np.round(to_px(roots) * 8).astype(int), np.round(to_px(tips) * 8).astype(int), strict=True
        ):
            cv2.line(mask, root.tolist(), tip.tolist(), 1.0, 1, cv2.LINE_AA, 3)
    return blurred(mask, random.uniform(0.5, 1.0)) * random.uniform(0.6, 1.2)


def _beard(landmarks: Floats, random: np.random.Generator) -> Floats:
    mask = np.zeros((DECAL_SIDE, DECAL_SIDE), dtype=np.float32)
    jaw = to_px(landmarks[1:16] * (1.0, random.uniform(0.9, 1.0), 1.0))
    nose = to_px(landmarks[[35, 33, 31]] - (0.0, 0.4, 0.0))
    cv2.fillPoly(mask, [np.round(np.concatenate([jaw, nose])).astype(np.int32)], 1.0)
    cv2.fillPoly(mask, [np.round(to_px(landmarks[_LIPS_OUTER])).astype(np.int32)], 0.0)
    hairs = np.clip(1 + blurred(random.normal(0, 1, mask.shape), 1.0), 0, 2)
    return blurred(mask, random.uniform(3, 8)) * hairs * random.uniform(0.15, 0.7)
