"""Parts of results come back exactly as they were, or not at all."""

import io
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.measurements.gaze import GazeReason
from chalicelib.domain.measurements.metrics import METRICS, FaceMetrics, FrameMetrics
from chalicelib.formats.partial_metrics import PartialCounts, PartialMetricsReader, PartialMetricsWriter
from tests.formats.frames import REASONS

NAMES = [metric.name for metric in METRICS]
COUNTS = PartialCounts(7, 1, 6)

_values = st.lists(st.floats(allow_nan=False), min_size=len(NAMES), max_size=len(NAMES))
_faces = st.builds(
    FaceMetrics,
    st.integers(0, 2**32 - 1),
    _values.map(lambda values: dict(zip(NAMES, values, strict=True))),
    st.floats(0.0, 100.0),
    REASONS,
    st.sets(st.sampled_from(GazeReason)).map(lambda chosen: tuple(each for each in GazeReason if each in chosen)),
)
_frames = st.builds(
    FrameMetrics,
    st.floats(allow_nan=False),
    st.lists(_faces, max_size=3).map(tuple),
    st.none() | st.floats(0.0, allow_nan=False),
    st.integers(0, 2**32 - 1),
)


def _written(frames: list[FrameMetrics]) -> bytes:
    stream = io.BytesIO()
    writer = PartialMetricsWriter(stream, NAMES)
    for frame in frames:
        writer.write(frame)
    writer.close(COUNTS)
    return stream.getvalue()


@given(st.lists(_frames, max_size=5))
def test_what_is_written_is_read_again(frames: list[FrameMetrics]) -> None:
    reader = PartialMetricsReader(io.BytesIO(_written(frames)))
    assert list(reader.frames()) == frames
    assert reader.counts == COUNTS


@given(st.data())
def test_a_part_that_was_cut_off_or_goes_on_is_refused(data: st.DataObject) -> None:
    whole = _written([FrameMetrics(0.5, ()), FrameMetrics(1.0, (FaceMetrics(0, dict.fromkeys(NAMES, 1.0)),))])
    end = data.draw(st.integers(0, len(whole) - 1))
    for broken in (whole[:end], whole + b"F"):
        with pytest.raises(ValueError):  # noqa: PT011  # json's own words, for a cut in the first line
            list(PartialMetricsReader(io.BytesIO(broken)).frames())


def test_what_was_not_read_of_eyes_stays_without_a_number() -> None:
    lacking = FaceMetrics(0, dict.fromkeys(NAMES, math.nan), 50.0, (), (GazeReason.CLOSED, GazeReason.BEYOND))
    (frame,) = PartialMetricsReader(io.BytesIO(_written([FrameMetrics(0.0, (lacking,))]))).frames()
    assert all(map(math.isnan, frame.faces[0].values.values()))
    assert frame.faces[0].gaze_reasons == lacking.gaze_reasons
