"""Frames that are kept to the last digit."""

import io

import pytest
from hypothesis import given

from chalicelib.domain.measurements.metrics import METRICS, FrameMetrics
from chalicelib.worker.faces.frames_file import KeptFramesReader, KeptFramesWriter
from tests.formats.frames import FRAMES, GOLDEN_FRAMES

_NAMES = [metric.name for metric in METRICS]
_HEADER = {"name": "multiface", "é": [1, None]}


def kept(frames: list[FrameMetrics]) -> bytes:
    stream = io.BytesIO()
    writer = KeptFramesWriter(stream, _HEADER, _NAMES)
    for frame in frames:
        writer.write(frame)
    writer.close()
    return stream.getvalue()


@given(FRAMES)
def test_frames_come_back_exactly(frames: list[FrameMetrics]) -> None:
    data = kept(frames)
    reader = KeptFramesReader(io.BytesIO(data))
    assert reader.header == _HEADER
    assert list(reader.frames()) == frames
    assert kept(frames) == data


def test_the_beginning_is_not_taken_for_the_whole() -> None:
    data = kept(list(GOLDEN_FRAMES))
    for length in range(0, len(data), 7):
        with pytest.raises(ValueError, match=r"kept frames|Expecting|partial result"):
            list(KeptFramesReader(io.BytesIO(data[:length])).frames())


def test_damage_of_any_kind_is_refused() -> None:
    data = kept(list(GOLDEN_FRAMES))
    for place in range(10, len(data)):  # behind the header of gzip, whose date and system do not count
        damaged = bytearray(data)
        damaged[place] ^= 0xFF
        with pytest.raises(ValueError, match=r"\w"):
            list(KeptFramesReader(io.BytesIO(damaged)).frames())
