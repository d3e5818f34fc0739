"""Reads each format back, with numbers as exact decimals, and compares with what was written."""

import csv
import io
import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from decimal import Decimal
from typing import Any

from chalicelib.domain.measurements.metrics import EVERY_METRIC, FaceMetrics, FrameMetrics, MetricSet
from chalicelib.formats.csv_table import CsvTableWriter
from chalicelib.formats.legacy_json import LegacyJsonWriter
from chalicelib.formats.session_json import SessionJsonWriter
from chalicelib.formats.summary_json import SummaryJsonWriter
from chalicelib.formats.timeline import TimelineWriter
from chalicelib.formats.writers import ResultWriter

METRIC_TOLERANCE = Decimal("0.00005")  # half of the last decimal
TIME_TOLERANCE_MS = Decimal("0.000501")  # half of the last decimal, and the rounding of the multiplication
VALIDITY = ["confidence", "valid", "invalid reasons"]


def _written(writer: ResultWriter, stream: io.BytesIO, frames: Iterable[FrameMetrics]) -> bytes:
    for frame in frames:
        writer.write(frame)
    writer.close()
    return stream.getvalue()


def session_bytes(frames: Iterable[FrameMetrics], *, metrics: MetricSet = EVERY_METRIC) -> bytes:
    stream = io.BytesIO()
    return _written(SessionJsonWriter(stream, metrics=metrics), stream, frames)


def legacy_bytes(
    frames: Iterable[FrameMetrics],
    *,
    pack: str = "current",
    classifier_names: bool = False,
    metrics: MetricSet = EVERY_METRIC,
) -> bytes:
    stream = io.BytesIO()
    with ExitStack() as spools:
        writer = LegacyJsonWriter(
            stream,
            metrics=metrics,
            pack=pack,
            classifier_names=classifier_names,
            open_spool=lambda: spools.enter_context(tempfile.TemporaryFile()),
        )
        return _written(writer, stream, frames)


def csv_bytes(
    frames: Iterable[FrameMetrics], *, face_ids: bool, classifier_names: bool = False, metrics: MetricSet = EVERY_METRIC
) -> bytes:
    stream = io.BytesIO()
    writer = CsvTableWriter(stream, metrics=metrics, face_ids=face_ids, classifier_names=classifier_names)
    return _written(writer, stream, frames)


def summary_bytes(frames: Iterable[FrameMetrics], *, metrics: MetricSet = EVERY_METRIC) -> bytes:
    stream = io.BytesIO()
    return _written(SummaryJsonWriter(stream, metrics=metrics, open_spool=io.BytesIO), stream, frames)


def timeline_bytes(frames: Iterable[FrameMetrics], *, metrics: MetricSet = EVERY_METRIC) -> bytes:
    stream = io.BytesIO()
    return _written(TimelineWriter(stream, metrics=metrics, open_spool=io.BytesIO), stream, frames)


def strict_json(data: bytes) -> Any:
    """The document, with decimals for numbers; fails on NaN, infinity and keys that come twice."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        document = dict(pairs)
        assert len(document) == len(pairs), "a key comes twice"
        return document

    def refuse(text: str) -> Any:
        raise AssertionError(f"{text} is not JSON")

    return json.loads(
        data.decode(), parse_float=Decimal, parse_int=Decimal, parse_constant=refuse, object_pairs_hook=unique
    )


def csv_rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline=""), strict=True))


def assert_same_face(read: Iterable[Decimal | str], face: FaceMetrics, metrics: MetricSet = EVERY_METRIC) -> None:
    """`read` are the face's numbers in the order of `metrics`, each within the rounding."""
    for metric, value in zip(metrics, read, strict=True):
        assert abs(Decimal(value) - Decimal(face.values[metric.name])) <= METRIC_TOLERANCE, metric.name


def assert_same_row(read: Sequence[Decimal | str], face: FaceMetrics) -> None:
    """`read` are the face's cells in a table: the metrics, then confidence, valid and the reasons."""
    *numbers, confidence, valid, reasons = read
    assert_same_face(numbers, face)
    assert abs(Decimal(confidence) - Decimal(face.confidence)) <= METRIC_TOLERANCE
    assert int(valid) == (not face.invalid_reasons)
    assert reasons == "; ".join(face.invalid_reasons)


def assert_same_time_ms(read: Decimal | str, time_s: float) -> None:
    assert abs(Decimal(read) - Decimal(time_s) * 1000) <= TIME_TOLERANCE_MS


def rows_of(frames: Iterable[FrameMetrics]) -> Iterator[tuple[FrameMetrics, FaceMetrics | None]]:
    """Each frame with each of its faces, or once with None if it has no face."""
    for frame in frames:
        yield from ((frame, face) for face in frame.faces or (None,))
