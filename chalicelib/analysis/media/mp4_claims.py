"""The number of samples that the tables of an MP4 or MOV claim, read before a decoder allocates memory for them.

A table can give all samples one size in twelve bytes and claim four thousand million of them; FFmpeg allocates an entry
for each. A real file has at least a byte for every sample, and no more samples than hours of film need. Uncompressed
sound is the exception: its samples are counted one by one (every tick a sample), and FFmpeg reads them in chunks.

Boxes: ISO/IEC 14496-12, `hdlr` (8.4.3), `stts` (8.6.1.2), `stsz` (8.7.3) and `trun` (8.8.8).
"""

import math
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from chalicelib.analysis.media.video_container import INCOMPLETE
from chalicelib.analysis.media.video_promise import tolerated
from chalicelib.errors import MediaError

Box = tuple[bytes, int, int]
"""A box: its type, and the offsets of the start and end of its content."""

MAX_SAMPLES = 20_000_000
"""A day of film at 60 frames a second is five million."""

_CONTAINERS = {b"mdia", b"minf", b"stbl", b"traf"}
_HEADER_BYTES = 8


def require_whole_fragments(path: Path) -> None:
    """Raises `MediaError` if a fragmented file ends in the middle of a fragment, and more samples are missing than
    `video_promise` tolerates. Players show such a file as a shorter one; its header does not say how long it should be.
    """
    size_bytes = path.stat().st_size
    samples = last_samples = 0
    with path.open("rb") as stream:
        for kind, body, declared_end in _headers(stream, 0, size_bytes):
            if kind == b"moof":
                last_samples = sum(_track_samples(stream, part) for part in _boxes(stream, body, declared_end))
                samples += last_samples
            if samples and declared_end > size_bytes:
                share = 1.0 if kind == b"moof" else (declared_end - size_bytes) / (declared_end - body)
                missing = math.ceil(share * last_samples)
                if kind == b"moof" or missing > tolerated(samples):
                    what = f"about {missing} of its {samples} samples are missing"
                    raise MediaError(INCOMPLETE.format(what=what))


def require_plausible_samples(path: Path) -> None:
    """Raises `MediaError` if the tables claim more samples than the file has bytes, or than `MAX_SAMPLES`."""
    size_bytes = path.stat().st_size
    claimed = 0
    with path.open("rb") as stream:
        for kind, body, end in _boxes(stream, 0, size_bytes):
            if kind in (b"moov", b"moof"):
                claimed += sum(_track_samples(stream, part) for part in _boxes(stream, body, end))
    if claimed > min(size_bytes, MAX_SAMPLES):
        raise MediaError(
            f"The video's index claims {claimed} samples, more than a file like this can have. Export the video again."
        )


def _track_samples(stream: BinaryIO, box: Box) -> int:
    """Returns the number that the table of a `trak` or the runs of a `traf` claim; 0 for uncompressed sound and for
    other boxes."""
    if box[0] not in (b"trak", b"traf"):
        return 0
    claims = {b"stsz": 0, b"trun": 0}
    is_sound = has_ticks = False
    for kind, body, _end in _leaves(stream, box):
        if kind == b"stsz":
            claims[kind] += _word(stream, body + 8)  # after version and flags, and the common size
        elif kind == b"trun":
            claims[kind] += _word(stream, body + 4)  # after version and flags
        elif kind == b"hdlr":
            is_sound = is_sound or _word(stream, body + 8) == int.from_bytes(b"soun")
        elif kind == b"stts":
            has_ticks = (_word(stream, body + 4), _word(stream, body + 12)) == (1, 1)  # one entry, of duration one
    return 0 if is_sound and has_ticks else sum(claims.values())


def _leaves(stream: BinaryIO, box: Box) -> Iterator[Box]:
    """The boxes within `box`, through the containers that lead to sample tables."""
    pending = [box]
    while pending:
        _, start, stop = pending.pop()
        for inner in _boxes(stream, start, stop):
            if inner[0] in _CONTAINERS:
                pending.append(inner)
            else:
                yield inner


def _boxes(stream: BinaryIO, start: int, end: int) -> Iterator[Box]:
    """The boxes between two offsets, none of which ends behind the second."""
    return ((kind, body, min(declared_end, end)) for kind, body, declared_end in _headers(stream, start, end))


def _headers(stream: BinaryIO, start: int, end: int) -> Iterator[Box]:
    """The boxes that begin between two offsets, each with the end that it claims."""
    while start + _HEADER_BYTES <= end:
        stream.seek(start)
        header = stream.read(_HEADER_BYTES + 8)
        if len(header) < _HEADER_BYTES:
            return
        size, kind = struct.unpack_from(">I4s", header)
        body = start + _HEADER_BYTES
        if size == 1 and len(header) == _HEADER_BYTES + 8:
            (size,) = struct.unpack_from(">Q", header, _HEADER_BYTES)
            body += 8
        elif size == 0:
            size = end - start
        if start + size < body:
            return  # not a box: FFmpeg says what is wrong with the file
        yield kind, body, start + size
        start += size


def _word(stream: BinaryIO, offset: int) -> int:
    stream.seek(offset)
    return int.from_bytes(stream.read(4))
