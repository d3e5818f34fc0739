"""The sound of a media file, as packets for an MP4 file: copied as they are if browsers play that codec in one, else
encoded as Opus. Read in parallel with the pictures from the same file, so that none of it has to wait in memory."""

import io
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from fractions import Fraction
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeAlias, cast

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet

from chalicelib.analysis.media.frames import MediaLimits
from chalicelib.analysis.media.sniff import sniff_file
from chalicelib.analysis.media.video_container import open_container, read_packets
from chalicelib.domain.measurements.stretch import Stretch

COPIED_CODECS = ("aac", "mp3", "opus", "flac")
_CODEC, _RATE_HZ, _BITS_PER_S = "libopus", 48_000, 96_000
_FRAME_SAMPLES = 960
# Encoders begin a little early, with samples that are not played.
_LEAD_S = 0.1

AudioPacket: TypeAlias = "Packet[AudioStream]"


class Sound:
    """The sound of `stretch` of a media file. A context manager; `add_to` comes before the first packets."""

    def __init__(self, path: Path, stretch: Stretch, shift_s: float, limits: MediaLimits) -> None:
        """`shift_s`: what is taken from all times."""
        self._stretch, self._shift_s = stretch, shift_s
        self._opened = ExitStack()
        self._packets: Iterator[AudioPacket] = iter(())
        self._waiting: AudioPacket | None = None
        self._source = self._source_of(path, limits)

    def _source_of(self, path: Path, limits: MediaLimits) -> tuple[InputContainer, AudioStream] | None:
        found = sniff_file(path)
        if found.reader != "video":
            return None
        container = self._opened.enter_context(open_container(path, found.format_name, limits))
        stream = container.streams.best("audio")
        # PyAV gives no context to a codec that FFmpeg cannot decode: such sound is left out.
        context: object = None if stream is None else stream.codec_context
        return (container, stream) if isinstance(stream, AudioStream) and context is not None else None

    def add_to(self, target: OutputContainer) -> None:
        """Adds its stream, if there is sound."""
        if self._source is None:
            return
        container, source = self._source
        if _can_be_copied(source):
            self._packets = _steady(self._copied(container, source, target.add_stream_from_template(source)))
        else:
            layout = "mono" if source.channels == 1 else "stereo"
            opus = cast("AudioStream", target.add_stream(_CODEC, rate=_RATE_HZ, layout=layout))
            opus.bit_rate = _BITS_PER_S
            self._packets = _steady(self._encoded(container, source, opus))

    def until(self, time_s: float | None) -> Iterator[AudioPacket]:
        """Yields the packets before a time of the new file, all that are left without one."""
        while True:
            packet = self._waiting or next(self._packets, None)
            self._waiting = None
            if packet is None:
                return
            if time_s is not None and (_begins_s(packet) or 0.0) >= time_s:
                self._waiting = packet
                return
            yield packet

    def _of_stretch(self, container: InputContainer, source: AudioStream) -> Iterator[AudioPacket]:
        start_s, end_s = self._stretch.start_s, self._stretch.end_s
        if start_s is not None:
            with suppress(av.FFmpegError):
                container.seek(round(start_s * av.time_base), backward=True)
        for packet in read_packets(container):
            if packet is None:
                return
            begins_s = _begins_s(packet)
            if packet.stream_index != source.index or packet.size == 0 or begins_s is None:
                continue
            if end_s is not None and begins_s >= end_s:
                return
            if start_s is None or begins_s >= start_s:
                yield cast("AudioPacket", packet)

    def _copied(self, container: InputContainer, source: AudioStream, target: AudioStream) -> Iterator[AudioPacket]:
        for packet in self._of_stretch(container, source):
            ticks = round(self._shift_s / float(packet.time_base))
            packet.pts = None if packet.pts is None else packet.pts - ticks
            packet.dts = None if packet.dts is None else packet.dts - ticks
            packet.stream = target
            yield packet

    def _encoded(self, container: InputContainer, source: AudioStream, target: AudioStream) -> Iterator[AudioPacket]:
        layout = target.layout.name
        resampler = AudioResampler(format="s16", layout=layout, rate=_RATE_HZ, frame_size=_FRAME_SAMPLES)
        for frame in chain(self._decoded(container, source), (None,)):
            # Broken sound is left out, and what changes its rate or its channels.
            with suppress(av.FFmpegError, ValueError):
                for piece in resampler.resample(frame):
                    yield from target.encode(piece)
        yield from target.encode(None)

    def _decoded(self, container: InputContainer, source: AudioStream) -> Iterator[AudioFrame]:
        for packet in self._of_stretch(container, source):
            with suppress(av.FFmpegError):  # broken sound is left out
                for frame in packet.decode():
                    if frame.pts is not None and frame.time_base is not None:
                        frame.pts -= round(self._shift_s / float(frame.time_base))
                    yield frame

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._opened.close()


def _begins_s(packet: "Packet[Any]") -> float | None:
    """AVI has no presentation times; of sound, both are the same."""
    stamp = packet.dts if packet.pts is None else packet.pts
    return None if stamp is None else float(stamp * packet.time_base)


def _can_be_copied(source: AudioStream) -> bool:
    """Returns True if an MP4 file takes the stream, which shows when its header is written."""
    if source.codec_context.codec.canonical_name not in COPIED_CODECS:
        return False
    try:
        with av.open(io.BytesIO(), "w", format="mp4") as trial:
            trial.add_stream_from_template(source)
            trial.start_encoding()
    except (av.FFmpegError, ValueError):
        return False
    return True


def _steady(packets: Iterator[AudioPacket]) -> Iterator[AudioPacket]:
    """Passes on what an MP4 file takes: packets with both times, in ascending order, from the beginning on."""
    last: Fraction | None = None
    for packet in packets:
        packet.dts = packet.pts if packet.dts is None else packet.dts
        packet.pts = packet.dts if packet.pts is None else packet.pts
        if packet.dts is None:
            continue
        now = packet.dts * packet.time_base
        if now >= -_LEAD_S and (last is None or now > last):
            last = now
            yield packet
