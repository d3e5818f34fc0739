"""A whole TFLite file through the reader and the converter."""

import numpy as np
import pytest

from infra.models.convert import convert
from infra.models.errors import ConversionError
from infra.models.tflite_graph import read_graph
from tests.infra.graph_runs import session
from tests.infra.tflite_files import ANCHORS, SIDE_PX, random_weights, tiny_detector


def test_sparse_half_precision_constants_are_read_exactly() -> None:
    weights = random_weights()
    graph = read_graph(tiny_detector(weights))
    (kernel,) = [
        tensor.data
        for tensor in graph.tensors
        if tensor.shape == (16, 1, 1, 3) and tensor.data is not None and tensor.data.dtype == np.float32
    ]
    np.testing.assert_array_equal(kernel, weights.regressors.astype(np.float32))
    assert [operator.kind for operator in graph.operators] == ["CONV_2D", "RESHAPE", "CONV_2D", "RESHAPE"]


def test_a_detector_keeps_its_numbers_and_gets_names_and_a_free_batch() -> None:
    weights = random_weights()
    images = np.random.default_rng(0).normal(size=(5, SIDE_PX, SIDE_PX, 3)).astype(np.float32)
    onnx_session = session(convert(tiny_detector(weights), name="tiny", role="detector"))
    feed = {"image": np.ascontiguousarray(images.transpose(0, 3, 1, 2))}
    regressors, scores = onnx_session.run(["regressors", "scores"], feed)
    pixels = images.reshape(5, ANCHORS, 3)
    kernel = weights.regressors.astype(np.float32)[:, 0, 0]
    np.testing.assert_allclose(regressors, pixels @ kernel.T, atol=1e-5)
    logits = pixels @ weights.scores[:, 0, 0].T
    np.testing.assert_allclose(scores, 1 / (1 + np.exp(-logits)), atol=1e-6)


def test_equal_models_give_equal_bytes() -> None:
    model = tiny_detector(random_weights())
    assert convert(model, name="tiny", role="detector") == convert(model, name="tiny", role="detector")


def test_an_unknown_role_is_refused() -> None:
    with pytest.raises(ConversionError, match="role segmenter"):
        convert(tiny_detector(random_weights()), name="tiny", role="segmenter")


def test_a_role_whose_outputs_are_not_there_is_refused() -> None:
    with pytest.raises(ConversionError, match="last extent of 1404"):
        convert(tiny_detector(random_weights()), name="tiny", role="mesh")
