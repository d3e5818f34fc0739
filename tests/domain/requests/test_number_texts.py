"""Numbers in messages: readable, whatever they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.requests.number_texts import plain_number, size_text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (1e6, "1,000,000"),
        (1_234_567.5, "1,234,567.5"),
        (123_456.5, "123,456.5"),
        (0.00001, "0.00001"),
        (0.01, "0.01"),
        (-2.50, "-2.5"),
        (7, "7"),
        (100, "100"),
        (3.4e38, "3.4e+38"),
        (float("inf"), "inf"),
    ],
)
def test_numbers_are_plain(number: float, text: str) -> None:
    assert plain_number(number) == text


@given(st.floats(1e-9, 1e15, exclude_max=True) | st.integers(0, 10**15 - 1))
def test_no_digit_is_lost(number: float) -> None:
    text = plain_number(number)
    assert float(text.replace(",", "")) == number
    assert "e" not in text


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [
        (999, "999 bytes"),
        (1234, "1.23 kB"),
        (999_400, "999 kB"),
        (999_600, "1 MB"),
        (999_700_000, "1 GB"),
        (12_300_000_000, "12.3 GB"),
        (999_900_000_000, "1 TB"),
        (1_234_000_000_000_000, "1,230 TB"),
    ],
)
def test_sizes_have_three_digits(size_bytes: int, text: str) -> None:
    assert size_text(size_bytes) == text
