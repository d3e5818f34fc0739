"""Sparse TFLite constants: the TACO layout to a dense array.

Source of the layout: the `SparsityParameters` table of the TFLite schema, after Kjolstad et al., "The Tensor Algebra
Compiler" (2017). A tensor is a tree with one level for each dimension. A dense level has every index; a compressed
level lists, for each node above it, the indices that exist. The stored values are the leaves, in order.
"""

from typing import Any

import numpy as np
import tflite
from numpy.typing import NDArray

from infra.models.errors import ConversionError

Array = NDArray[Any]

# tflite.SparseIndexVector: the union's member, and the type of its values
INDEX_TABLES = {1: (tflite.Int32Vector, "<i4"), 2: (tflite.Uint16Vector, "<u2"), 3: (tflite.Uint8Vector, "u1")}
COMPRESSED = 1


def densify(values: Array, shape: tuple[int, ...], sparsity: Any) -> Array:
    """Dense array of `shape` and of the dtype of `values`, zero if nothing is stored.

    `values` is one-dimensional; `sparsity` is the tensor's `SparsityParameters` table. Raises `ConversionError` for
    block-sparse tensors and for dimensions stored in another order than that of the shape.
    """
    if sparsity.BlockMapLength() or list(sparsity.TraversalOrderAsNumpy()) != list(range(len(shape))):
        raise ConversionError("Block-sparse and reordered constants are not known.")
    flat_index = np.zeros(1, np.int64)
    for level, size in enumerate(shape):
        metadata = sparsity.DimMetadata(level)
        if metadata.Format() == COMPRESSED:
            flat_index = _compressed_level(flat_index, size, metadata)
        else:
            flat_index = (flat_index[:, None] * size + np.arange(size)).ravel()
    dense = np.zeros(int(np.prod(shape)), values.dtype)
    # A buffer may be padded behind its last value.
    dense[flat_index] = values[: len(flat_index)]
    return dense.reshape(shape)


def _compressed_level(parents: Array, size: int, metadata: Any) -> Array:
    """Flat indices one level down: the children of parent `i` are `indices[segments[i]:segments[i + 1]]`."""
    segments = _index_vector(metadata.ArraySegmentsType(), metadata.ArraySegments())
    indices = _index_vector(metadata.ArrayIndicesType(), metadata.ArrayIndices())
    return np.repeat(parents, np.diff(segments)) * size + indices


def _index_vector(kind: int, union: Any) -> Array:
    if kind not in INDEX_TABLES:
        raise ConversionError(f"The sparse index type {kind} is not known.")
    table_type, dtype = INDEX_TABLES[kind]
    table = table_type()
    table.Init(union.Bytes, union.Pos)
    return np.frombuffer(table.ValuesAsNumpy().tobytes(), dtype).astype(np.int64)
