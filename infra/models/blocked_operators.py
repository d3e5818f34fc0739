"""Operators written for ONNX Runtime's blocked layout, one function each.

It runs convolutions in blocks of channels (NCHWc) and keeps that layout for what follows as long as it knows the
operators: convolutions, sums and relus of what convolutions have made, poolings, concatenations of whole blocks. For
any other it leaves the layout, and comes back for the next convolution. A scaling of channels is a depthwise 1x1
convolution here, as it knows that; what each saves is in README.md.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from infra.models.conversion import Conversion
from infra.models.errors import ConversionError
from infra.models.tflite_graph import Operator


def prelu(conversion: Conversion, operator: Operator) -> str:
    """PRELU with one slope for each channel, as `x + (1 - slope) * relu(-x)`.

    Both products are depthwise 1x1 convolutions: ONNX Runtime keeps those in the blocked layout of the convolutions
    around them, takes the relu into the first and the sum into the second, which then writes over `x`. Its own PRelu
    makes it leave that layout and come back.
    """
    slope = conversion.constant(operator.inputs[1])
    if slope.shape[:-1] != (1, 1):
        raise ConversionError(f"A PRELU slope of shape {slope.shape} is not known.")
    value = conversion.value(operator.inputs[0])
    slope = slope.ravel().astype(np.float64)
    negative = conversion.writer.node("Relu", _scale_channels(conversion, value, np.full(len(slope), -1.0)))
    return conversion.writer.node("Add", value, _scale_channels(conversion, negative, 1 - slope))


def pad(conversion: Conversion, operator: Operator) -> str:
    """PAD with zeros: paddings (4, 2) in TFLite's axes, before and after.

    If it doubles the channels, they are followed by themselves times zero: that is a depthwise convolution and a
    concatenation, which stay in the blocked layout of the convolutions around them, while a Pad does not, nor does
    what adds to it.
    """
    if len(conversion.shape(operator.inputs[0])) != 4:
        raise ConversionError("PAD is known for four dimensions only.")
    value, paddings = conversion.value(operator.inputs[0]), conversion.constant(operator.inputs[1])
    channels = conversion.shape(operator.inputs[0])[3]
    if paddings.tolist() == [[0, 0], [0, 0], [0, 0], [0, channels]]:
        return conversion.writer.node("Concat", value, _scale_channels(conversion, value, np.zeros(channels)), axis=1)
    before, after = paddings[[0, 3, 1, 2]].T
    pads = conversion.writer.integers(np.concatenate([before, after]))
    return conversion.writer.node("Pad", value, pads)


def depth_to_space(conversion: Conversion, operator: Operator) -> str:
    """DEPTH_TO_SPACE: the block's place varies slowest in the channels.

    Written with the channels last, where runs of channels are moved as a whole; ONNX Runtime's DepthToSpace moves
    single numbers. The transposition at the end and that of a following RESHAPE cancel each other.
    """
    writer, block = conversion.writer, operator.options["block_size"]
    _, height, width, channels = conversion.shape(operator.outputs[0])
    value = writer.node("Transpose", conversion.value(operator.inputs[0]), perm=[0, 2, 3, 1])
    blocks = [0, height // block, width // block, block, block, channels]
    value = writer.node("Reshape", value, writer.integers(blocks))
    value = writer.node("Transpose", value, perm=[0, 1, 3, 2, 4, 5])
    value = writer.node("Reshape", value, writer.integers([0, height, width, channels]))
    return writer.node("Transpose", value, perm=[0, 3, 1, 2])


def select_lanes(conversion: Conversion, operator: Operator) -> str:
    """SELECT_LANES: see `parallel_towers`. Lanes lie along axis 1 in every ONNX value."""
    lanes, size = np.array(operator.options["lanes"]), operator.options["size"]
    chosen = (lanes[:, None] * size + np.arange(size)).ravel()
    value = conversion.value(operator.inputs[0])
    selected = conversion.writer.node("Gather", value, conversion.writer.integers(chosen), axis=1)
    return (
        into_blocks(conversion, selected, len(chosen)) if len(conversion.shape(operator.inputs[0])) == 4 else selected
    )


def into_blocks(conversion: Conversion, value: str, channels: int) -> str:
    """The picture, times one: what a convolution has made, ONNX Runtime keeps in its blocked layout for all that follow
    at once, also for sums that it would not have brought there."""
    return _scale_channels(conversion, value, np.ones(channels))


def _scale_channels(conversion: Conversion, value: str, factors: NDArray[Any]) -> str:
    kernel = conversion.writer.floats(factors.reshape(-1, 1, 1, 1))
    return conversion.writer.node("Conv", value, kernel, kernel_shape=[1, 1], group=len(factors))
