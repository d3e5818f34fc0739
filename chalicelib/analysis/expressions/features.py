"""The features of a face from which expressions are scored, each a formula over landmarks.

All lengths are in eye distances, in the frontal frame of `rigid_face` (x right, y down, z away from the camera), so
position, size and the head's angles are out of them as far as the mesh's own depth allows. Features of paired parts
are means of both sides weighted by how well each is seen: a side turned away by 40 degrees counts nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.rigid_face import RigidFit
from chalicelib.domain.requests.recipes import Mesh

Floats = NDArray[np.float64]

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
    brow_inner: tuple[int, ...]
    brow_whole: tuple[int, ...]
    mouth_corner: int
    upper_lip_edge: int
    nose_wing: int
    nose_foot: int
    cheek: tuple[int, ...]


_RIGHT = _Side(33, 133, (159, 158, 160), (145, 153, 144), 468, (55, 65), (70, 63, 105), 61, 37, 129, 97, (50, 101))
_LEFT = _Side(
    263,
    362,
    (386, 385, 387),
    (374, 380, 373),
    473,
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
class FrontalFaces:
    """N faces of one mesh. `points` (N, 478 or 468, 3) in the frontal frame; `right_share` (N,) 0..1: how much the
    person's right side counts."""

    points: Floats
    right_share: Floats

    @property
    def has_irises(self) -> bool:
        """Returns True if the mesh measures irises (478 points)."""
        landmarks: int = self.points.shape[1]
        return landmarks > _LIGHT_POINTS

    @property
    def mesh(self) -> Mesh:
        """The mesh that measured the faces."""
        return Mesh.ATTENTION if self.has_irises else Mesh.LIGHT

    def place(self, landmark: int, axis: int) -> Floats:
        """(N,) a coordinate (0 x, 1 y, 2 z) of one landmark."""
        return self.points[:, landmark, axis]

    def distance(self, first: int, second: int) -> Floats:
        """(N,) between two landmarks, in eye distances."""
        return self.mean_distance(((first, second),))

    def mean(self, landmarks: tuple[int, ...], axis: int) -> Floats:
        """(N,) the mean of a coordinate over landmarks."""
        mean: Floats = self.points[:, landmarks, axis].sum(axis=1) / len(landmarks)
        return mean

    def both(self, measure: Callable[["FrontalFaces", _Side], Floats]) -> Floats:
        """(N,) a measure of one side, averaged over both by how well they are seen."""
        return self.right_share * measure(self, _RIGHT) + (1 - self.right_share) * measure(self, _LEFT)

    def mean_distance(self, pairs: tuple[tuple[int, int], ...]) -> Floats:
        """(N,) the mean distance over pairs of landmarks."""
        first, second = zip(*pairs, strict=True)
        apart = self.points[:, first] - self.points[:, second]
        mean: Floats = np.sqrt((apart * apart).sum(axis=2)).sum(axis=1) / len(pairs)
        return mean


def frontal_faces(points: Floats, fits: Sequence[RigidFit], yaws_deg: Sequence[float]) -> FrontalFaces:
    """The faces of N meshes, `points` (N, 478 or 468, 3) pixels, from their fits and yaws. A face that is turned to the
    picture's right shows its right side."""
    shifts, rotations = (np.stack(each) for each in zip(*((fit.shift, fit.rotation) for fit in fits), strict=True))
    frontal = (points - shifts[:, None]) @ rotations / np.array([fit.scale for fit in fits])[:, None, None]
    return FrontalFaces(frontal, np.clip(0.5 + np.array(yaws_deg) / _ALL_WEIGHT_YAW, 0.0, 1.0))


def _eye_aperture(face: FrontalFaces, side: _Side) -> Floats:
    lids = tuple(zip(side.upper_lid, side.lower_lid, strict=True))
    return face.mean_distance(lids) / np.maximum(face.distance(side.eye_outer, side.eye_inner), 1e-6)


