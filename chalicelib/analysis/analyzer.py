"""From frames to metrics."""

import time
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from chalicelib.analysis.expressions.scored_frames import scored
from chalicelib.analysis.expressions.scorers import ExpressionModel, attention_score
from chalicelib.analysis.expressions.taught import TaughtExpressions
from chalicelib.analysis.eyes.gaze import eye_values
from chalicelib.analysis.faces.detector import FaceDetector
from chalicelib.analysis.faces.head_pose import head_pose, interocular_distance_px, mean_face_luminances
from chalicelib.analysis.faces.mesh import FaceMesh, MeshModel
from chalicelib.analysis.faces.proof.face_checks import FaceCheck, FaceChecker
from chalicelib.analysis.faces.tracker import FaceTracker, Look, TrackedFace
from chalicelib.analysis.media.frames import Frame
from chalicelib.analysis.networks.models import Models
from chalicelib.analysis.read_ahead import Item, in_step, read_ahead
from chalicelib.analysis.validity import confidence, invalid_reasons
from chalicelib.domain.measurements.metrics import (
    BASELINE_NAMES,
    SIDES,
    TWO_SIDED_NAMES,
    FaceMetrics,
    FrameMetrics,
    MetricSet,
    side_name,
)
from chalicelib.domain.requests.recipes import Mesh, Recipe, measured_metrics

WITNESS = {Mesh.ATTENTION: Mesh.LIGHT, Mesh.LIGHT: Mesh.ATTENTION}
"""The mesh that is asked for a second opinion on what another one measures."""


# Tracked frames are small; decoded ones wait in memory, so there are few of them, and of very large ones one.
_MOST_TRACKED = 8
_MOST_DECODED = 4
_MOST_DECODED_BYTES = 32_000_000
BATCH = 32
"""So many frames are measured together, or as many as hold so many faces, or as come within a while."""
_BATCH_S = 0.5
_SIDE_NAMES = tuple(side_name(name, side) for name in TWO_SIDED_NAMES for side in SIDES)


def expression_model() -> ExpressionModel:
    """The product's own model."""
    return TaughtExpressions()


def with_scores(frames: Iterable[FrameMetrics], recipe: Recipe, metrics: MetricSet) -> Iterator[FrameMetrics]:
    """Frames that the product's own model measured, with the scores and emotions of a recipe: every name of `metrics`.
    See `scored`."""
    doubts = expression_model().doubts(recipe.mesh)
    return scored(frames, recipe.scores, metrics, doubts, smoothed=recipe.smoothed, neutral_s=recipe.neutral_s)


@dataclass(frozen=True, slots=True)
class _TrackedFrame:
    """A frame without its pixels: time and duration, height and width, the faces in it, how many found no place, and
    `is_smeared` as in `Frame`."""

    time_s: float
    duration_s: float | None
    size: tuple[int, int]
    faces: list[TrackedFace]
    faces_left_out: int
    is_smeared: bool


class _Ahead(Protocol):
    def __call__(self, items: Iterable[Item], *, depth: int, name: str) -> Generator[Item]: ...


