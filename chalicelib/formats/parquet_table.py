"""Parquet: the table for programs, typed and compressed. The only format that needs a library, pyarrow, which takes
part of a second to load; import this module only to write Parquet."""

import math
from array import array
from collections.abc import Mapping
from typing import BinaryIO

import pyarrow as pa
from pyarrow.parquet import ParquetWriter

from chalicelib import __version__
from chalicelib.domain.measurements.frame_size import FrameSize
from chalicelib.domain.measurements.gaze import gaze_reasons_text
from chalicelib.domain.measurements.metrics import EYE_NAMES, FaceMetrics, FrameMetrics, MetricSet
from chalicelib.domain.measurements.validity import reasons_text
from chalicelib.domain.requests.result_formats import NAME_COLUMN, PARQUET_CONTENT_TYPE, ROW_COLUMNS
from chalicelib.formats.columns import NO_NAMES, metric_columns, read_numbers, validity_columns
from chalicelib.formats.writers import Origin

ROWS_PER_GROUP = 16_384
"""Rows that wait in memory until they are written, 2.7 MB of them; nine minutes of one face at 30 frames a second."""

_FLOAT32_MAX = 3.4028234e38
_ROW_KINDS = ((pa.int32(), False), (pa.float64(), False), (pa.int32(), True))  # with whether they may be null
_VALIDITY_KINDS = (pa.float32(), pa.bool_(), pa.string(), pa.string())
_NO_VALUE = 0.0  # hidden by the null


class ParquetTableWriter:
    """Writes one row per face and frame, and for a frame without a face one row with nulls.

    Columns: `frame` (int32, from 0), `time_s` (float64, exact), `face_id` (int32), then the metrics (float32), under
    their friendly names or, with `classifier_names`, their raw ones. A metric's field metadata has its `unit` and, as
    `classifier`, what it is. Then come `confidence` (float32), `valid` (bool) and `invalid reasons` (string),
    `gaze invalid reasons` (string) if gaze is read, and `face name` (string) if faces have names; what was not read is
    null. Row groups are written as they fill, compressed with Zstandard. The schema's metadata has `frame_width_px` and
    `frame_height_px`, which face boxes refer to, unless they are not known; `mien_version`; and the `file` and
    `job` of `origin`.
    """

    content_type = PARQUET_CONTENT_TYPE
    suffix = "-metrics.parquet"

    def __init__(
        self,
        stream: BinaryIO,
        *,
        metrics: MetricSet,
        classifier_names: bool,
        frame_size: FrameSize | None = None,
        origin: Origin | None = None,
        face_names: Mapping[int, str] = NO_NAMES,
    ) -> None:
        fields = [
            pa.field(name, pa.float32(), metadata={"unit": metric.unit, "classifier": metric.mapped_name})
            for name, metric in zip(metric_columns(metrics, classifier_names=classifier_names), metrics, strict=True)
        ]
        self._schema = pa.schema(
            [
                *(pa.field(name, *kind) for name, kind in zip(ROW_COLUMNS, _ROW_KINDS, strict=True)),
                *fields,
                *(pa.field(name, kind) for name, kind in zip(validity_columns(metrics), _VALIDITY_KINDS, strict=False)),
                *([pa.field(NAME_COLUMN, pa.string())] if face_names else []),
            ],
            metadata=_metadata(frame_size, origin),
        )
        self._file = ParquetWriter(_Sink(stream), self._schema, compression="zstd")
        self._frame = 0
        self._metrics = metrics
        self._face_names = face_names
        self._rows = _Rows(metrics, face_names)

    def write(self, frame: FrameMetrics) -> None:
        """Adds the next frame."""
        _check(frame, self._metrics)
        for face in frame.faces or (None,):
            self._rows.add(self._frame, frame.time_s, face)
        self._frame += 1
        if len(self._rows) >= ROWS_PER_GROUP:
            self._write_group()

    def close(self) -> None:
        """Writes what waits, and the file's footer."""
        if len(self._rows):
            self._write_group()
        self._file.close()

    def _write_group(self) -> None:
        self._file.write_table(pa.Table.from_arrays(self._rows.columns(self._schema), schema=self._schema))
        self._rows = _Rows(self._metrics, self._face_names)


