"""Eyes in every format: numbers that were read, and nothing for those that were not."""

import io
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from chalicelib.domain.measurements.gaze import GazeReason
from chalicelib.domain.measurements.metrics import EVERY_METRIC, EYE_NAMES, GAZE_NAMES, FaceMetrics, FrameMetrics
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.result_formats import (
    CSV_CONTENT_TYPE,
    LEGACY_CONTENT_TYPE,
    PARQUET_CONTENT_TYPE,
    SESSION_CONTENT_TYPE,
    SUMMARY_CONTENT_TYPE,
    TIMELINE_CONTENT_TYPE,
    ResultTable,
)
from chalicelib.formats.face_events import FaceEvents
from chalicelib.formats.face_summary import EyeSummary
from chalicelib.formats.result_files import Contents, ResultFiles
from chalicelib.formats.timeline_reader import read_timeline
from tests.formats.readers import csv_rows
from tests.recipes import make_recipe

METRICS = EVERY_METRIC.with_eyes()
_REASONS = "gaze invalid reasons"
_EVERY_VALUE = dict.fromkeys(METRICS.names, 30.0)


def _face(gaze: tuple[float, float] | None, openness: float | None = 30.0, *reasons: GazeReason) -> FaceMetrics:
    angles = dict.fromkeys(GAZE_NAMES, math.nan) if gaze is None else dict(zip(GAZE_NAMES, gaze * 2, strict=True))
    opened = dict.fromkeys(EYE_NAMES[4:], math.nan if openness is None else openness)
    return FaceMetrics(0, {**_EVERY_VALUE, "yaw": 0.0, **angles, **opened}, 100.0, (), reasons)


_FRAMES = (
    FrameMetrics(0.0, (_face((-12.5, 3.25)),)),
    FrameMetrics(0.5, (_face(None, 8.0, GazeReason.CLOSED),)),
    FrameMetrics(1.0, (_face(None, None, GazeReason.TURNED, GazeReason.SMALL),)),
    FrameMetrics(1.5, ()),
)


def _files(name: JobName, directory: Path, frames: tuple[FrameMetrics, ...] = _FRAMES) -> dict[str, bytes]:
    recipe = make_recipe(name, table=ResultTable.PARQUET)
    with ResultFiles(Contents(recipe, METRICS), directory, "clip.mp4") as results:
        for frame in frames:
            results.write(frame)
    return {file.content_type: file.path.read_bytes() for file in results.files}


def test_session_json_has_null_and_reasons(tmp_path: Path) -> None:
    document: Any = json.loads(_files(JobName.MULTIFACE, tmp_path)[SESSION_CONTENT_TYPE])
    first, second, third = (frame["faces"]["0"] for frame in document["frames"][:3])
    assert [first[name] for name in EYE_NAMES] == [-12.5, 3.25, -12.5, 3.25, 30, 30]
    assert [second[name] for name in EYE_NAMES] == [None] * 4 + [8, 8]
    assert [third[name] for name in EYE_NAMES] == [None] * 6
    assert [face[_REASONS] for face in (first, second, third)] == [[], ["eyes closed"], ["turned away", "too small"]]


def test_legacy_json_has_null_and_reasons(tmp_path: Path) -> None:
    arrays: Any = json.loads(_files(JobName.CURRENT_PACK, tmp_path)[LEGACY_CONTENT_TYPE])["metrics"]
    assert arrays["gaze yaw"] == [-12.5, None, None, "TF"]
    assert arrays["eye openness left"] == [30, 8, None, "TF"]
    assert arrays[_REASONS] == ["", "eyes closed", "turned away; too small", "TF"]


def test_csv_has_empty_cells_and_reasons(tmp_path: Path) -> None:
    head, *rows = csv_rows(_files(JobName.MULTIFACE, tmp_path)[CSV_CONTENT_TYPE])
    columns = {name: [row[place] for row in rows] for place, name in enumerate(head)}
    assert columns["gaze yaw"] == ["-12.5", "", "", "TF"]
    assert columns["eye openness right"] == ["30", "8", "", "TF"]
    assert columns[_REASONS] == ["", "eyes closed", "turned away; too small", "TF"]
    assert head[-1] == _REASONS


