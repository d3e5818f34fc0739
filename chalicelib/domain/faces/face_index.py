"""When each face of a result was seen: what corrections are checked against, without the measured numbers.

The file is one zlib stream: a line of JSON with the number of frames and, for each face, its id and the number of its
spans; the time of every frame (float64); the spans of each face (two uint32 each). All numbers are little-endian.
"""

import json
import struct
import zlib
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.domain.measurements.metrics import FrameMetrics

MAX_FRAMES = 2_000_000
MAX_SPANS = 100_000
"""Of all faces together. A result with more frames or spans has no index, and its faces cannot be corrected."""

_MAX_BYTES = 8 * MAX_FRAMES + 64 * MAX_SPANS
_MAGIC = "mien faces 1"


@dataclass(frozen=True, slots=True)
class FaceIndex:
    """The times of all frames in seconds, and by face id the spans of frames in which the face is seen without a gap,
    each with its first and last frame, in order."""

    times_s: Sequence[float]
    spans: Mapping[int, Sequence[tuple[int, int]]]

    def encode(self) -> bytes:
        """Returns the file."""
        counts = [[face_id, len(spans)] for face_id, spans in self.spans.items()]
        head = json.dumps({"magic": _MAGIC, "frames": len(self.times_s), "faces": counts}, separators=(",", ":"))
        ends = [end for spans in self.spans.values() for span in spans for end in span]
        numbers = struct.pack(f"<{len(self.times_s)}d{len(ends)}I", *self.times_s, *ends)
        return zlib.compress(head.encode() + b"\n" + numbers)


def decode_index(data: bytes) -> FaceIndex:
    """The inverse of `FaceIndex.encode`. Raises ValueError for anything else."""
    try:
        unpacker = zlib.decompressobj()
        head, _, numbers = unpacker.decompress(data, _MAX_BYTES).partition(b"\n")
        header = json.loads(head)
        frames, counts = int(header["frames"]), [(int(face_id), int(count)) for face_id, count in header["faces"]]
        total = sum(count for _, count in counts)
        found = struct.unpack(f"<{frames}d{2 * total}I", numbers)
    except (zlib.error, struct.error, KeyError, TypeError, ValueError) as error:
        raise ValueError("this is no index of faces") from error
    if header.get("magic") != _MAGIC or not unpacker.eof:
        raise ValueError("this is no index of faces, or only the beginning of one")
    spans: dict[int, list[tuple[int, int]]] = {}
    place = frames
    for face_id, count in counts:
        ends = found[place : place + 2 * count]
        spans[face_id] = list(zip(ends[::2], ends[1::2], strict=True))
        place += 2 * count
    return FaceIndex(array("d", found[:frames]), spans)


class FaceIndexBuilder:
    """Makes the index of the frames that it is shown, one after the other."""

    def __init__(self) -> None:
        self._times_s = array("d")
        self._spans: dict[int, array[int]] = {}
        self._count = 0

    def add(self, frame: FrameMetrics) -> None:
        """Adds the next frame."""
        if self._is_too_long:
            return
        number = len(self._times_s)
        self._times_s.append(frame.time_s)
        for face in frame.faces:
            spans = self._spans.setdefault(face.face_id, array("I"))
            if spans and spans[-1] == number - 1:
                spans[-1] = number
            else:
                spans.extend((number, number))
                self._count += 1

    def index(self) -> FaceIndex | None:
        """Returns the index, None if there are too many frames or spans for one."""
        if self._is_too_long:
            return None
        spans = {face_id: list(zip(ends[::2], ends[1::2], strict=True)) for face_id, ends in self._spans.items()}
        return FaceIndex(self._times_s, spans)

    @property
    def _is_too_long(self) -> bool:
        return len(self._times_s) > MAX_FRAMES or self._count > MAX_SPANS
