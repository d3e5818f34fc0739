"""Tells missing packets of an MPEG-1 or MPEG-2 stream: the pictures of a group are numbered in the order in which they
are shown (`temporal_reference`, ITU-T H.262, 6.3.9), and a decoder that finds a number missing draws on with the
picture before.

Pictures I and P, on which others are built, come before the B that are shown earlier. Only what is sure counts: more
numbers are missing than ever were those of B, or a B is shown after all that it could be built on.
"""

from av.packet import Packet
from av.stream import Stream

_GROUP, _PICTURE = b"\x00\x00\x01\xb8", b"\x00\x00\x01\x00"
_I, _B = 1, 3
_NUMBERS = 1024
_TRUSTED = 4
"""After so many pictures P in a row that keep to the numbers, the next is expected to: some encoders do not."""


class Mpeg2Order:
    """Follows the numbers."""

    def __init__(self) -> None:
        self._last: int | None = None  # the last I or P
        self._step = 1  # from the one before it
        self._between = self._most_between = 0  # pictures B after it, and the most after any
        self._kept = 0

    def misses_before(self, packet: "Packet[Stream]") -> bool:
        """Returns True if pictures that others are built on are missing between the packet before and this one, or the
        packet before and that before it."""
        data = bytes(packet)
        place = data.find(_PICTURE)
        header = data[place + len(_PICTURE) : place + len(_PICTURE) + 2]
        if place < 0 or len(header) < 2:
            return False
        if data.find(_GROUP, 0, place) >= 0:
            self._last = None
        number, kind = header[0] << 2 | header[1] >> 6, header[1] >> 3 & 7
        return self._misses_before_b(number) if kind == _B else self._misses_before_anchor(number, is_first=kind == _I)

    def _misses_before_b(self, number: int) -> bool:
        is_late = self._last is not None and 0 < (number - self._last) % _NUMBERS < _NUMBERS // 2
        self._between += not is_late
        return self._judged(wrong=is_late)

    def _misses_before_anchor(self, number: int, *, is_first: bool) -> bool:
        last, step, between = self._last, self._step, self._between
        if number == last:  # the second field
            return False
        self._last, self._between = number, 0
        self._step = 1 if is_first or last is None else (number - last) % _NUMBERS
        self._most_between = max(self._most_between, between)
        return self._judged(wrong=step - 1 - between > self._most_between)

    def _judged(self, *, wrong: bool) -> bool:
        trusted = self._kept >= _TRUSTED
        self._kept = 0 if wrong else self._kept + 1
        return wrong and trusted
