"""The part of a result that one segment makes: every number exactly as it was measured, written and read as a stream.

A line of JSON names the metrics; then come records, all numbers little-endian: `F`, the time and the duration
(float64; -1 if it is not known), the number of faces left out and of faces (uint32), and for each its id (uint32), its
confidence (float64), what speaks against it (a bit of a uint32 per `InvalidReason`, and from the 17th on per
`GazeReason`) and its values (float64, in the
order of the names); at the end `E` and the three counts of `PartialCounts` (uint64).
"""

import json
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from chalicelib.domain.measurements.gaze import GazeReason, GazeReasons
from chalicelib.domain.measurements.metrics import FaceMetrics, FrameMetrics
from chalicelib.domain.measurements.validity import InvalidReason, Reasons

PARTIAL_CONTENT_TYPE = "application/vnd.mien.partial"

_MAGIC = b"mien partial 5\n"
_FRAME, _END = b"F", b"E"
_HEAD = struct.Struct("<ddII")
_FACE = struct.Struct("<IdI")
_COUNTS = struct.Struct("<QQQ")
_GAZE_BITS_FROM = 16
_MAX_LINE_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class PartialCounts:
    """The decoder's counts for a segment: packets read, packets rejected, frames decoded."""

    packets: int
    refused: int
    frames: int


class PartialMetricsWriter:
    """Writes a part to `stream`, which stays open."""

    def __init__(self, stream: BinaryIO, names: Sequence[str]) -> None:
        self._stream = stream
        self._names = tuple(names)
        self._values = struct.Struct(f"<{len(self._names)}d")
        stream.write(_MAGIC + json.dumps(self._names).encode() + b"\n")

    def write(self, frame: FrameMetrics) -> None:
        """Adds the next frame."""
        pieces = [
            _FRAME,
            _HEAD.pack(
                frame.time_s,
                -1.0 if frame.duration_s is None else frame.duration_s,
                frame.faces_left_out,
                len(frame.faces),
            ),
        ]
        for face in frame.faces:
            pieces.append(_FACE.pack(face.face_id, face.confidence, _bits(face)))
            pieces.append(self._values.pack(*(face.values[name] for name in self._names)))
        self._stream.write(b"".join(pieces))

    def close(self, counts: PartialCounts) -> None:
        """Completes the part. Without this it cannot be read to its end."""
        self._stream.write(_END + _COUNTS.pack(counts.packets, counts.refused, counts.frames))


class PartialStream(Protocol):
    """A file that is read, complete or growing."""

    def read(self, size: int, /) -> bytes:
        """So many bytes, fewer only at the end."""
        ...

    def readline(self, limit: int, /) -> bytes:
        """The next line, or its first `limit` bytes."""
        ...


class PartialMetricsReader:
    """Reads a part from `stream`. `counts` is there once all frames have been read."""

    def __init__(self, stream: PartialStream) -> None:
        self._stream = stream
        self.counts: PartialCounts | None = None

    def frames(self) -> Iterator[FrameMetrics]:
        """The frames in order. Raises ValueError for what is no part, or only the beginning of one."""
        names, values = self._names()
        while (mark := self._read(1)) == _FRAME:
            time_s, duration_s, left_out, count = _HEAD.unpack(self._read(_HEAD.size))
            faces = tuple(self._face(names, values) for _ in range(count))
            yield FrameMetrics(time_s, faces, None if duration_s < 0 else duration_s, left_out)
        if mark != _END:
            raise ValueError("a partial result holds an unknown record")
        self.counts = PartialCounts(*_COUNTS.unpack(self._read(_COUNTS.size)))
        if self._stream.read(1):
            raise ValueError("a partial result continues after its end")

    def _names(self) -> tuple[tuple[str, ...], struct.Struct]:
        if self._read(len(_MAGIC)) != _MAGIC:
            raise ValueError("this is no partial result")
        names = tuple(json.loads(self._stream.readline(_MAX_LINE_BYTES)))
        return names, struct.Struct(f"<{len(names)}d")

    def _face(self, names: tuple[str, ...], values: struct.Struct) -> FaceMetrics:
        face_id, confidence, bits = _FACE.unpack(self._read(_FACE.size))
        measured = dict(zip(names, values.unpack(self._read(values.size)), strict=True))
        return FaceMetrics(face_id, measured, confidence, *_reasons(bits))

    def _read(self, size_bytes: int) -> bytes:
        found = self._stream.read(size_bytes)
        if len(found) != size_bytes:
            raise ValueError("a partial result ends early")
        return found


def _bits(face: FaceMetrics) -> int:
    against_face = sum(1 << place for place, reason in enumerate(InvalidReason) if reason in face.invalid_reasons)
    against_gaze = sum(1 << place for place, reason in enumerate(GazeReason) if reason in face.gaze_reasons)
    return against_face | against_gaze << _GAZE_BITS_FROM


def _reasons(bits: int) -> tuple[Reasons, GazeReasons]:
    return (
        tuple(reason for place, reason in enumerate(InvalidReason) if bits & 1 << place),
        tuple(reason for place, reason in enumerate(GazeReason) if bits & 1 << place + _GAZE_BITS_FROM),
    )
