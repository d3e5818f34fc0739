from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.times import format_time, parse_time

zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=zones)  # noqa: DTZ001  # zones are added


def test_a_time_as_text() -> None:
    assert format_time(datetime(2026, 1, 31, 9, 30, 0, 250_999, tzinfo=UTC)) == "2026-01-31T09:30:00.250Z"
    assert format_time(datetime(2026, 1, 31, tzinfo=UTC)) == "2026-01-31T00:00:00.000Z"
    there = datetime(2026, 1, 31, 23, 30, tzinfo=timezone(timedelta(hours=-2)))
    assert format_time(there) == "2026-02-01T01:30:00.000Z"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        format_time(datetime(2026, 1, 31))  # noqa: DTZ001  # the point


@given(moments)
def test_text_is_read_back_to_the_millisecond(moment: datetime) -> None:
    back = parse_time(format_time(moment))
    assert timedelta(0) <= moment - back < timedelta(milliseconds=1)
    assert back.utcoffset() == timedelta(0)


@given(moments, moments)
def test_text_sorts_as_the_time_does(first: datetime, second: datetime) -> None:
    if format_time(first) < format_time(second):
        assert first < second
    if first <= second:
        assert format_time(first) <= format_time(second)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Z",
        "yesterday",
        "2026-01-31",
        "2026-01-31T09:30:00.250",
        "2026-01-31T09:30:00.250+00:00",
        "2026-01-31T10:30:00.250+01:00",
        "2026-01-31T09:30:00Z",
        "2026-01-31T09:30:00.250000Z",
        "2026-01-31 09:30:00.250Z",
        "20260131T093000.250Z",
        "2026-W05-6T09:30:00.250Z",
        "2026-01-31T09:30:00.250z",
        "2026-02-30T09:30:00.250Z",
        "2026-01-31T24:00:00.000Z",
        "2026-01-31T09:30:00.250Z\n",
        "0001-01-01T00:00:00.000+14:00",
    ],
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_time(text)
