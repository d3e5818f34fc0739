"""Tells missing packets of an H.264 stream: its pictures are numbered (`frame_num`, ITU-T H.264, 7.3.2.1, 7.3.3
and 8.2.5.2), and a decoder that finds a number missing draws on with the picture before.

Only what is sure counts: a stream that may leave out numbers, fields, or anything that cannot be read says nothing.
"""

from collections.abc import Iterator

from av.packet import Packet
from av.stream import Stream

_SLICE, _IDR, _SPS = 1, 5, 7
_START = b"\x00\x00\x01"
_WITH_CHROMA = (100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135)
_MOST_HEADER_BYTES = 64
_MOST_PIECES = 64


class H264Order:
    """Follows the numbers. `extradata`: what the container says of the stream, avcC or Annex B."""

    def __init__(self, extradata: bytes | None) -> None:
        self._length_bytes = 0
        self._number_bits: int | None = None
        self._last: int | None = None
        try:
            self._read_extradata(extradata or b"")
        except (IndexError, ValueError):
            self._number_bits = None

    def misses_before(self, packet: "Packet[Stream]") -> bool:
        """Returns True if pictures that others are built on are missing between the packet before and this one."""
        try:
            return self._misses(bytes(packet))
        except (IndexError, ValueError):
            self._last = None
            return False

    def _misses(self, data: bytes) -> bool:
        for piece in self._pieces(data):
            kind, is_reference = piece[0] & 31, bool(piece[0] & 96)
            if kind == _SPS:
                self._read_sps(piece)
            elif kind in (_SLICE, _IDR) and self._number_bits is not None:
                return self._follows(_frame_num(piece, self._number_bits), kind == _IDR, is_reference)
        return False

    def _follows(self, number: int | None, is_first: bool, is_reference: bool) -> bool:
        last, most = self._last, 1 << (self._number_bits or 0)
        if number is None or is_first or last is None:
            self._last = 0 if is_first else number if is_reference else None
            return False
        self._last = number if is_reference else last
        return number not in (last, (last + 1) % most)

    def _read_extradata(self, extradata: bytes) -> None:
        if extradata[:1] == b"\x01" and len(extradata) > 6:
            self._length_bytes = (extradata[4] & 3) + 1
            length = int.from_bytes(extradata[6:8], "big")
            self._read_sps(extradata[8 : 8 + length])
            return
        for piece in self._pieces(extradata):
            if piece[0] & 31 == _SPS:
                self._read_sps(piece)

    def _read_sps(self, piece: bytes) -> None:
        self._number_bits = _number_bits(piece)

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        """The first bytes of the first units of a packet."""
        place = 0
        for _ in range(_MOST_PIECES):
            if self._length_bytes:
                length = int.from_bytes(data[place : place + self._length_bytes], "big")
                place += self._length_bytes
                start, place = place, place + length
            else:
                found = data.find(_START, place)
                if found < 0:
                    return
                start = place = found + len(_START)
            if start >= len(data):
                return
            yield data[start : start + _MOST_HEADER_BYTES]


class _Bits:
    """Reads the bits of a unit, without the bytes that keep start codes out of it."""

    def __init__(self, data: bytes) -> None:
        self._data = data.replace(b"\x00\x00\x03", b"\x00\x00")
        self._place = 8  # after the unit's own first byte

    def take(self, count: int) -> int:
        value = 0
        for _ in range(count):
            byte = self._data[self._place >> 3]
            value = value << 1 | (byte >> (7 - (self._place & 7)) & 1)
            self._place += 1
        return value

    def golomb(self) -> int:
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > 31:
                raise ValueError("no Exp-Golomb number is as long as this")
        return (1 << zeros) - 1 + self.take(zeros)


def _number_bits(sps: bytes) -> int | None:
    """Returns the number of bits of `frame_num`; None if numbers may be left out or pictures may be fields."""
    bits = _Bits(sps)
    profile = bits.take(8)
    bits.take(16)
    bits.golomb()
    if profile in _WITH_CHROMA:
        if bits.golomb() == 3 and bits.take(1):  # colours apart: slices have another header
            return None
        bits.golomb()
        bits.golomb()
        bits.take(1)
        if bits.take(1):  # scaling lists: too rare to be read
            return None
    number_bits = bits.golomb() + 4
    order = bits.golomb()
    if order == 0:
        bits.golomb()
    elif order == 1:  # unheard of
        return None
    bits.golomb()
    gaps_allowed = bits.take(1)
    bits.golomb()
    bits.golomb()
    frames_only = bits.take(1)
    return number_bits if frames_only and not gaps_allowed else None


def _frame_num(piece: bytes, number_bits: int) -> int | None:
    """None of a slice that is not the first of its picture."""
    bits = _Bits(piece)
    if bits.golomb() != 0:
        return None
    bits.golomb()
    bits.golomb()
    return bits.take(number_bits)
