"""Towers of operators that stand side by side and work in step become one tower.

The attention mesh looks at lips, eyes and irises through towers of its own, alike but for their numbers. Each operator
of a tower is small, and what ONNX Runtime does before and after it takes longer than the operator. Side by side as
lanes of one tensor, a depthwise convolution of three towers is one of three times the channels, and a convolution is
one with a group for each lane.

Lanes lie behind each other: pictures along the channels, lists along the first axis behind the batch. The lanes of a
tensor have one size, that of the largest; if a lane is smaller, it starts at its place and zeros follow.
"""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
import tflite

from infra.models.errors import ConversionError
from infra.models.tflite_graph import Array, Graph, Operator, Options, Place, Tensor

# The operator with which towers begin, and whose options differ from lane to lane.
FIRST = "Landmarks2TransformMatrix v2"
# Joins lanes of its input, by the number of each, in the order of `lanes`; `size` is that of one lane.
SELECT_LANES = "SELECT_LANES"
# Along which axis the constants of the lanes are put together, in the order of an operator's constant inputs.
CONSTANT_AXES: Mapping[str, tuple[int, ...]] = {
    "CONV_2D": (0, 0),
    "DEPTHWISE_CONV_2D": (3, 0),
    "PRELU": (2,),
    "MUL": (1,),
}
ALIKE = frozenset(
    {"ADD", "MAX_POOL_2D", "RESHAPE", "PAD", "TransformTensorBilinear v2", "TransformLandmarks v2", FIRST}
)
POINTWISE: Options = {
    "padding": tflite.Padding.VALID,
    "stride_y": 1,
    "stride_x": 1,
    "dilation_y": 1,
    "dilation_x": 1,
    "activation": tflite.ActivationFunctionType.NONE,
}


@dataclasses.dataclass(eq=False)
class _Step:
    """Operators that do the same in different lanes; `output` is the tensor of all lanes."""

    operators: list[Operator]
    output: int


def merge_towers(graph: Graph) -> Graph:
    """Returns the graph with its parallel towers merged, or the graph itself if there are none."""
    return _Merging(graph).merged()


