"""The timeline: a result as columns by face, small enough to look at an hour of video at once. For programs that draw.

Layout, integers little-endian: eight bytes `MAGIC`; the length of the header (uint32); the header, JSON; the times;
the overview of each face; the rows of each face. Header, times and every overview and face are zlib streams of their
own, whose lengths the header has. After the header all is `packed_integers`: a number is its integer times the
column's `step`, so it differs by at most half a step from what was measured.

* times: for each frame the difference to the time of the frame before, in microseconds
* overview of a face, a row for every 64 frames of the video in which it is seen: which ones (0 for the first 64), in
  how many of them it is seen and valid, then of every column the least, then of every column the greatest minus the
  least
* rows of a face, one for each frame in which it is seen: the frame's number, why it is not valid (a bit for each of
  the header's `reasons`), then every column

Uncorrected scores and eyes are left out; the session JSON has them.
"""

import json
import math
import struct
import zlib
from array import array
from collections.abc import Iterator, Mapping, Sequence
from itertools import starmap
from operator import itemgetter, mul, sub
from typing import Any, BinaryIO

from chalicelib import __version__
from chalicelib.domain.measurements.frame_durations import FrameDurations
from chalicelib.domain.measurements.frame_size import FrameSize
from chalicelib.domain.measurements.metrics import FaceMetrics, FrameMetrics, MetricGroup, MetricSet
from chalicelib.domain.measurements.validity import InvalidReason
from chalicelib.domain.requests.result_formats import TIMELINE_CONTENT_TYPE
from chalicelib.formats.columns import NO_NAMES, size_members
from chalicelib.formats.packed_integers import Packer
from chalicelib.formats.writers import OpenSpool

MAGIC = b"mientl 1"
BUCKET_FRAMES = 64
STEPS_PER_UNIT = {"score": 5, "percent": 5, "degrees": 10, "pixels": 2, "0..255": 2}
"""The steps of a column by the unit of its metric: a score is kept to 0.2, an angle to 0.1 degrees."""
TIME_STEPS_PER_S = 1_000_000
LENGTH = struct.Struct("<I")

_CONFIDENCE = "confidence"
_LEFT_OUT = (MetricGroup.RAW_EXPRESSION, MetricGroup.EYES)
_BITS = {reason: 1 << place for place, reason in enumerate(InvalidReason)}
_COPY_BYTES = 1 << 20
_LASTS_DECIMALS = 6


