"""A growing ONNX graph, and the same bytes every time it is written."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto, checker, helper, numpy_helper

# GridSample needs 16; 17 is read by every ONNX Runtime since 1.12.
OPSET = 17
IR_VERSION = 8


class OnnxWriter:
    """Collects nodes and constants, and names their values `conv_3`, `add_7` in the order of their making."""

    def __init__(self) -> None:
        self._nodes: list[NodeProto] = []
        self._constants: list[TensorProto] = []
        self._constant_names: dict[tuple[str, tuple[int, ...], bytes], str] = {}
        self._widened: dict[str, str] = {}
        self._shapes: list[ValueInfoProto] = []
        self._counts: Counter[str] = Counter()

    def node(self, op_type: str, *inputs: str, output: str | None = None, **attributes: Any) -> str:
        """Appends a node with one output and returns the output's name."""
        name = output or self._next_name(op_type.lower())
        self._nodes.append(helper.make_node(op_type, list(inputs), [name], name=name, **attributes))
        return name

    def state_shape(self, value: str, shape: Sequence[int]) -> None:
        """States that a value is (N, *shape), if ONNX cannot infer that its batch is that of the input."""
        self._shapes.append(batch_value(value, shape))

    def floats(self, values: Any) -> str:
        """Name of a float32 constant; equal constants are stored once."""
        return self._constant(np.ascontiguousarray(values, np.float32))

    def halves(self, values: Any) -> str:
        """Name of a value that is stored as float16 and widened to float32; equal constants are stored once."""
        constant = self._constant(np.ascontiguousarray(values, np.float16))
        if constant not in self._widened:
            self._widened[constant] = self.node("Cast", constant, to=TensorProto.FLOAT)
        return self._widened[constant]

    def integers(self, values: Any) -> str:
        """Name of an int64 constant, as ONNX wants shapes, axes and indices."""
        return self._constant(np.ascontiguousarray(values, np.int64))

    def model(self, name: str, inputs: Sequence[ValueInfoProto], outputs: Sequence[ValueInfoProto]) -> ModelProto:
        """The finished model, checked by ONNX with its shapes inferred."""
        graph = helper.make_graph(
            self._nodes, name, list(inputs), list(outputs), self._constants, value_info=self._shapes
        )
        model = helper.make_model(
            graph, producer_name="mien", ir_version=IR_VERSION, opset_imports=[helper.make_opsetid("", OPSET)]
        )
        checker.check_model(model, full_check=True)
        return model

    def _constant(self, values: NDArray[Any]) -> str:
        key = (str(values.dtype), values.shape, values.tobytes())
        if key not in self._constant_names:
            name = self._next_name("constant")
            self._constants.append(numpy_helper.from_array(values, name))
            self._constant_names[key] = name
        return self._constant_names[key]

    def _next_name(self, stem: str) -> str:
        self._counts[stem] += 1
        return f"{stem}_{self._counts[stem]}"


def batch_value(name: str, shape: Sequence[int | None]) -> ValueInfoProto:
    """A float32 graph input or output of shape (N, *shape); None for an extent that is left open."""
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", *shape])
