"""The largest size that a recorded call reaches. Calls begin small and grow as the line allows; measured in the size of
their first frame, all later ones would lose their detail.

Read from the heads of key frames, without decoding: VP8 (RFC 6386, 9.1) and VP9 (bitstream specification, 6.2), which
is what calls in WebM are recorded with.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from av.video.stream import VideoStream

from chalicelib.analysis.media.frames import MediaLimits
from chalicelib.analysis.media.video_container import open_container, read_packets

_DEMUXER = "matroska"
_VP8_START, _VP9_START = b"\x9d\x01\x2a", 0x498342
_RGB = 7
# Another shape is another picture, and not the same one with more detail.
_SAME_SHAPE = 0.05
_PACKETS_PER_CALL = 256

Size = tuple[int, int]


def largest_size(
    path: Path, demuxer: str, stream: VideoStream, limits: MediaLimits, while_reading: Callable[[], None]
) -> Size | None:
    """Width and height of the largest key frame with the shape of the first one; None if that cannot be told without
    decoding. `stream`: of the file, opened elsewhere. `while_reading` is called again and again."""
    size_of = _READERS.get(stream.codec_context.name)
    if demuxer != _DEMUXER or size_of is None:
        return None
    first = largest = None
    with open_container(path, demuxer, limits) as container:
        for number, packet in enumerate(read_packets(container)):
            if number % _PACKETS_PER_CALL == 0:
                while_reading()
            if packet is None:
                break
            if packet.stream_index != stream.index or not packet.is_keyframe:
                continue
            size = size_of(bytes(packet)[:16])
            if size is None or size[0] * size[1] > limits.max_pixels:
                continue
            first = first or size
            if size > (largest or size) and _is_alike(size, first):
                largest = size
            largest = largest or size
    return largest


def _is_alike(size: Size, first: Size) -> bool:
    return abs(size[0] * first[1] / (size[1] * first[0]) - 1) <= _SAME_SHAPE


def _vp8_size(head: bytes) -> Size | None:
    if len(head) < 10 or head[0] & 1 or head[3:6] != _VP8_START:
        return None
    return _size(int.from_bytes(head[6:8], "little") & 0x3FFF, int.from_bytes(head[8:10], "little") & 0x3FFF)


def _vp9_size(head: bytes) -> Size | None:
    bits = f"{int.from_bytes(head):0{8 * len(head)}b}"
    # Marker, profile 0, no frame shown again, a key frame; then whether it is shown and resilient, and the start code.
    if len(head) < 10 or bits[:6] != "100000" or int(bits[8:32], 2) != _VP9_START:
        return None
    if int(bits[32:35], 2) == _RGB:
        return None
    return _size(int(bits[36:52], 2) + 1, int(bits[52:68], 2) + 1)


def _size(width: int, height: int) -> Size | None:
    return (width, height) if width and height else None


_READERS: Mapping[str, Callable[[bytes], Size | None]] = {"vp8": _vp8_size, "vp9": _vp9_size}
