"""TFLite's built-in operators in ONNX, one function each.

Every function takes the conversion and the operator, appends nodes, and returns the ONNX name of the operator's output.
Sources: the operator's entry in the TFLite schema and its ONNX operator page.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import tflite
from numpy.typing import NDArray

from infra.models.blocked_operators import depth_to_space, pad, prelu, select_lanes
from infra.models.conversion import CHANNELS_FIRST_AXIS, Conversion, Margins
from infra.models.errors import ConversionError
from infra.models.parallel_towers import SELECT_LANES
from infra.models.tflite_graph import Operator

CONVOLUTIONS = frozenset({"CONV_2D", "DEPTHWISE_CONV_2D"})

OperatorConverter = Callable[[Conversion, Operator], str]


def convolution(conversion: Conversion, operator: Operator) -> str:
    """CONV_2D: kernel (out, height, width, in) to (out, in, height, width), with as many groups as the input holds."""
    kernel = np.transpose(conversion.constant(operator.inputs[1]), (0, 3, 1, 2))
    return _convolve(conversion, operator, kernel, groups=conversion.shape(operator.inputs[0])[3] // kernel.shape[1])


def depthwise_convolution(conversion: Conversion, operator: Operator) -> str:
    """DEPTHWISE_CONV_2D: kernel (1, height, width, out) to (out, 1, height, width), a group for each channel."""
    kernel = np.transpose(conversion.constant(operator.inputs[1]), (3, 0, 1, 2))
    return _convolve(conversion, operator, kernel, groups=conversion.shape(operator.inputs[0])[3])


def _convolve(conversion: Conversion, operator: Operator, kernel: NDArray[Any], groups: int) -> str:
    options = operator.options
    if (options["dilation_y"], options["dilation_x"]) != (1, 1):
        raise ConversionError("Dilated convolutions are not known.")
    source, margins = conversion.value_and_margins(operator.inputs[0])
    kernel_size = (kernel.shape[2], kernel.shape[3])
    padding = _window_padding(conversion, operator, kernel_size)
    output = conversion.writer.node(
        "Conv",
        source,
        conversion.writer.floats(kernel),
        conversion.writer.floats(conversion.constant(operator.inputs[2])),
        kernel_shape=kernel_size,
        strides=[options["stride_y"], options["stride_x"]],
        pads=[of_window + of_input for of_window, of_input in zip(padding, margins, strict=True)],
        group=groups,
    )
    return _activate(conversion, operator, output)


def max_pool(conversion: Conversion, operator: Operator) -> str:
    """MAX_POOL_2D. ONNX pads with minus infinity, as TFLite leaves the border out."""
    options = operator.options
    size = (options["height"], options["width"])
    output = conversion.writer.node(
        "MaxPool",
        conversion.value(operator.inputs[0]),
        kernel_shape=size,
        strides=[options["stride_y"], options["stride_x"]],
        pads=list(_window_padding(conversion, operator, size)),
    )
    return _activate(conversion, operator, output)


def _window_padding(conversion: Conversion, operator: Operator, window: tuple[int, int]) -> Margins:
    """Zeros (top, left, bottom, right) of a sliding window; the odd one goes below and to the right."""
    options = operator.options
    if options["padding"] == tflite.Padding.VALID:
        return (0, 0, 0, 0)
    strides = (options["stride_y"], options["stride_x"])
    before_after = []
    for size, length, stride in zip(conversion.shape(operator.inputs[0])[1:3], window, strides, strict=True):
        total = max((-(-size // stride) - 1) * stride + length - size, 0)
        before_after.append((total // 2, total - total // 2))
    (top, bottom), (left, right) = before_after
    return (top, left, bottom, right)


def relu(conversion: Conversion, operator: Operator) -> str:
    """RELU."""
    return conversion.writer.node("Relu", conversion.value(operator.inputs[0]))


def add(conversion: Conversion, operator: Operator) -> str:
    """ADD."""
    return _element_wise(conversion, operator, "Add")


def multiply(conversion: Conversion, operator: Operator) -> str:
    """MUL."""
    return _element_wise(conversion, operator, "Mul")


def _element_wise(conversion: Conversion, operator: Operator, op_type: str) -> str:
    rank = len(conversion.shape(operator.outputs[0]))
    left, right = (conversion.operand(tensor, rank) for tensor in operator.inputs)
    return _activate(conversion, operator, conversion.writer.node(op_type, left, right))


def _activate(conversion: Conversion, operator: Operator, value: str) -> str:
    activation = operator.options["activation"]
    if activation == tflite.ActivationFunctionType.NONE:
        return value
    if activation == tflite.ActivationFunctionType.RELU:
        return conversion.writer.node("Relu", value)
    raise ConversionError(f"The fused activation {activation} of {operator.kind} is not known.")


def foldable_margins(conversion: Conversion, operator: Operator) -> Margins | None:
    """Margins of a PAD that its consumers can add themselves: of height and width only, before convolutions only."""
    (_, _), (top, bottom), (left, right), channels = conversion.constant(operator.inputs[1]).tolist()
    consumers = conversion.consumers(operator.outputs[0])
    convolutions_only = all(consumer.kind in CONVOLUTIONS for consumer in consumers)
    if channels != [0, 0] or not convolutions_only:
        return None
    if any(consumer.options["padding"] != tflite.Padding.VALID for consumer in consumers):
        return None
    return (top, left, bottom, right)


def reshape(conversion: Conversion, operator: Operator) -> str:
    """RESHAPE; the batch stays free. Values with an extent of height or width go through TFLite's order of axes."""
    source, target = conversion.shape(operator.inputs[0]), conversion.shape(operator.outputs[0])
    value = conversion.value(operator.inputs[0])
    if len(source) == 4 and source[1:3] != (1, 1):
        value = conversion.writer.node("Transpose", value, perm=[0, 2, 3, 1])
    if len(target) == 4 and target[1:3] != (1, 1):
        raise ConversionError(f"RESHAPE to the picture {target} is not known.")
    if len(target) == 4:
        target = (target[0], target[3], target[1], target[2])
    # In ONNX a 0 keeps the extent of the input: here the batch.
    return conversion.writer.node("Reshape", value, conversion.writer.integers([0, *target[1:]]))


