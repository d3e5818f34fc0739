"""Reads a TFLite flatbuffer into plain Python: tensors, operators and their options.

Half-precision constants (DEQUANTIZE) and sparse constants (DENSIFY) become dense float32 arrays here, so that the
converter meets only operators that compute something.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import tflite
from flatbuffers import flexbuffers
from numpy.typing import NDArray

from infra.models.errors import ConversionError
from infra.models.sparse_constants import densify

Array = NDArray[Any]
Options = Mapping[str, Any]

# tflite.TensorType: FLOAT32, FLOAT16, INT32
DTYPES: Mapping[int, str] = {0: "<f4", 1: "<f2", 2: "<i4"}


@dataclass(frozen=True, slots=True)
class Tensor:
    """`shape` is that of the file, with a batch of one; `data` is None for what the graph computes."""

    name: str
    shape: tuple[int, ...]
    data: Array | None


@dataclass(frozen=True, slots=True)
class Operator:
    """`kind` is the operator's TFLite name, e.g. `CONV_2D`; inputs and outputs index `Graph.tensors`."""

    kind: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Options


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a tensor inside of another: from `start` on, along the channels of a picture."""

    tensor: int
    start: int


@dataclass(frozen=True, slots=True)
class Graph:
    """One model: operators stand in an order in which they can be computed.

    `places` says of outputs that are not computed by themselves which tensor they are a part of.
    """

    tensors: list[Tensor]
    operators: list[Operator]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    places: Mapping[int, Place] = field(default_factory=dict)


def without_repetitions(graph: Graph) -> Graph:
    """The graph with one operator for all that do the same with the same inputs."""
    first: dict[tuple[object, ...], int] = {}
    same: dict[int, int] = {}
    operators = []
    for operator in graph.operators:
        inputs = tuple(same.get(tensor, tensor) for tensor in operator.inputs)
        read = [_content(graph.tensors[tensor]) or tensor for tensor in inputs]
        key = (operator.kind, tuple(read), repr(sorted(operator.options.items())))
        (output,) = operator.outputs
        if key in first and output not in graph.outputs:
            same[output] = first[key]
            continue
        first.setdefault(key, output)
        operators.append(Operator(operator.kind, inputs, operator.outputs, operator.options))
    return Graph(graph.tensors, operators, graph.inputs, graph.outputs, graph.places)


def _content(tensor: Tensor) -> tuple[object, ...] | None:
    if tensor.data is None:
        return None
    return str(tensor.data.dtype), tensor.data.shape, tensor.data.tobytes()


def read_graph(model_bytes: bytes) -> Graph:
    """Reads the only subgraph of a TFLite model.

    Raises `ConversionError` for another number of subgraphs, a constant of a type other than float32, float16 or int32,
    and a DEQUANTIZE or DENSIFY of something that is not constant.
    """
    model = tflite.Model.GetRootAs(model_bytes, 0)
    if model.SubgraphsLength() != 1:
        raise ConversionError(f"The model holds {model.SubgraphsLength()} subgraphs, only one is known.")
    subgraph = model.Subgraphs(0)
    tensors = [_read_tensor(model, subgraph.Tensors(i)) for i in range(subgraph.TensorsLength())]
    operators = [_read_operator(model, subgraph.Operators(i)) for i in range(subgraph.OperatorsLength())]
    computing = [operator for operator in operators if not _fold_constant(operator, tensors)]
    return Graph(tensors, computing, _indices(subgraph.InputsAsNumpy()), _indices(subgraph.OutputsAsNumpy()))


def _indices(values: Array) -> tuple[int, ...]:
    return tuple(int(value) for value in values)


def _read_tensor(model: Any, tensor: Any) -> Tensor:
    name = tensor.Name().decode()
    shape = _indices(tensor.ShapeAsNumpy()) if tensor.ShapeLength() else ()
    buffer = model.Buffers(tensor.Buffer())
    if not buffer.DataLength():
        return Tensor(name, shape, None)
    if tensor.Type() not in DTYPES:
        raise ConversionError(f"The constant {name} has the unknown type {tensor.Type()}.")
    values = np.frombuffer(buffer.DataAsNumpy().tobytes(), DTYPES[tensor.Type()])
    if tensor.Sparsity() is not None:
        return Tensor(name, shape, densify(values, shape, tensor.Sparsity()))
    return Tensor(name, shape, values.reshape(shape))


def _fold_constant(operator: Operator, tensors: list[Tensor]) -> bool:
    """Computes a DEQUANTIZE or DENSIFY in place; False for every other operator."""
    if operator.kind not in {"DEQUANTIZE", "DENSIFY"}:
        return False
    source, target = tensors[operator.inputs[0]], tensors[operator.outputs[0]]
    if source.data is None:
        raise ConversionError(f"{operator.kind} of {source.name}, which is not a constant.")
    data = source.data.astype(np.float32) if operator.kind == "DEQUANTIZE" else source.data
    tensors[operator.outputs[0]] = Tensor(target.name, target.shape, data)
    return True


def _read_operator(model: Any, operator: Any) -> Operator:
    code = model.OperatorCodes(operator.OpcodeIndex())
    # Files older than schema 3a keep the operator in the 8-bit field, and the wider field is 0.
    builtin = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
    inputs, outputs = _indices(operator.InputsAsNumpy()), _indices(operator.OutputsAsNumpy())
    if builtin == tflite.BuiltinOperator.CUSTOM:
        kind = f"{code.CustomCode().decode()} v{code.Version()}"
        return Operator(kind, inputs, outputs, _custom_options(operator))
    kind = BUILTIN_NAMES.get(builtin, f"builtin operator {builtin}")
    read_options = BUILTIN_OPTIONS.get(kind)
    return Operator(kind, inputs, outputs, read_options(operator.BuiltinOptions()) if read_options else {})


def _custom_options(operator: Any) -> Options:
    if not operator.CustomOptionsLength():
        return {}
    options: Options = flexbuffers.Loads(bytearray(operator.CustomOptionsAsNumpy().tobytes()))
    return options


def _options_reader(table_type: Any, **getters: str) -> Callable[[Any], Options]:
    """A reader of one options table: `name="Getter"` for each wanted field."""

    def read(union: Any) -> Options:
        if union is None:
            raise ConversionError(f"An operator lacks its {table_type.__name__}.")
        table = table_type()
        table.Init(union.Bytes, union.Pos)
        return {name: getattr(table, getter)() for name, getter in getters.items()}

    return read


_CONVOLUTION = {
    "padding": "Padding",
    "stride_y": "StrideH",
    "stride_x": "StrideW",
    "dilation_y": "DilationHFactor",
    "dilation_x": "DilationWFactor",
    "activation": "FusedActivationFunction",
}
_ACTIVATION = {"activation": "FusedActivationFunction"}

BUILTIN_NAMES: Mapping[int, str] = {
    value: name for name, value in vars(tflite.BuiltinOperator).items() if isinstance(value, int)
}
BUILTIN_OPTIONS: Mapping[str, Callable[[Any], Options]] = {
    "CONV_2D": _options_reader(tflite.Conv2DOptions, **_CONVOLUTION),
    "DEPTHWISE_CONV_2D": _options_reader(tflite.DepthwiseConv2DOptions, **_CONVOLUTION),
    "MAX_POOL_2D": _options_reader(
        tflite.Pool2DOptions,
        padding="Padding",
        stride_y="StrideH",
        stride_x="StrideW",
        height="FilterHeight",
        width="FilterWidth",
        **_ACTIVATION,
    ),
    "ADD": _options_reader(tflite.AddOptions, **_ACTIVATION),
    "MUL": _options_reader(tflite.MulOptions, **_ACTIVATION),
    "CONCATENATION": _options_reader(tflite.ConcatenationOptions, axis="Axis", **_ACTIVATION),
    "RESIZE_BILINEAR": _options_reader(
        tflite.ResizeBilinearOptions, align_corners="AlignCorners", half_pixel_centers="HalfPixelCenters"
    ),
    "DEPTH_TO_SPACE": _options_reader(tflite.DepthToSpaceOptions, block_size="BlockSize"),
}
