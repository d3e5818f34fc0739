"""The teacher's second network, from points to blendshapes, as an ONNX model.

It is an MLP mixer (I. Tolstikhin et al., 2021): rows of tokens, dense layers written as 1x1 convolutions, layer norms.
No operator looks at neighbouring pixels, so tensors keep TFLite's order of axes, and only the batch is set free.
"""

from collections.abc import Callable, Mapping
from typing import Any

import tflite
from numpy.typing import NDArray

from infra.models.errors import ConversionError
from infra.models.onnx_writer import OnnxWriter, batch_value
from infra.models.tflite_graph import Graph, Operator, read_graph

INPUT_NAME = "points"
OUTPUT_NAME = "blendshapes"


def convert_token_network(model_bytes: bytes) -> bytes:
    """The ONNX file: `points` (N, 146, 2) float32 -> `blendshapes` (N, 52), 0..1.

    Raises `ConversionError` for anything in the model that is not known.
    """
    graph = read_graph(model_bytes)
    network = _TokenNetwork(graph)
    for operator in graph.operators:
        if operator.kind not in _OPERATORS:
            raise ConversionError(f"The operator {operator.kind} is not known.")
        network.names[operator.outputs[0]] = _OPERATORS[operator.kind](network, operator)
    points, width = graph.tensors[graph.inputs[0]].shape[1:], graph.tensors[graph.outputs[0]].shape[-1]
    writer = network.writer
    flat = writer.integers([-1, width])
    writer.node("Reshape", network.names[graph.outputs[0]], flat, output=OUTPUT_NAME)
    model = writer.model("teacher", [batch_value(INPUT_NAME, points)], [batch_value(OUTPUT_NAME, [width])])
    content: bytes = model.SerializeToString(deterministic=True)
    return content


class _TokenNetwork:
    """The conversion so far: `names` maps a computed TFLite tensor to its ONNX value."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.writer = OnnxWriter()
        self.names: dict[int, str] = {graph.inputs[0]: INPUT_NAME}

    def constant(self, tensor: int) -> NDArray[Any]:
        data = self.graph.tensors[tensor].data
        if data is None:
            raise ConversionError(f"{self.graph.tensors[tensor].name} should be a constant.")
        return data

    def value(self, tensor: int) -> str:
        return self.names[tensor] if tensor in self.names else self.writer.floats(self.constant(tensor))

    def activated(self, operator: Operator, value: str) -> str:
        activation = operator.options.get("activation", tflite.ActivationFunctionType.NONE)
        if activation == tflite.ActivationFunctionType.NONE:
            return value
        if activation == tflite.ActivationFunctionType.RELU:
            return self.writer.node("Relu", value)
        raise ConversionError(f"The fused activation {activation} of {operator.kind} is not known.")


_Converter = Callable[[_TokenNetwork, Operator], str]


def _element_wise(op_type: str) -> _Converter:
    def convert(network: _TokenNetwork, operator: Operator) -> str:
        values = [network.value(tensor) for tensor in operator.inputs]
        return network.activated(operator, network.writer.node(op_type, *values))

    return convert


def _reduction(op_type: str) -> _Converter:
    def convert(network: _TokenNetwork, operator: Operator) -> str:
        axes = network.constant(operator.inputs[1]).ravel().tolist()
        value = network.value(operator.inputs[0])
        if op_type == "ReduceSum":  # an attribute of ReduceMean, an input of ReduceSum, in this opset
            return network.writer.node(op_type, value, network.writer.integers(axes), keepdims=1)
        return network.writer.node(op_type, value, axes=axes, keepdims=1)

    return convert


def _squared_difference(network: _TokenNetwork, operator: Operator) -> str:
    difference = network.writer.node("Sub", *(network.value(tensor) for tensor in operator.inputs))
    return network.writer.node("Mul", difference, difference)


def _inverse_root(network: _TokenNetwork, operator: Operator) -> str:
    return network.writer.node("Reciprocal", network.writer.node("Sqrt", network.value(operator.inputs[0])))


def _dense(network: _TokenNetwork, operator: Operator) -> str:
    kernel = network.constant(operator.inputs[1])
    if kernel.shape[1:3] != (1, 1):
        raise ConversionError(f"A kernel of shape {kernel.shape} is not known.")
    product = network.writer.node(
        "MatMul", network.value(operator.inputs[0]), network.writer.floats(kernel[:, 0, 0, :].T)
    )
    summed = network.writer.node("Add", product, network.writer.floats(network.constant(operator.inputs[2])))
    return network.activated(operator, summed)


def _transpose(network: _TokenNetwork, operator: Operator) -> str:
    order = network.constant(operator.inputs[1]).tolist()
    return network.writer.node("Transpose", network.value(operator.inputs[0]), perm=order)


def _reshape(network: _TokenNetwork, operator: Operator) -> str:
    target = network.graph.tensors[operator.outputs[0]].shape
    return network.writer.node("Reshape", network.value(operator.inputs[0]), network.writer.integers([-1, *target[1:]]))


def _slice(network: _TokenNetwork, operator: Operator) -> str:
    """STRIDED_SLICE from the beginning of every axis: the lengths are those of the output; the batch stays whole."""
    source = network.graph.tensors[operator.inputs[0]].shape
    target = network.graph.tensors[operator.outputs[0]].shape
    value = network.value(operator.inputs[0])
    if network.constant(operator.inputs[1]).any():
        raise ConversionError("STRIDED_SLICE is known from the beginning only.")
    if len(source) != len(target):
        return value
    axes = [axis for axis, (before, after) in enumerate(zip(source, target, strict=True)) if after < before]
    if not axes:
        return value
    zeros, ends = [0] * len(axes), [target[axis] for axis in axes]
    return network.writer.node("Slice", value, *(network.writer.integers(part) for part in (zeros, ends, axes)))


def _concatenate(network: _TokenNetwork, operator: Operator) -> str:
    """CONCATENATION of a constant row before computed ones: the constant is repeated for each item of the batch."""
    computed = next(network.value(tensor) for tensor in operator.inputs if tensor in network.names)
    writer = network.writer
    items = writer.node("Slice", writer.node("Shape", computed), *(writer.integers([n]) for n in (0, 1, 0)))
    parts = []
    for tensor in operator.inputs:
        part = network.value(tensor)
        if tensor not in network.names:
            shape = writer.node("Concat", items, writer.integers(network.constant(tensor).shape[1:]), axis=0)
            part = writer.node("Expand", part, shape)
        parts.append(part)
    return network.activated(operator, writer.node("Concat", *parts, axis=operator.options["axis"]))


def _logistic(network: _TokenNetwork, operator: Operator) -> str:
    return network.writer.node("Sigmoid", network.value(operator.inputs[0]))


_OPERATORS: Mapping[str, _Converter] = {
    "ADD": _element_wise("Add"),
    "SUB": _element_wise("Sub"),
    "MUL": _element_wise("Mul"),
    "DIV": _element_wise("Div"),
    "NEG": _element_wise("Neg"),
    "SQRT": _element_wise("Sqrt"),
    "MEAN": _reduction("ReduceMean"),
    "SUM": _reduction("ReduceSum"),
    "SQUARED_DIFFERENCE": _squared_difference,
    "RSQRT": _inverse_root,
    "CONV_2D": _dense,
    "TRANSPOSE": _transpose,
    "RESHAPE": _reshape,
    "STRIDED_SLICE": _slice,
    "CONCATENATION": _concatenate,
    "LOGISTIC": _logistic,
}
