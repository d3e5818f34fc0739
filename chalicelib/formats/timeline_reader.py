"""Reads a timeline back. Trusts no sender: a client may store a file of its own under this content type."""

import json
import zlib
from array import array
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, BinaryIO

from chalicelib.formats.packed_integers import Unpacker
from chalicelib.formats.timeline import LENGTH, MAGIC

# A few bytes may unpack to gigabytes. The bounds have room for four hours, the longest video, at 240 frames a second,
# and for as long with 50 faces at 25 frames a second.
_MOST_HEADER_BYTES = 16 << 20
_MOST_PART_BYTES = 1 << 29
_MOST_FRAMES = 4_000_000
_MOST_ROWS = 20_000_000
_MOST_BUCKETS = 400_000
_MOST_COLUMNS = 200
_MOST_BYTES_A_NUMBER = 10


@dataclass(frozen=True, slots=True)
class Span:
    """The overview of a face over 64 frames: which ones, and in how many of them it is seen and valid; the least and
    the greatest of each column by its name."""

    bucket: int
    seen: int
    valid: int
    values: Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class FaceTimeline:
    """One face: its rows, all equally long. `frames`: their numbers from 0; `reasons`: why each is not valid; `values`:
    the columns by name."""

    face_id: str
    frames: Sequence[int]
    reasons: Sequence[tuple[str, ...]]
    values: Mapping[str, Sequence[float]]
    overview: Sequence[Span]


@dataclass(frozen=True, slots=True)
class Timeline:
    """A timeline: the header as it was written, the time of every frame in seconds, and the faces."""

    header: Mapping[str, Any]
    times_s: Sequence[float]
    faces: Sequence[FaceTimeline]


def read_timeline(stream: BinaryIO, names: Collection[str] | None = None) -> Timeline:
    """Reads a timeline; of its columns only those of `names`, if they are given. Raises ValueError for what is none, or
    only the beginning of one, or is larger than any of a video that is taken."""
    header = _header(stream)
    try:
        times_s = _times(stream, header)
        _check_faces(header)
        overviews = [_overview(stream, header, face, names) for face in header["faces"]]
        faces = [_face(stream, header, *each, names) for each in zip(header["faces"], overviews, strict=True)]
    except (KeyError, TypeError, IndexError, ArithmeticError, RecursionError) as error:
        raise ValueError("the header of this timeline is damaged") from error
    return Timeline(header, times_s, faces)


def read_times(stream: BinaryIO) -> Sequence[float]:
    """Reads the time of every frame in seconds, and nothing else. Raises ValueError as `read_timeline` does."""
    try:
        return _times(stream, _header(stream))
    except (KeyError, TypeError, IndexError, ArithmeticError, RecursionError) as error:
        raise ValueError("the header of this timeline is damaged") from error


def _header(stream: BinaryIO) -> Mapping[str, Any]:
    if _read(stream, len(MAGIC)) != MAGIC:
        raise ValueError("this is no timeline")
    (size,) = LENGTH.unpack(_read(stream, LENGTH.size))
    header = json.loads(_inflated(stream, size, _MOST_HEADER_BYTES))
    if not isinstance(header, dict):
        raise ValueError("the header of this timeline is damaged")  # noqa: TRY004  # as any other damage
    return header


def _times(stream: BinaryIO, header: Mapping[str, Any]) -> Sequence[float]:
    frames, times = header["frames"], header["times"]
    if not 0 <= frames <= _MOST_FRAMES:
        raise ValueError("this timeline is too large")
    (steps,) = _streams(stream, times["bytes"], [frames])
    per_s = round(1 / times["step_s"])
    return array("d", (each / per_s for each in accumulate(steps)))


def _check_faces(header: Mapping[str, Any]) -> None:
    """Checks the sizes of what is unpacked. A face has a row a frame at most, and a bucket a row."""
    rows = buckets = 0
    for face in header["faces"]:
        if not 0 <= face["buckets"] <= face["rows"] <= header["frames"]:
            raise ValueError("the header of this timeline is damaged")
        rows += face["rows"]
        buckets += face["buckets"]
    if rows > _MOST_ROWS or buckets > _MOST_BUCKETS or len(header["columns"]) > _MOST_COLUMNS:
        raise ValueError("this timeline is too large")


def _overview(
    stream: BinaryIO, header: Mapping[str, Any], face: Mapping[str, Any], names: Collection[str] | None
) -> list[Span]:
    columns = header["columns"]
    streams = _streams(stream, face["overview_bytes"], [face["buckets"]] * (3 + 2 * len(columns)))
    bucket, seen, valid = streams[:3]
    least, span = streams[3 : 3 + len(columns)], streams[3 + len(columns) :]
    chosen = [(place, column) for place, column in enumerate(columns) if names is None or column["name"] in names]
    return [
        Span(
            bucket[row],
            seen[row],
            valid[row],
            {
                column["name"]: (
                    least[place][row] / _per_unit(column),
                    (least[place][row] + span[place][row]) / _per_unit(column),
                )
                for place, column in chosen
            },
        )
        for row in range(face["buckets"])
    ]


def _face(
    stream: BinaryIO,
    header: Mapping[str, Any],
    face: Mapping[str, Any],
    overview: Sequence[Span],
    names: Collection[str] | None,
) -> FaceTimeline:
    columns = header["columns"]
    wanted = [names is None or column["name"] in names for column in columns]
    frames, masks, *integers = _streams(
        stream, face["bytes"], [face["rows"]] * (2 + len(columns)), [True, True, *wanted]
    )
    reasons = header["reasons"]
    texts = {mask: tuple(text for place, text in enumerate(reasons) if mask & 1 << place) for mask in set(masks)}
    values = {
        column["name"]: array("d", (each / _per_unit(column) for each in integers[place]))
        for place, column in enumerate(columns)
        if wanted[place]
    }
    return FaceTimeline(face["face_id"], frames, [texts[mask] for mask in masks], values, overview)


def _per_unit(column: Mapping[str, Any]) -> int:
    per_unit: int = round(1 / column["step"])
    return per_unit


def _streams(
    stream: BinaryIO, size: int, counts: Sequence[int], wanted: Sequence[bool] | None = None
) -> "list[array[int]]":
    """Returns streams of `counts` integers; those that are not `wanted` are empty."""
    unpacker = Unpacker(_inflated(stream, size, min(sum(counts) * _MOST_BYTES_A_NUMBER, _MOST_PART_BYTES)))
    streams = []
    for count, is_wanted in zip(counts, wanted or [True] * len(counts), strict=True):
        if is_wanted:
            streams.append(unpacker.unpack(count))
        else:
            unpacker.skip(count)
            streams.append(array("q"))
    if not unpacker.is_at_end:
        raise ValueError("a part of this timeline holds more than its header says")
    return streams


def _inflated(stream: BinaryIO, size: int, most: int) -> bytes:
    """Returns what `size` compressed bytes hold, at most `most` bytes."""
    decompressor = zlib.decompressobj()
    try:
        data = decompressor.decompress(_read(stream, size), max(most, 1))
    except zlib.error as error:
        raise ValueError("a part of this timeline is damaged") from error
    if not decompressor.eof:
        raise ValueError("a part of this timeline is cut off or too large")
    return data


def _read(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise ValueError("a timeline ends early")
    return data
