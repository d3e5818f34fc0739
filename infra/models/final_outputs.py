"""The outputs of each role, built from the outputs of the TFLite model.

`detector`: `regressors` (N, anchors, 16), `scores` (N, anchors, 1).
`mesh`: `points` (N, 468, 3), `flag` (N, 1). `attention_mesh`: `points` (N, 478, 3), `flag` (N, 1).
Scores and flags are probabilities: the sigmoid is applied here.
"""

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from onnx import ValueInfoProto

from infra.models.conversion import Conversion
from infra.models.errors import ConversionError
from infra.models.onnx_writer import OnnxWriter, batch_value

INPUT_NAME = "image"
INDICES_FILE = Path(__file__).with_name("attention_mesh_indices.json")

BASE_POINTS = 468
REGRESSOR_SIZE = 16


def detector_outputs(conversion: Conversion) -> list[ValueInfoProto]:
    """Tells regressors and scores apart by their last extent."""
    regressors = _output_of_shape(conversion, last_extent=REGRESSOR_SIZE)
    scores = _output_of_shape(conversion, last_extent=1)
    anchors = conversion.shape(regressors)[1]
    writer = conversion.writer
    writer.node("Identity", conversion.value(regressors), output="regressors")
    writer.node("Sigmoid", conversion.value(scores), output="scores")
    return [batch_value("regressors", (anchors, REGRESSOR_SIZE)), batch_value("scores", (anchors, 1))]


def mesh_outputs(conversion: Conversion) -> list[ValueInfoProto]:
    """The base mesh alone."""
    points = conversion.value(_mesh_output(conversion))
    conversion.writer.node("Reshape", points, conversion.writer.integers([0, BASE_POINTS, 3]), output="points")
    return [batch_value("points", (BASE_POINTS, 3)), _flag_output(conversion)]


def attention_mesh_outputs(conversion: Conversion) -> list[ValueInfoProto]:
    """The base mesh, with refined lips and eyes in its place and the irises behind it.

    Refined points have no depth of their own: they keep that of the base mesh, and an iris has the mean depth of its
    eye's lid contour. All numbers are put in one row, from which the points are gathered at once.
    """
    writer = conversion.writer
    indices = json.loads(INDICES_FILE.read_text())
    base = writer.node("Reshape", conversion.value(_mesh_output(conversion)), writer.integers([0, 3 * BASE_POINTS]))
    x_of = {point: 3 * point for point in range(BASE_POINTS)}
    z_of = {point: 3 * point + 2 for point in range(BASE_POINTS)}
    values, end = _refined_values(conversion, indices["refined_points"], x_of)
    irises = _by_number(indices)
    for place, points in enumerate(irises.values()):
        z_of.update(dict.fromkeys(points, end + place))
    row = writer.node("Concat", base, *values, _iris_depths(writer, base, indices, list(irises)), axis=1)
    places = [[x_of[point], x_of[point] + 1, z_of[point]] for point in sorted(x_of)]
    writer.node("Gather", row, writer.integers(places), axis=1, output="points")
    return [batch_value("points", (len(places), 3)), _flag_output(conversion)]


def _refined_values(
    conversion: Conversion, refined_points: Mapping[str, list[int]], x_of: dict[int, int]
) -> tuple[list[str], int]:
    """The rows (N, ...) of refined x, y, and where what follows them starts; states in `x_of` where each x is."""
    writer, values, end = conversion.writer, [], 3 * BASE_POINTS
    # Where the rows begin that several parts share.
    begin_of: dict[int, int] = {}
    for name, points in refined_points.items():
        place = conversion.place(_output_named(conversion, f"output_{name}"))
        if place.tensor not in begin_of:
            size = math.prod(conversion.shape(place.tensor))
            begin_of[place.tensor], end = end, end + size
            values.append(writer.node("Reshape", conversion.value(place.tensor), writer.integers([0, size])))
        begin = begin_of[place.tensor] + place.start
        x_of.update({point: begin + 2 * number for number, point in enumerate(points)})
    return values, end


def _by_number(indices: Mapping[str, Mapping[str, list[int]]]) -> dict[str, list[int]]:
    """The points of each iris, in the order of their numbers."""
    points = indices["refined_points"]
    return {iris: points[iris] for iris in sorted(indices["iris_depth_contours"], key=lambda iris: min(points[iris]))}


def _iris_depths(
    writer: OnnxWriter, base: str, indices: Mapping[str, Mapping[str, list[int]]], irises: list[str]
) -> str:
    """(N, irises): the mean depth of each eye's lid contour."""
    contours = np.array([indices["iris_depth_contours"][iris] for iris in irises])
    lids = writer.node("Gather", base, writer.integers(3 * contours + 2), axis=1)
    return writer.node("ReduceMean", lids, axes=[2], keepdims=0)


def _mesh_output(conversion: Conversion) -> int:
    return _output_of_shape(conversion, last_extent=BASE_POINTS * 3)


def _flag_output(conversion: Conversion) -> ValueInfoProto:
    writer = conversion.writer
    logit = conversion.value(_output_of_shape(conversion, last_extent=1))
    writer.node("Sigmoid", writer.node("Reshape", logit, writer.integers([0, 1])), output="flag")
    return batch_value("flag", (1,))


def _output_of_shape(conversion: Conversion, last_extent: int) -> int:
    return _only_output(
        conversion,
        [tensor for tensor in conversion.graph.outputs if conversion.shape(tensor)[-1] == last_extent],
        f"with a last extent of {last_extent}",
    )


def _output_named(conversion: Conversion, name: str) -> int:
    tensors = conversion.graph.tensors
    matching = [tensor for tensor in conversion.graph.outputs if tensors[tensor].name == name]
    return _only_output(conversion, matching, f"named {name}")


def _only_output(conversion: Conversion, matching: list[int], description: str) -> int:
    if len(matching) != 1:
        raise ConversionError(
            f"{len(matching)} of the model's {len(conversion.graph.outputs)} outputs are {description}, not one."
        )
    return matching[0]


FINAL_OUTPUTS: Mapping[str, Callable[[Conversion], list[ValueInfoProto]]] = {
    "detector": detector_outputs,
    "mesh": mesh_outputs,
    "attention_mesh": attention_mesh_outputs,
}
