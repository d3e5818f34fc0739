"""CSV."""

import io
import math

import pytest
from hypothesis import given

from chalicelib.domain.measurements.metrics import EVERY_METRIC, METRICS, FaceMetrics, FrameMetrics
from chalicelib.formats.csv_table import CsvTableWriter
from tests.formats.frames import FRAMES, GOLDEN_FRAMES, face
from tests.formats.readers import VALIDITY, assert_same_row, assert_same_time_ms, csv_bytes, csv_rows, rows_of

NAMES = [metric.name for metric in METRICS]


def test_header_of_several_faces() -> None:
    assert csv_rows(csv_bytes((), face_ids=True)) == [["time stamp (msec)", "face id", *NAMES, *VALIDITY]]


def test_header_of_one_face() -> None:
    assert csv_rows(csv_bytes((), face_ids=False)) == [["time stamp (msec)", *NAMES, *VALIDITY]]
    classifiers = [metric.classifier for metric in METRICS]
    assert csv_rows(csv_bytes((), face_ids=False, classifier_names=True)) == [
        ["time stamp (msec)", *classifiers, *VALIDITY]
    ]


def test_a_name_that_was_stored_as_a_formula_is_a_text() -> None:
    stream = io.BytesIO()
    writer = CsvTableWriter(
        stream, metrics=EVERY_METRIC, face_ids=True, classifier_names=False, face_names={0: "\uff1d1+1", 3: "Ada"}
    )
    writer.write(GOLDEN_FRAMES[0])
    assert [row[-1] for row in csv_rows(stream.getvalue())] == ["face name", "'\uff1d1+1", "Ada"]


def test_every_line_ends_as_the_rfc_says() -> None:
    data = csv_bytes(GOLDEN_FRAMES, face_ids=True)
    assert data.endswith(b"\r\n")
    assert data.count(b"\r\n") == data.count(b"\n") == data.count(b"\r") == 5


@given(FRAMES)
def test_several_faces_read_back(frames: list[FrameMetrics]) -> None:
    _, *rows = csv_rows(csv_bytes(frames, face_ids=True))
    for (time, face_id, *cells), (frame, written) in zip(rows, rows_of(frames), strict=True):
        assert_same_time_ms(time, frame.time_s)
        if written is None:
            assert (face_id, cells) == ("", ["TF"] * (len(METRICS) + len(VALIDITY)))
        else:
            assert face_id == str(written.face_id)
            assert_same_row(cells, written)


@given(FRAMES)
def test_one_face_reads_back(frames: list[FrameMetrics]) -> None:
    _, *rows = csv_rows(csv_bytes(frames, face_ids=False))
    for (time, *cells), frame in zip(rows, frames, strict=True):
        assert_same_time_ms(time, frame.time_s)
        if frame.faces:
            assert_same_row(cells, frame.faces[0])
        else:
            assert cells == ["TF"] * (len(METRICS) + len(VALIDITY))


def test_what_is_not_finite_is_never_written() -> None:
    stream = io.BytesIO()
    writer = CsvTableWriter(stream, metrics=EVERY_METRIC, face_ids=True, classifier_names=False)
    before = stream.getvalue()
    spoilt = FaceMetrics(1, {**face(1).values, METRICS[-1].name: math.nan})
    with pytest.raises(ValueError, match="cannot be written"):
        writer.write(FrameMetrics(0.0, (face(0), spoilt)))
    assert stream.getvalue() == before
