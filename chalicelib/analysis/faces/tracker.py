"""Faces in a stream of frames, each with its mesh and an identity that is constant from frame to frame.

The detector does not run on every frame: a known face is searched for at its last mesh, new ones in the windows of
`FaceSearch`.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.appearance import appearance, differs, is_other, is_replaced
from chalicelib.analysis.faces.boxes import Boxes, is_cut, same_face, stacked
from chalicelib.analysis.faces.detector import Detections, FaceDetector, no_detections
from chalicelib.analysis.faces.head_shape import head_shape
from chalicelib.analysis.faces.identities import Sighting, Track, Tracks
from chalicelib.analysis.faces.known_faces import KnownFaces
from chalicelib.analysis.faces.mesh import FaceMesh, MeshModel, crop_of_detection, crop_of_mesh
from chalicelib.analysis.faces.motion import is_beside, rests
from chalicelib.analysis.faces.proof.face_checks import FaceChecker
from chalicelib.analysis.faces.proof.face_proof import FaceProof
from chalicelib.analysis.faces.scenes import Scenes
from chalicelib.analysis.faces.search import FaceSearch, window_round
from chalicelib.analysis.faces.search_schedule import periods
from chalicelib.analysis.faces.thumbnails import sampled_grey, thumbnail
from chalicelib.analysis.faces.tiling import merged
from chalicelib.analysis.media.frames import Frame
from chalicelib.analysis.media.pixels.planes import Picture

_MIN_KEEP_FLAG = 0.5
_MIN_SIDE_PX = 8.0
# Candidates measured beyond the free places, so that hands do not hide a smaller face.
_SPARE_CANDIDATES = 8
_MAX_LOST_WINDOWS = 4
_LOOK_PERIOD_S = 1.0


@dataclass(frozen=True, slots=True)
class TrackedFace:
    """One face of one frame."""

    face_id: int
    mesh: FaceMesh


@dataclass(frozen=True, slots=True)
class Look:
    """A frame, its `sampled_grey`, and the number of its scene; `is_hidden` and `is_dissolved` as in `Scenes`."""

    frame: Frame
    grey: NDArray[np.uint8]
    scene: int
    is_hidden: bool
    is_dissolved: bool


class FaceTracker:
    """The faces of one video or picture, whose frames have one size. `witness` is a second mesh, used only to confirm
    that a place shows a face; `continues`: the first frame is not that of the file; `checker`: the product's own if
    none is given."""

    def __init__(
        self,
        detector: FaceDetector,
        mesh: MeshModel,
        witness: MeshModel,
        *,
        max_faces: int,
        continues: bool = False,
        checker: FaceChecker | None = None,
    ) -> None:
        self._search = FaceSearch(detector, continues=continues)
        self._mesh = mesh
        self._proof = FaceProof(mesh, witness, checker or FaceChecker())
        self._known = KnownFaces(mesh, witness, self._proof)
        self._max_faces = max_faces
        self._tracks = Tracks(max_faces=max_faces)
        self._scenes = Scenes()
        self._scene = -1
        self._meshes: dict[int, FaceMesh] = {}
        self._moving: set[int] = set()  # the faces that no longer lie where they lay in the frame before
        self._appeared_s = 0.0
        self._left_out = 0

    @property
    def left_out(self) -> int:
        """Returns how many more faces were found in the scene of the last frame and have no place; at least, for while
        all places are taken no others are looked for."""
        return self._left_out

    def look(self, frame: Frame) -> Look:
        """Analyses the next frame before its faces are searched for. Another thread may do so, some frames
        before `follow` comes to them."""
        grey = sampled_grey(frame.picture)
        scene = self._scenes.number_of(thumbnail(grey), frame.time_s, size_changed=frame.size_changed)
        return Look(frame, grey, scene, self._scenes.is_hidden, self._scenes.is_dissolved)

    def follow(self, look: Look) -> list[TrackedFace]:
        """The faces of the frame of the next `look`, by ascending identity."""
        frame = look.frame
        self._tracks.enter(frame.time_s, look.scene, is_dissolved=look.is_dissolved)
        cut, self._scene = look.scene != self._scene, look.scene
        self._left_out = 0 if cut else self._left_out
        anew = self._follow(frame) or cut
        if self._tracks.free_places() > 0 and not look.is_hidden:
            self._admit(
                frame, self._search.everywhere(frame, look.grey) if anew else self._find_in_turn(look), cut=anew
            )
            if anew and not self._tracks.live():
                self._admit(frame, self._search.turned(frame), cut=anew)
        live = [track.face_id for track in self._tracks.live()]
        self._meshes = {face_id: self._meshes[face_id] for face_id in live}
        self._search.note_turn(list(self._meshes.values()))
        return [TrackedFace(face_id, self._meshes[face_id]) for face_id in live]

    def track(self, frame: Frame) -> list[TrackedFace]:
        """Both at once: the faces of the next frame."""
        return self.follow(self.look(frame))

    def _follow(self, frame: Frame) -> bool:
        """Measures each live face at its last place. Returns True if another person is at the place of one."""
        live, before = self._tracks.live(), dict(self._meshes)
        meshes, flags = self._known.measure(frame, [(track, before[track.face_id]) for track in live])
        self._moving = {
            track.face_id
            for track, mesh, flag in zip(live, meshes, flags, strict=True)
            if flag < _MIN_KEEP_FLAG or not rests(track.box, mesh.box)
        }
        replaced = False
        for track, mesh, flag in zip(live, meshes, flags, strict=True):
            is_face = flag >= _MIN_KEEP_FLAG and _is_large_enough(mesh)
            other = is_face and self._is_other(track, mesh, frame.picture)
            if is_face and not other:
                self._meshes[track.face_id] = mesh
                self._tracks.see(track.face_id, _sighting(mesh))
            else:
                self._tracks.lose(track.face_id, suddenly=other or self._went_suddenly(track, frame.picture))
            replaced = replaced or other
        self._tracks.lose_duplicates()
        self._remember(before, frame)
        if len(self._tracks.live()) < len(live):
            self._search.forget()
        return replaced

    def _is_other(self, track: Track, mesh: FaceMesh, image: Picture) -> bool:
        """Returns True if the mesh, at the place of a live face, is of another person."""
        before = self._meshes[track.face_id]
        return (
            differs(before, mesh)
            and not is_cut(mesh.box, image.shape)
            and (self._is_in_full_view(track, image) or self._changed_beside_resting(track, image))
            and is_other(before, mesh, image, track.appearances)
        )

    def _went_suddenly(self, track: Track, image: Picture) -> bool:
        """Returns True if a live face, of which nothing is found, was not hidden little by little."""
        return self._is_in_full_view(track, image) and is_replaced(self._meshes[track.face_id], image)

    def _is_in_full_view(self, track: Track, image: Picture) -> bool:
        """Returns False if another face or the edge of the picture may hide some of this one, and change its look."""
        return not (is_cut(track.box, image.shape) or is_beside(track.box, self._others(track)))

    def _changed_beside_resting(self, track: Track, image: Picture) -> bool:
        """Returns True if a face has changed more than those beside it can have hidden of it, which hardly moved."""
        hiding = is_cut(track.box, image.shape) or is_beside(track.box, self._others(track, moving=True))
        return not hiding and is_replaced(self._meshes[track.face_id], image)

    def _others(self, track: Track, *, moving: bool = False) -> list[NDArray[np.float64]]:
        """Returns the boxes of the other live faces, or of those that do not rest."""
        return [
            other.box
            for other in self._tracks.live()
            if other is not track and (not moving or other.face_id in self._moving)
        ]

    def _remember(self, before: dict[int, FaceMesh], frame: Frame) -> None:
        """Remembers what whole faces look like: of all now and then, and of those lost, as they were in the frame
        before."""
        time_s, size = frame.time_s, frame.picture.shape
        live = {track.face_id for track in self._tracks.live()}
        due = periods(time_s, _LOOK_PERIOD_S) > periods(self._appeared_s, _LOOK_PERIOD_S)
        self._appeared_s = time_s
        for face_id, mesh in before.items():
            if (due or face_id not in live) and not is_cut(mesh.box, size):
                self._tracks.remember(face_id, appearance(mesh))

    def _find_in_turn(self, look: Look) -> Detections:
        """Returns what the detector finds in the windows that are due, and at the places of lost faces."""
        image, time_s = look.frame.picture, look.frame.time_s
        known = self._live_boxes()
        parts = self._search.in_turn(look.frame, look.grey, known)
        lost = self._tracks.lost()[:_MAX_LOST_WINDOWS]
        parts += self._search.detect(image, [window_round(track, image, time_s) for track in lost])
        return merged(parts) if parts else no_detections()

    def _live_boxes(self) -> Boxes:
        return stacked(self._meshes[track.face_id].box for track in self._tracks.live())

    def _admit(self, frame: Frame, found: Detections, *, cut: bool) -> None:
        """Measures detections at which no face is known yet, and adds those that prove to be faces; after a `cut`,
        however they are turned."""
        if len(found) == 0:
            return
        known = self._live_boxes()
        fresh = found.select(np.flatnonzero(~same_face(found.boxes, known).any(axis=1)))
        sides = (fresh.boxes[:, 2:] - fresh.boxes[:, :2]).max(axis=1, initial=0.0)
        by_size = np.argsort(-sides, kind="stable")
        measured = self._tracks.free_places() + _SPARE_CANDIDATES
        fresh, beyond = fresh.select(by_size[:measured]), len(by_size[measured:])
        crops = [crop_of_detection(box, eyes) for box, eyes in zip(fresh.boxes, fresh.eyes, strict=True)]
        proven = self._proof.proven(frame.picture, crops, any_roll=cut)
        # From the third look on the mesh no longer depends on which window the detector found the face in.
        meshes = self._mesh.measure(frame.picture, [crop_of_mesh(mesh.points) for mesh in proven])
        meshes = [mesh for mesh in meshes if mesh.flag >= _MIN_KEEP_FLAG and _is_large_enough(mesh)]
        without: list[FaceMesh] = []
        for mesh, face_id in zip(
            meshes, self._tracks.admit([_sighting(mesh, looked_at=True) for mesh in meshes]), strict=True
        ):
            if face_id is not None:
                self._meshes[face_id] = mesh
            else:
                without.append(mesh)
        self._count_left_out(without, beyond)

    def _count_left_out(self, without: list[FaceMesh], beyond: int) -> None:
        """`without`: meshes that got no place; `beyond`: so many more faces were found and not measured."""
        if self._tracks.free_places() > 0:
            self._left_out = 0
            return
        live = self._live_boxes()
        others = int((~same_face(stacked(mesh.box for mesh in without), live).any(axis=1)).sum()) if without else 0
        self._left_out = max(self._left_out, others + beyond)


def _sighting(mesh: FaceMesh, *, looked_at: bool = False) -> Sighting:
    return Sighting(mesh.box, head_shape(mesh.points, mesh.fit), appearance(mesh) if looked_at else None)


def _is_large_enough(mesh: FaceMesh) -> bool:
    left, top, right, bottom = mesh.box.tolist()
    return all(map(math.isfinite, (left, top, right, bottom))) and min(right - left, bottom - top) >= _MIN_SIDE_PX
