"""Parquet, read back with pyarrow."""

import io
import math
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from pyarrow import parquet

from chalicelib.domain.measurements.metrics import EVERY_METRIC, METRICS, FaceMetrics, FrameMetrics
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.recipes import Recipe
from chalicelib.domain.requests.result_formats import ResultTable
from chalicelib.formats.parquet_table import ROWS_PER_GROUP, ParquetTableWriter
from chalicelib.formats.result_files import Contents, ResultFiles
from tests.formats.frames import FRAMES, GOLDEN_FRAMES, face
from tests.formats.readers import VALIDITY, rows_of
from tests.memory import peak_bytes
from tests.recipes import make_recipe

_ROOT = Path(__file__).resolve().parents[2]
_WITHOUT_A_TABLE = """
import sys, pathlib, tempfile
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.recipes import RECIPES
from chalicelib.domain.measurements.metrics import EVERY_METRIC
from chalicelib.formats.result_files import Contents, ResultFiles
recipe = RECIPES[JobName.MULTIFACE]
contents = Contents(recipe, EVERY_METRIC)
with tempfile.TemporaryDirectory() as directory, ResultFiles(contents, pathlib.Path(directory), "a"):
    print(sorted({"pyarrow", "numpy"} & set(sys.modules)))
"""


def _recipe(name: JobName) -> Recipe:
    return make_recipe(name, table=ResultTable.PARQUET)


def _written(frames: Iterable[FrameMetrics], *, classifier_names: bool = False) -> bytes:
    stream = io.BytesIO()
    writer = ParquetTableWriter(stream, metrics=EVERY_METRIC, classifier_names=classifier_names)
    for frame in frames:
        writer.write(frame)
    writer.close()
    assert not stream.closed
    return stream.getvalue()


def _rows(data: bytes) -> list[dict[str, Any]]:
    return list(parquet.read_table(io.BytesIO(data)).to_pylist())


def test_columns_types_and_units() -> None:
    schema = parquet.read_schema(io.BytesIO(_written(GOLDEN_FRAMES)))
    assert schema.names == ["frame", "time_s", "face_id", *(metric.name for metric in METRICS), *VALIDITY]
    assert [str(kind) for kind in schema.types] == [
        "int32",
        "double",
        "int32",
        *["float"] * (len(METRICS) + 1),
        "bool",
        "string",
    ]
    units = [schema.field(metric.name).metadata[b"unit"].decode() for metric in METRICS]
    assert units == [metric.unit for metric in METRICS]
    kinds = [schema.field(metric.name).metadata[b"classifier"].decode() for metric in METRICS]
    assert kinds == [metric.mapped_name for metric in METRICS]


def test_classifier_names() -> None:
    schema = parquet.read_schema(io.BytesIO(_written(GOLDEN_FRAMES, classifier_names=True)))
    assert schema.names[3:-3] == [metric.classifier for metric in METRICS]


def test_no_frames_are_an_empty_table() -> None:
    assert _rows(_written(())) == []


def test_one_frame_without_a_face_is_one_row_of_nulls() -> None:
    (row,) = _rows(_written([FrameMetrics(0.0, ())]))
    assert (row.pop("frame"), row.pop("time_s")) == (0, 0.0)
    assert set(row.values()) == {None}


def test_the_same_frames_give_the_same_bytes() -> None:
    assert _written(GOLDEN_FRAMES) == _written(GOLDEN_FRAMES)


@given(FRAMES)
def test_everything_reads_back(frames: list[FrameMetrics]) -> None:
    numbers = {id(frame): index for index, frame in enumerate(frames)}
    for row, (frame, written) in zip(_rows(_written(frames)), rows_of(frames), strict=True):
        assert (row["frame"], row["time_s"]) == (numbers[id(frame)], frame.time_s)
        assert row["face_id"] == (None if written is None else written.face_id)
        for metric in METRICS:
            expected = None if written is None else pytest.approx(written.values[metric.name], rel=1e-7, abs=1e-38)
            assert row[metric.name] == expected
        if written is None:
            assert [row[name] for name in VALIDITY] == [None] * 3
        else:
            assert row["confidence"] == pytest.approx(written.confidence, rel=1e-6, abs=1e-38)
            assert row["valid"] is (not written.invalid_reasons)
            assert row["invalid reasons"] == "; ".join(written.invalid_reasons)


