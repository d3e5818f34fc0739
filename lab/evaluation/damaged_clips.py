"""Clips whose packets were lost after they were encoded, as on the way through a network."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

from chalicelib.analysis.media.frames import Frame

RATE_HZ = 25
_KEY_EVERY = 48
_LOST = 12  # of each group of pictures, so that nothing but pictures P is lost
_BITS_PER_S = 1_000_000


@dataclass(frozen=True, slots=True)
class Coding:
    """A codec as FFmpeg's `encoder` writes it, in a container with this `suffix`."""

    name: str
    encoder: str
    suffix: str
    options: tuple[tuple[str, str], ...] = ()


# In real time an encoder does what its time allows, and another thing in each run.
_REPEATABLE = (("deadline", "good"), ("cpu-used", "5"), ("lag-in-frames", "0"))
CODINGS = (
    Coding("H.264", "libx264", "mkv", (("preset", "veryfast"), ("x264-params", "scenecut=0:bframes=0"))),
    Coding("HEVC", "libx265", "mkv", (("preset", "ultrafast"), ("x265-params", "log-level=none:bframes=0"))),
    Coding("MPEG-2", "mpeg2video", "mkv"),
    Coding("MPEG-4 Visual", "mpeg4", "mkv"),
    Coding("VP8", "libvpx", "webm", _REPEATABLE),
    Coding("VP9", "libvpx-vp9", "webm", _REPEATABLE),
)


def encode(frames: Sequence[Frame], coding: Coding, path: Path) -> None:
    """Writes the frames to `path`, 25 a second, with a key frame every 48."""
    with av.open(str(path), "w") as container:
        added = container.add_stream(coding.encoder, rate=RATE_HZ, options=dict(coding.options))
        stream = cast("VideoStream", added)
        stream.pix_fmt, stream.bit_rate, stream.codec_context.gop_size = "yuv420p", _BITS_PER_S, _KEY_EVERY
        stream.height, stream.width = frames[0].image.shape[:2]
        for frame in frames:
            picture = VideoFrame.from_ndarray(frame.image, format="bgr24")
            picture.pts, picture.time_base = frame.index, Fraction(1, RATE_HZ)
            picture.pict_type = PictureType.I if frame.index % _KEY_EVERY == 0 else PictureType.NONE
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))


def lose(path: Path, damaged: Path) -> None:
    """Copies the video without one packet of each group of pictures."""
    with av.open(str(path)) as source, av.open(str(damaged), "w") as target:
        video = source.streams.video[0]
        stream = target.add_stream_from_template(video)
        packets = [packet for packet in source.demux(video) if packet.size]
        for place, packet in enumerate(packets):
            packet.stream = stream
            if place % _KEY_EVERY != _LOST:
                target.mux(packet)
