"""Session JSON."""

import io
import json
import math

import pytest
from hypothesis import given

from chalicelib.domain.measurements.metrics import EVERY_METRIC, METRICS, FaceMetrics, FrameMetrics
from chalicelib.formats.session_json import SessionJsonWriter
from tests.formats.frames import FRAMES, GOLDEN_FRAMES, face
from tests.formats.readers import VALIDITY, assert_same_face, session_bytes, strict_json


def test_keys_come_in_order() -> None:
    document = strict_json(session_bytes(GOLDEN_FRAMES))
    assert list(document) == ["content_type", "configuration", "frames"]
    assert document["content_type"] == "application/vnd.affectiva.session.v0+json"
    assert document["configuration"]["brow furrow"] == "au04ct"
    assert list(document["configuration"]) == [metric.name for metric in METRICS]
    assert [list(frame) for frame in document["frames"]] == [["time", "faces"]] * 3


def test_every_frame_has_a_line() -> None:
    lines = session_bytes(GOLDEN_FRAMES).decode().splitlines()
    assert len(lines) == 1 + len(GOLDEN_FRAMES) + 1
    assert lines[3] == '{"time":0.1,"faces":{}}'


def test_no_frames_at_all() -> None:
    data = session_bytes(())
    assert data.endswith(b'"frames":[]}\n')
    assert strict_json(data)["frames"] == []


@given(FRAMES)
def test_reads_back(frames: list[FrameMetrics]) -> None:
    for read, frame in zip(strict_json(session_bytes(frames))["frames"], frames, strict=True):
        assert float(read["time"]) == frame.time_s
        assert list(read["faces"]) == [str(written.face_id) for written in frame.faces]
        for values, written in zip(read["faces"].values(), frame.faces, strict=True):
            assert list(values) == [*(metric.name for metric in METRICS), *VALIDITY]
            *numbers, confidence, valid, reasons = values.values()
            assert_same_face([*numbers], written)
            assert float(confidence) == pytest.approx(written.confidence, abs=1e-4)
            assert (valid, reasons) == (not written.invalid_reasons, list(written.invalid_reasons))


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_not_finite_is_never_written(value: float) -> None:
    stream = io.BytesIO()
    writer = SessionJsonWriter(stream, metrics=EVERY_METRIC)
    before = stream.getvalue()
    spoilt = FaceMetrics(1, {**face(1).values, METRICS[-1].name: value})
    with pytest.raises(ValueError, match="cannot be written"):
        writer.write(FrameMetrics(0.0, (face(0), spoilt)))
    with pytest.raises(ValueError, match="cannot be written"):
        writer.write(FrameMetrics(value, ()))
    assert stream.getvalue() == before


def test_a_frame_says_how_many_faces_were_left_out_if_any_were() -> None:
    frames = [FrameMetrics(0.0, (), faces_left_out=14), FrameMetrics(1.0, ())]
    first, second = json.loads(session_bytes(frames))["frames"]
    assert first == {"time": 0.0, "faces": {}, "faces left out": 14}
    assert second == {"time": 1.0, "faces": {}}
