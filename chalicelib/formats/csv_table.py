"""CSV: a table with one row per frame and face."""

import codecs
import csv
from collections.abc import Mapping
from typing import BinaryIO

from chalicelib.domain.measurements.metrics import FaceMetrics, FrameMetrics, MetricSet
from chalicelib.domain.requests.client_texts import text_cell
from chalicelib.domain.requests.result_formats import (
    CSV_CONTENT_TYPE,
    FACE_COLUMN,
    NAME_COLUMN,
    NO_FACE,
    TIME_COLUMN,
)
from chalicelib.formats.columns import NO_NAMES, metric_cells, metric_columns, validity_cells, validity_columns
from chalicelib.formats.numbers import milliseconds_text


class CsvTableWriter:
    r"""Writes a header and rows by RFC 4180: commas, quotes only if needed, every line ended by `\r\n`
    (what the RFC and spreadsheets ask for), UTF-8 without a byte order mark.

    Columns: time in milliseconds, `face id`, the metrics, `confidence`, `valid` (1 or 0), `invalid reasons`. Every face
    has a row of its own; a frame without a face is one row with an empty id and `TF`s. Without `face_ids` the id's
    column is left out and each frame is one row, of the face with the lowest id. With `classifier_names` the raw
    classifier names head the metrics instead of the friendly ones. If faces have names, the last column is `face name`,
    empty for a face without one; not in a table without ids.
    """

    content_type = CSV_CONTENT_TYPE
    suffix = "-metrics.csv"

    def __init__(
        self,
        stream: BinaryIO,
        *,
        metrics: MetricSet,
        face_ids: bool,
        classifier_names: bool,
        face_names: Mapping[int, str] = NO_NAMES,
    ) -> None:
        self._table = csv.writer(codecs.getwriter("utf-8")(stream), lineterminator="\r\n")
        self._face_ids = face_ids
        self._metrics = metrics
        names = (*metric_columns(metrics, classifier_names=classifier_names), *validity_columns(metrics))
        self._no_face_cells = [NO_FACE] * len(names)
        self._face_names = face_names if face_ids else NO_NAMES
        last = (NAME_COLUMN,) if self._face_names else ()
        self._table.writerow((TIME_COLUMN, *((FACE_COLUMN,) if face_ids else ()), *names, *last))

    def write(self, frame: FrameMetrics) -> None:
        """Adds the next frame."""
        time_ms = milliseconds_text(frame.time_s)
        rows = self._rows_by_face(time_ms, frame) if self._face_ids else [self._row_of_frame(time_ms, frame)]
        self._table.writerows(rows)

    def close(self) -> None:
        """Nothing is left to write: a table needs no end."""

    def _rows_by_face(self, time_ms: str, frame: FrameMetrics) -> list[list[str]]:
        if not frame.faces:
            return [[time_ms, "", *self._no_face_cells, *([""] if self._face_names else [])]]
        return [[time_ms, str(face.face_id), *self._cells(face), *self._name(face)] for face in frame.faces]

    def _name(self, face: FaceMetrics) -> list[str]:
        return [text_cell(self._face_names.get(face.face_id, ""))] if self._face_names else []

    def _row_of_frame(self, time_ms: str, frame: FrameMetrics) -> list[str]:
        if not frame.faces:
            return [time_ms, *self._no_face_cells]
        return [time_ms, *self._cells(frame.faces[0])]

    def _cells(self, face: FaceMetrics) -> list[str]:
        return [*metric_cells(face, self._metrics, nothing=""), *validity_cells(face, self._metrics)]
