"""Writes a tiny TFLite detector for tests, with the storage that the carrier's models use."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import flatbuffers
import numpy as np
import tflite
from numpy.typing import NDArray

SIDE_PX = 4
ANCHORS = SIDE_PX * SIDE_PX


@dataclass(frozen=True)
class Weights:
    """`regressors` (16, 1, 1, 3) float16, mostly zeros and stored sparse; `scores` (1, 1, 1, 3) float32; no biases."""

    regressors: NDArray[np.float16]
    scores: NDArray[np.float32]


def random_weights(seed: int = 7) -> Weights:
    """Two thirds of the regressor kernel are zeros, and one row is empty."""
    random = np.random.default_rng(seed)
    kernel = random.normal(size=(16, 1, 1, 3)).astype(np.float16)
    kernel[random.random(kernel.shape) < 0.66] = 0
    kernel[5] = 0
    return Weights(kernel, random.normal(size=(1, 1, 1, 3)).astype(np.float32))


def tiny_detector(weights: Weights) -> bytes:
    """(1, 4, 4, 3) to regressors (1, 16, 16) and scores (1, 16, 1): two 1x1 convolutions, each reshaped."""
    file = _File()
    image = file.tensor((1, SIDE_PX, SIDE_PX, 3))
    sparse = file.sparse_tensor(weights.regressors)
    dense = file.tensor(weights.regressors.shape, kind=tflite.TensorType.FLOAT16)
    file.operator(tflite.BuiltinOperator.DENSIFY, [sparse], dense)
    kernel = file.tensor(weights.regressors.shape)
    file.operator(tflite.BuiltinOperator.DEQUANTIZE, [dense], kernel)
    regressors = file.head(image, kernel, channels=16)
    scores = file.head(image, file.tensor(weights.scores.shape, weights.scores), channels=1)
    return file.content(image, [regressors, scores])


class _File:
    """Collects the tables of one model."""

    def __init__(self) -> None:
        self._builder = flatbuffers.Builder(4096)
        self._buffers = [self._buffer(b"")]
        self._tensors: list[int] = []
        self._operators: list[int] = []
        self._codes: list[int] = []

    def tensor(
        self, shape: Sequence[int], data: NDArray[Any] | None = None, kind: int = tflite.TensorType.FLOAT32
    ) -> int:
        """Index of a new tensor, constant if there is `data`."""
        buffer = self._add_buffer(data.tobytes()) if data is not None else 0
        return self._add_tensor(shape, buffer, kind, sparsity=None)

    def sparse_tensor(self, data: NDArray[np.float16]) -> int:
        """Index of a new float16 constant of rank 4, dense but for its last dimension."""
        rows = data.reshape(-1, data.shape[-1])
        segments = np.concatenate([[0], np.cumsum((rows != 0).sum(axis=1))])
        columns = np.nonzero(rows)[1]
        levels = [self._dense_level(size) for size in data.shape[:-1]]
        levels.append(self._compressed_level(segments, columns))
        order = self._builder.CreateNumpyVector(np.arange(data.ndim, dtype=np.int32))
        metadata = self._vector(levels)
        tflite.SparsityParametersStart(self._builder)
        tflite.SparsityParametersAddTraversalOrder(self._builder, order)
        tflite.SparsityParametersAddDimMetadata(self._builder, metadata)
        sparsity = tflite.SparsityParametersEnd(self._builder)
        buffer = self._add_buffer(rows[rows != 0].tobytes())
        return self._add_tensor(data.shape, buffer, tflite.TensorType.FLOAT16, sparsity)

    def operator(
        self, builtin: int, inputs: Sequence[int], output: int, options: tuple[int, int] | None = None
    ) -> None:
        """Appends an operator; `options` are the union's kind and its table."""
        tflite.OperatorCodeStart(self._builder)
        # Writers fill both fields, so that readers of every schema find the code.
        tflite.OperatorCodeAddDeprecatedBuiltinCode(self._builder, builtin)
        tflite.OperatorCodeAddBuiltinCode(self._builder, builtin)
        self._codes.append(tflite.OperatorCodeEnd(self._builder))
        input_vector = self._builder.CreateNumpyVector(np.array(inputs, np.int32))
        output_vector = self._builder.CreateNumpyVector(np.array([output], np.int32))
        tflite.OperatorStart(self._builder)
        tflite.OperatorAddOpcodeIndex(self._builder, len(self._codes) - 1)
        tflite.OperatorAddInputs(self._builder, input_vector)
        tflite.OperatorAddOutputs(self._builder, output_vector)
        if options:
            tflite.OperatorAddBuiltinOptionsType(self._builder, options[0])
            tflite.OperatorAddBuiltinOptions(self._builder, options[1])
        self._operators.append(tflite.OperatorEnd(self._builder))

    def head(self, image: int, kernel: int, channels: int) -> int:
        """A convolution with a bias of zeros, reshaped to (1, anchors, channels)."""
        bias = self.tensor((channels,), np.zeros(channels, np.float32))
        convolved = self.tensor((1, SIDE_PX, SIDE_PX, channels))
        tflite.Conv2DOptionsStart(self._builder)
        tflite.Conv2DOptionsAddPadding(self._builder, tflite.Padding.VALID)
        tflite.Conv2DOptionsAddStrideH(self._builder, 1)
        tflite.Conv2DOptionsAddStrideW(self._builder, 1)
        options = (tflite.BuiltinOptions.Conv2DOptions, tflite.Conv2DOptionsEnd(self._builder))
        self.operator(tflite.BuiltinOperator.CONV_2D, [image, kernel, bias], convolved, options)
        listed = self.tensor((1, ANCHORS, channels))
        self.operator(tflite.BuiltinOperator.RESHAPE, [convolved], listed)
        return listed

    def content(self, graph_input: int, outputs: Sequence[int]) -> bytes:
        """The finished file."""
        builder = self._builder
        tensors, operators = self._vector(self._tensors), self._vector(self._operators)
        input_vector = builder.CreateNumpyVector(np.array([graph_input], np.int32))
        output_vector = builder.CreateNumpyVector(np.array(outputs, np.int32))
        tflite.SubGraphStart(builder)
        tflite.SubGraphAddTensors(builder, tensors)
        tflite.SubGraphAddInputs(builder, input_vector)
        tflite.SubGraphAddOutputs(builder, output_vector)
        tflite.SubGraphAddOperators(builder, operators)
        subgraphs = self._vector([tflite.SubGraphEnd(builder)])
        codes, buffers = self._vector(self._codes), self._vector(self._buffers)
        tflite.ModelStart(builder)
        tflite.ModelAddVersion(builder, 3)
        tflite.ModelAddOperatorCodes(builder, codes)
        tflite.ModelAddSubgraphs(builder, subgraphs)
        tflite.ModelAddBuffers(builder, buffers)
        builder.Finish(tflite.ModelEnd(builder), b"TFL3")
        return bytes(builder.Output())

    def _add_tensor(self, shape: Sequence[int], buffer: int, kind: int, sparsity: int | None) -> int:
        name = self._builder.CreateString(f"tensor_{len(self._tensors)}")
        shape_vector = self._builder.CreateNumpyVector(np.array(shape, np.int32))
        tflite.TensorStart(self._builder)
        tflite.TensorAddShape(self._builder, shape_vector)
        tflite.TensorAddType(self._builder, kind)
        tflite.TensorAddBuffer(self._builder, buffer)
        tflite.TensorAddName(self._builder, name)
        if sparsity is not None:
            tflite.TensorAddSparsity(self._builder, sparsity)
        self._tensors.append(tflite.TensorEnd(self._builder))
        return len(self._tensors) - 1

    def _add_buffer(self, data: bytes) -> int:
        self._buffers.append(self._buffer(data))
        return len(self._buffers) - 1

    def _buffer(self, data: bytes) -> int:
        vector = self._builder.CreateByteVector(data)
        tflite.BufferStart(self._builder)
        if data:
            tflite.BufferAddData(self._builder, vector)
        return int(tflite.BufferEnd(self._builder))

    def _dense_level(self, size: int) -> int:
        tflite.DimensionMetadataStart(self._builder)
        tflite.DimensionMetadataAddFormat(self._builder, 0)
        tflite.DimensionMetadataAddDenseSize(self._builder, size)
        return int(tflite.DimensionMetadataEnd(self._builder))

    def _compressed_level(self, segments: NDArray[np.int64], indices: NDArray[np.int64]) -> int:
        tables = [self._byte_table(segments), self._byte_table(indices)]
        tflite.DimensionMetadataStart(self._builder)
        tflite.DimensionMetadataAddFormat(self._builder, 1)
        tflite.DimensionMetadataAddArraySegmentsType(self._builder, 3)
        tflite.DimensionMetadataAddArraySegments(self._builder, tables[0])
        tflite.DimensionMetadataAddArrayIndicesType(self._builder, 3)
        tflite.DimensionMetadataAddArrayIndices(self._builder, tables[1])
        return int(tflite.DimensionMetadataEnd(self._builder))

    def _byte_table(self, values: NDArray[np.int64]) -> int:
        vector = self._builder.CreateNumpyVector(values.astype(np.uint8))
        tflite.Uint8VectorStart(self._builder)
        tflite.Uint8VectorAddValues(self._builder, vector)
        return int(tflite.Uint8VectorEnd(self._builder))

    def _vector(self, offsets: Sequence[int]) -> int:
        self._builder.StartVector(4, len(offsets), 4)
        for offset in reversed(offsets):
            self._builder.PrependUOffsetTRelative(offset)
        return int(self._builder.EndVector())
