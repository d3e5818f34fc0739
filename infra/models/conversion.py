"""The state of one conversion: which ONNX value stands for which TFLite tensor.

Layout: TFLite's four-dimensional tensors are (batch, height, width, channels). Their ONNX values are (batch, channels,
height, width) throughout, so that no transposition is left between convolutions. Tensors of other ranks keep their
axes.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from infra.models.errors import ConversionError
from infra.models.onnx_writer import OnnxWriter
from infra.models.tflite_graph import Graph, Operator, Place

# The axis of the ONNX value for axis i of a TFLite tensor of rank 4.
CHANNELS_FIRST_AXIS = (0, 2, 3, 1)

Margins = tuple[int, int, int, int]


class Conversion:
    """Reads from `graph`, writes to `writer`; operators call `value` for inputs and `define` for outputs."""

    def __init__(self, graph: Graph, writer: OnnxWriter) -> None:
        self.graph = graph
        self.writer = writer
        self._values: dict[int, str] = {}
        self._margins: dict[int, Margins] = {}

    def shape(self, tensor: int) -> tuple[int, ...]:
        """TFLite shape (batch of one, channels last)."""
        return self.graph.tensors[tensor].shape

    def constant(self, tensor: int) -> NDArray[Any]:
        """Value of a constant in TFLite's layout. Raises `ConversionError` if it is computed."""
        found = self.graph.tensors[tensor]
        if found.data is None:
            raise ConversionError(f"{found.name} should be a constant.")
        return found.data

    def is_constant(self, tensor: int) -> bool:
        """Returns True if the tensor is known before the graph runs."""
        return self.graph.tensors[tensor].data is not None

    def value(self, tensor: int) -> str:
        """ONNX name of a computed tensor. Raises `ConversionError` if it was not computed, or has margins to add."""
        if tensor not in self._values or tensor in self._margins:
            raise ConversionError(f"{self.graph.tensors[tensor].name} is used although its value is not known.")
        return self._values[tensor]

    def operand(self, tensor: int, rank: int) -> str:
        """ONNX name of a computed or constant operand of an element-wise operator whose output has `rank` dimensions.

        Raises `ConversionError` for a constant that would be spread over the channels: they come last in TFLite, but
        not here.
        """
        if not self.is_constant(tensor):
            return self.value(tensor)
        data = self.constant(tensor)
        if rank == 4 and data.ndim != 4 and data.size != 1:
            raise ConversionError(f"The constant {self.graph.tensors[tensor].name} cannot be spread over a picture.")
        return self.writer.floats(np.transpose(data, (0, 3, 1, 2)) if data.ndim == 4 else data)

    def define(self, tensor: int, value: str) -> None:
        """States that the ONNX value `value` is the tensor."""
        self._values[tensor] = value

    def define_with_margins(self, tensor: int, value: str, margins: Margins) -> None:
        """States that the tensor is `value` with zeros around it: (top, left, bottom, right) in pixels.

        Only an operator that pads by itself may take it, by `value_and_margins`.
        """
        self._values[tensor] = value
        self._margins[tensor] = margins

    def value_and_margins(self, tensor: int) -> tuple[str, Margins]:
        """ONNX name of a computed tensor and the zeros still missing around it."""
        if tensor not in self._margins:
            return self.value(tensor), (0, 0, 0, 0)
        return self._values[tensor], self._margins[tensor]

    def place(self, tensor: int) -> Place:
        """The place of an output: a part of another tensor, or a tensor of its own."""
        return self.graph.places.get(tensor, Place(tensor, 0))

    def consumers(self, tensor: int) -> list[Operator]:
        """Operators that read the tensor."""
        return [operator for operator in self.graph.operators if tensor in operator.inputs]
