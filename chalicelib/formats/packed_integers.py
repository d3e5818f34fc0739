"""Integers in few bytes: each as its difference to the one before, zigzag, in 7 bits a byte, as in Protocol Buffers.

A difference of -64 to 63 is one byte. Streams may be packed in pieces: `Packer` remembers the last integer of each.
"""

from array import array
from collections.abc import Sequence
from itertools import chain
from operator import sub

_SHORT = 1 << 14
_MAX_BYTES = 10
_CONTINUED = bytes(range(1 << 7, 1 << 8))
_VARINTS: tuple[bytes, ...] = (
    *(bytes((value,)) for value in range(1 << 7)),
    *(bytes((value & 0x7F | 0x80, value >> 7)) for value in range(1 << 7, _SHORT)),
)


class Packer:
    """Packs `count` streams of integers, each in as many pieces as its owner likes."""

    def __init__(self, count: int) -> None:
        self._last = [0] * count

    def pack(self, stream: int, integers: Sequence[int]) -> bytes:
        """Returns the next piece of a stream."""
        if not integers:
            return b""
        differences = map(sub, integers, chain((self._last[stream],), integers))
        self._last[stream] = integers[-1]
        zigzag = [(each << 1) if each >= 0 else (-each << 1) - 1 for each in differences]
        largest = max(zigzag)
        if largest < 1 << 7:
            return bytes(zigzag)
        if largest < _SHORT:
            return b"".join([_VARINTS[each] for each in zigzag])
        return b"".join(map(_varint, zigzag))


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value >= 1 << 7:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)


class Unpacker:
    """Reads streams one after another out of the bytes that hold all of them."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    @property
    def is_at_end(self) -> bool:
        """Returns True if every byte has been read."""
        return self._place == len(self._data)

    def unpack(self, count: int) -> "array[int]":
        """Returns the next stream, which has `count` integers. Raises ValueError if the bytes end before, OverflowError
        for an integer of more than 64 bits."""
        value = 0
        integers = array("q")
        data, end = self._data, len(self._data)
        for _ in range(count):
            if self._place < end and data[self._place] < 1 << 7:
                zigzag = data[self._place]
                self._place += 1
            else:
                zigzag = self._varint()
            value += -((zigzag + 1) >> 1) if zigzag & 1 else zigzag >> 1
            integers.append(value)
        return integers

    def skip(self, count: int) -> None:
        """Passes over a stream of `count` integers. Raises ValueError if the bytes end before."""
        while count > 0:
            piece = self._data[self._place : self._place + count]
            if not piece:
                raise ValueError("integers end early")
            self._place += len(piece)
            count -= len(piece.translate(None, _CONTINUED))  # the last byte of an integer is below 128

    def _varint(self) -> int:
        value = 0
        for shift in range(0, 7 * _MAX_BYTES, 7):
            byte = self._next()
            value |= (byte & 0x7F) << shift
            if byte < 1 << 7:
                return value
        raise ValueError("an integer is longer than ten bytes")

    def _next(self) -> int:
        if self._place >= len(self._data):
            raise ValueError("integers end early")
        byte = self._data[self._place]
        self._place += 1
        return byte
