"""Merged towers against the same towers one by one."""

import numpy as np
import pytest
import tflite

from infra.models.conversion import Conversion
from infra.models.convert import convert_operators
from infra.models.onnx_writer import OnnxWriter, batch_value
from infra.models.parallel_towers import FIRST, POINTWISE, merge_towers
from infra.models.tflite_graph import Array, Graph, Operator, Options, Tensor, without_repetitions
from tests.infra.graph_runs import Floats, session

TOLERANCE = 1e-4
SAME = {**POINTWISE, "padding": tflite.Padding.SAME}
POOL = {**SAME, "stride_y": 2, "stride_x": 2, "height": 2, "width": 2}
CHANNELS = 16
# By tower: the numbers of points that come out of its first and of its second end, if it has two.
TOWERS = ((4,), (3, 1), (3,))


class Towers:
    """A graph like the attention mesh's, small: regions cut along points, a tower for each, and points carried back."""

    def __init__(self) -> None:
        self._random = np.random.default_rng(11)
        self.tensors: list[Tensor] = []
        self.operators: list[Operator] = []
        self.points = self.tensor((1, 8, 3))
        self.map = self.tensor((1, 12, 12, CHANNELS))
        self.outputs = [output for ends in TOWERS for output in self._tower(ends)]

    def graph(self) -> Graph:
        return Graph(self.tensors, self.operators, (self.points, self.map), tuple(self.outputs))

    def tensor(self, shape: tuple[int, ...], data: Array | None = None) -> int:
        self.tensors.append(Tensor(f"tensor_{len(self.tensors)}", shape, data))
        return len(self.tensors) - 1

    def add(self, kind: str, inputs: list[int], shape: tuple[int, ...], options: Options | None = None) -> int:
        output = self.tensor(shape)
        self.operators.append(Operator(kind, tuple(inputs), (output,), options or {}))
        return output

    def _numbers(self, *shape: int) -> int:
        return self.tensor(shape, self._random.normal(size=shape).astype(np.float32))

    def _tower(self, ends: tuple[int, ...]) -> list[int]:
        subset = self._random.choice(8, size=3 + len(ends), replace=False).tolist()
        options = {"subset_idxs": subset, "left_rotation_idx": subset[0], "right_rotation_idx": subset[1]}
        options |= {"target_rotation_radians": 0.0, "scale_x": 1.5, "scale_y": 1.5}
        options |= {"output_width": 4, "output_height": 4}
        # Every tower scales the points for itself, by the same number.
        scale = self.tensor((1,), np.array([0.5], np.float32))
        scaled = self.add("MUL", [self.points, scale], (1, 8, 3), {"activation": 0})
        transform = self.add(FIRST, [scaled], (1, 4, 4), options)
        region = (1, 4, 4, CHANNELS)
        size = {"output_width": 4, "output_height": 4}
        cut = self.add("TransformTensorBilinear v2", [self.map, transform], region, size)
        filtered = self.add(
            "DEPTHWISE_CONV_2D", [cut, self._numbers(1, 3, 3, CHANNELS), self._numbers(CHANNELS)], region, SAME
        )
        mixed = self.add(
            "CONV_2D", [filtered, self._numbers(CHANNELS, 1, 1, CHANNELS), self._numbers(CHANNELS)], region, POINTWISE
        )
        added = self.add("ADD", [cut, mixed], region, {"activation": 0})
        bent = self.add("PRELU", [added, self._numbers(1, 1, CHANNELS)], region)
        pooled = self.add("MAX_POOL_2D", [bent], (1, 2, 2, CHANNELS), POOL)
        paddings = self.tensor((4, 2), np.array([[0, 0], [0, 0], [0, 0], [0, CHANNELS]], np.int32))
        wide = self.add("PAD", [pooled, paddings], (1, 2, 2, 2 * CHANNELS))
        return [self._end(wide, transform, count) for count in ends]

    def _end(self, wide: int, transform: int, count: int) -> int:
        own = self.add("PRELU", [wide, self._numbers(1, 1, 2 * CHANNELS)], (1, 2, 2, 2 * CHANNELS))
        weights = [self._numbers(2 * count, 2, 2, 2 * CHANNELS), self._numbers(2 * count)]
        last = self.add("CONV_2D", [own, *weights], (1, 1, 1, 2 * count), POINTWISE)
        listed = self.add("RESHAPE", [last], (1, count, 2))
        factors = self._numbers(1, 4, 4)
        rescaled = self.add("MUL", [transform, factors], (1, 4, 4), {"activation": 0})
        carried = self.add("TransformLandmarks v2", [listed, rescaled], (1, count, 2))
        return self.add("RESHAPE", [carried], (1, 1, 1, 2 * count))


def answers(graph: Graph, feed: dict[str, Floats]) -> tuple[list[Floats], int]:
    """(N, C) of each output of the graph, and how many nodes it took."""
    writer = OnnxWriter()
    conversion = Conversion(graph, writer)
    for tensor, name in zip(graph.inputs, feed, strict=True):
        conversion.define(tensor, name)
    convert_operators(conversion)
    places = [conversion.place(tensor) for tensor in graph.outputs]
    for number, place in enumerate(places):
        writer.node("Identity", conversion.value(place.tensor), output=f"output_{number}")
    inputs = [batch_value(name, data.shape[1:]) for name, data in feed.items()]
    outputs = [batch_value(f"output_{number}", [None] * 3) for number in range(len(places))]
    model = writer.model("test", inputs, outputs)
    found = session(model.SerializeToString()).run(None, feed)
    sizes = [graph.tensors[tensor].shape[3] for tensor in graph.outputs]
    parts = [
        value[:, place.start : place.start + size, 0, 0]
        for value, place, size in zip(found, places, sizes, strict=True)
    ]
    return parts, len(model.graph.node)


@pytest.fixture
def feed() -> dict[str, Floats]:
    random = np.random.default_rng(2)
    points = random.uniform(2, 20, (3, 8, 3)).astype(np.float32)
    return {"points": points, "map": random.normal(size=(3, CHANNELS, 12, 12)).astype(np.float32)}


def test_merged_towers_answer_as_single_ones(feed: dict[str, Floats]) -> None:
    graph = Towers().graph()
    merged = merge_towers(without_repetitions(graph))
    expected, single_nodes = answers(graph, feed)
    actual, merged_nodes = answers(merged, feed)
    for of_merged, of_single in zip(actual, expected, strict=True):
        np.testing.assert_allclose(of_merged, of_single, atol=TOLERANCE, rtol=TOLERANCE)
    assert merged_nodes < single_nodes / 2


def test_what_has_no_towers_stays_as_it_is() -> None:
    image = Tensor("image", (1, 4, 4, 2), None)
    operators = [Operator("RELU", (0,), (1,), {}), Operator("ADD", (0, 1), (2,), {"activation": 0})]
    graph = Graph([image] * 3, operators, (0,), (2,))
    assert merge_towers(graph) == graph


def test_equal_operators_become_one() -> None:
    tensors = [Tensor(name, (1, 2, 2, 1), None) for name in "abcd"]
    operators = [Operator("RELU", (0,), (1,), {}), Operator("RELU", (0,), (2,), {})]
    operators.append(Operator("ADD", (1, 2), (3,), {"activation": 0}))
    graph = without_repetitions(Graph(tensors, operators, (0,), (3,)))
    assert [operator.inputs for operator in graph.operators] == [(0,), (1, 1)]
