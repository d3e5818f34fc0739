"""From a container's packets to frames, with the account of what was lost on the way."""

import math
from collections.abc import Generator, Iterator
from fractions import Fraction
from itertools import chain

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from chalicelib.analysis.media.damage.smeared_pictures import SmearedPictures
from chalicelib.analysis.media.deinterlacing import Deinterlacing
from chalicelib.analysis.media.frames import Frame, MediaLimits
from chalicelib.analysis.media.limits import require_duration, require_pixels
from chalicelib.analysis.media.pixels.video_pixels import UprightPixels
from chalicelib.analysis.media.square_pixels import square_size
from chalicelib.analysis.media.video_aspect import StreamAspect
from chalicelib.analysis.media.video_clock import FrameClock, PacketDurations, seconds
from chalicelib.analysis.media.video_container import decoded, rate_hz, read_packets
from chalicelib.analysis.media.video_promise import Delivery, require_kept
from chalicelib.domain.measurements.frame_size import FrameSize


class Decoding:
    """One pass over a container from its present position. `delivery` is the account; `own` is that of the pictures,
    and their packets, with `own_from_s <= time < own_until_s`, if passes share a video."""

    def __init__(
        self,
        container: InputContainer,
        stream: VideoStream,
        limits: MediaLimits,
        *,
        own_from_s: float | None = None,
        own_until_s: float | None = None,
        frame_size: FrameSize | None = None,
        stored_size: tuple[int, int] | None = None,
    ) -> None:
        """`frame_size`: what every frame is scaled to; None for that of a frame stored with `stored_size`, or of the
        first."""
        self._container = container
        self._stream = stream
        self._limits = limits
        self.delivery, self.own = Delivery(), Delivery()
        self._own_from_s = -math.inf if own_from_s is None else own_from_s
        self._own_until_s = math.inf if own_until_s is None else own_until_s
        self._clock = FrameClock(stream.time_base or Fraction(1, av.time_base), float(1 / rate_hz(stream)))
        # AVI stores no presentation times; there, what FFmpeg derives from the decoding order is right.
        self._stamped_by_order = container.format.name == "avi"
        self._pixels = UprightPixels(frame_size, stored_size)
        self._aspects = StreamAspect(stream)
        self._deinterlacing = Deinterlacing(stream)
        self._durations = PacketDurations(in_decoding_order=container.format.name == "mov")
        self._smeared = SmearedPictures(stream.codec_context.name, stream.codec_context.extradata)
        self._is_smeared = False
        self._packet_s = 0.0
        self._stored_size: tuple[int, int] | None = None

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
        for picture in self._progressive():
            aspect = self._aspects.of(picture)
            require_pixels(*square_size(picture.width, picture.height, aspect), self._limits)
            time_s = self._clock.time_s(self._timestamp(picture))
            self._is_smeared = self._smeared.of(picture, time_s)
            yield time_s, picture
            self.delivery.frames += 1
            self.own.frames += self._is_own(time_s)

    def frame(self, time_s: float, picture: VideoFrame) -> Frame:
        """The picture as the analysis takes it."""
        shown = self._pixels.of(picture, self._aspects.of(picture))
        size, before = (picture.width, picture.height), self._stored_size
        self._stored_size = size
        return Frame(
            self.delivery.frames,
            time_s,
            shown,
            self._duration_s(picture),
            size_changed=before not in (None, size),
            is_smeared=self._is_smeared,
        )

    def _duration_s(self, picture: VideoFrame) -> float | None:
        ticks = self._durations.take(picture.pts)
        if ticks is None or self._stream.time_base is None:
            return None
        return min(seconds(ticks, self._stream.time_base), self._limits.max_duration_s)

    def _timestamp(self, picture: VideoFrame) -> int | None:
        preferred, other = picture.pts, picture.dts
        if self._stamped_by_order:
            preferred, other = other, preferred
        return other if preferred is None else preferred

    def _progressive(self) -> Iterator[VideoFrame]:
        for picture in chain(self._decoded(), (None,)):  # None: what the filter still holds back
            yield from self._deinterlacing.through(picture)

    def _decoded(self) -> Iterator[VideoFrame]:
        for packet in chain(self._packets(), (None,)):  # None: what the decoder still holds back
            pictures = decoded(self._stream, packet)
            self._aspects.note(packet)
            if packet is not None and not packet.is_discard:
                self._count(packet, refused=pictures is None)
            yield from pictures or ()

    def _count(self, packet: "Packet[Stream]", *, refused: bool) -> None:
        self._durations.note(packet.pts, packet.duration)
        stamp = packet.dts if packet.pts is None else packet.pts
        if stamp is not None:  # else it is as long as the previous one
            self._packet_s = seconds(stamp, packet.time_base)
        self._smeared.note(packet, self._packet_s, refused=refused)
        is_own = self._is_own(self._packet_s)
        self.delivery.packets += 1
        self.delivery.refused += refused
        self.own.packets += is_own
        self.own.refused += refused and is_own

    def _is_own(self, time_s: float) -> bool:
        return self._own_from_s <= time_s < self._own_until_s

    def _packets(self) -> Iterator["Packet[Stream]"]:
        for packet in read_packets(self._container):
            if packet is None:
                self.delivery.broken_off = True
                return
            self.delivery.note_reach(packet)
            # Empty packets mean "the same picture again" (AVI) or the end (PyAV); a decoder takes both for the end.
            if packet.stream_index == self._stream.index and packet.size > 0:
                yield packet
