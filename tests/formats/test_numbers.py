"""Numbers as text."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.formats.numbers import METRIC_DECIMALS, metric_text, metric_texts, milliseconds_text, seconds_text

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (-0.00004, "0"),
        (0.00006, "0.0001"),
        (100.0, "100"),
        (-100.0, "-100"),
        (12.5, "12.5"),
        (99.99996, "100"),
        (1 / 3, "0.3333"),
        (1e16, "10000000000000000"),
        (7, "7"),
    ],
)
def test_metrics_have_four_decimals_at_most(value: float, text: str) -> None:
    assert metric_text(value) == text


@pytest.mark.parametrize(
    ("time_s", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (0.04, "40"),
        (1001 / 30000, "33.367"),
        (1e-9, "0"),
        (7200.0015, "7200001.5"),
        (-0.5, "-500"),
    ],
)
def test_milliseconds_have_three_decimals_at_most(time_s: float, text: str) -> None:
    assert milliseconds_text(time_s) == text


@pytest.mark.parametrize(
    ("time_s", "text"),
    [
        (0.0, "0.0"),
        (-0.0, "0.0"),
        (1001 / 30000, "0.03336666666666667"),
        (1e-05, "0.00001"),
        (1e16, "10000000000000000"),
    ],
)
def test_seconds_are_written_out(time_s: float, text: str) -> None:
    assert seconds_text(time_s) == text


@given(FINITE)
def test_seconds_are_exact(time_s: float) -> None:
    text = seconds_text(time_s)
    assert float(text) == time_s
    assert set(text) <= set("-.0123456789")


@given(FINITE)
def test_metrics_are_rounded_and_nothing_else(value: float) -> None:
    text = metric_text(value)
    assert abs(Decimal(text) - Decimal(value)) <= Decimal(10) ** -METRIC_DECIMALS / 2
    assert set(text) <= set("-.0123456789")
    assert text != "-0"
    assert not text.endswith(".")


@given(st.lists(FINITE, max_size=50))
def test_numbers_are_written_together_as_they_are_alone(values: list[float]) -> None:
    assert metric_texts(tuple(values)) == tuple(map(metric_text, values))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        metric_texts((1.0, value))
    for render in (metric_text, milliseconds_text, seconds_text):
        with pytest.raises(ValueError, match="cannot be written"):
            render(value)


def test_a_time_too_large_for_milliseconds_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        milliseconds_text(1e308)
