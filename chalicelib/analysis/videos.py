"""Video files, by PyAV (FFmpeg): frames one at a time, each with the time that the container states."""

from collections.abc import Generator, Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Self

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from chalicelib.analysis.frames import Frame, MediaInfo, MediaLimits
from chalicelib.analysis.media_limits import require_duration, require_pixels
from chalicelib.analysis.mp4_claims import require_plausible_samples
from chalicelib.analysis.video_clock import FrameClock
from chalicelib.analysis.video_container import (
    DAMAGED,
    choose_stream,
    decoded,
    duration_s,
    open_container,
    rate_hz,
    read_packets,
)
from chalicelib.analysis.video_pixels import UprightPixels
from chalicelib.analysis.video_promise import Delivery, frames_promised, require_all_bytes, require_kept
from chalicelib.errors import MediaError

DECODER_THREADS = 2
MP4_DEMUXER = "mov"


class VideoSource:
    """An opened video. `frames()` always returns the same iterator: every decoded frame comes once, in increasing
    time, with the size that it has (it may change in mid-stream).

    Packets that the decoder refuses are skipped, as players do. MediaError while iterating: a frame is too large or
    too late for the limits, the clock jumps back, or at the end clearly less came out than the header promised
    (`video_promise` states the tolerances).
    """

    def __init__(self, container: InputContainer, info: MediaInfo, frames: Generator[Frame]) -> None:
        self._container = container
        self._info = info
        self._frames = frames

    @property
    def info(self) -> MediaInfo:
        return self._info

    def frames(self) -> Iterator[Frame]:
        return self._frames

    def close(self) -> None:
        self._frames.close()
        self._container.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


def open_video(path: Path, demuxer: str, limits: MediaLimits, *, threads: int = DECODER_THREADS) -> VideoSource:
    """Open `path` with the FFmpeg demuxer of this name and decode its first frame.

    `threads`: of the decoder, 0 for one per core; they change speed, not frames. MediaError: the file is damaged or
    incomplete, holds no video, its codec is not supported, or it exceeds the limits.
    """
    if demuxer == MP4_DEMUXER:
        require_plausible_samples(path)
    container = open_container(path, demuxer, limits)
    try:
        stream = choose_stream(container, limits, threads)
        require_all_bytes(container, stream, path)
        claimed_s = duration_s(container, stream)
        frames_total = frames_promised(container, stream, claimed_s)  # before decoding, which rewrites the index
        frames = _Decoding(container, stream, limits).frames()
        first = _first(frames)
        info = MediaInfo(
            kind="video",
            format_name=container.format.name,
            width_px=first.image.shape[1],
            height_px=first.image.shape[0],
            duration_s=claimed_s,
            frames_total=frames_total,
        )
        return VideoSource(container, info, _rejoined(first, frames))
    except BaseException:
        container.close()
        raise


def _first(frames: Iterator[Frame]) -> Frame:
    first = next(frames, None)
    if first is None:
        raise MediaError(DAMAGED.format(what="not one frame can be decoded"))
    return first


def _rejoined(first: Frame, later: Generator[Frame]) -> Generator[Frame]:
    heads = [first]
    del first  # or the first picture would be held for as long as the video plays
    try:
        yield heads.pop()
        yield from later
    finally:
        later.close()


class _Decoding:
    """One pass over a container: packets in, frames out, with the account of what was lost."""

    def __init__(self, container: InputContainer, stream: VideoStream, limits: MediaLimits) -> None:
        self._container = container
        self._stream = stream
        self._limits = limits
        self._delivery = Delivery()
        self._clock = FrameClock(stream.time_base or Fraction(1, av.time_base), float(1 / rate_hz(stream)))
        # AVI stores no presentation times; there, what FFmpeg derives from the decoding order is right.
        self._stamped_by_order = container.format.name == "avi"
        self._pixels = UprightPixels()

    def frames(self) -> Generator[Frame]:
        started_s: float | None = None
        for picture in self._pictures():
            require_pixels(picture.width, picture.height, self._limits)
            time_s = self._clock.time_s(self._timestamp(picture))
            started_s = time_s if started_s is None else started_s
            require_duration(time_s - started_s, self._limits)
            yield Frame(self._delivery.frames, time_s, self._pixels.of(picture))
            self._delivery.frames += 1
        require_kept(self._container, self._stream, self._delivery)

    def _timestamp(self, picture: VideoFrame) -> int | None:
        preferred, other = picture.pts, picture.dts
        if self._stamped_by_order:
            preferred, other = other, preferred
        return other if preferred is None else preferred

    def _pictures(self) -> Iterator[VideoFrame]:
        for packet in chain(self._packets(), (None,)):  # None: what the decoder still holds back
            pictures = decoded(self._stream, packet)
            if packet is not None and not packet.is_discard:
                self._delivery.packets += 1
                self._delivery.refused += pictures is None
            yield from pictures or ()

    def _packets(self) -> Iterator["Packet[Stream]"]:
        for packet in read_packets(self._container):
            if packet is None:
                self._delivery.broken_off = True
                return
            self._delivery.note_reach(packet)
            # Empty packets mean "the same picture again" (AVI) or the end (PyAV); a decoder takes both for the end.
            if packet.stream_index == self._stream.index and packet.size > 0:
                yield packet
