"""A trained student as an ONNX model: the file that the product opens.

Weights are stored as float16 and widened when the file is opened, which halves it; the scores change by less than a
thousandth (a test measures it).
"""

import numpy as np
import torch
from numpy.typing import NDArray
from onnx import helper

from infra.models.onnx_writer import OnnxWriter, batch_value
from lab.training.student import LEARNED, Student

INPUT_NAME, OUTPUT_NAME = "points", "blendshapes"


def export(student: Student, *, name: str, facts: dict[str, str]) -> bytes:
    """The ONNX file: `points` (N, P, 3) float32, frontal -> `blendshapes` (N, len(LEARNED)), 0..1.

    `facts` are kept in the file's metadata, with the names of the outputs under `blendshapes`.
    """
    writer = OnnxWriter()
    mirrored = writer.node(
        "Mul",
        writer.node("Gather", INPUT_NAME, writer.integers(student.other_point.tolist()), axis=1),
        writer.floats([-1.0, 1.0, 1.0]),
    )
    ahead = _one_sided(writer, student, INPUT_NAME)
    behind = writer.node(
        "Gather", _one_sided(writer, student, mirrored), writer.integers(student.other_name.tolist()), axis=1
    )
    mean = writer.node("Mul", writer.node("Add", ahead, behind), writer.floats([0.5]))
    writer.node("Sigmoid", mean, output=OUTPUT_NAME)
    shape = (len(student.other_point), 3)
    model = writer.model(name, [batch_value(INPUT_NAME, shape)], [batch_value(OUTPUT_NAME, [len(LEARNED)])])
    helper.set_model_props(model, {"blendshapes": " ".join(LEARNED), **facts})
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def _one_sided(writer: OnnxWriter, student: Student, points: str) -> str:
    """The heads on one side's view, in the order of `LEARNED`."""
    answers = []
    for part in student.parts:
        seen = writer.node("Gather", points, writer.integers(part.places.tolist()), axis=1)
        centred = writer.node("Sub", writer.node("Flatten", seen), writer.floats(_numpy(part.centre)))
        value = writer.node("MatMul", centred, writer.halves(_numpy(part.basis)))
        for layer in part.layers:
            value = _layer(writer, layer, value)
        answers.append(value)
    joined = writer.node("Concat", *answers, axis=1)
    return writer.node("Gather", joined, writer.integers(student.back.tolist()), axis=1)


def _layer(writer: OnnxWriter, layer: torch.nn.Module, value: str) -> str:
    if isinstance(layer, torch.nn.Linear):
        return writer.node(
            "Gemm", value, writer.halves(_numpy(layer.weight)), writer.floats(_numpy(layer.bias)), transB=1
        )
    if isinstance(layer, torch.nn.ReLU):
        return writer.node("Relu", value)
    raise TypeError(f"A layer {layer} is not known.")


def _numpy(values: torch.Tensor) -> NDArray[np.float32]:
    return np.asarray(values.detach().numpy())
