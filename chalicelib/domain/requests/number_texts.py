"""Numbers as people read them, in messages and on pages. Result files have a way of their own (`formats.numbers`)."""

import math
from decimal import Decimal

_MOST_PLAIN = 1e15
_LEAST_PLAIN = 1e-9


def plain_number(number: float) -> str:
    """Returns it with every digit that it has, without an exponent and with commas in thousands: `1,234,567.5`. Beyond
    what is readable so, from 10^15 on and below a billionth, with an exponent and six digits."""
    is_plain = number == 0 or _LEAST_PLAIN <= abs(number) < _MOST_PLAIN
    if not is_plain or not math.isfinite(number):
        return f"{number:g}"
    text = f"{Decimal(repr(number)):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def size_text(size_bytes: int) -> str:
    """Returns a size such as `1.2 MB`, with units of 1,000 and three digits."""
    if size_bytes < 1000:
        return f"{size_bytes} bytes"
    size = float(size_bytes)
    for unit in ("kB", "MB", "GB"):
        size /= 1000
        if size < 999.5:
            return f"{size:.3g} {unit}"
    return f"{plain_number(float(f'{size / 1000:.3g}'))} TB"
