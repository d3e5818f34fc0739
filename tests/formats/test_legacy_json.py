"""Legacy JSON."""

import io
import math

import pytest
from hypothesis import given

from chalicelib.domain.measurements.metrics import EVERY_METRIC, METRICS, FaceMetrics, FrameMetrics
from chalicelib.formats.legacy_json import LegacyJsonWriter
from tests.formats.frames import FRAMES, GOLDEN_FRAMES, face
from tests.formats.readers import VALIDITY, assert_same_row, assert_same_time_ms, legacy_bytes, strict_json


def test_keys_come_in_order() -> None:
    document = strict_json(legacy_bytes(GOLDEN_FRAMES))
    assert list(document) == ["content_type", "metric_map", "metrics", "pack"]
    assert document["content_type"] == "application/vnd.affectiva.metrics.v0+json"
    assert document["metric_map"]["smile"] == "smilect"
    assert document["pack"] == "current"
    assert list(document["metrics"]) == ["time stamp (msec)", *(metric.name for metric in METRICS), *VALIDITY]


def test_classifier_names_map_to_themselves() -> None:
    document = strict_json(legacy_bytes(GOLDEN_FRAMES, pack="ct-hybrid", classifier_names=True))
    assert document["metric_map"] == {metric.classifier: metric.classifier for metric in METRICS}
    assert list(document["metrics"]) == ["time stamp (msec)", *(metric.classifier for metric in METRICS), *VALIDITY]


def test_no_frames_at_all() -> None:
    metrics = strict_json(legacy_bytes(()))["metrics"]
    assert len(metrics) == 1 + len(METRICS) + len(VALIDITY)
    assert all(values == [] for values in metrics.values())


@given(FRAMES)
def test_reads_back(frames: list[FrameMetrics]) -> None:
    times, *columns = strict_json(legacy_bytes(frames))["metrics"].values()
    assert [len(values) for values in (times, *columns)] == [len(frames)] * (1 + len(METRICS) + len(VALIDITY))
    for index, frame in enumerate(frames):
        assert_same_time_ms(times[index], frame.time_s)
        cells = [values[index] for values in columns]
        if frame.faces:
            assert_same_row(cells, frame.faces[0])
        else:
            assert cells == ["TF"] * (len(METRICS) + len(VALIDITY))


def test_a_refused_frame_leaves_the_arrays_equally_long() -> None:
    stream = io.BytesIO()
    spools = [io.BytesIO() for _ in range(1 + len(METRICS) + len(VALIDITY))]
    waiting = iter(spools)
    writer = LegacyJsonWriter(
        stream, metrics=EVERY_METRIC, pack="current", classifier_names=False, open_spool=lambda: next(waiting)
    )
    writer.write(FrameMetrics(0.0, (face(0),)))
    with pytest.raises(ValueError, match="cannot be written"):
        writer.write(FrameMetrics(0.5, (FaceMetrics(0, {**face(0).values, METRICS[-1].name: math.nan}),)))
    writer.close()
    assert {len(values) for values in strict_json(stream.getvalue())["metrics"].values()} == {1}
