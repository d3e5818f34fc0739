"""Runs TFLite operators through the converter and ONNX Runtime, on arrays in TFLite's own layout."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.networks.onnx_runtime import onnxruntime
from infra.models.conversion import Conversion
from infra.models.convert import convert_operators
from infra.models.onnx_writer import OnnxWriter, batch_value
from infra.models.tflite_graph import Graph, Operator, Tensor

Floats = NDArray[np.float32]


def session(model_bytes: bytes) -> onnxruntime.InferenceSession:
    """A session on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model_bytes, options, providers=["CPUExecutionProvider"])


def operator_graph(
    kind: str,
    inputs: Sequence[NDArray[Any]],
    output_shape: Sequence[int],
    *,
    constants: Sequence[NDArray[Any]] = (),
    **options: Any,
) -> Graph:
    """One operator that reads `inputs`, then `constants`. Shapes have a batch of one, as in a TFLite file."""
    tensors = [Tensor(f"input_{i}", (1, *data.shape[1:]), None) for i, data in enumerate(inputs)]
    tensors += [Tensor(f"constant_{i}", data.shape, data) for i, data in enumerate(constants)]
    tensors.append(Tensor("output", (1, *output_shape[1:]), None))
    output = len(tensors) - 1
    operator = Operator(kind, tuple(range(output)), (output,), options)
    return Graph(tensors, [operator], tuple(range(len(inputs))), (output,))


def run_graph(graph: Graph, inputs: Sequence[Floats]) -> Floats:
    """Output of the converted graph in TFLite's layout; the batch is that of `inputs`."""
    writer = OnnxWriter()
    conversion = Conversion(graph, writer)
    feed: Mapping[str, Floats] = {f"input_{i}": _channels_first(data) for i, data in enumerate(inputs)}
    for tensor, name in zip(graph.inputs, feed, strict=True):
        conversion.define(tensor, name)
    convert_operators(conversion)
    rank = len(graph.tensors[graph.outputs[0]].shape)
    writer.node("Identity", conversion.value(graph.outputs[0]), output="output")
    graph_inputs = [batch_value(name, data.shape[1:]) for name, data in feed.items()]
    model = writer.model("test", graph_inputs, [batch_value("output", [None] * (rank - 1))])
    output: Floats = session(model.SerializeToString()).run(None, feed)[0]
    return np.transpose(output, (0, 2, 3, 1)) if rank == 4 else output


def run_operator(
    kind: str,
    inputs: Sequence[Floats],
    output_shape: Sequence[int],
    *,
    constants: Sequence[NDArray[Any]] = (),
    **options: Any,
) -> Floats:
    """`run_graph` of `operator_graph`."""
    return run_graph(operator_graph(kind, inputs, output_shape, constants=constants, **options), inputs)


def _channels_first(data: Floats) -> Floats:
    return np.ascontiguousarray(np.transpose(data, (0, 3, 1, 2))) if data.ndim == 4 else data
