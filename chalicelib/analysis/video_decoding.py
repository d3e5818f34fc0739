"""From a container's packets to frames, with the account of what was lost on the way."""

from collections.abc import Generator, Iterator
from fractions import Fraction
from itertools import chain

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from chalicelib.analysis.frames import Frame, MediaLimits
from chalicelib.analysis.media_limits import require_duration, require_pixels
from chalicelib.analysis.video_clock import FrameClock
from chalicelib.analysis.video_container import decoded, rate_hz, read_packets
from chalicelib.analysis.video_pixels import UprightPixels
from chalicelib.analysis.video_promise import Delivery, require_kept


class Decoding:
    """One pass over a container from where it stands. `delivery` is the account."""

    def __init__(self, container: InputContainer, stream: VideoStream, limits: MediaLimits) -> None:
        self._container = container
        self._stream = stream
        self._limits = limits
        self.delivery = Delivery()
        self._clock = FrameClock(stream.time_base or Fraction(1, av.time_base), float(1 / rate_hz(stream)))
        # AVI stores no presentation times; there, what FFmpeg derives from the decoding order is right.
        self._stamped_by_order = container.format.name == "avi"
        self._pixels = UprightPixels()

    def frames(self) -> Generator[Frame]:
        """Every frame to the end of the file, which must keep what the header promised. Raises MediaError."""
        started_s: float | None = None
        for time_s, picture in self.pictures():
            started_s = time_s if started_s is None else started_s
            require_duration(time_s - started_s, self._limits)
            yield self.frame(time_s, picture)
        require_kept(self._container, self._stream, self.delivery)

    def pictures(self) -> Generator[tuple[float, VideoFrame]]:
        """Every decoded picture with its time, before the work of turning it into pixels. Raises MediaError."""
        for picture in self._decoded():
            require_pixels(picture.width, picture.height, self._limits)
            yield self._clock.time_s(self._timestamp(picture)), picture
            self.delivery.frames += 1

    def frame(self, time_s: float, picture: VideoFrame) -> Frame:
        """The picture as the analysis takes it."""
        return Frame(self.delivery.frames, time_s, self._pixels.of(picture))

    def _timestamp(self, picture: VideoFrame) -> int | None:
        preferred, other = picture.pts, picture.dts
        if self._stamped_by_order:
            preferred, other = other, preferred
        return other if preferred is None else preferred

    def _decoded(self) -> Iterator[VideoFrame]:
        for packet in chain(self._packets(), (None,)):  # None: what the decoder still holds back
            pictures = decoded(self._stream, packet)
            if packet is not None and not packet.is_discard:
                self.delivery.packets += 1
                self.delivery.refused += pictures is None
            yield from pictures or ()

    def _packets(self) -> Iterator["Packet[Stream]"]:
        for packet in read_packets(self._container):
            if packet is None:
                self.delivery.broken_off = True
                return
            self.delivery.note_reach(packet)
            # Empty packets mean "the same picture again" (AVI) or the end (PyAV); a decoder takes both for the end.
            if packet.stream_index == self._stream.index and packet.size > 0:
                yield packet
