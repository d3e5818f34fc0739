"""The teacher: the published Face Landmarker's own mesh, and the blendshapes it gives to points.

The bundle `face_landmarker.task` (Apache-2.0) is no part of the product; it is converted in memory if it is there.
Source of the interface: the bundle's model cards and `infra/models/README.md`; the points that the second network takes
are listed in `teacher_points.json`.
"""

import json
import zipfile
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.mesh import Crop
from chalicelib.analysis.networks.onnx_runtime import onnxruntime
from infra.models.conversion import Conversion
from infra.models.convert import convert_operators
from infra.models.onnx_writer import OnnxWriter, batch_value
from infra.models.tflite_graph import Graph, Operator, read_graph
from lab.training.token_network import convert_token_network

BUNDLE = Path(__file__).resolve().parents[3] / "shared" / "teacher" / "face_landmarker.task"
_LISTS = json.loads(Path(__file__).with_name("teacher_points.json").read_text())
TEACHER_POINTS: tuple[int, ...] = tuple(_LISTS["points"])
"""The 146 points of the 478 that the teacher's second network sees, in its order."""
BLENDSHAPES: tuple[str, ...] = tuple(_LISTS["blendshapes"])
"""The names of its 52 answers, in its order."""

_SIDE = 256
_POINTS = 478
_BATCH = 16


class Teacher:
    """Measures a face with the teacher's own mesh and scores any mesh."""

    def __init__(self, bundle: Path = BUNDLE, *, threads: int = 1) -> None:
        """Raises `OSError` if the bundle cannot be read."""
        with zipfile.ZipFile(bundle) as archive:
            mesh, blendshapes = (
                archive.read(f"{name}.tflite") for name in ("face_landmarks_detector", "face_blendshapes")
            )
        self._mesh = _session(_convert_mesh(mesh), threads)
        self._blendshapes = _session(convert_token_network(blendshapes), threads)

    def measure(self, image: NDArray[np.uint8], crop: Crop) -> NDArray[np.float64]:
        """The teacher's own mesh of the face in the crop, (478, 3) in pixels of the picture (H, W, 3) uint8 BGR."""
        scale = crop.side / _SIDE
        cosine, sine = np.cos(crop.turn) * scale, np.sin(crop.turn) * scale
        linear = np.array([[cosine, -sine], [sine, cosine]])
        shift = np.array([crop.centre_x, crop.centre_y]) - linear @ np.full(2, _SIDE / 2)
        to_input = cv2.invertAffineTransform(np.column_stack([linear, shift]))
        cut = cv2.warpAffine(image, to_input, (_SIDE, _SIDE), flags=cv2.INTER_LINEAR)
        blob = cv2.dnn.blobFromImages([cut], 1 / 255, swapRB=True)
        points = np.asarray(self._mesh.run(None, {"image": blob})[0][0], dtype=np.float64)
        return np.column_stack([points[:, :2] @ linear.T + shift, points[:, 2] * scale])

    def blendshapes(self, points: NDArray[np.floating]) -> NDArray[np.float32]:
        """(N, 478, 2 or 3) meshes, in pixels -> (N, 52) scores 0..1 in the order of `BLENDSHAPES`. Position and size do
        not matter; roll and turn do."""
        seen = np.ascontiguousarray(points[:, TEACHER_POINTS, :2], dtype=np.float32)
        batches = (seen[start : start + _BATCH] for start in range(0, len(seen), _BATCH))
        answers = [self._blendshapes.run(None, {"points": batch})[0] for batch in batches]
        return np.concatenate(answers).astype(np.float32) if answers else np.zeros((0, len(BLENDSHAPES)), np.float32)


def _session(model: bytes, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _convert_mesh(model_bytes: bytes) -> bytes:
    """The mesh alone: the bundle's other outputs (flags) and what only they need are left out."""
    whole = read_graph(model_bytes)
    points = next(tensor for tensor in whole.outputs if whole.tensors[tensor].shape[-1] == _POINTS * 3)
    graph = Graph(whole.tensors, _leading_to(points, whole.operators), whole.inputs, (points,))
    writer = OnnxWriter()
    conversion = Conversion(graph, writer)
    conversion.define(graph.inputs[0], "image")
    convert_operators(conversion)
    writer.node("Reshape", conversion.value(points), writer.integers([0, _POINTS, 3]), output="points")
    model = writer.model("mesh", [batch_value("image", [3, _SIDE, _SIDE])], [batch_value("points", [_POINTS, 3])])
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def _leading_to(tensor: int, operators: list[Operator]) -> list[Operator]:
    needed = {tensor}
    kept: list[Operator] = []
    for operator in reversed(operators):
        if needed.intersection(operator.outputs):
            kept.append(operator)
            needed.update(operator.inputs)
    return kept[::-1]
