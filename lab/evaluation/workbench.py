"""The tools with which sections of the evaluation measure: the media, the models, and how much of the media is
taken."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.analyzer import FaceAnalyzer, with_scores
from chalicelib.analysis.expressions.scorers import attention_score
from chalicelib.analysis.faces.detector import FaceDetector
from chalicelib.analysis.faces.head_pose import HeadPose, head_pose
from chalicelib.analysis.faces.mesh import FaceMesh, MeshModel, crop_of_mesh
from chalicelib.analysis.faces.rigid_face import fit_rigid
from chalicelib.analysis.faces.tracker import FaceTracker
from chalicelib.analysis.media.frames import Frame
from chalicelib.analysis.media.open_media import open_media
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.measurements.metrics import BASELINE_NAMES, FrameMetrics
from chalicelib.domain.requests.job_names import DEFAULT_JOB_NAME
from chalicelib.domain.requests.recipes import MAX_FACES, RECIPES, Mesh, Recipe

# In addition to the portraits, and the step between frames that is taken.
_OTHERS = {
    "faces/0-f1-su-ph.jpg": 1,
    "faces/0-f15-hao-ph.jpg": 1,
    "faces/single_face.jpg": 1,
    "faces/multi_face.jpg": 1,
    "videos/single_face.mp4": 12,
    "videos/WolfgangLanger_Pexels.mp4": 24,
}
_MOST_FACES = 5
_LIGHT_POINTS = 468
_NO_SAMPLE: NDArray[np.uint8] = np.zeros((192, 192, 3), np.uint8)
_FRONTAL_DEG = 12.0
_ROUND_SIDES = 2.6  # what is kept round a face, in sides of the box of its mesh


MEASURED_EXPRESSIONS = BASELINE_NAMES
"""All but attention, which is the head's angle itself."""

RECIPE: Recipe = replace(cast("Recipe", RECIPES[DEFAULT_JOB_NAME]), probabilities=True)
"""How the default job is carried out, with probabilities."""


class Unavailable(Exception):
    """A section lacks what it measures; says what, and how to get it. What it measured before stays."""


@dataclass(frozen=True, slots=True)
class Effort:
    """The amount that is measured. `portraits`: how many persons; `others`: whether frontal faces of clips and other
    pictures as well; `frames`: the most per clip; `group`: the largest group photo, in faces."""

    portraits: int
    others: bool
    frames: int
    group: int


FULL = Effort(portraits=60, others=True, frames=10_000, group=1000)
SAMPLE = Effort(portraits=4, others=False, frames=12, group=5)
"""Enough to see that a section works; its numbers mean nothing."""


@dataclass(frozen=True, slots=True)
class Face:
    """One nearly frontal face, cut from its picture: (H, W, 3) uint8 BGR and the mesh (478, 3) in its pixels."""

    name: str
    image: NDArray[np.uint8]
    points: NDArray[np.float64]


