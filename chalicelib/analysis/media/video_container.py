"""Opens a video file safely; FFmpeg's errors do not leave this module."""

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from chalicelib.analysis.media.frames import MediaLimits
from chalicelib.analysis.media.limits import require_duration, require_pixels
from chalicelib.errors import MediaError

DAMAGED = "The video is damaged: {what}. Check that it plays, or convert it to MP4 (H.264), and upload it again."
INCOMPLETE = "The video is incomplete: {what}. The transfer was probably cut off; upload it again."

_PICTURE_STREAMS = Disposition.attached_pic | Disposition.timed_thumbnails
_FALLBACK_RATE_HZ = Fraction(25)
_MANY_PIXELS = 1_000_000
# Some ten frames of 4K. If this much can be allocated, memory was not the problem.
_ENOUGH_BYTES = 256 * 2**20


@contextmanager
def ffmpeg_contained(sentence: str) -> Iterator[None]:
    """Converts every error that FFmpeg reports into MediaError with this message.

    All of them are the media's: that the file exists and can be read was seen before, and FFmpeg says "I/O error" of
    files that claim absurd sizes too; but if there is no memory, `MemoryError` is raised.
    """
    try:
        yield
    except av.FFmpegError as error:
        _require_memory()
        raise MediaError(sentence) from error


def _require_memory() -> None:
    """MemoryError if FFmpeg may have failed for want of memory: what it says itself is often that the data are invalid,
    and it says that it has no memory of files that claim an absurd size."""
    try:
        mmap.mmap(-1, _ENOUGH_BYTES).close()  # only the address space is taken
    except OSError as error:
        raise MemoryError("there is no memory for FFmpeg to decode the video") from error


def open_container(path: Path, demuxer: str, limits: MediaLimits) -> InputContainer:
    """Open a local file with exactly the named FFmpeg demuxer.

    Nothing is guessed from the content, so a playlist, a concat script or an SDP text never reaches its demuxer; and
    whatever a demuxer follows can only be a local file, never a URL. MediaError: it is no readable file of its kind.
    """
    what = "the part that says where its frames lie is missing or cannot be read"
    with ffmpeg_contained(INCOMPLETE.format(what=what)):
        return av.open(
            str(path.resolve()),  # an absolute path cannot be taken for a protocol, as `pipe:0` would be
            mode="r",
            format=demuxer,
            options=decoder_guard(limits),
            container_options={"protocol_whitelist": "file", "format_whitelist": demuxer},
            metadata_errors="replace",
        )


def choose_stream(container: InputContainer, limits: MediaLimits, threads: int | None) -> VideoStream:
    """The video stream to analyse: FFmpeg's best, passing over cover art and chapter thumbnails. `threads`: of its
    decoder, 0 for one per core, None for as many as the size of its frames asks for.

    MediaError: there is no moving picture, its codec is not supported, or its header claims more than the limits.
    """
    moving = [stream for stream in container.streams.video if not stream.disposition & _PICTURE_STREAMS]
    if not moving:
        raise MediaError("The file holds sound but no video. Send a file with a picture.")
    readable = [stream for stream in moving if _has_decoder(stream)]
    if not readable:
        raise MediaError("The video's codec is not supported. Convert it to MP4 (H.264) and upload it again.")
    best = container.streams.best("video")
    stream = next((stream for stream in readable if stream is best), readable[0])
    require_pixels(stream.codec_context.width, stream.codec_context.height, limits)
    require_duration(duration_s(container, stream) or 0.0, limits)
    _choose_threads(stream, threads)
    # FFmpeg's own guard, so that a frame that grows in mid-stream is refused before memory is taken for it.
    stream.codec_context.options = decoder_guard(limits)
    return stream


def _choose_threads(stream: VideoStream, threads: int | None) -> None:
    stream.thread_type = "AUTO"
    stream.thread_count = _threads_for(stream) if threads is None else threads
    if stream.codec_context.name == "vp8" and stream.thread_count == 1:
        # With one thread FFmpeg's decoder passes over what it cannot read, and shows a picture all the same; with
        # threads for slices it refuses the packet. That is the only sign of a lost packet that VP8 has.
        stream.thread_type, stream.thread_count = "SLICE", 2


def _threads_for(stream: VideoStream) -> int:
    # Decoding runs in parallel with the analysis anyway; it only takes longer for large frames, and more threads cost
    # time.
    return 2 if stream.codec_context.width * stream.codec_context.height > _MANY_PIXELS else 1


def decoder_guard(limits: MediaLimits) -> dict[str, str]:
    # Decoders count the pixels of padded pictures, so theirs is the wider limit; the exact one is kept per frame.
    return {"max_pixels": str(2 * limits.max_pixels + 1_000_000)}


def _has_decoder(stream: Stream) -> bool:
    # PyAV returns None if FFmpeg has no decoder, though its type stubs promise a context.
    context: object = stream.codec_context
    return context is not None


def duration_s(container: InputContainer, stream: VideoStream) -> float | None:
    """Returns the duration in the header: the stream's own, else the container's; None if there is neither."""
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return None if container.duration is None else container.duration / av.time_base


def rate_hz(stream: VideoStream) -> Fraction:
    """Returns the frames per second in the header, 25 if it has none. Only for estimates, never for a frame's time."""
    rate = stream.average_rate or stream.guessed_rate
    return rate if rate is not None and rate > 0 else _FALLBACK_RATE_HZ


def read_packets(container: InputContainer) -> Iterator["Packet[Stream] | None"]:
    """All packets of all streams in the order of the file; a last None if reading breaks off with an error."""
    packets = container.demux()
    try:
        yield from packets
    except (av.FFmpegError, IndexError):  # PyAV's own, of a stream that appears while it looks through all of them
        _require_memory()
        yield None


def decoded(stream: VideoStream, packet: "Packet[Stream] | None") -> list[VideoFrame] | None:
    """Returns the frames decoded from `packet` (None: the end); None if the decoder rejects it."""
    try:
        return stream.codec_context.decode(packet)
    except av.FFmpegError:
        _require_memory()
        return None
