"""Hands before a face, of any skin, from anywhere: rendered ones if there are any, else drawn ones, of palm, thumb,
fingers open or bent, and an arm.

A drawn hand lies in its own plane first: its wrist is at (0, 0), its fingers point along y, and its unit is the
distance between the outer eye corners, of which a grown hand is about two long.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from lab.face_checks.drawing import LEFT_EYE, LIPS, RIGHT_EYE, UNIT, Layer, Picture, Points, Random, Seen, tint, waves
from lab.rendered_faces.scene import HAND_PX_PER_CM, SLEEVE
from lab.training.face_warps import SIDE

_CHEEK_SKIN = (50, 280, 101, 330)
_ANY_SKIN = np.array([0.78, 0.9, 1.12])
"""Blue, green and red of a skin by its brightness."""

_KNUCKLES = ((-0.35, 0.98), (-0.12, 1.06), (0.12, 1.03), (0.34, 0.93))
_LENGTHS = (0.92, 1.0, 0.94, 0.74)
_BONES = (0.44, 0.28, 0.2)
_WIDTHS = (0.115, 0.105, 0.095, 0.08)
_BENDS = (1.0, 2.1, 2.9)
"""The bend of each bone of a finger, in bends of its first."""

_RENDERED_SHARE = 0.75
_EYES_APART_CM = 9.0
_LOWEST_ANCHOR = 0.6
_FINGERTIPS_SHARE, _FINGERTIPS = 0.4, 0.15
"""So many hands touch with their fingertips: the topmost share of what is seen of a hand."""
_TWO_HANDS, _FROM_BELOW, _OWN_SKIN, _SLEEVE, _SHADOW = 0.25, 0.75, 0.5, 0.5, 0.6


@dataclass(frozen=True, slots=True)
class _Bone:
    """Round, from `start` to `end`, (2,) each, with the radius there; `part`: skin or sleeve."""

    start: Points
    end: Points
    radii: tuple[float, float]
    part: str = "skin"


@dataclass(frozen=True, slots=True)
class _Place:
    """The place of a hand: `anchor` in its own plane comes to `target` in the picture, its fingers turned by `turn`
    from straight up; `side` -1 mirrors it."""

    anchor: Points
    target: Points
    turn: float
    size: float
    side: float

    def of(self, point: Points) -> Points:
        across, along = (point - self.anchor) * (self.side, 1) * self.size * UNIT
        cosine, sine = np.cos(self.turn), np.sin(self.turn)
        return np.asarray(self.target + np.array([across * cosine + along * sine, across * sine - along * cosine]))

    def of_picture(self, anchor: Points) -> Points:
        """(2, 3) the affine map that brings a rendered hand's picture to the face's, its pixel `anchor` to `target`."""
        scale, cosine, sine = self.size * UNIT / (_EYES_APART_CM * HAND_PX_PER_CM), np.cos(self.turn), np.sin(self.turn)
        turn = scale * np.array([[cosine * self.side, -sine], [sine * self.side, cosine]])
        return np.column_stack([turn, self.target - turn @ anchor])


class _Canvas:
    """The picture so far: its `light`, and where there are skin and sleeves, (256, 256) float32."""

    def __init__(self, random: Random) -> None:
        self.light = np.zeros((SIDE, SIDE), np.float32)
        self.parts = {part: np.zeros((SIDE, SIDE), np.float32) for part in ("skin", "sleeve")}
        self._rows, self._columns = np.mgrid[:SIDE, :SIDE].astype(np.float32)
        turn, self._height = random.uniform(0, 2 * np.pi), random.uniform(0.5, 0.95)
        self._towards = np.array([np.cos(turn), np.sin(turn)]) * np.sqrt(1 - self._height**2)
        self._dimmest = random.uniform(0.25, 0.6)

    def draw(self, bone: _Bone) -> None:
        """Over what is there."""
        way = bone.end - bone.start
        across, down = self._columns - bone.start[0], self._rows - bone.start[1]
        share = np.clip((across * way[0] + down * way[1]) / max(float(way @ way), 1e-6), 0, 1)
        radius = bone.radii[0] + (bone.radii[1] - bone.radii[0]) * share
        x, y = (across - share * way[0]) / radius, (down - share * way[1]) / radius
        apart = np.hypot(x, y)
        inside = apart < 1
        facing = x * self._towards[0] + y * self._towards[1] + np.sqrt(np.clip(1 - apart**2, 0, 1)) * self._height
        light = self._dimmest + (1 - self._dimmest) * np.clip(facing, 0, 1)
        self.light[inside] = (light * (1 - 0.08 * (share < 0.08)) * (1 - 0.2 * apart**8))[inside]
        for part, where in self.parts.items():
            where[inside] = float(part == bone.part)


def hand(face: Seen, random: Random) -> Layer:
    """One hand or two, over the mouth, below it, a part of it, an eye, both eyes, the brows, or near the nose."""
    if face.hands is not None and random.random() < _RENDERED_SHARE:
        return _rendered(face, face.hands, random)
    return _drawn(face, random)


def _rendered(face: Seen, hands: NDArray[np.uint8], random: Random) -> Layer:
    colours, mask = np.zeros((SIDE, SIDE, 3), np.float32), np.zeros((SIDE, SIDE), np.float32)
    skin, sleeve = _skin(face.image, face.points, random), random.uniform(10, 230) * tint(random)
    for place in _places(face.points, random):
        light, parts = hands[random.integers(len(hands))]
        rows, columns = np.nonzero(parts[: int(_LOWEST_ANCHOR * SIDE)])  # from the top, where the fingertips are
        touching = _FINGERTIPS if random.random() < _FINGERTIPS_SHARE else 1.0
        some = int(random.integers(max(int(touching * len(rows)), 1)))
        move = place.of_picture(np.array([columns[some], rows[some]], dtype=np.float64))
        level = max(float(np.median(light[parts > 0])), 1.0)
        lit = light[..., None] / level * np.where(parts[..., None] == SLEEVE, sleeve, skin)
        over, there = (
            cv2.warpAffine(each.astype(np.float32), move, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
            for each in (lit, parts > 0)
        )
        colours = np.where(there[..., None] > 0.5, over, colours).astype(np.float32)
        mask = np.maximum(mask, there).astype(np.float32)
    return Layer(colours, mask, _shadow(mask, random))


def _drawn(face: Seen, random: Random) -> Layer:
    canvas = _Canvas(random)
    for place in _places(face.points, random):
        for bone in _bones(random):
            ends, radii = (place.of(bone.start), place.of(bone.end)), np.array(bone.radii) * place.size * UNIT
            canvas.draw(_Bone(*ends, (float(radii[0]), float(radii[1])), bone.part))
    grain = 1 + random.uniform(0.01, 0.06) * waves(random, 1, 8)
    light = (cv2.GaussianBlur(canvas.light, (0, 0), random.uniform(0.5, 1.5)) * grain)[..., None]
    skin, sleeve = _skin(face.image, face.points, random), random.uniform(10, 230) * tint(random)
    is_skin = canvas.parts["skin"][..., None]
    mask = np.maximum(*canvas.parts.values())
    colours = light * (skin * is_skin + sleeve * (1 - is_skin))
    return Layer(colours.astype(np.float32), mask, _shadow(mask, random))


def _shadow(mask: NDArray[np.float32], random: Random) -> NDArray[np.float32]:
    """The share of the light that the hand leaves on the face round it."""
    depth = random.uniform(0.1, 0.6) if random.random() < _SHADOW else 0.0
    move = np.column_stack([np.eye(2), random.normal(0, 0.06 * UNIT, 2)])
    cast = cv2.GaussianBlur(cv2.warpAffine(mask, move, (SIDE, SIDE)), (0, 0), random.uniform(1.5, 8))
    return np.asarray(1 - depth * cast, dtype=np.float32)


def _skin(image: Picture, points: Points, random: Random) -> NDArray[np.float64]:
    """(3,) of the face's own cheeks, or anybody's."""
    if random.random() >= _OWN_SKIN:
        return np.asarray(random.uniform(35, 235) * _ANY_SKIN * tint(random, 0.06))
    places = np.clip(points[list(_CHEEK_SKIN)].round().astype(int), 4, SIDE - 5)
    found = np.median([image[y - 3 : y + 4, x - 3 : x + 4].reshape(-1, 3).mean(axis=0) for x, y in places], axis=0)
    return np.asarray(found * random.uniform(0.85, 1.35), dtype=np.float64)


def _places(points: Points, random: Random) -> Iterator[_Place]:
    lips, right, left = (points[list(each)].mean(axis=0) for each in (LIPS, RIGHT_EYE, LEFT_EYE))
    near_nose = points[1] + random.normal(0, 0.4 * UNIT, 2)
    lip, chin, aside = np.array([0, 0.15 * UNIT]), np.array([0, 0.3 * UNIT]), np.array([0.25 * UNIT, 0])
    targets = {
        "mouth": (lips, lips),
        "lower lip": (lips + lip, lips + lip),
        "chin": (lips + chin, lips + chin),
        "corner of the mouth": (lips - aside, lips + aside),
        "eye": (right, left),
        "eyes": ((right + left) / 2,) * 2,
        "brows": (points[9],) * 2,
        "any": (near_nose,) * 2,
    }
    chosen = targets[str(random.choice(list(targets)))]
    turn = random.normal(0, 0.9) if random.random() < _FROM_BELOW else random.uniform(-np.pi, np.pi)
    size, side, height = random.uniform(0.75, 1.3), float(random.choice([-1, 1])), random.uniform(0.4, 1.5)
    both = (0, 1) if random.random() < _TWO_HANDS else (int(random.integers(2)),)
    for each in both:
        mirror = 1 if each == both[0] else -1
        target = chosen[each] + random.normal(0, 0.1 * UNIT, 2)
        anchor = np.array([random.normal(0, 0.12), height + random.normal(0, 0.1)])
        yield _Place(anchor, target, turn * mirror + random.normal(0, 0.1), size, side * mirror)


def _bones(random: Random) -> Iterator[_Bone]:
    """From the farthest to the nearest."""
    yield _Bone(np.array([random.normal(0, 0.4), -4.0]), np.zeros(2), (0.5, random.uniform(0.27, 0.34)))
    if random.random() < _SLEEVE:
        cuff = -random.uniform(0.1, 1.5)
        yield _Bone(np.array([0.0, -4.0]), np.array([0.0, cuff]), (0.75, random.uniform(0.36, 0.5)), "sleeve")
    thumb, palm, fingers = list(_thumb(random)), list(_palm()), list(_fingers(random))
    order = (thumb, palm, fingers) if random.random() < 0.5 else (palm, fingers, thumb)
    for group in order:
        yield from group


def _palm() -> Iterator[_Bone]:
    yield _Bone(np.array([0, 0.1]), np.array([0, 0.75]), (0.32, 0.42))
    for x, y in _KNUCKLES:
        yield _Bone(np.array([0.6 * x, 0.2]), np.array([x, y]), (0.2, 0.14))


def _fingers(random: Random) -> Iterator[_Bone]:
    """Each bent about as its neighbours are: a finger that is bent far points back."""
    spread, bend = random.uniform(-0.03, 0.22), random.choice([random.uniform(0, 0.3), random.uniform(0, 1.3)])
    fingers = list(enumerate(zip(_KNUCKLES, _LENGTHS, strict=True)))
    for place, (knuckle, length) in fingers if random.random() < 0.5 else fingers[::-1]:
        turn, own_bend = spread * (place - 1.5) + random.normal(0, 0.04), bend * random.uniform(0.8, 1.2)
        ways = [bone * length * np.cos(own_bend * each) for bone, each in zip(_BONES, _BENDS, strict=True)]
        yield from _chain(np.array(knuckle), [turn] * 3, ways, _WIDTHS)


def _thumb(random: Random) -> Iterator[_Bone]:
    """Away from the palm, next to it, or before it."""
    first, second = -random.uniform(-0.3, 1.2), random.normal(0.25, 0.25)
    yield from _chain(
        np.array([-0.2, 0.15]), [first - 0.2, first, first + second], [0.4, 0.4, 0.3], (0.2, 0.14, 0.12, 0.1)
    )


def _chain(start: Points, turns: list[float], ways: list[float], widths: tuple[float, ...]) -> Iterator[_Bone]:
    """Bones one after the other, each turned from straight up."""
    steps = [way * np.array([np.sin(turn), np.cos(turn)]) for turn, way in zip(turns, ways, strict=True)]
    ends = np.cumsum([start, *steps], axis=0)
    for (begin, end), radii in zip(pairwise(ends), pairwise(widths), strict=True):
        yield _Bone(begin, end, radii)
