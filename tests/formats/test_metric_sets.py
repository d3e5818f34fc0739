"""Every format has the metrics that it is given, and no others."""

import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from chalicelib.domain.measurements.events import EVENTS
from chalicelib.domain.measurements.metrics import (
    BASELINE_NAMES,
    EMOTION_NAMES,
    EVERY_METRIC,
    FaceMetrics,
    FrameMetrics,
    MetricGroup,
    MetricSet,
    deployed_metrics,
)
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.job_options import Switch
from chalicelib.domain.requests.recipes import RECIPES
from chalicelib.domain.requests.result_formats import (
    CSV_CONTENT_TYPE,
    LEGACY_CONTENT_TYPE,
    PARQUET_CONTENT_TYPE,
    SESSION_CONTENT_TYPE,
    SUMMARY_CONTENT_TYPE,
    TIMELINE_CONTENT_TYPE,
    ResultTable,
)
from chalicelib.formats.result_files import Contents, ResultFiles
from chalicelib.formats.timeline_reader import read_timeline
from tests.formats.readers import VALIDITY, csv_rows
from tests.recipes import make_recipe

SETTINGS = {"everything": False, "expressions only": True}
JOBS = [name for name, recipe in RECIPES.items() if recipe is not None]


def _frames(metrics: MetricSet) -> list[FrameMetrics]:
    """Two faces, then none; the faces have these metrics only."""
    faces = tuple(FaceMetrics(face_id, dict.fromkeys(metrics.names, 60.0 + face_id)) for face_id in (0, 1))
    return [FrameMetrics(0.0, faces), FrameMetrics(0.5, ())]


def _files(name: JobName, metrics: MetricSet, frames: Iterable[FrameMetrics], directory: Path) -> dict[str, bytes]:
    """The bytes by content type."""
    with ResultFiles(Contents(make_recipe(name, table=ResultTable.PARQUET), metrics), directory, "clip.mp4") as results:
        for frame in frames:
            results.write(frame)
    return {file.content_type: file.path.read_bytes() for file in results.files}


def _names_in(content_type: str, data: bytes) -> list[list[str]]:
    """Every list of metrics that the file has."""
    if content_type == CSV_CONTENT_TYPE:
        return [[name for name in csv_rows(data)[0] if name not in ("time stamp (msec)", "face id", *VALIDITY)]]
    if content_type == PARQUET_CONTENT_TYPE:
        return [parquet.read_schema(io.BytesIO(data)).names[3:-3]]
    if content_type == TIMELINE_CONTENT_TYPE:
        columns = read_timeline(io.BytesIO(data)).header["columns"]
        return [[column["name"] for column in columns if column["name"] != "confidence"]]
    document: Any = json.loads(data)
    if content_type == SESSION_CONTENT_TYPE:
        faces = [list(face)[:-3] for frame in document["frames"] for face in frame["faces"].values()]
        return [list(document["configuration"]), *faces]
    if content_type == LEGACY_CONTENT_TYPE:
        return [list(document["metric_map"]), list(document["metrics"])[1:-3]]
    assert content_type == SUMMARY_CONTENT_TYPE
    return [list(face["metrics"]) for face in document["faces"]]


@pytest.mark.parametrize("name", JOBS)
@pytest.mark.parametrize("expressions_only", SETTINGS.values(), ids=SETTINGS)
def test_each_file_has_the_metrics_of_the_deployment(name: JobName, tmp_path: Path, *, expressions_only: bool) -> None:
    metrics = make_recipe(name).metrics(expressions_only=expressions_only)
    for content_type, data in _files(name, metrics, _frames(metrics), tmp_path).items():
        is_ours = content_type in (SUMMARY_CONTENT_TYPE, TIMELINE_CONTENT_TYPE)
        is_raw = name.startswith("ct-") and not is_ours
        expected = [metric.classifier if is_raw else metric.name for metric in metrics]
        if content_type == TIMELINE_CONTENT_TYPE:
            expected = [metric.name for metric in metrics if metric.group is not MetricGroup.RAW_EXPRESSION]
        found = _names_in(content_type, data)
        assert len(found) >= 1
        assert found == [expected] * len(found), content_type


@pytest.mark.parametrize("name", JOBS)
def test_emotions_that_come_in_nevertheless_do_not_come_out(name: JobName, tmp_path: Path) -> None:
    metrics = make_recipe(name).metrics(expressions_only=True)
    for content_type, data in _files(name, metrics, _frames(EVERY_METRIC.with_raw()), tmp_path).items():
        text = str(read_timeline(io.BytesIO(data)).header).encode() if content_type == TIMELINE_CONTENT_TYPE else data
        assert b"valence" not in text, content_type
        assert [word for word in EMOTION_NAMES if word.encode() in text] == [], content_type


def test_expressions_only_leaves_the_rest_in_its_order() -> None:
    every, fewer = deployed_metrics(expressions_only=False), deployed_metrics(expressions_only=True)
    assert every is EVERY_METRIC
    assert [metric for metric in every if metric.group is not MetricGroup.EMOTION] == list(fewer)
    assert set(every.names) - set(fewer.names) == set(EMOTION_NAMES)
    assert every.has(MetricGroup.EMOTION)
    assert not fewer.has(MetricGroup.EMOTION)


def _metrics(name: JobName, baseline: Switch = Switch.ON) -> MetricSet:
    return make_recipe(name, neutral_baseline=baseline).metrics(expressions_only=False)


@pytest.mark.parametrize("name", [JobName.MULTIFACE, JobName.SDK_METRICS, JobName.CURRENT_PACK])
def test_raw_scores_stand_beside_corrected_ones_only(name: JobName) -> None:
    corrected, uncorrected = _metrics(name), _metrics(name, Switch.OFF)
    assert uncorrected == EVERY_METRIC
    assert corrected.names == (*EVERY_METRIC.names, *(f"{each} raw" for each in BASELINE_NAMES))


@pytest.mark.parametrize("baseline", Switch)
def test_the_maps_say_which_score_is_which(baseline: Switch, tmp_path: Path) -> None:
    maps = {}
    for name in (JobName.CURRENT_PACK, JobName.CT_PACK_LINEAR, JobName.CT_PACK_HYBRID):
        metrics = _metrics(name, baseline)
        files = _files(name, metrics, _frames(metrics), tmp_path)
        maps[name] = json.loads(files[LEGACY_CONTENT_TYPE])["metric_map"]
        assert len(set(maps[name].values())) == len(metrics)
    current, linear, hybrid = maps.values()
    assert (current["smile"], linear["smilect"], hybrid["smilect"]) == ("smilect", "smilect-linear", "smilect-smoothed")
    assert current.get("smile raw") == ("smilect-raw" if baseline is Switch.ON else None)
    assert (linear["joyct"], hybrid["joyct"], hybrid["yaw"]) == ("joyct-linear", "joyct-smoothed", "yaw")


def test_events_need_no_emotion() -> None:
    assert {event.metric for event in EVENTS} <= set(deployed_metrics(expressions_only=True).names)
