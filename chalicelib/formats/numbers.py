"""Numbers as text: decimal, never with an exponent, never as `-0`, never NaN or infinity."""

import math
from decimal import Decimal
from functools import lru_cache

METRIC_DECIMALS = 4
"""Decimals of a metric. The models answer in float32, which holds about seven digits; a score up to 100 with four
decimals has exactly those seven. More digits would be noise that every download pays for."""

MILLISECOND_DECIMALS = 3
"""Decimals of a time in milliseconds: microseconds, finer than the 11 microseconds of a 90 kHz video clock."""


# Every format of a job writes the same numbers, one after the other: those of a frame of fifty faces are kept.
@lru_cache(maxsize=4096)
def metric_text(value: float) -> str:
    """Returns `value` with at most four decimals, without trailing zeros. Raises `ValueError` if it is not finite."""
    return _trimmed(value, f"{value:z.{METRIC_DECIMALS}f}")


@lru_cache(maxsize=64)
def metric_texts(values: tuple[float, ...]) -> tuple[str, ...]:
    """Returns `metric_text` of each of a face's numbers, in half of the time."""
    if not all(map(math.isfinite, values)):
        raise ValueError(f"{values} cannot be written as numbers")
    texts = _row_format(len(values)).format(*values).split()
    return tuple([text.rstrip("0").rstrip(".") for text in texts])


@lru_cache(maxsize=16)
def _row_format(count: int) -> str:
    return " ".join([f"{{:z.{METRIC_DECIMALS}f}}"] * count)


def milliseconds_text(time_s: float) -> str:
    """Returns `time_s` in milliseconds with at most three decimals, without trailing zeros. Raises `ValueError` if it
    is not finite."""
    time_ms = time_s * 1000.0
    return _trimmed(time_ms, f"{time_ms:z.{MILLISECOND_DECIMALS}f}")


def seconds_text(time_s: float) -> str:
    """Returns `time_s` exactly: `float` of the text is the same number. Raises `ValueError` if it is not finite."""
    if not math.isfinite(time_s):
        raise ValueError(f"{time_s} cannot be written as a time")
    text = repr(float(time_s) + 0.0)  # adding zero turns -0.0 into 0.0 and changes nothing else
    return format(Decimal(text), "f") if "e" in text else text


def _trimmed(value: float, text: str) -> str:
    if not math.isfinite(value):
        raise ValueError(f"{value} cannot be written as a number")
    return text.rstrip("0").rstrip(".")