def _tracked(tracker: FaceTracker, frames: Iterable[Frame], ahead: _Ahead) -> Generator[_TrackedFrame]:
    """Every frame with its faces; the frames are taken `ahead`."""
    iterator = iter(frames)
    first = next(iterator, None)
    if first is None:
        return
    depth = max(min(_MOST_DECODED, _MOST_DECODED_BYTES // max(first.picture.nbytes, 1)), 1)
    yield _followed(tracker, tracker.look(first))
    del first  # or the first picture would be held for as long as the video plays
    with closing(ahead(map(tracker.look, iterator), depth=depth, name="decode frames")) as looks:
        yield from map(partial(_followed, tracker), looks)


def _followed(tracker: FaceTracker, look: Look) -> _TrackedFrame:
    faces = tracker.follow(look)
    return _TrackedFrame(
        look.frame.time_s, look.frame.duration_s, look.frame.size, faces, tracker.left_out, look.frame.is_smeared
    )


class FaceAnalyzer:
    """Measures every face of a stream of frames. Keeps nothing between two streams."""

    def __init__(
        self,
        models: Models,
        *,
        mesh: Mesh,
        max_faces: int,
        expressions: ExpressionModel | None = None,
        sides: bool = False,
        gaze: bool = False,
        in_threads: bool = True,
        checker: FaceChecker | None = None,
    ) -> None:
        """`max_faces`: the most faces per frame, the largest first. `expressions`: what says how far a face shows each
        expression; the trained model if none is given. `sides`: whether the trained model also says so of the left and
        the right side. `gaze`: whether eyes are read. `in_threads`: True if several threads work ahead, which is
        quicker unless other processes need the processors. `checker`: the product's own if none is given. Raises
        `ModelFileError` if a model file is missing."""
        models = models if in_threads else models.in_one_thread()
        self._detector = FaceDetector(models)
        self._mesh = MeshModel(models, mesh)
        self._witness = MeshModel(models, WITNESS[mesh])
        self._checker = checker or FaceChecker()
        self._max_faces = max_faces
        self._ahead: _Ahead = read_ahead if in_threads else in_step
        self._expressions = expressions or expression_model()
        self._sided = TaughtExpressions() if sides else None
        self._gaze = gaze
        self._names = measured_metrics(sides=sides, gaze=gaze).names

    @property
    def expressions(self) -> ExpressionModel:
        """Returns the model of expressions."""
        return self._expressions

    def analyze(self, frames: Iterable[Frame], *, continues: bool = False) -> Generator[FrameMetrics]:
        """One `FrameMetrics` per frame, in order, with the names of `Recipe.measured`. Expressions are levels (see
        `expressions.levels`), of which `with_scores` makes scores; attention is a score already.

        The same frames give the same numbers. Frames come in order of time; the first is searched most thoroughly, so a
        still image is one frame; if the stream `continues` a video, no more thoroughly than after a cut.

        With threads, two work ahead, one that takes the `frames` and one that follows the faces in them, by
        a few frames. A caller that does not take all results must close the generator; then no thread is left, and none
        takes `frames`.
        """
        tracker = FaceTracker(
            self._detector,
            self._mesh,
            self._witness,
            max_faces=self._max_faces,
            continues=continues,
            checker=self._checker,
        )
        following = _tracked(tracker, frames, self._ahead)
        with closing(self._ahead(following, depth=_MOST_TRACKED, name="track faces")) as tracked:
            for batch in _batches(tracked):
                yield from self._measured(batch)

    def _measured(self, frames: list[_TrackedFrame]) -> Iterator[FrameMetrics]:
        meshes = [face.mesh for frame in frames for face in frame.faces]
        levels = iter(self._levels(meshes) if meshes else ())
        checks = iter(self._checker.check(meshes))
        sizes = [frame.size for frame in frames for _ in frame.faces]
        luminances = iter(mean_face_luminances(meshes, sizes))
        for frame in frames:
            faces = tuple(self._face(face, frame, next(levels), next(checks), next(luminances)) for face in frame.faces)
            yield FrameMetrics(frame.time_s, faces, frame.duration_s, frame.faces_left_out)

    def _levels(self, meshes: Sequence[FaceMesh]) -> Iterator[Mapping[str, float]]:
        """Yields the levels of each of at least one face by name."""
        levels = self._expressions.levels(meshes)
        named = (dict(zip(BASELINE_NAMES, each, strict=True)) for each in levels.tolist())
        if self._sided is None:
            return named
        sides = self._sided.sides(meshes, levels).reshape(len(meshes), -1)
        return (
            of_face | dict(zip(_SIDE_NAMES, each, strict=True))
            for of_face, each in zip(named, sides.tolist(), strict=True)
        )

    def _face(
        self, face: TrackedFace, frame: _TrackedFrame, levels: Mapping[str, float], check: FaceCheck, luminance: float
    ) -> FaceMetrics:
        mesh = face.mesh
        pose = head_pose(mesh.fit)
        interocular_px = interocular_distance_px(mesh.points)
        head = {
            "pitch": pose.pitch_deg,
            "yaw": pose.yaw_deg,
            "roll": pose.roll_deg,
            "interocular distance": interocular_px,
            "mean face luminance": luminance,
        }
        reasons = invalid_reasons(
            mesh,
            pose,
            check,
            luminance=luminance,
            interocular_px=interocular_px,
            picture=frame.size,
            is_smeared=frame.is_smeared,
        )
        eyes, gaze_reasons = eye_values(mesh, pose, reasons, interocular_px) if self._gaze else ({}, ())
        values = {**head, "attention": attention_score(pose), **levels, **_box_values(mesh), **eyes}
        return FaceMetrics(
            face.face_id,
            {name: values[name] for name in self._names},
            confidence(mesh, check),
            reasons,
            gaze_reasons,
        )


def _batches(frames: Iterable[_TrackedFrame]) -> Iterator[list[_TrackedFrame]]:
    """The frames in groups that are measured together: numpy costs as much for one face as for many. Results are
    delayed by at most a frame and half a second, and those before an error are delivered."""
    batch: list[_TrackedFrame] = []
    begun_s = 0.0
    try:
        for frame in frames:
            begun_s = begun_s if batch else time.monotonic()
            batch.append(frame)
            faces = sum(len(each.faces) for each in batch)
            if max(len(batch), faces) >= BATCH or time.monotonic() - begun_s >= _BATCH_S:
                yield batch
                batch = []
    except Exception:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _box_values(mesh: FaceMesh) -> dict[str, float]:
    left, top, right, bottom = mesh.box.tolist()
    return {
        "face box left": left,
        "face box top": top,
        "face box width": right - left,
        "face box height": bottom - top,
    }
