"""The outputs of each role, built from the outputs of the TFLite model.

`detector`: `regressors` (N, anchors, 16), `scores` (N, anchors, 1).
`mesh`: `points` (N, 468, 3), `flag` (N, 1). `attention_mesh`: `points` (N, 478, 3), `flag` (N, 1).
Scores and flags are probabilities: the sigmoid is applied here.
"""

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path

from onnx import ValueInfoProto

from infra.models.conversion import Conversion
from infra.models.errors import ConversionError
from infra.models.onnx_writer import OnnxWriter, batch_value

INPUT_NAME = "image"
INDICES_FILE = Path(__file__).with_name("attention_mesh_indices.json")

BASE_POINTS = 468
REGRESSOR_SIZE = 16
IRIS_POINTS = 5


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
    _base_points(conversion, output="points")
    return [batch_value("points", (BASE_POINTS, 3)), _flag_output(conversion)]


def attention_mesh_outputs(conversion: Conversion) -> list[ValueInfoProto]:
    """The base mesh, with refined lips and eyes in its place and the irises behind it.

    Refined points have no depth of their own: they keep that of the base mesh, and an iris has the mean depth of its
    eye's lid contour.
    """
    writer = conversion.writer
    indices = json.loads(INDICES_FILE.read_text())
    refined_points: dict[str, list[int]] = indices["refined_points"]
    base = _base_points(conversion, output=None)
    positions = [_slice_last(writer, base, 0, 2)]
    source_of = {point: point for point in range(BASE_POINTS)}
    end = BASE_POINTS
    # Where the parts' points begin that share one tensor.
    begin_of: dict[int, int] = {}
    for name, points in refined_points.items():
        place = conversion.place(_output_named(conversion, f"output_{name}"))
        if place.tensor not in begin_of:
            begin_of[place.tensor] = end
            refined = conversion.value(place.tensor)
            end += math.prod(conversion.shape(place.tensor)) // 2
            positions.append(writer.node("Reshape", refined, writer.integers([0, end - begin_of[place.tensor], 2])))
        begin = begin_of[place.tensor] + place.start // 2
        source_of.update({point: begin + number for number, point in enumerate(points)})
    candidates = writer.node("Concat", *positions, axis=1)
    chosen = writer.integers([source_of[point] for point in sorted(source_of)])
    position = writer.node("Gather", candidates, chosen, axis=1)
    depth = _depth(writer, _slice_last(writer, base, 2, 3), indices)
    writer.node("Concat", position, depth, axis=2, output="points")
    return [batch_value("points", (len(source_of), 3)), _flag_output(conversion)]


def _depth(writer: OnnxWriter, base_depth: str, indices: dict[str, dict[str, list[int]]]) -> str:
    """(N, 478, 1): the base mesh's depth, then each iris's points in the order of their numbers."""
    contours = indices["iris_depth_contours"]
    irises = sorted(contours, key=lambda iris: min(indices["refined_points"][iris]))
    columns = [base_depth]
    for iris in irises:
        lid = writer.node("Gather", base_depth, writer.integers(contours[iris]), axis=1)
        columns.append(writer.node("ReduceMean", lid, axes=[1]))
    spread = [BASE_POINTS + place for place in range(len(irises)) for _ in range(IRIS_POINTS)]
    chosen = writer.integers([*range(BASE_POINTS), *spread])
    return writer.node("Gather", writer.node("Concat", *columns, axis=1), chosen, axis=1)


def _base_points(conversion: Conversion, output: str | None) -> str:
    mesh = conversion.value(_output_of_shape(conversion, last_extent=BASE_POINTS * 3))
    return conversion.writer.node("Reshape", mesh, conversion.writer.integers([0, BASE_POINTS, 3]), output=output)


def _flag_output(conversion: Conversion) -> ValueInfoProto:
    writer = conversion.writer
    logit = conversion.value(_output_of_shape(conversion, last_extent=1))
    writer.node("Sigmoid", writer.node("Reshape", logit, writer.integers([0, 1])), output="flag")
    return batch_value("flag", (1,))


def _slice_last(writer: OnnxWriter, value: str, start: int, end: int) -> str:
    """`value[:, :, start:end]`."""
    return writer.node("Slice", value, *(writer.integers([number]) for number in (start, end, 2)))


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