class TimelineWriter:
    """Writes the timeline. Keeps 64 frames in memory and spools the rest. Nothing is written before `close`."""

    content_type = TIMELINE_CONTENT_TYPE
    suffix = "-timeline.bin"

    def __init__(
        self,
        stream: BinaryIO,
        *,
        metrics: MetricSet,
        open_spool: OpenSpool,
        frame_size: FrameSize | None = None,
        face_names: Mapping[int, str] = NO_NAMES,
    ) -> None:
        self._stream = stream
        self._frame_size = frame_size
        self._face_names = face_names
        kept = [metric for metric in metrics if metric.group not in _LEFT_OUT]
        self._units = {**{metric.name: metric.unit for metric in kept}, _CONFIDENCE: "score"}
        self._values_of = itemgetter(*(metric.name for metric in kept))
        self._factors = tuple(STEPS_PER_UNIT[unit] for unit in self._units.values())
        self._pieces, self._blocks = open_spool(), open_spool()
        self._faces: dict[int, _Face] = {}
        self._frames = 0
        self._times = zlib.compressobj()
        self._time_packer = Packer(1)
        self._last_us = 0
        self._waiting_us: list[int] = []
        self._packed_times = bytearray()
        self._durations = FrameDurations()
        self._holes: list[tuple[int, float]] = []

    def write(self, frame: FrameMetrics) -> None:
        """Adds the next frame. Raises `ValueError` also if it is not later than the previous frame."""
        rows = [(face, self._integers(face)) for face in frame.faces]
        if not math.isfinite(frame.time_s):
            raise ValueError(f"{frame.time_s} cannot be written as a time")
        before = self._durations.add(frame)
        if before is not None and before.missing_s:
            self._holes.append((self._frames - 1, round(before.duration_s, _LASTS_DECIMALS)))
        now_us = round(frame.time_s * TIME_STEPS_PER_S)
        self._waiting_us.append(now_us - self._last_us)
        self._last_us = now_us
        for face, integers in rows:
            if face.face_id not in self._faces:
                self._faces[face.face_id] = _Face(len(self._units))
            self._faces[face.face_id].add(self._frames, sum(map(_BITS.__getitem__, face.invalid_reasons)), integers)
        self._frames += 1
        if self._frames % BUCKET_FRAMES == 0:
            self._write_bucket()

    def close(self) -> None:
        """Writes the file."""
        self._write_bucket()
        self._packed_times += self._times.flush()
        overviews = [self._block(face, face.overview_streams) for face in self._faces.values()]
        bodies = [self._block(face, face.row_streams) for face in self._faces.values()]
        head = zlib.compress(json.dumps(self._header(overviews, bodies), separators=(",", ":")).encode())
        self._stream.writelines((MAGIC, LENGTH.pack(len(head)), head, self._packed_times))
        self._blocks.seek(0)
        while chunk := self._blocks.read(_COPY_BYTES):
            self._stream.write(chunk)

    def _integers(self, face: FaceMetrics) -> "array[int]":
        try:
            return array("q", map(round, map(mul, (*self._values_of(face.values), face.confidence), self._factors)))
        except (ValueError, OverflowError) as error:
            raise ValueError(f"a number of face {face.face_id} cannot be written") from error

    def _write_bucket(self) -> None:
        """Spools what has been waiting: frames of one bucket."""
        self._packed_times += self._times.compress(self._time_packer.pack(0, self._waiting_us))
        self._waiting_us.clear()
        for face in self._faces.values():
            face.spool((self._frames - 1) // BUCKET_FRAMES, self._pieces)

    def _block(self, face: "_Face", streams: range) -> int:
        """Adds some streams of a face to the blocks and returns how many bytes they take."""
        compressor = zlib.compressobj()
        before = self._blocks.tell()
        for piece in face.pieces(streams, self._pieces):
            self._blocks.write(compressor.compress(piece))
        self._blocks.write(compressor.flush())
        return self._blocks.tell() - before

    def _header(self, overviews: Sequence[int], bodies: Sequence[int]) -> dict[str, Any]:
        return {
            "content_type": self.content_type,
            "version": __version__,
            **size_members(self._frame_size),
            "frames": self._frames,
            "columns": [
                {"name": name, "unit": unit, "step": 1 / STEPS_PER_UNIT[unit]} for name, unit in self._units.items()
            ],
            "reasons": [str(reason) for reason in InvalidReason],
            "times": {"step_s": 1 / TIME_STEPS_PER_S, "bytes": len(self._packed_times)},
            "bucket_frames": BUCKET_FRAMES,
            **(
                {"holes": [{"frame": frame, "lasts_s": lasts_s} for frame, lasts_s in self._holes]}
                if self._holes
                else {}
            ),
            "faces": [
                {
                    "face_id": str(face_id),
                    **({"name": self._face_names[face_id]} if face_id in self._face_names else {}),
                    "rows": face.rows,
                    "buckets": face.buckets,
                    "overview_bytes": overview,
                    "bytes": body,
                }
                for (face_id, face), overview, body in zip(self._faces.items(), overviews, bodies, strict=True)
            ],
        }


class _Face:
    """The rows of a face that wait, and where on the spool its earlier pieces are.

    A piece has one stretch of every stream: of the overview, then of the rows.
    """

    __slots__ = ("_columns", "_frames", "_heads", "_packer", "_reasons", "_values", "buckets", "rows")

    def __init__(self, columns: int) -> None:
        self._columns = columns
        self._packer = Packer(3 * columns + 5)
        self._frames: list[int] = []
        self._reasons: list[int] = []
        self._values = array("q")
        self._heads = array("q")
        self.rows = 0
        self.buckets = 0

    @property
    def overview_streams(self) -> range:
        return range(3 + 2 * self._columns)

    @property
    def row_streams(self) -> range:
        return range(3 + 2 * self._columns, 5 + 3 * self._columns)

    def add(self, frame: int, reasons: int, integers: "array[int]") -> None:
        """Adds a row."""
        self._frames.append(frame)
        self._reasons.append(reasons)
        self._values.extend(integers)

    def spool(self, bucket: int, spool: BinaryIO) -> None:
        """Writes what waits as a piece; nothing if nothing does."""
        if not self._frames:
            return
        columns = [self._values[place :: self._columns] for place in range(self._columns)]
        least, greatest = list(map(min, columns)), list(map(max, columns))
        streams: list[Sequence[int]] = [[bucket], [len(self._frames)], [self._reasons.count(0)]]
        streams += [[each] for each in least]
        streams += [[each] for each in map(sub, greatest, least)]
        streams += [self._frames, self._reasons, *columns]
        packed = list(starmap(self._packer.pack, enumerate(streams)))
        self._heads.append(spool.tell())
        spool.write(array("I", map(len, packed)).tobytes() + b"".join(packed))
        self.rows += len(self._frames)
        self.buckets += 1
        self._frames, self._reasons, self._values = [], [], array("q")

    def pieces(self, streams: range, spool: BinaryIO) -> Iterator[bytes]:
        """Reads some streams back, each whole before the next one begins."""
        ends = [self._ends(head, spool) for head in self._heads]
        for stream in streams:
            parts = []
            for piece in ends:
                spool.seek(piece[stream])
                parts.append(spool.read(piece[stream + 1] - piece[stream]))
            yield b"".join(parts)
        spool.seek(0, 2)

    def _ends(self, head: int, spool: BinaryIO) -> "array[int]":
        """Returns where each stream of a piece begins on the spool, and where the last one ends."""
        spool.seek(head)
        lengths = array("I")
        lengths.frombytes(spool.read(lengths.itemsize * (3 * self._columns + 5)))
        places = array("q", (head + lengths.itemsize * len(lengths),))
        for length in lengths:
            places.append(places[-1] + length)
        return places
