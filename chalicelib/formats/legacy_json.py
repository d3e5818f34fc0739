"""Legacy v0 JSON: one face, one array per metric.

Arrays lie one after the other while frames arrive side by side, so each array grows in a temporary file of its own, as
finished JSON text, until all are joined at the end.
"""

import json
import shutil
from typing import BinaryIO

from chalicelib.domain.measurements.frame_size import FrameSize
from chalicelib.domain.measurements.metrics import FaceMetrics, FrameMetrics, MetricSet
from chalicelib.domain.requests.result_formats import LEGACY_CONTENT_TYPE, NO_FACE, TIME_COLUMN
from chalicelib.formats.columns import (
    metric_cells,
    metric_columns,
    size_members,
    source_members,
    validity_cells,
    validity_columns,
)
from chalicelib.formats.numbers import milliseconds_text
from chalicelib.formats.writers import OpenSpool, Origin


class LegacyJsonWriter:
    """Writes `{"content_type", "metric_map", "source", "frame_size", "metrics", "pack"}` in this order, UTF-8, compact,
    one line per array.

    `source` and `frame_size` as in the session JSON. `metric_map` maps the name of each array to
    its classifier name; the names are friendly ones, or the raw classifier names if `classifier_names` is set.
    `metrics` begins with the times in milliseconds and has `"TF"` if the frame has no face. It ends with `confidence`,
    `valid` (1 or 0) and `invalid reasons` (text), which are no metrics and not in `metric_map`. Of several faces the
    one with the lowest id is written. Opens one spool per array.
    """

    content_type = LEGACY_CONTENT_TYPE
    suffix = "-metrics.json"

    def __init__(
        self,
        stream: BinaryIO,
        *,
        metrics: MetricSet,
        pack: str,
        classifier_names: bool,
        open_spool: OpenSpool,
        frame_size: FrameSize | None = None,
        origin: Origin | None = None,
    ) -> None:
        self._stream = stream
        self._known = source_members(origin) | size_members(frame_size)
        self._pack = pack
        self._metrics = metrics
        validity = validity_columns(metrics)
        self._metric_map = metric_columns(metrics, classifier_names=classifier_names)
        self._spools = {name: open_spool() for name in (TIME_COLUMN, *self._metric_map, *validity)}
        self._no_face_cells = [json.dumps(NO_FACE)] * (len(self._metric_map) + len(validity))
        self._separator = ""

    def write(self, frame: FrameMetrics) -> None:
        """Adds the next frame."""
        cells = self._cells(frame.faces[0]) if frame.faces else self._no_face_cells
        row = (milliseconds_text(frame.time_s), *cells)
        for spool, cell in zip(self._spools.values(), row, strict=True):
            spool.write((self._separator + cell).encode())
        self._separator = ","

    def close(self) -> None:
        """Joins the arrays and completes the document."""
        members = {"content_type": self.content_type, "metric_map": self._metric_map, **self._known}
        head = json.dumps(members, separators=(",", ":"))
        self._put(head.removesuffix("}") + ',"metrics":{')
        separator = "\n"
        for name, spool in self._spools.items():
            self._put(f"{separator}{json.dumps(name)}:[")
            spool.seek(0)
            shutil.copyfileobj(spool, self._stream)
            self._put("]")
            separator = ",\n"
        self._put(f'\n}},"pack":{json.dumps(self._pack)}}}\n')

    def _cells(self, face: FaceMetrics) -> list[str]:
        confidence, valid, *reasons = validity_cells(face, self._metrics)
        return [*metric_cells(face, self._metrics, nothing="null"), confidence, valid, *map(json.dumps, reasons)]

    def _put(self, text: str) -> None:
        self._stream.write(text.encode())
