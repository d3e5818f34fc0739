"""Identifiers: URL-safe, 26 lower-case characters, sortable by the time they were made.

The layout is that of ULID (https://github.com/ulid/spec): 48 bits of milliseconds since 1970, 80 bits of entropy,
in Crockford's base 32.
"""

import hashlib
import re
import secrets
from datetime import UTC, datetime

from chalicelib.errors import MalformedRequest

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PATTERN = re.compile(r"[0-7][0-9a-hjkmnp-tv-z]{25}")
_ENTROPY_BITS = 80
_NUMBER_BITS = 10


def new_id(now: datetime) -> str:
    """A fresh id whose text sorts by `now`."""
    return _encode(_milliseconds(now), secrets.randbits(_ENTROPY_BITS))


def id_of(moment: datetime, *names: str) -> str:
    """The id that always follows from `moment` and `names`, for a thing that has no parent but may be met twice."""
    digest = hashlib.sha256("\0".join(names).encode()).digest()
    return _encode(_milliseconds(moment), int.from_bytes(digest[:10], "big"))


def derived_id(parent_id: str, *names: str) -> str:
    """The id that always follows from `parent_id` and `names`; it keeps the parent's time.

    A worker that runs twice therefore writes the same rows and objects twice, never two sets of them.
    """
    digest = hashlib.sha256("\0".join((parent_id, *names)).encode()).digest()
    return parent_id[:10] + _encode(0, int.from_bytes(digest[:10], "big"))[10:]


def numbered_id(parent_id: str, number: int, *names: str) -> str:
    """The id that always follows from the parent's, a number and names.

    From newest to oldest, the ids of 0 to 1023 come in this order right after their parent's. Raises ValueError for
    other numbers.
    """
    if not 0 <= number < 1 << _NUMBER_BITS:
        raise ValueError(f"{number} cannot be in an id")
    digest = hashlib.sha256("\0".join((parent_id, str(number), *names)).encode()).digest()
    rest_bits = _ENTROPY_BITS - _NUMBER_BITS
    rest = int.from_bytes(digest[:10], "big") >> _NUMBER_BITS
    place = (1 << _NUMBER_BITS) - 1 - number
    milliseconds = 0
    for character in parent_id[:10]:
        milliseconds = (milliseconds << 5) | _ALPHABET.index(character)
    return _encode(max(milliseconds - 1, 0), (place << rest_bits) | rest)


def check_id(text: str, noun: str) -> str:
    """`text` if it is a well-formed id; raises `MalformedRequest` otherwise."""
    if _PATTERN.fullmatch(text):
        return text
    raise MalformedRequest(f"This is not a valid {noun} id: use the last part of a URL that this API gave you.")


def _milliseconds(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp() * 1000)


def _encode(milliseconds: int, entropy: int) -> str:
    number = (milliseconds << _ENTROPY_BITS) | entropy
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))
