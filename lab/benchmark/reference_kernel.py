"""A fixed piece of work of the same character as a job: a small network, cutting and scaling of pictures, short
vectors, numbers written as text. What our code costs is compared with it in the same run, so that the machine does not
matter."""

import json
from typing import Any

import cv2
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from chalicelib.analysis.networks.onnx_runtime import onnxruntime

_ROUNDS = 40
_SIDE = 192
_BLOCKS = 6
_CHANNELS = 32


class ReferenceKernel:
    """Made once, run often; every run does the same. Never change what it does: the limits of the guard are ratios to
    it."""

    def __init__(self) -> None:
        random = np.random.default_rng(0)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            _network(random).SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        self._picture = random.integers(0, 255, (360, 640, 3), dtype=np.uint8)
        self._points = random.normal(size=(478, 3))

    def run(self) -> None:
        """Once."""
        for turn in range(_ROUNDS):
            matrix = cv2.getRotationMatrix2D((320, 180), turn, 0.8)
            cut = cv2.warpAffine(self._picture, matrix, (_SIDE, _SIDE), flags=cv2.INTER_LINEAR)
            cv2.resize(self._picture, (_SIDE, 108), interpolation=cv2.INTER_AREA)
            self._session.run(None, {"image": cv2.dnn.blobFromImage(np.asarray(cut), 1 / 255, swapRB=True)})
            points = self._points
            for _ in range(20):
                points = points - points.mean(axis=0)
                _, _, turned = np.linalg.svd(points.T @ points)
                points = points @ turned
            json.dumps({str(index): round(float(value), 4) for index, value in enumerate(points[:60, 0])})


def _network(random: np.random.Generator) -> onnx.ModelProto:
    """Convolutions with PRELU, of 192 x 192 pixels, as the face meshes are."""
    nodes, weights = [], []

    def weight(name: str, *shape: int) -> str:
        values = random.normal(0, 0.1, shape).astype(np.float32)
        weights.append(numpy_helper.from_array(values, name))
        return name

    def convolve(source: str, target: str, kernel: str, **attributes: Any) -> None:
        nodes.append(helper.make_node("Conv", [source, kernel], [f"{target}_sum"], **attributes))
        nodes.append(helper.make_node("PRelu", [f"{target}_sum", weight(f"{target}_slope", _CHANNELS, 1, 1)], [target]))

    convolve(
        "image", "block0", weight("stem", _CHANNELS, 3, 3, 3), strides=[2, 2], pads=[1, 1, 1, 1], kernel_shape=[3, 3]
    )
    for block in range(_BLOCKS):
        deep, name = f"deep{block}", f"block{block + 1}"
        depthwise = weight(f"{deep}_kernel", _CHANNELS, 1, 3, 3)
        convolve(f"block{block}", deep, depthwise, group=_CHANNELS, pads=[1, 1, 1, 1], kernel_shape=[3, 3])
        convolve(deep, name, weight(f"{name}_kernel", _CHANNELS, _CHANNELS, 1, 1), kernel_shape=[1, 1])
    nodes.append(helper.make_node("ReduceMean", [f"block{_BLOCKS}"], ["mean"], keepdims=0))
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, _SIDE, _SIDE])
    mean = helper.make_tensor_value_info("mean", TensorProto.FLOAT, [])
    graph = helper.make_graph(nodes, "reference", [image], [mean], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