def _film(rows: int) -> Iterator[FrameMetrics]:
    """So many frames; every other one without a face."""
    faces = ((face(0, first=0.1234),), ())
    return (FrameMetrics(index / 30, faces[index % 2]) for index in range(rows))


def test_rows_are_written_in_groups() -> None:
    data = _written(_film(ROWS_PER_GROUP + 10))
    metadata = parquet.ParquetFile(io.BytesIO(data)).metadata
    assert [metadata.row_group(index).num_rows for index in range(metadata.num_row_groups)] == [ROWS_PER_GROUP, 10]
    rows = _rows(data)
    assert [row["frame"] for row in rows] == list(range(ROWS_PER_GROUP + 10))
    assert [row["face_id"] for row in rows[-4:]] == [0, None, 0, None]


@pytest.mark.slow
def test_memory_does_not_grow_with_the_video(tmp_path: Path) -> None:
    def write(rows: int) -> None:
        with (tmp_path / "table").open("wb") as stream:
            writer = ParquetTableWriter(stream, metrics=EVERY_METRIC, classifier_names=False)
            for frame in _film(rows):
                writer.write(frame)
            writer.close()

    assert peak_bytes(lambda: write(3 * ROWS_PER_GROUP)) < 1.1 * peak_bytes(lambda: write(ROWS_PER_GROUP))


@pytest.mark.parametrize("value", [math.nan, math.inf, -1e39])
def test_what_a_float_cannot_hold_is_refused_and_nothing_is_added(value: float) -> None:
    stream = io.BytesIO()
    writer = ParquetTableWriter(stream, metrics=EVERY_METRIC, classifier_names=False)
    spoilt = FaceMetrics(1, {**face(1).values, METRICS[-1].name: value})
    with pytest.raises(ValueError, match="cannot be written"):
        writer.write(FrameMetrics(0.0, (face(0), spoilt)))
    writer.close()
    assert _rows(stream.getvalue()) == []


@pytest.mark.parametrize("name", [JobName.MULTIFACE, JobName.CT_PACK_LINEAR])
def test_among_the_files_of_a_job(name: JobName, tmp_path: Path) -> None:
    with ResultFiles(Contents(_recipe(name), EVERY_METRIC), tmp_path, "clip.mp4") as results:
        for frame in GOLDEN_FRAMES:
            results.write(frame)
    last = results.files[-1]
    assert (last.file_name, last.content_type) == ("clip.mp4-metrics.parquet", "application/vnd.apache.parquet")
    table = parquet.read_table(last.path)
    assert table["face_id"].to_pylist() == [0, 3, 3, None]
    assert ("smilect" in table.column_names) == (name is JobName.CT_PACK_LINEAR)


def test_given_up_it_leaves_nothing_and_complains_of_nothing(tmp_path: Path) -> None:
    """Warnings are errors here, those of a collected writer too."""
    results = ResultFiles(Contents(_recipe(JobName.MULTIFACE), EVERY_METRIC), tmp_path, "clip.mp4")
    results.write(GOLDEN_FRAMES[0])
    results.discard()
    del results
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_an_error(tmp_path: Path) -> None:
    recipe = replace(_recipe(JobName.MULTIFACE), content_types=("application/vnd.apache.parquet",))
    (tmp_path / "result-0").symlink_to("/dev/full")
    results = ResultFiles(Contents(recipe, EVERY_METRIC), tmp_path, "clip.mp4")
    with pytest.raises(OSError, match="No space left"):
        results.close()
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_loaded_where_no_table_is_asked_for() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT_A_TABLE], cwd=_ROOT, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")
