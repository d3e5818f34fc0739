"""Reads the contents of a HEIF file (HEIC): its primary picture, whole or in tiles, and how it is to be turned.

Boxes: ISO/IEC 23008-12 and ISO/IEC 14496-12, 8.11. Only what the primary picture needs is read; thumbnails, depth and
gain maps are passed over. What breaks the rules raises `ValueError`, `LookupError` or `struct.error`.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

_MAX_TILES = 4096
_CODED, _GRID, _IDENTITY = b"hvc1", b"grid", b"iden"


class UnknownPictureError(ValueError):
    """The picture is of a kind that is not read here."""


@dataclass(frozen=True, slots=True)
class Property:
    """A box of `ipco`: its type and its content."""

    kind: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class Tile:
    """A coded picture: the decoder's configuration (`hvcC`) and the data."""

    configuration: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class HeifPicture:
    """The primary picture. `tiles` fill `columns` from left to right, then row by row; what they have beyond `width_px`
    and `height_px` is left out. `properties`: of the picture, in the order in which they are applied."""

    tiles: Sequence[Tile]
    columns: int
    width_px: int
    height_px: int
    properties: Sequence[Property]


@dataclass(slots=True)
class _Meta:
    """The boxes of `meta`, by what they say of each item."""

    primary: int = -1
    kinds: dict[int, bytes] = field(default_factory=dict)
    parts: dict[int, list[int]] = field(default_factory=dict)
    places: dict[int, tuple[int, list[tuple[int, int]]]] = field(default_factory=dict)
    properties: list[Property] = field(default_factory=list)
    uses: dict[int, list[int]] = field(default_factory=dict)
    inner: bytes = b""


class _Reader:
    """Reads numbers from a content, front to back. `struct.error` at its end."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def number(self, size_bytes: int) -> int:
        return int.from_bytes(self.take(size_bytes))

    def take(self, size_bytes: int) -> bytes:
        taken = self._content[self._at : self._at + size_bytes]
        if len(taken) != size_bytes:
            raise struct.error("the box ends early")
        self._at += size_bytes
        return taken

    @property
    def rest(self) -> bytes:
        return self._content[self._at :]


def heif_picture(content: bytes) -> HeifPicture:
    """The primary picture of a file. `UnknownPictureError` for one that is neither coded in HEVC nor a grid of such."""
    meta = _meta(next(body for kind, body in _boxes(content) if kind == b"meta"))
    item = meta.primary
    if meta.kinds[item] == _IDENTITY:
        item = meta.parts[item][0]
    properties = _properties(meta, meta.primary)
    if meta.kinds[item] == _CODED:
        width, height = _size(_properties(meta, item))
        return HeifPicture([_tile(meta, item, content)], 1, width, height, properties)
    if meta.kinds[item] != _GRID:
        raise UnknownPictureError(meta.kinds[item].decode("latin-1"))
    grid = _Reader(_data(meta, item, content))
    wide = 4 if grid.number(2) & 1 else 2  # version and flags
    rows, columns = grid.number(1) + 1, grid.number(1) + 1
    width, height = grid.number(wide), grid.number(wide)
    parts = meta.parts[item]
    if len(parts) != rows * columns or len(parts) > _MAX_TILES or any(meta.kinds[part] != _CODED for part in parts):
        raise UnknownPictureError("grid")
    return HeifPicture([_tile(meta, part, content) for part in parts], columns, width, height, properties)


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    start = 0
    while start + 8 <= len(content):
        size, kind = struct.unpack_from(">I4s", content, start)
        head = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", content, start + 8)
            head = 16
        elif size == 0:
            size = len(content) - start
        if size < head:
            raise ValueError("a box is shorter than its head")
        yield kind, content[start + head : start + size]
        start += size


def _meta(body: bytes) -> _Meta:
    meta = _Meta()
    for kind, content in _boxes(body[4:]):
        reader = _Reader(content)
        if kind == b"pitm":
            meta.primary = reader.number(2 if reader.number(4) >> 24 == 0 else 4)
        elif kind == b"iinf":
            version = reader.number(4) >> 24
            reader.number(2 if version == 0 else 4)
            _note_kinds(meta, reader.rest)
        elif kind == b"iref":
            _note_parts(meta, wide=reader.number(4) >> 24 > 0, content=reader.rest)
        elif kind == b"iloc":
            _note_places(meta, reader)
        elif kind == b"iprp":
            _note_properties(meta, content)
        elif kind == b"idat":
            meta.inner = content
    return meta


def _note_kinds(meta: _Meta, content: bytes) -> None:
    for kind, body in _boxes(content):
        reader = _Reader(body)
        version = reader.number(4) >> 24
        if kind == b"infe" and version >= 2:
            item = reader.number(2 if version == 2 else 4)
            reader.number(2)  # protection
            meta.kinds[item] = reader.take(4)


def _note_parts(meta: _Meta, *, wide: bool, content: bytes) -> None:
    size = 4 if wide else 2
    for kind, body in _boxes(content):
        if kind == b"dimg":
            reader = _Reader(body)
            item, count = reader.number(size), reader.number(2)
            meta.parts[item] = [reader.number(size) for _ in range(count)]


def _note_places(meta: _Meta, reader: _Reader) -> None:
    version = reader.number(4) >> 24
    sizes = reader.number(2)
    offset_size, length_size, base_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    index_size = sizes & 15 if version in {1, 2} else 0
    for _ in range(reader.number(2 if version < 2 else 4)):
        item = reader.number(2 if version < 2 else 4)
        method = reader.number(2) & 15 if version in {1, 2} else 0
        reader.number(2)  # the file that the data are in: this one
        base = reader.number(base_size)
        extents = []
        for _ in range(reader.number(2)):
            reader.number(index_size)
            offset = base + reader.number(offset_size)
            extents.append((offset, reader.number(length_size)))
        meta.places[item] = (method, extents)


def _note_properties(meta: _Meta, content: bytes) -> None:
    for kind, body in _boxes(content):
        if kind == b"ipco":
            meta.properties += [Property(*box) for box in _boxes(body)]
        elif kind == b"ipma":
            reader = _Reader(body)
            head = reader.number(4)
            wide_item, wide_index = head >> 24 >= 1, head & 1
            for _ in range(reader.number(4)):
                item = reader.number(4 if wide_item else 2)
                count = reader.number(1)
                # The highest bit says whether a reader must know the property.
                indices = [reader.number(2) & 0x7FFF if wide_index else reader.number(1) & 0x7F for _ in range(count)]
                meta.uses[item] = [index for index in indices if index > 0]


def _properties(meta: _Meta, item: int) -> list[Property]:
    return [meta.properties[index - 1] for index in meta.uses.get(item, ())]


def _size(properties: Sequence[Property]) -> tuple[int, int]:
    body = next(each.body for each in properties if each.kind == b"ispe")
    width, height = struct.unpack_from(">II", body, 4)
    return width, height


def _tile(meta: _Meta, item: int, content: bytes) -> Tile:
    configuration = next(each.body for each in _properties(meta, item) if each.kind == b"hvcC")
    return Tile(configuration, _data(meta, item, content))


def _data(meta: _Meta, item: int, content: bytes) -> bytes:
    method, extents = meta.places[item]
    sources: Mapping[int, bytes] = {0: content, 1: meta.inner}
    pieces = [
        sources[method][offset : offset + length] if length else sources[method][offset:] for offset, length in extents
    ]
    if any(length and len(piece) != length for piece, (_, length) in zip(pieces, extents, strict=True)):
        raise ValueError("an item ends behind the end of the file")
    return b"".join(pieces)
