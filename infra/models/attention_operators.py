"""The three custom operators of the attention mesh, written with standard ONNX operators.

They cut a region (lips, an eye) out of a feature map along the points of a first mesh, and carry the refined points
back. Everything is computed for each item of the batch, and for each lane (see `parallel_towers`): one, or a lane for
each region. Source of the formulas: version 2 of the operators in MediaPipe's `util/tflite/operations`.

A transform is a (4, 4) matrix that acts on the columns (x, y, 0, 1); only x and y are mapped. Those of L lanes are
(N, 4 * L, 4). If (N, L, ...) is computed, a single lane costs nothing more.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from infra.models.blocked_operators import into_blocks
from infra.models.conversion import Conversion
from infra.models.onnx_writer import OnnxWriter
from infra.models.operators import OperatorConverter
from infra.models.tflite_graph import Operator, Options

# Keeps the direction finite if both rotation landmarks coincide; far below a pixel.
SMALLEST_DISTANCE_PX = 1e-6
# A sampling place outside every picture; the picture spans -1 to 1.
NOWHERE = 3.0


def landmarks_to_transform(conversion: Conversion, operator: Operator) -> str:
    """Landmarks2TransformMatrix: points (N, P, 3) to the transforms (N, 4 * L, 4) from the cut region to the points'
    frame.

    transform = shift(centre) * rotate(-r) * scale(box * scale / output) * shift(-output / 2), where r turns the line
    between the two rotation landmarks to the target angle, and box is the extent of the subset after that turn.
    """
    writer = conversion.writer
    lanes: Sequence[Options] = operator.options.get("lanes", (operator.options,))
    points = writer.node("Slice", conversion.value(operator.inputs[0]), *_ints(writer, [0], [2], [2]))
    turn = _turn(writer, points, lanes)
    turn_back = writer.node("Transpose", turn, perm=[0, 1, 3, 2])
    subset = writer.node("Gather", points, writer.integers(_subsets(lanes)), axis=1)
    # Points are rows here, so that turning them means multiplying by the transposed matrix.
    turned = writer.node("MatMul", subset, turn_back)
    lowest = writer.node("ReduceMin", turned, axes=[2])
    highest = writer.node("ReduceMax", turned, axes=[2])
    sizes = np.array([[[lane["output_width"], lane["output_height"]]] for lane in lanes], np.float32)
    scales = np.array([[[lane["scale_x"], lane["scale_y"]]] for lane in lanes], np.float32) / sizes
    scale = writer.node("Mul", writer.node("Sub", highest, lowest), writer.floats(scales))
    middle = writer.node("Mul", writer.node("Add", lowest, highest), writer.floats(0.5))
    # The region's origin in the turned frame; turned back as a row, too.
    origin = writer.node("Sub", middle, writer.node("Mul", scale, writer.floats(sizes / 2)))
    offset = writer.node("Transpose", writer.node("MatMul", origin, turn), perm=[0, 1, 3, 2])
    affine = writer.node("Concat", writer.node("Mul", turn_back, scale), offset, axis=3)
    return _to_four_by_four(writer, affine, len(lanes))


def _ints(writer: OnnxWriter, *values: list[int]) -> list[str]:
    return [writer.integers(value) for value in values]


def _subsets(lanes: Sequence[Options]) -> NDArray[np.int64]:
    """(L, S) numbers of the points whose extent counts; repeated points do not change it."""
    subsets: list[list[int]] = [list(lane["subset_idxs"]) for lane in lanes]
    largest = max(map(len, subsets))
    return np.array([subset + subset[:1] * (largest - len(subset)) for subset in subsets], np.int64)


def _turn(writer: OnnxWriter, points: str, lanes: Sequence[Options]) -> str:
    """Matrices (N, L, 2, 2) of the turn by `target - atan2(dy, dx)`, without angles: from the normalised (dx, dy)."""
    ends = [writer.integers([[lane[side]] for lane in lanes]) for side in ("right_rotation_idx", "left_rotation_idx")]
    right, left = (writer.node("Gather", points, end, axis=1) for end in ends)
    line = writer.node("Sub", right, left)
    length = writer.node("ReduceL2", line, axes=[3])
    direction = writer.node("Div", line, writer.node("Max", length, writer.floats(SMALLEST_DISTANCE_PX)))
    rows = writer.node("MatMul", direction, writer.floats([_to_turn(lane) for lane in lanes]))
    return writer.node("Reshape", rows, writer.integers([0, len(lanes), 2, 2]))


def _to_turn(lane: Options) -> NDArray[np.float64]:
    """(2, 4): (dx, dy) of length 1 to (cos r, sin r), then to the matrix ((cos r, -sin r), (sin r, cos r)) in a row."""
    target_rad = lane["target_rotation_radians"]
    to_cos_sin = np.array([[math.cos(target_rad), math.sin(target_rad)], [math.sin(target_rad), -math.cos(target_rad)]])
    to_matrix = np.array([[1, 0, 0, 1], [0, -1, 1, 0]])
    return np.asarray(to_cos_sin @ to_matrix, np.float64)


def _to_four_by_four(writer: OnnxWriter, affine: str, lanes: int) -> str:
    """(N, L, 2, 3) to (N, 4 * L, 4): a third row and column of the identity, and the last row."""
    rows = writer.floats(np.eye(4, 2))
    columns = writer.floats(np.eye(4)[[0, 1, 3]])
    spread = writer.node("MatMul", rows, writer.node("MatMul", affine, columns))
    transforms = writer.node("Add", spread, writer.floats(np.diag([0, 0, 1, 1])))
    return writer.node("Reshape", transforms, writer.integers([0, 4 * lanes, 4]))


def cut_region(conversion: Conversion, operator: Operator) -> str:
    """TransformTensorBilinear: bilinear samples (N, L * C, h, w) of a feature map (N, C, H, W) through L transforms.

    Pixel centres lie at a half. A place beyond the outermost pixel centres gives zero, even if GridSample would
    blend the picture's border with the zeros around it. The lanes are sampled below each other, in one go.
    """
    writer = conversion.writer
    _, map_height, map_width, channels = conversion.shape(operator.inputs[0])
    height, width = operator.options["output_height"], operator.options["output_width"]
    lanes = conversion.shape(operator.inputs[1])[1] // 4
    rows, columns = np.divmod(np.arange(height * width), width)
    pixel_centres = np.stack([columns + 0.5, rows + 0.5, np.zeros(height * width), np.ones(height * width)])
    # To GridSample's frame, which runs from -1 to 1 between the picture's edges.
    to_grid = np.array([[2 / map_width, 0, 0, -1], [0, 2 / map_height, 0, -1]])
    transforms = writer.node("Reshape", conversion.value(operator.inputs[1]), writer.integers([0, lanes, 4, 4]))
    in_grid_frame = writer.node("MatMul", writer.floats(to_grid), transforms)
    places = writer.node("MatMul", in_grid_frame, writer.floats(pixel_centres))
    outermost_centre = np.array([[1 - 1 / map_width], [1 - 1 / map_height]])
    reach = writer.node("Div", writer.node("Abs", places), writer.floats(outermost_centre))
    outside = writer.node("Greater", writer.node("ReduceMax", reach, axes=[2]), writer.floats(1))
    places = writer.node("Where", outside, writer.floats(NOWHERE), places)
    grid = writer.node("Transpose", places, perm=[0, 1, 3, 2])
    grid = writer.node("Reshape", grid, writer.integers([0, lanes * height, width, 2]))
    samples = writer.node(
        "GridSample",
        conversion.value(operator.inputs[0]),
        grid,
        mode="bilinear",
        padding_mode="zeros",
        align_corners=0,
    )
    if lanes > 1:
        samples = writer.node("Reshape", samples, writer.integers([0, channels, lanes, height * width]))
        samples = writer.node("Transpose", samples, perm=[0, 2, 1, 3])
        samples = writer.node("Reshape", samples, writer.integers([0, lanes * channels, height, width]))
    return into_blocks(conversion, samples, lanes * channels)


def transform_points(conversion: Conversion, operator: Operator) -> str:
    """TransformLandmarks: points (N, L * P, 2) through transforms (N, 4 * L, 4)."""
    writer = conversion.writer
    count = conversion.shape(operator.inputs[0])[1]
    lanes = conversion.shape(operator.inputs[1])[1] // 4
    points = writer.node(
        "Reshape", conversion.value(operator.inputs[0]), writer.integers([0, lanes, count // lanes, 2])
    )
    transforms = writer.node("Reshape", conversion.value(operator.inputs[1]), writer.integers([0, lanes, 4, 4]))
    columns = writer.node("Transpose", transforms, perm=[0, 1, 3, 2])
    linear = writer.node("Slice", columns, *_ints(writer, [0, 0], [2, 2], [2, 3]))
    offset = writer.node("Slice", columns, *_ints(writer, [3, 0], [4, 2], [2, 3]))
    turned = writer.node("Add", writer.node("MatMul", points, linear), offset)
    return writer.node("Reshape", turned, writer.integers([0, count, 2]))


ATTENTION_OPERATORS: Mapping[str, OperatorConverter] = {
    "Landmarks2TransformMatrix v2": landmarks_to_transform,
    "TransformTensorBilinear v2": cut_region,
    "TransformLandmarks v2": transform_points,
}