def concatenate(conversion: Conversion, operator: Operator) -> str:
    """CONCATENATION along any axis but the batch."""
    rank = len(conversion.shape(operator.outputs[0]))
    axis = operator.options["axis"] % rank
    if axis == 0:
        raise ConversionError("CONCATENATION of batches is not known.")
    values = [conversion.value(tensor) for tensor in operator.inputs]
    axis = CHANNELS_FIRST_AXIS[axis] if rank == 4 else axis
    return _activate(conversion, operator, conversion.writer.node("Concat", *values, axis=axis))


def resize_bilinear(conversion: Conversion, operator: Operator) -> str:
    """RESIZE_BILINEAR with pixel centres at a half. The output is stated as scales, which leave the batch free.

    Its shape is stated, too: otherwise ONNX Runtime does not know that what is added has the same, and reshapes both.
    """
    options = operator.options
    if options["align_corners"] or not options["half_pixel_centers"]:
        raise ConversionError("RESIZE_BILINEAR is known with half-pixel centres only.")
    source, target = conversion.shape(operator.inputs[0]), conversion.shape(operator.outputs[0])
    scales = conversion.writer.floats([1, 1, target[1] / source[1], target[2] / source[2]])
    resized = conversion.writer.node(
        "Resize",
        conversion.value(operator.inputs[0]),
        "",
        scales,
        mode="linear",
        coordinate_transformation_mode="half_pixel",
    )
    conversion.writer.state_shape(resized, (target[3], target[1], target[2]))
    return resized


def strided_slice(conversion: Conversion, operator: Operator) -> str:
    """STRIDED_SLICE of everything: the value itself (TFLite uses it to give an output a name)."""
    begin, end, strides = (conversion.constant(tensor).tolist() for tensor in operator.inputs[1:4])
    shape = list(conversion.shape(operator.inputs[0]))
    if begin != [0] * len(shape) or end != shape or strides != [1] * len(shape):
        raise ConversionError("STRIDED_SLICE is known for the whole tensor only.")
    return conversion.value(operator.inputs[0])


BUILTIN_OPERATORS: Mapping[str, OperatorConverter] = {
    "CONV_2D": convolution,
    "DEPTHWISE_CONV_2D": depthwise_convolution,
    "MAX_POOL_2D": max_pool,
    "PRELU": prelu,
    "RELU": relu,
    "ADD": add,
    "MUL": multiply,
    "PAD": pad,
    "RESHAPE": reshape,
    "CONCATENATION": concatenate,
    "RESIZE_BILINEAR": resize_bilinear,
    "DEPTH_TO_SPACE": depth_to_space,
    "STRIDED_SLICE": strided_slice,
    SELECT_LANES: select_lanes,
}
