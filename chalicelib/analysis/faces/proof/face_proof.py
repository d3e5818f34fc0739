"""The proof that a place shows a face, and which way up: both meshes, looked at twice, and the second look of
`face_checks`.

The detector's reading of a face's roll is kept unless another one wins clearly: of faces that lie or stand on their
head detector and mesh networks often say that they are upright, with the highest flags.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from chalicelib.analysis.faces.boxes import is_cut
from chalicelib.analysis.faces.mesh import Crop, FaceMesh, MeshModel, crop_of_mesh
from chalicelib.analysis.faces.proof.face_checks import FaceChecker
from chalicelib.analysis.media.pixels.planes import Picture

# Measured with both meshes, twice each, on every second frame of the clips without a face (376 boxes that the detector
# took for one): the mean of the four flags reached 0.70. Of the 111 faces in the group photos one was below 0.8
# (0.69, 19 pixels wide). One mesh alone is not enough: the attention mesh gave 0.99 to clouds.
MIN_BIRTH_FLAG = 0.8
# What `face_checks` says of a reading: from here on no other is looked at.
_SURE = 0.9
# Another reading has to be as right as this, and the first as wrong.
_RIGHT, _WRONG = 0.8, 0.3
# Less than this, and there is no face; unless the edge of the picture cuts it, of which little was taught. What is new
# has to be surer than what is followed: of 346 faces in group photos and portraits four of some 20 pixels are below
# 0.7, and a blurred room reached 0.52.
_NO_FACE, _NO_NEW_FACE = 0.3, 0.7
_OTHER_TURNS = (math.pi, math.pi / 2, -math.pi / 2)


@dataclass(frozen=True, slots=True)
class _Reading:
    """A mesh that both networks take for a face, and how likely it lies right; no mesh if one of them does not."""

    mesh: FaceMesh | None
    right: float


class FaceProof:
    """Asks the two mesh networks and the checker. `mesh` is the one whose meshes are given."""

    def __init__(self, mesh: MeshModel, witness: MeshModel, checker: FaceChecker) -> None:
        self._mesh, self._witness, self._checker = mesh, witness, checker

    def proven(self, image: Picture, crops: Sequence[Crop], *, any_roll: bool) -> list[FaceMesh]:
        """Returns the meshes of those crops that show a face. `any_roll`: whether crops in which no face is seen as
        they are turned are looked at in other rolls as well; those that are seen badly always are."""
        best = self._best(image, self._readings(image, crops), crops, any_roll=any_roll, least=_NO_NEW_FACE)
        return [mesh for mesh in best if mesh is not None]

    def reread(self, image: Picture, meshes: Sequence[FaceMesh]) -> list[FaceMesh | None]:
        """Returns the meshes of faces that are followed, each turned otherwise if it has come to lie wrongly; None if
        its place shows no face any more."""
        readings = [
            _Reading(mesh, check.right) for mesh, check in zip(meshes, self._checker.check(meshes), strict=True)
        ]
        crops = [crop_of_mesh(mesh.points) for mesh in meshes]
        return self._best(image, readings, crops, any_roll=False, least=_NO_FACE)

    def _best(
        self, image: Picture, readings: list[_Reading], crops: Sequence[Crop], *, any_roll: bool, least: float
    ) -> list[FaceMesh | None]:
        """`least`: the least likelihood of a face."""
        doubtful = [
            place
            for place, reading in enumerate(readings)
            if (any_roll if reading.mesh is None else reading.right < _SURE)
        ]
        turned = [replace(crops[place], turn=crops[place].turn + turn) for place in doubtful for turn in _OTHER_TURNS]
        others = self._readings(image, turned)
        size = image.shape[:2]
        best = [
            mesh if right >= least or (mesh is not None and is_cut(mesh.box, size)) else None
            for mesh, right in ((reading.mesh, reading.right) for reading in readings)
        ]
        for order, place in enumerate(doubtful):
            first = order * len(_OTHER_TURNS)
            other = max(others[first : first + len(_OTHER_TURNS)], key=lambda reading: reading.right)
            if other.right >= _RIGHT and readings[place].right <= _WRONG:
                best[place] = other.mesh
        return best

    def _readings(self, image: Picture, crops: Sequence[Crop]) -> list[_Reading]:
        seen = self._seen(image, crops)
        meshes = [mesh for mesh in seen if mesh is not None]
        checks = iter(self._checker.check(meshes))
        return [_Reading(mesh, 0.0 if mesh is None else next(checks).right) for mesh in seen]

    def _seen(self, image: Picture, crops: Sequence[Crop]) -> list[FaceMesh | None]:
        """Returns the meshes of those crops in which both networks see a face, also when looking a second time."""
        first = self._witness.measure(image, list(crops))
        # The cheaper network runs first: it rejects most of what is not a face.
        possible = [place for place, mesh in enumerate(first) if (mesh.flag + 3) / 4 >= MIN_BIRTH_FLAG]
        witness_again = self._witness.measure(image, [crop_of_mesh(first[place].points) for place in possible])
        measured = self._mesh.measure(image, [crops[place] for place in possible])
        measured_again = self._mesh.measure(image, [crop_of_mesh(mesh.points) for mesh in measured])
        seen: list[FaceMesh | None] = [None] * len(crops)
        for place, *looks in zip(possible, witness_again, measured, measured_again, strict=True):
            flags = first[place].flag + sum(mesh.flag for mesh in looks)
            seen[place] = looks[-1] if flags / 4 >= MIN_BIRTH_FLAG else None
        return seen
