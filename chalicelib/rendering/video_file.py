"""Writes an MP4 file: pictures at their own times, and sound.

The pictures are VP9, which every current browser plays, by libvpx (BSD-3-Clause): `docs/decisions/0034` says why.
"""

from collections.abc import Sequence
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import av
import cv2
import numpy as np
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray

from chalicelib.rendering.sound import Sound

VIDEO_CODEC = "libvpx-vp9"
_OPTIONS = {
    "deadline": "realtime",
    "cpu-used": "8",
    "crf": "32",
    "b": "0",
    "lag-in-frames": "0",
    "row-mt": "1",
    "tile-columns": "2",
}
_THREADS = 2
# An index at the beginning lets players begin before they have all of the file.
_MUXER = {"movflags": "+faststart", "fflags": "+bitexact"}
# By FFmpeg's numbers.
_BT601, _LIMITED = 6, 1
_KEY_FRAME_EVERY = 120
FINEST_TIME_BASE = Fraction(1, 1_000_000)


class VideoFile:
    """Encodes pictures of one size, in order of time. A context manager; without `close` the file is incomplete."""

    def __init__(
        self, path: Path, size: tuple[int, int], time_base: Fraction, rate_hz: Fraction, sound: Sound | None = None
    ) -> None:
        """`size`: width and height. `time_base`: times are whole numbers of it. `rate_hz`: about how many frames a
        second there will be. `sound`: written along."""
        self._container = av.open(str(path), "w", format="mp4", options=_MUXER)
        # The encoder refuses a rate of which a frame is shorter than the unit of time, as damaged headers have it.
        self._time_base, self._rate_hz = time_base, min(rate_hz, 1 / time_base)
        self._ticks = -1
        stream = self._container.add_stream(VIDEO_CODEC, rate=self._rate_hz, options=dict(_OPTIONS))
        self._stream = cast("VideoStream", stream)
        self._stream.width, self._stream.height = size
        self._stream.pix_fmt = "yuv420p"
        context = self._stream.codec_context
        context.time_base = time_base
        context.thread_count = _THREADS
        context.gop_size = _KEY_FRAME_EVERY
        context.colorspace, context.color_range = _BT601, _LIMITED
        self._pixels = VideoReformatter()
        self._sound = sound
        if sound is not None:
            sound.add_to(self._container)

    def write(self, image: NDArray[np.uint8], time_s: float, duration_s: float | None = None) -> None:
        """Adds a picture, (H, W, 3) uint8 BGR, at a time later than the one before."""
        picture = self._converted(image)
        picture.time_base = self._time_base
        self._ticks = max(round(time_s / self._time_base), self._ticks + 1)
        picture.pts = self._ticks
        picture.duration = max(round((duration_s or 1 / self._rate_hz) / self._time_base), 1)
        self._mux(self._stream.encode(picture))

    def _converted(self, image: NDArray[np.uint8]) -> VideoFrame:
        height, width = image.shape[:2]
        if height % 2 == 0 and width % 2 == 0:  # OpenCV is three times as quick
            planes = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2YUV_I420), dtype=np.uint8)
            return VideoFrame.from_ndarray(planes, format="yuv420p")
        frame = VideoFrame.from_ndarray(image, format="bgr24")
        return self._pixels.reformat(
            frame, format="yuv420p", dst_colorspace=Colorspace.ITU601, dst_color_range=ColorRange.MPEG, threads=1
        )

    def close(self) -> None:
        """Completes the file."""
        self._mux(self._stream.encode(None))
        self._add_sound(None)
        self._container.close()

    def _mux(self, packets: "Sequence[Packet[VideoStream]]") -> None:
        for packet in packets:
            if self._sound is not None and packet.pts is not None:
                self._add_sound(float(packet.pts * packet.time_base))
            self._container.mux(packet)

    def _add_sound(self, until_s: float | None) -> None:
        if self._sound is not None:
            for packet in self._sound.until(until_s):
                with suppress(
                    av.FFmpegError
                ):  # a packet that is damaged is left out; a full disk fails at the pictures
                    self._container.mux(packet)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error_type is None:
            self.close()
        else:
            self._container.close()
