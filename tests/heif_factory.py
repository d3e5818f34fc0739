"""Tiny HEIC pictures made on the spot, whole or in tiles: HEVC by PyAV, boxes by hand."""

import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from numpy.typing import NDArray

_SEQUENCE_UNIT = 33
_HEAD_UNITS = (32, _SEQUENCE_UNIT, 34)


def box(kind: bytes, *contents: bytes) -> bytes:
    body = b"".join(contents)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def full_box(kind: bytes, *contents: bytes, version: int = 0, flags: int = 0) -> bytes:
    return box(kind, struct.pack(">I", version << 24 | flags), *contents)


def coded(image: NDArray[np.uint8]) -> tuple[bytes, bytes]:
    """The decoder's configuration (`hvcC`: ISO/IEC 14496-15, 8.3.3) and the data of one HEVC picture; `image` is
    (H, W, 3) uint8 BGR."""
    encoder = av.CodecContext.create("libx265", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.height, encoder.width = image.shape[:2]
    encoder.pix_fmt, encoder.time_base = "yuv444p", Fraction(1, 25)
    encoder.options = {"x265-params": "log-level=none:qp=10:pools=none:frame-threads=1:info=0"}
    frame = av.VideoFrame.from_ndarray(image, format="bgr24").reformat(format="yuv444p")
    frame.pts, frame.time_base = 0, encoder.time_base
    stream = b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)])
    units = [unit.rstrip(b"\0") for unit in stream.split(b"\0\0\1")[1:]]
    heads = [unit for unit in units if unit[0] >> 1 in _HEAD_UNITS]
    pictures = [unit for unit in units if unit[0] >> 1 not in _HEAD_UNITS]
    (profile,) = (unit[3:15] for unit in heads if unit[0] >> 1 == _SEQUENCE_UNIT)
    arrays = b"".join(struct.pack(">BHH", unit[0] >> 1, 1, len(unit)) + unit for unit in heads)
    configuration = (
        struct.pack(">B12sHBBBBHBB", 1, profile, 0xF000, 0xFC, 0xFF, 0xF8, 0xF8, 0, 0x0F, len(heads)) + arrays
    )
    return configuration, b"".join(struct.pack(">I", len(unit)) + unit for unit in pictures)


def write_heic(
    path: Path,
    image: NDArray[np.uint8],
    *,
    tile_px: int = 0,
    transforms: tuple[bytes, ...] = (),
    primary: int = 0,
    others: tuple[NDArray[np.uint8], ...] = (),
    brand: bytes = b"heic",
) -> Path:
    """`image` as one coded picture, or in square tiles of `tile_px`; `others` are pictures next to it, and `primary`
    counts over all of them (0 is `image`). `transforms`: boxes of properties that the primary picture has."""
    height, width = image.shape[:2]
    properties: list[bytes] = []
    items: list[tuple[bytes, bytes, list[int]]] = []

    def add(kind: bytes, data: bytes, *own: bytes) -> None:
        indices = []
        for each in own:
            properties.append(each)
            indices.append(len(properties))
        items.append((kind, data, indices))

    def add_coded(picture: NDArray[np.uint8], *own: bytes) -> None:
        configuration, data = coded(picture)
        size = full_box(b"ispe", struct.pack(">II", picture.shape[1], picture.shape[0]))
        add(b"hvc1", data, box(b"hvcC", configuration), size, *own)

    parts = b""
    if tile_px:
        rows, columns = -(-height // tile_px), -(-width // tile_px)
        grid = struct.pack(">BBBBHH", 0, 0, rows - 1, columns - 1, width, height)
        add(b"grid", grid, full_box(b"ispe", struct.pack(">II", width, height)), *transforms)
        padded = np.zeros((rows * tile_px, columns * tile_px, 3), np.uint8)
        padded[:height, :width] = image
        for index in range(rows * columns):
            top, left = index // columns * tile_px, index % columns * tile_px
            add_coded(np.ascontiguousarray(padded[top : top + tile_px, left : left + tile_px]))
        count = rows * columns
        parts = full_box(b"iref", box(b"dimg", struct.pack(f">HH{count}H", 1, count, *range(2, count + 2))))
    else:
        add_coded(image, *transforms)
    first_other = len(items) + 1
    for other in others:
        add_coded(other)
    primary_item = 1 if primary == 0 else first_other + primary - 1
    head = box(b"ftyp", brand, bytes(4), b"mif1heic")

    def meta(data_at: int) -> bytes:
        names = b"".join(
            full_box(b"infe", struct.pack(">HH4s", number, 0, kind), b"\0", version=2)
            for number, (kind, _, _) in enumerate(items, start=1)
        )
        places, at = b"", data_at
        for number, (_, data, _) in enumerate(items, start=1):
            places += struct.pack(">HHHII", number, 0, 1, at, len(data))
            at += len(data)
        uses = b"".join(
            struct.pack(f">HB{len(indices)}B", number, len(indices), *indices)
            for number, (_, _, indices) in enumerate(items, start=1)
        )
        return full_box(
            b"meta",
            full_box(b"hdlr", bytes(4), b"pict", bytes(13)),
            full_box(b"pitm", struct.pack(">H", primary_item)),
            full_box(b"iloc", struct.pack(">HH", 0x4400, len(items)), places),
            full_box(b"iinf", struct.pack(">H", len(items)), names),
            box(b"iprp", box(b"ipco", *properties), full_box(b"ipma", struct.pack(">I", len(items)), uses)),
            parts,
        )

    data_at = len(head) + len(meta(0)) + 8
    path.write_bytes(head + meta(data_at) + box(b"mdat", *(data for _, data, _ in items)))
    return path
