"""What is measured on a face to tell its expression: one number per feature, each a formula over landmarks.

All lengths are in eye distances, in the frontal frame of `rigid_face` (x right, y down, z away from the camera), so
position, size and the head's angles are out of them as far as the mesh's own depth allows. Features of paired parts
are means of both sides weighted by how well each is seen: a side turned away by 40 degrees counts nothing.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.rigid_face import RigidFit
from chalicelib.domain.job_names import Mesh

_ALL_WEIGHT_YAW = 80.0
_LIGHT_POINTS = 468


@dataclass(frozen=True, slots=True)
class _Side:
    """Landmarks of one half of the face; right and left are the person's."""

    eye_outer: int
    eye_inner: int
    upper_lid: tuple[int, ...]
    lower_lid: tuple[int, ...]
    iris_centre: int
    iris_edges: tuple[int, int]
    brow_inner: tuple[int, ...]
    brow_whole: tuple[int, ...]
    mouth_corner: int
    upper_lip_edge: int
    nose_wing: int
    nose_foot: int
    cheek: tuple[int, ...]


_RIGHT = _Side(
    33, 133, (159, 158, 160), (145, 153, 144), 468, (469, 471), (55, 65), (70, 63, 105), 61, 37, 129, 97, (50, 101)
)
_LEFT = _Side(
    263,
    362,
    (386, 385, 387),
    (374, 380, 373),
    473,
    (474, 476),
    (285, 295),
    (300, 293, 334),
    291,
    267,
    358,
    326,
    (280, 330),
)
# Midline: lower edge of the nose, outer edge of the upper lip, its inner edge, the lower lip's inner and outer edge.
_NOSE_BASE, _UPPER_OUTER, _UPPER_INNER, _LOWER_INNER, _LOWER_OUTER = 2, 0, 13, 14, 17
_LIP_GAPS = ((13, 14), (82, 87), (312, 317))
_UPPER_LIP_REDS = ((0, 13), (37, 82), (267, 312))
_LOWER_LIP_REDS = ((14, 17), (87, 84), (317, 314))


@dataclass(frozen=True)
class FrontalFace:
    """`points` (478 or 468, 3) in the frontal frame; `right_share` 0..1: how much the person's right side counts."""

    points: NDArray[np.float64]
    right_share: float

    @property
    def has_irises(self) -> bool:
        """Whether the mesh measures irises (478 points)."""
        return len(self.points) > _LIGHT_POINTS

    @cached_property
    def places(self) -> list[list[float]]:
        """`points` as plain numbers: a hundred of them are asked for one by one, which numpy makes expensive."""
        places: list[list[float]] = self.points.tolist()
        return places

    @property
    def mesh(self) -> Mesh:
        """The mesh that measured the face."""
        return Mesh.ATTENTION if self.has_irises else Mesh.LIGHT

    def distance(self, first: int, second: int) -> float:
        """Between two landmarks, in eye distances."""
        return math.dist(self.places[first], self.places[second])

    def mean(self, landmarks: tuple[int, ...], axis: int) -> float:
        """The mean of a coordinate (0 x, 1 y, 2 z) over landmarks."""
        return sum([self.places[landmark][axis] for landmark in landmarks]) / len(landmarks)

    def both(self, measure: Callable[["FrontalFace", _Side], float]) -> float:
        """A measure of one side, averaged over both by how well they are seen."""
        return self.right_share * measure(self, _RIGHT) + (1 - self.right_share) * measure(self, _LEFT)

    def mean_distance(self, pairs: tuple[tuple[int, int], ...]) -> float:
        """The mean distance over pairs of landmarks."""
        return sum(self.distance(*pair) for pair in pairs) / len(pairs)


def frontal_face(points: NDArray[np.float64], fit: RigidFit, yaw_deg: float) -> FrontalFace:
    """The face of a mesh, `points` (478 or 468, 3) pixels. Turned to the picture's right it shows its right side."""
    return FrontalFace(fit.frontal(points), float(np.clip(0.5 + yaw_deg / _ALL_WEIGHT_YAW, 0.0, 1.0)))


def _eye_aperture(face: FrontalFace, side: _Side) -> float:
    lids = tuple(zip(side.upper_lid, side.lower_lid, strict=True))
    return face.mean_distance(lids) / max(face.distance(side.eye_outer, side.eye_inner), 1e-6)


def _upper_lid_over_iris(face: FrontalFace, side: _Side) -> float:
    """Height of the upper lid over the centre of the iris. Light meshes have no irises: half the lid opening."""
    if not face.has_irises:
        return face.mean_distance(tuple(zip(side.upper_lid, side.lower_lid, strict=True))) / 2
    return face.places[side.iris_centre][1] - face.mean(side.upper_lid, 1)


