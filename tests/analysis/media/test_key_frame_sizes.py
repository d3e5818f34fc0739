"""Recorded calls that grow: measured in their largest size."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from chalicelib.analysis.media.frames import Frame, MediaInfo, MediaLimits
from chalicelib.analysis.media.open_media import open_media
from tests.media_factory import corner_names, corners

FRAME_PERIOD = Fraction(1, 25)


def write_call(path: Path, codec: str, sizes: list[tuple[int, int]]) -> Path:
    """Six frames of each size, one stream."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25)
        assert isinstance(stream, VideoStream)
        (stream.width, stream.height), stream.pix_fmt = sizes[0], "yuv420p"
        count = 0
        for width, height in sizes:
            encoder = av.CodecContext.create(codec, "w")
            assert isinstance(encoder, VideoCodecContext)
            encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = width, height, "yuv420p", FRAME_PERIOD
            encoder.options = {"lag-in-frames": "0"}
            frames = [av.VideoFrame.from_ndarray(corners(width, height), format="bgr24") for _ in range(6)]
            for index, frame in enumerate(frames):
                frame.pts, frame.time_base = index, FRAME_PERIOD
            packets = [packet for frame in (*frames, None) for packet in encoder.encode(frame)]
            for packet in packets:
                packet.stream, packet.pts, packet.dts, packet.time_base = stream, count, count, FRAME_PERIOD
                count += 1
                container.mux(packet)
    return path


def played(path: Path, limits: MediaLimits | None = None) -> tuple[MediaInfo, list[Frame]]:
    with open_media(path, limits or MediaLimits()) as source:
        return source.info, list(source.frames())


@pytest.mark.parametrize("codec", ["libvpx", "libvpx-vp9"])
def test_a_call_that_grows_keeps_its_detail(tmp_path: Path, codec: str) -> None:
    path = write_call(tmp_path / "call.webm", codec, [(160, 90), (320, 180), (640, 360), (320, 180)])
    info, frames = played(path)
    assert (info.width_px, info.height_px, len(frames)) == (640, 360, 24)
    assert {frame.image.shape for frame in frames} == {(360, 640, 3)}
    assert {corner_names(frame.image) for frame in frames} == {"rgwb"}
    assert np.abs(frames[14].image[40:140, 40:280].astype(int) - corners(640, 360)[40:140, 40:280]).max() <= 6


@pytest.mark.parametrize("codec", ["libvpx", "libvpx-vp9"])
def test_another_shape_and_what_is_too_large_do_not_count(tmp_path: Path, codec: str) -> None:
    path = write_call(tmp_path / "call.webm", codec, [(160, 90), (180, 320)])
    assert played(path)[0].frame_size.width_px == 160
    grows = write_call(tmp_path / "grows.webm", codec, [(160, 90), (320, 180)])
    with open_media(grows, MediaLimits(max_pixels=160 * 90)) as medium:
        assert medium.info.width_px == 160