class _Merging:
    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._tensors = list(graph.tensors)
        self._operators: list[Operator] = []
        # By what is the same in all lanes.
        self._steps: dict[tuple[object, ...], _Step] = {}
        # The step and the lane in which a tensor of the given graph is computed.
        self._lanes: dict[int, tuple[_Step, int]] = {}
        self._selected: dict[tuple[int, tuple[int, ...]], int] = {}

    def merged(self) -> Graph:
        for operator in self._graph.operators:
            if self._belongs_to_towers(operator):
                self._join(operator)
            else:
                self._operators.append(operator)
        if not self._steps:
            return self._graph
        for step in self._steps.values():
            self._emit(step)
        return Graph(
            self._tensors,
            _in_order(self._tensors, self._operators, self._graph.inputs),
            self._graph.inputs,
            self._graph.outputs,
            {tensor: self._place(tensor) for tensor in self._graph.outputs if tensor in self._lanes},
        )

    def _join(self, operator: Operator) -> None:
        """Makes the operator a lane of its step."""
        key = self._key(operator)
        if key not in self._steps:
            self._steps[key] = _Step([], self._tensor("", ()))
        step = self._steps[key]
        self._lanes[operator.outputs[0]] = step, len(step.operators)
        step.operators.append(operator)

    def _belongs_to_towers(self, operator: Operator) -> bool:
        if operator.kind == FIRST:
            return True
        known = operator.kind in ALIKE or operator.kind in CONSTANT_AXES
        return known and any(tensor in self._lanes for tensor in operator.inputs)

    def _key(self, operator: Operator) -> tuple[object, ...]:
        """The common properties of operators of one step."""
        computed, constants = self._computed(operator), self._constants(operator)
        sources = tuple(self._lanes[tensor][0].output if tensor in self._lanes else tensor for tensor in computed)
        options = "" if operator.kind == FIRST else repr(sorted(operator.options.items()))
        # Of a convolution the number of channels that come out may differ.
        return operator.kind, sources, options, tuple(data.shape[1:] for data in constants)

    def _place(self, tensor: int) -> Place:
        step, lane = self._lanes[tensor]
        return Place(step.output, lane * self._lane_size(step))

    def _lane_size(self, step: _Step) -> int:
        shape = self._tensors[step.output].shape
        return shape[_lane_axis(shape)] // len(step.operators)

    def _emit(self, step: _Step) -> None:
        first = step.operators[0]
        self._tensors[step.output] = Tensor("lanes", self._joined_shape(step), None)
        kind, options, constants = first.kind, first.options, self._constants(first)
        if kind == FIRST:
            options = {"lanes": tuple(operator.options for operator in step.operators)}
        elif kind == "PAD":
            kind, options, constants = "CONV_2D", POINTWISE, self._widening(step)
        elif kind in CONSTANT_AXES:
            constants = self._joined_constants(step)
        computed = [self._input(step, number) for number in range(len(self._computed(first)))]
        new = [self._tensor("joined constant", data.shape, data) for data in constants]
        self._operators.append(Operator(kind, (*computed, *new), (step.output,), options))

    def _joined_shape(self, step: _Step) -> tuple[int, ...]:
        shapes = [self._tensors[operator.outputs[0]].shape for operator in step.operators]
        axis = _lane_axis(shapes[0])
        size = len(shapes) * max(shape[axis] for shape in shapes)
        return (*shapes[0][:axis], size, *shapes[0][axis + 1 :])

    def _input(self, step: _Step, number: int) -> int:
        """The tensor that holds the computed inputs number `number` of all lanes, in the order of the step."""
        tensors = [self._computed(operator)[number] for operator in step.operators]
        if tensors[0] not in self._lanes:
            return tensors[0]
        source = self._lanes[tensors[0]][0]
        lanes = tuple(self._lanes[tensor][1] for tensor in tensors)
        if lanes == tuple(range(len(source.operators))):
            return source.output
        if (source.output, lanes) not in self._selected:
            self._selected[source.output, lanes] = self._select(source, lanes)
        return self._selected[source.output, lanes]

    def _select(self, source: _Step, lanes: tuple[int, ...]) -> int:
        shape, size = self._tensors[source.output].shape, self._lane_size(source)
        axis = _lane_axis(shape)
        selected = self._tensor("selected lanes", (*shape[:axis], len(lanes) * size, *shape[axis + 1 :]))
        options = {"lanes": lanes, "size": size}
        self._operators.append(Operator(SELECT_LANES, (source.output,), (selected,), options))
        return selected

    def _joined_constants(self, step: _Step) -> list[Array]:
        axes = CONSTANT_AXES[step.operators[0].kind]
        columns = zip(*(self._constants(operator) for operator in step.operators), strict=True)
        return [_joined(column, axis) for column, axis in zip(columns, axes, strict=True)]

    def _widening(self, step: _Step) -> list[Array]:
        """Kernel and bias of the convolution that adds channels of zeros behind each lane."""
        pad = step.operators[0]
        before, after = (self._tensors[tensor].shape[3] for tensor in (pad.inputs[0], pad.outputs[0]))
        (paddings,) = self._constants(pad)
        if paddings.tolist() != [[0, 0], [0, 0], [0, 0], [0, after - before]]:
            raise ConversionError("PAD inside of towers is known behind the channels only.")
        kernel = np.eye(after, before, dtype=np.float32)[:, None, None, :]
        lanes = len(step.operators)
        return [np.concatenate([kernel] * lanes), np.zeros(lanes * after, np.float32)]

    def _computed(self, operator: Operator) -> list[int]:
        return [tensor for tensor in operator.inputs if self._tensors[tensor].data is None]

    def _constants(self, operator: Operator) -> list[Array]:
        found = [self._tensors[tensor].data for tensor in operator.inputs]
        return [data for data in found if data is not None]

    def _tensor(self, name: str, shape: tuple[int, ...], data: Array | None = None) -> int:
        self._tensors.append(Tensor(name, shape, data))
        return len(self._tensors) - 1


def _lane_axis(shape: tuple[int, ...]) -> int:
    return 3 if len(shape) == 4 else 1


def _joined(constants: Sequence[Array], axis: int) -> Array:
    """The constants behind each other along `axis`, each with zeros up to the size of the largest."""
    if any(data.ndim <= axis for data in constants):
        raise ConversionError(
            f"Constants of towers with the shapes {[data.shape for data in constants]} are not known."
        )
    largest = max(data.shape[axis] for data in constants)
    padded = []
    for data in constants:
        margins = [(0, 0)] * data.ndim
        margins[axis] = (0, largest - data.shape[axis])
        padded.append(np.pad(data, margins))
    return np.concatenate(padded, axis)


def _in_order(tensors: Sequence[Tensor], operators: Sequence[Operator], inputs: Sequence[int]) -> list[Operator]:
    """The operators, each behind those whose results it reads."""
    known = {tensor for tensor, content in enumerate(tensors) if content.data is not None} | set(inputs)
    waiting, ordered = list(operators), []
    while waiting:
        ready = [operator for operator in waiting if known.issuperset(operator.inputs)]
        if not ready:
            raise ConversionError("The towers cannot be brought into an order.")
        waiting = [operator for operator in waiting if operator not in ready]
        ordered += ready
        known.update(output for operator in ready for output in operator.outputs)
    return ordered