def _lower_lid_drop(face: FrontalFace, side: _Side) -> float:
    return face.mean(side.lower_lid, 1) - face.mean((side.eye_outer, side.eye_inner), 1)


def _brow_height(face: FrontalFace, side: _Side) -> float:
    return face.mean((side.eye_outer, side.eye_inner), 1) - face.mean(side.brow_whole, 1)


def _inner_brow_height(face: FrontalFace, side: _Side) -> float:
    return face.mean((side.eye_outer, side.eye_inner), 1) - face.mean(side.brow_inner, 1)


def _corner_lift(face: FrontalFace, side: _Side) -> float:
    return face.mean((_UPPER_INNER, _LOWER_INNER), 1) - face.places[side.mouth_corner][1]


def _smile_index(face: FrontalFace, side: _Side) -> float:
    """Mouth corner out, up and back: twice its distance from the middle + its lift + 4 times its depth behind the
    lips. The weights are rounded from a regression against a blendshape model on 1,100 faces (correlation 0.86)."""
    lips = (_UPPER_OUTER, _LOWER_OUTER, _UPPER_INNER, _LOWER_INNER)
    corner = face.places[side.mouth_corner]
    out = abs(corner[0] - face.mean(lips, 0))
    return 2 * out + _corner_lift(face, side) + 4 * (corner[2] - face.mean(lips, 2))


def _wing_to_eye(face: FrontalFace, side: _Side) -> float:
    return face.distance(side.nose_wing, side.eye_inner)


def _cheek_to_lid(face: FrontalFace, side: _Side) -> float:
    return face.mean(side.cheek, 1) - face.places[side.lower_lid[0]][1]


def _upper_lip_reach(face: FrontalFace, side: _Side) -> float:
    """Length of the skin between nose and lip + depth of the lip's edge under the eye corners: both shrink when the
    lip is raised, the first also in a smile, the second also with a short nose."""
    edge = face.places[side.upper_lip_edge][1]
    return face.distance(side.nose_foot, side.upper_lip_edge) + edge


def _mouth_width(face: FrontalFace) -> float:
    return face.distance(_RIGHT.mouth_corner, _LEFT.mouth_corner)


def _lip_gap(face: FrontalFace) -> float:
    return face.mean_distance(_LIP_GAPS)


def _red_lips(face: FrontalFace) -> float:
    return face.mean_distance(_UPPER_LIP_REDS) + face.mean_distance(_LOWER_LIP_REDS)


FEATURES: dict[str, Callable[[FrontalFace], float]] = {
    # Lid opening over the eye's width.
    "eye aperture": lambda face: face.both(_eye_aperture),
    "upper lid over iris": lambda face: face.both(_upper_lid_over_iris),
    # Below the line of the eye corners.
    "lower lid drop": lambda face: face.both(_lower_lid_drop),
    # Above the line of the eye corners.
    "brow height": lambda face: face.both(_brow_height),
    "inner brow height": lambda face: face.both(_inner_brow_height),
    "smile index": lambda face: face.both(_smile_index),
    "smile asymmetry": lambda face: abs(_smile_index(face, _RIGHT) - _smile_index(face, _LEFT)),
    "corner lift": lambda face: face.both(_corner_lift),
    # Nose wing to inner eye corner.
    "wing to eye": lambda face: face.both(_wing_to_eye),
    "cheek to lid": lambda face: face.both(_cheek_to_lid),
    "upper lip reach": lambda face: face.both(_upper_lip_reach),
    "lip gap": _lip_gap,
    "mouth width": _mouth_width,
    # Lower edge of the lower lip under the nose: short where chin and lip are pushed up.
    "lower lip depth": lambda face: face.places[_LOWER_OUTER][1] - face.places[_NOSE_BASE][1],
    # Height of the red of both lips; an open mouth does not count as pressed.
    "red of closed lips": lambda face: _red_lips(face) + _lip_gap(face),
    # Wide, without the opening and the lift that a smile brings.
    "width of closed mouth": lambda face: _mouth_width(face) - 3 * _lip_gap(face) - 2 * face.both(_corner_lift),
    "width without lift": lambda face: _mouth_width(face) - 3 * face.both(_corner_lift),
}


def measure_features(face: FrontalFace, names: Iterable[str] = tuple(FEATURES)) -> dict[str, float]:
    """Those of `FEATURES` that are asked for."""
    return {name: FEATURES[name](face) for name in names}
