"""The meshes of known faces in the next frame: where they were or should be by now, and doubted once a second."""

import math
from collections.abc import Sequence

import numpy as np

from chalicelib.analysis.faces.boxes import side_of
from chalicelib.analysis.faces.identities import Track
from chalicelib.analysis.faces.mesh import Crop, FaceMesh, MeshModel, crop_of_mesh
from chalicelib.analysis.faces.motion import centre_of
from chalicelib.analysis.faces.proof.face_proof import FaceProof
from chalicelib.analysis.faces.search_schedule import periods
from chalicelib.analysis.media.frames import Frame

_AUDIT_PERIOD_S = 1.0
# A face that moves by less than this from one frame to the next stays well inside the crop round its last mesh.
_FAST_SIDES = 0.05
# At such a speed the mean of half a second leads far beyond who stops; at a lower one it is the better of the two, for
# another face that passes draws the mesh along for some frames.
_VERY_FAST_SIDES = 0.15
_MAX_LEAD_SIDES = 1.0
# Measured at 5 frames a second of a clip with 23.6, against a pass over all frames: two more looks bring the mean
# difference of a valid frame's numbers from 1.3 to 0.7 and the 99th percentile from 17 to 11.
_LATE_S = 0.1
_MORE_LOOKS = 2


class KnownFaces:
    """Measures the faces of one video from frame to frame. `witness`: a second mesh, only to confirm that a place shows
    a face."""

    def __init__(self, mesh: MeshModel, witness: MeshModel, proof: FaceProof) -> None:
        self._mesh, self._witness, self._proof = mesh, witness, proof
        self._audited_s = 0.0
        self._seen_s = math.inf

    def measure(self, frame: Frame, faces: Sequence[tuple[Track, FaceMesh]]) -> tuple[list[FaceMesh], list[float]]:
        """Returns the meshes of faces in the next frame, and how likely each is one, 0..1. `faces`: each with its mesh
        in the frame before."""
        crops = [_next_crop(track, mesh, frame.time_s) for track, mesh in faces]
        meshes = self._mesh.measure(frame.picture, crops)
        if self._is_late(frame.time_s):
            # A crop round where the face was long ago sits badly on it, and the mesh depends on that.
            for _ in range(_MORE_LOOKS):
                meshes = self._mesh.measure(frame.picture, [crop_of_mesh(mesh.points) for mesh in meshes])
        return self._audited(frame, meshes)

    def _is_late(self, time_s: float) -> bool:
        """Returns True if the frame before was longer ago than videos have between frames."""
        passed_s, self._seen_s = time_s - self._seen_s, time_s
        return passed_s > _LATE_S

    def _audited(self, frame: Frame, meshes: list[FaceMesh]) -> tuple[list[FaceMesh], list[float]]:
        """The meshes and their flags; once a second averaged with the witness's and read anew by `FaceProof`, so that a
        mesh cannot hold on to a wall for long, nor lie upright on a head that does not."""
        flags = [mesh.flag for mesh in meshes]
        if periods(frame.time_s, _AUDIT_PERIOD_S) == periods(self._audited_s, _AUDIT_PERIOD_S):
            return meshes, flags
        self._audited_s = frame.time_s
        second = self._witness.measure(frame.picture, [crop_of_mesh(mesh.points) for mesh in meshes])
        reread = self._proof.reread(frame.picture, meshes)
        flags = [
            0.0 if again is None else (mesh.flag + other.flag) / 2
            for again, mesh, other in zip(reread, meshes, second, strict=True)
        ]
        return [again or mesh for again, mesh in zip(reread, meshes, strict=True)], flags


def _next_crop(track: Track, mesh: FaceMesh, time_s: float) -> Crop:
    """Returns the place to search for a live face: its last one, or its predicted one if it moves fast."""
    side, centre = side_of(track.box), centre_of(track.box)
    place = track.motion.expected(time_s)
    if math.dist(place, centre) > _VERY_FAST_SIDES * side:
        place = track.motion.next(time_s)
    distance = math.dist(place, centre)
    if distance < _FAST_SIDES * side:
        return crop_of_mesh(mesh.points)
    lead = min(1.0, _MAX_LEAD_SIDES * side / distance)
    (x, y), (to_x, to_y) = centre, place
    return crop_of_mesh(mesh.points + np.array([lead * (to_x - x), lead * (to_y - y), 0.0]))
