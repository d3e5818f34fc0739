"""From frames to metrics."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.detector import FaceDetector
from chalicelib.analysis.expressions import ExpressionModel
from chalicelib.analysis.face_tracker import FaceTracker
from chalicelib.analysis.frames import Frame
from chalicelib.analysis.head_pose import head_pose, interocular_distance_px, mean_face_luminance
from chalicelib.analysis.mesh import FaceMesh, MeshModel
from chalicelib.analysis.models import Models
from chalicelib.analysis.trained_expressions import TrainedExpressions
from chalicelib.analysis.validity import confidence, invalid_reasons
from chalicelib.domain.emotions import emotions
from chalicelib.domain.job_names import Mesh, Scores
from chalicelib.domain.metrics import EVERY_METRIC, FaceMetrics, FrameMetrics, MetricGroup, MetricSet

_WITNESS = {Mesh.ATTENTION: Mesh.LIGHT, Mesh.LIGHT: Mesh.ATTENTION}


class FaceAnalyzer:
    """Measures every face of a stream of frames. Keeps nothing between two streams."""

    def __init__(
        self,
        models: Models,
        *,
        mesh: Mesh,
        max_faces: int,
        metrics: MetricSet = EVERY_METRIC,
        scores: Scores = Scores.CALIBRATED,
        expressions: ExpressionModel | None = None,
    ) -> None:
        """`metrics`: what is measured; what is not among them is not computed. `scores`: each frame's are linear ones
        for linear scores, else calibrated ones, which `score_streams.scored` makes the wished ones of. `max_faces`:
        the most faces per frame, the largest first. `expressions`: scores the meshes; the trained model where none is
        given. Raises `ModelFileError` where a model file is missing."""
        self._detector = FaceDetector(models)
        self._mesh = MeshModel(models, mesh)
        self._witness = MeshModel(models, _WITNESS[mesh])
        self._max_faces = max_faces
        self._metrics = metrics
        self._is_linear = scores is Scores.LINEAR
        self._expressions = expressions or TrainedExpressions()

    @property
    def expressions(self) -> ExpressionModel:
        """What scores the meshes."""
        return self._expressions

    def analyze(self, frames: Iterable[Frame], *, continues: bool = False) -> Iterator[FrameMetrics]:
        """One `FrameMetrics` per frame, in order, as soon as the frame is measured. The same frames give the same
        numbers. Frames come in order of time; the first is searched most thoroughly, so a still image is one frame;
        where the stream `continues` a video, no more thoroughly than after a cut."""
        tracker = FaceTracker(self._detector, self._mesh, self._witness, max_faces=self._max_faces, continues=continues)
        for frame in frames:
            faces = tuple(self._measured(face.face_id, frame.image, face.mesh) for face in tracker.track(frame))
            yield FrameMetrics(frame.time_s, faces)

    def _measured(self, face_id: int, image: NDArray[np.uint8], mesh: FaceMesh) -> FaceMetrics:
        pose = head_pose(mesh.fit)
        interocular_px = interocular_distance_px(mesh.points)
        luminance = mean_face_luminance(image, mesh.points)
        head = {
            "pitch": pose.pitch_deg,
            "yaw": pose.yaw_deg,
            "roll": pose.roll_deg,
            "interocular distance": interocular_px,
            "mean face luminance": luminance,
        }
        values = {**head, **self._scores(mesh), **_box_values(mesh)}
        height, width = image.shape[:2]
        return FaceMetrics(
            face_id,
            {name: values[name] for name in self._metrics.names},
            confidence(mesh),
            invalid_reasons(mesh, pose, luminance=luminance, interocular_px=interocular_px, picture=(height, width)),
        )

    def _scores(self, mesh: FaceMesh) -> dict[str, float]:
        model_scores = self._expressions.score(mesh.points)
        expressions = model_scores.linear if self._is_linear else model_scores.calibrated
        return {**(emotions(expressions) if self._metrics.has(MetricGroup.EMOTION) else {}), **expressions}


def _box_values(mesh: FaceMesh) -> dict[str, float]:
    left, top, right, bottom = mesh.box.tolist()
    return {
        "face box left": left,
        "face box top": top,
        "face box width": right - left,
        "face box height": bottom - top,
    }