class Workbench:
    """Measures files, each once. `pictures`: the folder that charts go to."""

    def __init__(self, media: Path, models_dir: Path, effort: Effort, pictures: Path) -> None:
        self.media = media
        self.effort = effort
        self.models = Models(models_dir)
        self.models_dir = models_dir
        self.pictures = pictures
        self.analyzer = cache(self._analyzer)
        self.measured = cache(self._measured)
        self.faces = cache(self._faces)

    def score(self, face: FaceMesh) -> Mapping[str, float]:
        """The calibrated scores of one measured face, as a still has them; every name of `EXPRESSION_NAMES`."""
        mesh = Mesh.ATTENTION if len(face.points) > _LIGHT_POINTS else Mesh.LIGHT
        model = self.analyzer(mesh).expressions
        doubts = model.doubts(mesh)
        scores = doubts.scores(model.levels([face])[0], doubts.spreads)
        found = dict(zip(BASELINE_NAMES, scores.tolist(), strict=True))
        return {**found, "attention": attention_score(head_pose(face.fit))}

    def analyze(self, frames: Iterable[Frame], max_faces: int = MAX_FACES) -> Iterator[FrameMetrics]:
        """As the default job measures, with its correction by the person's own neutral; every metric of its files."""
        measured = self.analyzer(RECIPE.mesh, max_faces).analyze(frames)
        return with_scores(measured, RECIPE, RECIPE.metrics(expressions_only=False))

    def _analyzer(self, mesh: Mesh, max_faces: int = MAX_FACES) -> FaceAnalyzer:
        return FaceAnalyzer(self.models, mesh=mesh, max_faces=max_faces)

    def _measured(self, name: str) -> tuple[FrameMetrics, ...]:
        """The metrics of a file of the media, as the default job has them; its first frames if the effort is small."""
        return tuple(self.analyze(self.frames(name)))

    def frames(self, name: str) -> Iterator[Frame]:
        """The frames of a file of the media, as many as the effort allows."""
        with open_media(self.media / name) as medium:
            for frame in medium.frames():
                if frame.index >= self.effort.frames:
                    return
                yield frame

    def _faces(self) -> tuple[Face, ...]:
        """Nearly frontal faces: portraits, spread over all of them in the order of their names, of persons who mostly
        smile; and some of other pictures and clips, that other expressions are there as well."""
        portraits = sorted((self.media / "portraits").glob("*.jpg"))
        # Some are turned further than frontal ones may be: a fifth more are looked at than are wanted.
        step = max(int(len(portraits) / (1.2 * self.effort.portraits)), 1)
        found = [face for path in portraits[::step] for face in self._frontal(f"portraits/{path.name}", every=1)]
        chosen = _OTHERS if self.effort.others else {}
        others = [face for name, every in chosen.items() for face in self._frontal(name, every=every)]
        return (*found[: self.effort.portraits], *others)

    def _frontal(self, name: str, every: int) -> list[Face]:
        """The frontal faces of every n-th frame of a file."""
        detector, mesh = FaceDetector(self.models), MeshModel(self.models, Mesh.ATTENTION)
        found: list[Face] = []
        for frame in self.frames(name):
            if frame.index % every:
                continue
            tracker = FaceTracker(detector, mesh, MeshModel(self.models, Mesh.LIGHT), max_faces=_MOST_FACES)
            meshes = [face.mesh.points for face in tracker.track(frame)]
            found += [_cut(name, frame.image, points) for points in meshes if _is_frontal(pose_of(points))]
        return found

    def meshes(self, image: NDArray[np.uint8]) -> list[NDArray[np.float64]]:
        """The meshes (478, 3) of all faces of a picture, as the default job finds them."""
        mesh, witness = MeshModel(self.models, Mesh.ATTENTION), MeshModel(self.models, Mesh.LIGHT)
        tracker = FaceTracker(FaceDetector(self.models), mesh, witness, max_faces=MAX_FACES)
        return [face.mesh.points for face in tracker.track(Frame(0, 0.0, image))]

    def remeasured(self, image: NDArray[np.uint8], near: NDArray[np.float64], mesh: Mesh = Mesh.ATTENTION) -> FaceMesh:
        """The mesh of the face that is about where the mesh `near` is; looked at twice, as a new face of a job is."""
        network = MeshModel(self.models, mesh)
        (first,) = network.measure(image, [crop_of_mesh(near)])
        (second,) = network.measure(image, [crop_of_mesh(first.points)])
        return second


def pose_of(points: NDArray[np.float64]) -> HeadPose:
    """The angles of a mesh."""
    return head_pose(fit_rigid(points))


def _cut(name: str, image: NDArray[np.uint8], points: NDArray[np.float64]) -> Face:
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    middle, reach = (low + high) / 2, (high - low).max() * _ROUND_SIDES / 2
    left, top = np.maximum(np.floor(middle - reach), 0).astype(int).tolist()
    right, bottom = np.ceil(middle + reach).astype(int).tolist()
    kept = np.ascontiguousarray(image[top:bottom, left:right])
    return Face(name, kept, points - np.array([left, top, 0]))


def _is_frontal(pose: HeadPose) -> bool:
    return max(abs(pose.yaw_deg), abs(pose.pitch_deg)) <= _FRONTAL_DEG


def one_thread() -> None:
    """OpenCV on one thread, so that a run says the same on any machine and leaves the rest of it free."""
    cv2.setNumThreads(1)