def _metadata(size: FrameSize | None, origin: Origin | None) -> dict[str, str]:
    return {
        "mien_version": __version__,
        **({} if size is None else {"frame_width_px": str(size.width_px), "frame_height_px": str(size.height_px)}),
        **({} if origin is None else origin.document()),
    }


class _Rows:
    """Rows column by column, as the bytes that Arrow takes over without a copy."""

    def __init__(self, metrics: MetricSet, face_names: Mapping[int, str]) -> None:
        self._metric_names = metrics.names
        self._of_eyes = frozenset(EYE_NAMES if metrics.has_eyes else ())
        self._face_names = face_names
        self._names: list[str | None] = []
        self._frames = array("i")
        self._times_s = array("d")
        self._face_ids = array("i")
        self._values = [array("f") for _ in metrics]
        self._has_face: list[bool] = []
        self._confidences: list[float | None] = []
        self._valid: list[bool | None] = []
        self._reasons: list[str | None] = []
        self._gaze_reasons: list[str | None] = []

    def __len__(self) -> int:
        return len(self._has_face)

    def add(self, frame: int, time_s: float, face: FaceMetrics | None) -> None:
        self._frames.append(frame)
        self._times_s.append(time_s)
        self._has_face.append(face is not None)
        self._face_ids.append(0 if face is None else face.face_id)
        for name, column in zip(self._metric_names, self._values, strict=True):
            column.append(self._nothing(name) if face is None else face.values[name])
        self._confidences.append(None if face is None else face.confidence)
        self._valid.append(None if face is None else face.is_valid)
        self._reasons.append(None if face is None else reasons_text(face.invalid_reasons))
        self._names.append(None if face is None else self._face_names.get(face.face_id))
        if self._of_eyes:
            self._gaze_reasons.append(None if face is None else gaze_reasons_text(face.gaze_reasons))

    def _nothing(self, name: str) -> float:
        return math.nan if name in self._of_eyes else _NO_VALUE

    def columns(self, schema: pa.Schema) -> list[pa.Array]:
        # The values of an Arrow boolean array are packed as its validity bitmaps are.
        valid = pa.array(self._has_face, pa.bool_()).buffers()[1]
        bitmaps = [None, None, *[valid] * (1 + len(self._metric_names))]
        columns = [self._frames, self._times_s, self._face_ids, *self._values]
        numbers = [
            pa.Array.from_buffers(kind, len(self), [bitmap, pa.py_buffer(column)])
            for kind, bitmap, column in zip(schema.types, bitmaps, columns, strict=False)
        ]
        for place, name in enumerate(self._metric_names, start=len(_ROW_KINDS)):
            if name in self._of_eyes:  # not a number: it was not read
                numbers[place] = pa.array(columns[place], schema.types[place], from_pandas=True)
        validity = [self._confidences, self._valid, self._reasons, *([self._gaze_reasons] if self._of_eyes else [])]
        names = [pa.array(self._names, pa.string())] if self._face_names else []
        return [*numbers, *(pa.array(*pair) for pair in zip(validity, _VALIDITY_KINDS, strict=False)), *names]


class _Sink:
    """The stream that pyarrow writes to. A `ParquetWriter` that is dropped writes its footer when it is
    garbage-collected; if the stream is closed by then, the footer is discarded."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.closed = False

    def write(self, data: bytes) -> int:
        return len(data) if self._stream.closed else self._stream.write(data)

    def flush(self) -> None:
        """Does nothing: the owner of the stream flushes it."""

    def close(self) -> None:
        """The stream stays open, as `ResultWriter` says."""


def _check(frame: FrameMetrics, metrics: MetricSet) -> None:
    values = [each for face in frame.faces for each in read_numbers(face, metrics)]
    if not math.isfinite(frame.time_s) or not all(abs(value) <= _FLOAT32_MAX for value in values):
        raise ValueError(f"the frame at {frame.time_s} s has a number that cannot be written")