def test_parquet_has_null_and_reasons(tmp_path: Path) -> None:
    table = parquet.read_table(io.BytesIO(_files(JobName.MULTIFACE, tmp_path)[PARQUET_CONTENT_TYPE]))
    assert table["gaze yaw"].to_pylist() == [-12.5, None, None, None]
    assert table["eye openness left"].to_pylist() == [30.0, 8.0, None, None]
    assert table["smile"].to_pylist() == [30.0, 30.0, 30.0, None]
    assert table[_REASONS].to_pylist() == ["", "eyes closed", "turned away; too small", None]


def test_the_timeline_leaves_eyes_out(tmp_path: Path) -> None:
    timeline = read_timeline(io.BytesIO(_files(JobName.MULTIFACE, tmp_path)[TIMELINE_CONTENT_TYPE]))
    assert not set(EYE_NAMES) & set(timeline.faces[0].values)


def test_the_summary_is_of_what_was_read(tmp_path: Path) -> None:
    (face,) = json.loads(_files(JobName.MULTIFACE, tmp_path)[SUMMARY_CONTENT_TYPE])["faces"]
    assert face["metrics"]["gaze yaw"] == {"mean": -12.5, "minimum": -12.5, "peak": -12.5, "peak_time_s": 0.0}
    assert face["metrics"]["eye openness left"]["mean"] == 19
    assert face["gaze"]["frames"] == 1
    assert face["gaze"]["not_read_because"]["eyes closed"] == 1
    assert face["gaze"]["share_towards_camera"] == 0


def test_what_was_never_read_is_left_out_of_the_summary(tmp_path: Path) -> None:
    (face,) = json.loads(_files(JobName.MULTIFACE, tmp_path, _FRAMES[2:])[SUMMARY_CONTENT_TYPE])["faces"]
    assert not set(EYE_NAMES) & set(face["metrics"])
    assert face["gaze"]["share_towards_camera"] is None


def test_blinks_are_events_with_time_and_duration(tmp_path: Path) -> None:
    closed = range(90, 96)
    frames = tuple(FrameMetrics(i / 30, (_face((1.0, 1.0), 5.0 if i in closed else 30.0),)) for i in range(601))
    summary = json.loads(_files(JobName.MULTIFACE, tmp_path, frames)[SUMMARY_CONTENT_TYPE])
    (face,) = summary["faces"]
    (blink,) = [event for event in face["events"] if event["event"] == "blink"]
    assert (blink["start_s"], blink["end_s"], blink["peak"]) == (3.0, 3.2, 5)
    assert face["event_counts"]["blink"] == face["blinks"]["count"] == 1
    assert face["blinks"]["per_minute"] == pytest.approx(3.0, rel=0.01)
    assert face["blinks"]["mean_duration_s"] == pytest.approx(0.2)
    assert summary["event_definitions"]["blink"]["metric"] == "eye openness"
    assert face["gaze"]["share_towards_camera"] == 1


@pytest.mark.parametrize("value", [math.nan, math.inf])
@pytest.mark.parametrize("name", ["smile", "gaze yaw"])
def test_only_what_was_not_read_of_eyes_may_lack_a_number(tmp_path: Path, name: str, value: float) -> None:
    face = _face((1.0, 1.0))
    frames = (FrameMetrics(0.0, (replace(face, values={**face.values, name: value}),)),)
    if name == "gaze yaw" and math.isnan(value):
        _files(JobName.MULTIFACE, tmp_path, frames)
        return
    with pytest.raises(ValueError, match="cannot be written"):
        _files(JobName.MULTIFACE, tmp_path, frames)


@given(st.lists(st.none() | st.tuples(st.floats(-90, 90), st.floats(-90, 90)), max_size=30))
def test_shares_are_shares(gazes: list[tuple[float, float] | None]) -> None:
    eyes = EyeSummary()
    for index, gaze in enumerate(gazes):
        eyes.add(index / 30, 1 / 30, _face(gaze), FaceEvents())
    assert eyes.frames == sum(gaze is not None for gaze in gazes)
    assert (eyes.share is None) == (eyes.frames == 0)
    assert eyes.share is None or 0 <= eyes.share <= 1 + 1e-9


def test_a_wink_is_no_blink() -> None:
    eyes, events = EyeSummary(), FaceEvents()
    for index in range(60):
        face = _face((0.0, 0.0))
        left = 3.0 if 30 <= index < 36 else 30.0
        eyes.add(index / 30, 1 / 30, replace(face, values={**face.values, "eye openness left": left}), events)
    assert eyes.blinks.count == 0
