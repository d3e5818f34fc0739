"""Each operator against a plain numpy account of TFLite's definition, with batches larger than one."""

from typing import Any

import numpy as np
import pytest
import tflite
from numpy.typing import NDArray

from infra.models.errors import ConversionError
from infra.models.tflite_graph import Graph, Operator, Tensor
from tests.infra.graph_runs import Floats, operator_graph, run_graph, run_operator

BATCH = 3
TOLERANCE = 2e-5
SAME, VALID = tflite.Padding.SAME, tflite.Padding.VALID
NONE, RELU = tflite.ActivationFunctionType.NONE, tflite.ActivationFunctionType.RELU


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(3)


def picture(random: np.random.Generator, height: int, width: int, channels: int) -> Floats:
    return random.normal(size=(BATCH, height, width, channels)).astype(np.float32)


def convolution_options(padding: int, stride: int, activation: int = NONE) -> dict[str, int]:
    options = {"padding": padding, "stride_y": stride, "stride_x": stride, "activation": activation}
    return options | {"dilation_y": 1, "dilation_x": 1}


def padded_windows(image: Floats, size: int, stride: int, padding: int, fill: float) -> NDArray[Any]:
    """Windows (N, rows, columns, size, size, C) as TFLite places them: `SAME` puts the odd pixel below and right."""
    if padding == SAME:
        widths = [(0, 0)]
        for extent in image.shape[1:3]:
            total = max((-(-extent // stride) - 1) * stride + size - extent, 0)
            widths.append((total // 2, total - total // 2))
        image = np.pad(image, [*widths, (0, 0)], constant_values=fill)
    windows = np.lib.stride_tricks.sliding_window_view(image, (size, size), axis=(1, 2))
    return np.moveaxis(windows[:, ::stride, ::stride], 3, 5)


@pytest.mark.parametrize("padding", [SAME, VALID])
@pytest.mark.parametrize(("height", "width", "stride"), [(6, 8, 2), (7, 5, 2), (5, 6, 1), (9, 9, 3)])
def test_convolution(random: np.random.Generator, height: int, width: int, stride: int, padding: int) -> None:
    image, kernel = picture(random, height, width, 3), random.normal(size=(4, 3, 3, 3)).astype(np.float32)
    bias = random.normal(size=4).astype(np.float32)
    expected = np.einsum("nyxhwc,ohwc->nyxo", padded_windows(image, 3, stride, padding, 0.0), kernel) + bias
    options = convolution_options(padding, stride, RELU)
    actual = run_operator("CONV_2D", [image], expected.shape, constants=[kernel, bias], **options)
    np.testing.assert_allclose(actual, np.maximum(expected, 0), atol=TOLERANCE)


@pytest.mark.parametrize("stride", [1, 2])
def test_depthwise_convolution(random: np.random.Generator, stride: int) -> None:
    image, kernel = picture(random, 6, 6, 5), random.normal(size=(1, 3, 3, 5)).astype(np.float32)
    bias = random.normal(size=5).astype(np.float32)
    expected = np.einsum("nyxhwc,hwc->nyxc", padded_windows(image, 3, stride, SAME, 0.0), kernel[0]) + bias
    options = convolution_options(SAME, stride)
    actual = run_operator("DEPTHWISE_CONV_2D", [image], expected.shape, constants=[kernel, bias], **options)
    np.testing.assert_allclose(actual, expected, atol=TOLERANCE)


def test_max_pool_ignores_what_is_outside_the_picture(random: np.random.Generator) -> None:
    image = picture(random, 5, 5, 2) - 10
    expected = padded_windows(image, 2, 2, SAME, -np.inf).max(axis=(3, 4))
    options = {"padding": SAME, "stride_y": 2, "stride_x": 2, "height": 2, "width": 2, "activation": NONE}
    np.testing.assert_array_equal(run_operator("MAX_POOL_2D", [image], expected.shape, **options), expected)


def test_prelu_has_one_slope_for_each_channel(random: np.random.Generator) -> None:
    image, slope = picture(random, 4, 4, 5), random.normal(size=(1, 1, 5)).astype(np.float32)
    expected = np.where(image > 0, image, image * slope)
    actual = run_operator("PRELU", [image], image.shape, constants=[slope])
    np.testing.assert_allclose(actual, expected, atol=TOLERANCE)


def test_add_with_relu(random: np.random.Generator) -> None:
    left, right = picture(random, 2, 3, 4), picture(random, 2, 3, 4)
    actual = run_operator("ADD", [left, right], left.shape, activation=RELU)
    np.testing.assert_array_equal(actual, np.maximum(left + right, 0))


def test_a_constant_over_the_last_axis_of_a_picture_is_refused(random: np.random.Generator) -> None:
    image, factors = picture(random, 4, 4, 4), np.ones(4, np.float32)
    with pytest.raises(ConversionError, match="spread over a picture"):
        run_operator("MUL", [image], image.shape, constants=[factors], activation=NONE)


@pytest.mark.parametrize("channels", [(1, 2), (0, 4)])
def test_pad_of_channels(random: np.random.Generator, channels: tuple[int, int]) -> None:
    """The second doubles them, which is written in another way."""
    image = picture(random, 2, 3, 4)
    paddings = np.array([[0, 0], [0, 0], [0, 0], channels], np.int32)
    expected = np.pad(image, paddings.tolist())
    np.testing.assert_array_equal(run_operator("PAD", [image], expected.shape, constants=[paddings]), expected)


@pytest.mark.parametrize("padding", [VALID, SAME])
def test_pad_before_a_convolution(random: np.random.Generator, padding: int) -> None:
    """Before `VALID` the zeros become the convolution's own; before `SAME` they are a step by themselves."""
    image, kernel = picture(random, 5, 6, 2), random.normal(size=(2, 3, 3, 2)).astype(np.float32)
    paddings = np.array([[0, 0], [1, 2], [3, 0], [0, 0]], np.int32)
    padded = np.pad(image, paddings.tolist())
    expected = np.einsum("nyxhwc,ohwc->nyxo", padded_windows(padded, 3, 1, padding, 0.0), kernel)
    tensors = [Tensor("input_0", (1, 5, 6, 2), None), Tensor("paddings", (4, 2), paddings)]
    tensors += [Tensor("padded", (1, 8, 9, 2), None), Tensor("kernel", kernel.shape, kernel)]
    tensors += [Tensor("bias", (2,), np.zeros(2, np.float32)), Tensor("output", (1, *expected.shape[1:]), None)]
    operators = [
        Operator("PAD", (0, 1), (2,), {}),
        Operator("CONV_2D", (2, 3, 4), (5,), convolution_options(padding, 1)),
    ]
    actual = run_graph(Graph(tensors, operators, (0,), (5,)), [image])
    np.testing.assert_allclose(actual, expected, atol=TOLERANCE)


def test_reshape_lists_a_picture_row_by_row_with_its_channels_last(random: np.random.Generator) -> None:
    image = picture(random, 2, 3, 8)
    actual = run_operator("RESHAPE", [image], (1, 12, 4))
    np.testing.assert_array_equal(actual, image.reshape(BATCH, 12, 4))


def test_concatenation_of_channels(random: np.random.Generator) -> None:
    left, right = picture(random, 2, 3, 4), picture(random, 2, 3, 2)
    actual = run_operator("CONCATENATION", [left, right], (1, 2, 3, 6), axis=-1, activation=NONE)
    np.testing.assert_array_equal(actual, np.concatenate([left, right], axis=-1))


def test_depth_to_space(random: np.random.Generator) -> None:
    image = picture(random, 2, 3, 8)
    expected = image.reshape(BATCH, 2, 3, 2, 2, 2).transpose(0, 1, 3, 2, 4, 5).reshape(BATCH, 4, 6, 2)
    np.testing.assert_array_equal(run_operator("DEPTH_TO_SPACE", [image], expected.shape, block_size=2), expected)


def test_resize_bilinear_keeps_a_slope_inside_and_the_border_outside() -> None:
    ramp = np.tile(np.arange(4, dtype=np.float32)[:, None, None], (BATCH, 1, 2, 1))
    actual = run_operator("RESIZE_BILINEAR", [ramp], (1, 8, 4, 1), align_corners=False, half_pixel_centers=True)
    np.testing.assert_allclose(actual[1, :, 2, 0], [0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3], atol=TOLERANCE)


def test_strided_slice_of_a_part_is_refused(random: np.random.Generator) -> None:
    image = picture(random, 2, 2, 4)
    bounds = [np.zeros(4, np.int32), np.array([1, 2, 2, 3], np.int32), np.ones(4, np.int32)]
    with pytest.raises(ConversionError, match="whole tensor"):
        run_operator("STRIDED_SLICE", [image], (1, 2, 2, 3), constants=bounds)


@pytest.mark.parametrize(
    ("kind", "options", "sentence"),
    [
        ("SOFTMAX", {}, "operator SOFTMAX is not known"),
        ("ADD", {"activation": tflite.ActivationFunctionType.TANH}, "fused activation"),
        ("CONCATENATION", {"axis": 0, "activation": NONE}, "batches"),
        ("RESIZE_BILINEAR", {"align_corners": True, "half_pixel_centers": False}, "half-pixel"),
    ],
)
def test_what_is_not_known_is_refused(
    random: np.random.Generator, kind: str, options: dict[str, Any], sentence: str
) -> None:
    images = [picture(random, 2, 2, 4), picture(random, 2, 2, 4)]
    graph = operator_graph(kind, images, (1, 2, 2, 4), **options)
    with pytest.raises(ConversionError, match=sentence):
        run_graph(graph, images)
