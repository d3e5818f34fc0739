"""The three custom operators of the attention mesh, written with standard ONNX operators.

They cut a region (lips, an eye) out of a feature map along the points of a first mesh, and carry the refined points
back. Everything is computed for each item of the batch. Source of the formulas: version 2 of the operators in
MediaPipe's `util/tflite/operations`.

A transform is a (N, 4, 4) matrix that acts on the columns (x, y, 0, 1); only x and y are mapped.
"""

import math
from collections.abc import Mapping

import numpy as np

from infra.models.conversion import Conversion
from infra.models.onnx_writer import OnnxWriter
from infra.models.operators import OperatorConverter
from infra.models.tflite_graph import Operator, Options

# Keeps the direction finite where both rotation landmarks coincide; far below a pixel.
SMALLEST_DISTANCE_PX = 1e-6
# A sampling place outside every picture; the picture spans -1 to 1.
NOWHERE = 3.0


def landmarks_to_transform(conversion: Conversion, operator: Operator) -> str:
    """Landmarks2TransformMatrix: points (N, P, 3) to the transform (N, 4, 4) from the cut region to the points' frame.

    transform = shift(centre) * rotate(-r) * scale(box * scale / output) * shift(-output / 2), where r turns the line
    between the two rotation landmarks to the target angle, and box is the extent of the subset after that turn.
    """
    writer, options = conversion.writer, operator.options
    points = writer.node("Slice", conversion.value(operator.inputs[0]), *_ints(writer, [0], [2], [2]))
    turn = _turn(writer, points, options)
    turn_back = writer.node("Transpose", turn, perm=[0, 2, 1])
    subset = writer.node("Gather", points, writer.integers(options["subset_idxs"]), axis=1)
    # Points are rows here, so that turning them means multiplying by the transposed matrix.
    turned = writer.node("MatMul", subset, turn_back)
    lowest = writer.node("ReduceMin", turned, axes=[1])
    highest = writer.node("ReduceMax", turned, axes=[1])
    centre = _centre(writer, lowest, highest, turn)
    output_size = np.array([options["output_width"], options["output_height"]], np.float32)
    scale = np.array([options["scale_x"], options["scale_y"]], np.float32) / output_size
    box = writer.node("Sub", highest, lowest)
    linear = writer.node("Mul", turn_back, writer.node("Mul", box, writer.floats(scale)))
    half_output = writer.floats((output_size / 2).reshape(2, 1))
    offset = writer.node("Sub", centre, writer.node("MatMul", linear, half_output))
    affine = writer.node("Concat", linear, offset, axis=2)
    return _to_four_by_four(writer, affine)


def _ints(writer: OnnxWriter, *values: list[int]) -> list[str]:
    return [writer.integers(value) for value in values]


def _turn(writer: OnnxWriter, points: str, options: Options) -> str:
    """Matrix (N, 2, 2) of the turn by `target - atan2(dy, dx)`, without angles: from the normalised (dx, dy)."""
    ends = [writer.integers([options[side]]) for side in ("right_rotation_idx", "left_rotation_idx")]
    right, left = (writer.node("Gather", points, end, axis=1) for end in ends)
    line = writer.node("Sub", right, left)
    length = writer.node("ReduceL2", line, axes=[2])
    direction = writer.node("Div", line, writer.node("Max", length, writer.floats(SMALLEST_DISTANCE_PX)))
    target_rad = options["target_rotation_radians"]
    # (dx, dy) of length 1 to (cos r, sin r), then to the matrix ((cos r, -sin r), (sin r, cos r)) in one row.
    to_cos_sin = np.array([[math.cos(target_rad), math.sin(target_rad)], [math.sin(target_rad), -math.cos(target_rad)]])
    to_matrix = np.array([[1, 0, 0, 1], [0, -1, 1, 0]])
    row = writer.node("MatMul", direction, writer.floats(to_cos_sin @ to_matrix))
    return writer.node("Reshape", row, writer.integers([0, 2, 2]))


def _centre(writer: OnnxWriter, lowest: str, highest: str, turn: str) -> str:
    """Centre (N, 2, 1) of the box, turned back into the points' frame."""
    middle = writer.node("Mul", writer.node("Add", lowest, highest), writer.floats(0.5))
    return writer.node("Transpose", writer.node("MatMul", middle, turn), perm=[0, 2, 1])


def _to_four_by_four(writer: OnnxWriter, affine: str) -> str:
    """(N, 2, 3) to (N, 4, 4): a third row and column of the identity, and the last row."""
    rows = writer.floats(np.eye(4, 2))
    columns = writer.floats(np.eye(4)[[0, 1, 3]])
    spread = writer.node("MatMul", rows, writer.node("MatMul", affine, columns))
    return writer.node("Add", spread, writer.floats(np.diag([0, 0, 1, 1])))


def cut_region(conversion: Conversion, operator: Operator) -> str:
    """TransformTensorBilinear: bilinear samples (N, C, h, w) of a feature map (N, C, H, W) through a transform.

    Pixel centres lie at a half. A place beyond the outermost pixel centres gives zero, also where GridSample would
    blend the picture's border with the zeros around it.
    """
    writer = conversion.writer
    _, map_height, map_width, _ = conversion.shape(operator.inputs[0])
    height, width = operator.options["output_height"], operator.options["output_width"]
    rows, columns = np.divmod(np.arange(height * width), width)
    pixel_centres = np.stack([columns + 0.5, rows + 0.5, np.zeros(height * width), np.ones(height * width)])
    # To GridSample's frame, which runs from -1 to 1 between the picture's edges.
    to_grid = np.array([[2 / map_width, 0, 0, -1], [0, 2 / map_height, 0, -1]])
    transform = conversion.value(operator.inputs[1])
    in_grid_frame = writer.node("MatMul", writer.floats(to_grid), transform)
    places = writer.node("MatMul", in_grid_frame, writer.floats(pixel_centres))
    outermost_centre = np.array([[1 - 1 / map_width], [1 - 1 / map_height]])
    reach = writer.node("Div", writer.node("Abs", places), writer.floats(outermost_centre))
    outside = writer.node("Greater", writer.node("ReduceMax", reach, axes=[1]), writer.floats(1))
    places = writer.node("Where", outside, writer.floats(NOWHERE), places)
    grid = writer.node("Transpose", places, perm=[0, 2, 1])
    grid = writer.node("Reshape", grid, writer.integers([0, height, width, 2]))
    return writer.node(
        "GridSample",
        conversion.value(operator.inputs[0]),
        grid,
        mode="bilinear",
        padding_mode="zeros",
        align_corners=0,
    )


def transform_points(conversion: Conversion, operator: Operator) -> str:
    """TransformLandmarks: points (N, P, 2) through a transform (N, 4, 4)."""
    writer = conversion.writer
    columns = writer.node("Transpose", conversion.value(operator.inputs[1]), perm=[0, 2, 1])
    linear = writer.node("Slice", columns, *_ints(writer, [0, 0], [2, 2], [1, 2]))
    offset = writer.node("Slice", columns, *_ints(writer, [3, 0], [4, 2], [1, 2]))
    turned = writer.node("MatMul", conversion.value(operator.inputs[0]), linear)
    return writer.node("Add", turned, offset)


ATTENTION_OPERATORS: Mapping[str, OperatorConverter] = {
    "Landmarks2TransformMatrix v2": landmarks_to_transform,
    "TransformTensorBilinear v2": cut_region,
    "TransformLandmarks v2": transform_points,
}