def _upper_lid_over_iris(face: FrontalFaces, side: _Side) -> Floats:
    """Height of the upper lid over the centre of the iris. Light meshes have no irises: half the lid opening."""
    if not face.has_irises:
        return face.mean_distance(tuple(zip(side.upper_lid, side.lower_lid, strict=True))) / 2
    return face.place(side.iris_centre, 1) - face.mean(side.upper_lid, 1)


def _lower_lid_drop(face: FrontalFaces, side: _Side) -> Floats:
    return face.mean(side.lower_lid, 1) - face.mean((side.eye_outer, side.eye_inner), 1)


def _brow_height(face: FrontalFaces, side: _Side) -> Floats:
    return face.mean((side.eye_outer, side.eye_inner), 1) - face.mean(side.brow_whole, 1)


def _inner_brow_height(face: FrontalFaces, side: _Side) -> Floats:
    return face.mean((side.eye_outer, side.eye_inner), 1) - face.mean(side.brow_inner, 1)


def _corner_lift(face: FrontalFaces, side: _Side) -> Floats:
    return face.mean((_UPPER_INNER, _LOWER_INNER), 1) - face.place(side.mouth_corner, 1)


def _smile_index(face: FrontalFaces, side: _Side) -> Floats:
    """Mouth corner out, up and back: twice its distance from the middle + its lift + 4 times its depth behind the
    lips. The weights are rounded from a regression against a blendshape model on 1,100 faces (correlation 0.86)."""
    lips = (_UPPER_OUTER, _LOWER_OUTER, _UPPER_INNER, _LOWER_INNER)
    out = abs(face.place(side.mouth_corner, 0) - face.mean(lips, 0))
    return 2 * out + _corner_lift(face, side) + 4 * (face.place(side.mouth_corner, 2) - face.mean(lips, 2))


def _wing_to_eye(face: FrontalFaces, side: _Side) -> Floats:
    return face.distance(side.nose_wing, side.eye_inner)


def _cheek_to_lid(face: FrontalFaces, side: _Side) -> Floats:
    return face.mean(side.cheek, 1) - face.place(side.lower_lid[0], 1)


def _upper_lip_reach(face: FrontalFaces, side: _Side) -> Floats:
    """Length of the skin between nose and lip + depth of the lip's edge under the eye corners: both shrink when the
    lip is raised, the first also in a smile, the second also with a short nose."""
    edge = face.place(side.upper_lip_edge, 1)
    return face.distance(side.nose_foot, side.upper_lip_edge) + edge


def _mouth_width(face: FrontalFaces) -> Floats:
    return face.distance(_RIGHT.mouth_corner, _LEFT.mouth_corner)


def _lip_gap(face: FrontalFaces) -> Floats:
    return face.mean_distance(_LIP_GAPS)


def _red_lips(face: FrontalFaces) -> Floats:
    return face.mean_distance(_UPPER_LIP_REDS) + face.mean_distance(_LOWER_LIP_REDS)


FEATURES: dict[str, Callable[[FrontalFaces], Floats]] = {
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
    # Lower edge of the lower lip under the nose: short if chin and lip are pushed up.
    "lower lip depth": lambda face: face.place(_LOWER_OUTER, 1) - face.place(_NOSE_BASE, 1),
    # Height of the red of both lips; an open mouth does not count as pressed.
    "red of closed lips": lambda face: _red_lips(face) + _lip_gap(face),
    # Wide, without the opening and the lift that a smile brings.
    "width of closed mouth": lambda face: _mouth_width(face) - 3 * _lip_gap(face) - 2 * face.both(_corner_lift),
    "width without lift": lambda face: _mouth_width(face) - 3 * face.both(_corner_lift),
}


def measure_features(faces: FrontalFaces, names: Iterable[str] = tuple(FEATURES)) -> dict[str, Floats]:
    """Those of `FEATURES` that are asked for, (N,) each."""
    return {name: FEATURES[name](faces) for name in names}
