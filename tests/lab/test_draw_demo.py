"""The README's picture reads the table that a job writes."""

from pathlib import Path

from chalicelib.domain.measurements.metrics import EVERY_METRIC, METRICS, FaceMetrics, FrameMetrics
from chalicelib.domain.measurements.validity import InvalidReason
from chalicelib.formats.csv_table import CsvTableWriter
from lab.pictures.draw_demo import read_rows

VALUES = {metric.name: 1.5 for metric in METRICS}
FRAMES = (
    FrameMetrics(0.0, (FaceMetrics(0, VALUES),)),
    FrameMetrics(0.04, ()),
    FrameMetrics(0.08, (FaceMetrics(3, VALUES, invalid_reasons=(InvalidReason.TURNED, InvalidReason.DARK)),)),
)


def test_rows_of_valid_absent_and_invalid_faces(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    with path.open("wb") as stream:
        writer = CsvTableWriter(stream, metrics=EVERY_METRIC, face_ids=True, classifier_names=False)
        for frame in FRAMES:
            writer.write(frame)
        writer.close()
    first, absent, last = read_rows(path)
    assert (first.time_s, first.face_id, absent.face_id, last.face_id) == (0.0, "0", "", "3")
    assert first.values is not None
    assert last.values is not None
    assert first.values["smile"] == last.values["smile"] == 1.5
    assert (first.values["valid"], last.values["valid"]) == (1.0, 0.0)
    assert absent.values is None
