"""Frame times: as stated, always increasing."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.analysis.media.video_clock import FrameClock, seconds
from chalicelib.errors import MediaError

TICK = Fraction(1, 1000)


def times(*timestamps: int | None) -> list[float]:
    clock = FrameClock(TICK, 0.04)
    return [clock.time_s(timestamp) for timestamp in timestamps]


def test_times_are_timestamps_times_time_base_and_not_shifted() -> None:
    assert times(-7, 33, 34, 90000) == [-0.007, 0.033, 0.034, 90.0]


@given(st.integers(-(1 << 62), 1 << 62), st.fractions(Fraction(1, 1_000_000), 1000))
def test_seconds_are_those_of_the_fraction_to_the_last_digit(ticks: int, time_base: Fraction) -> None:
    assert seconds(ticks, time_base) == float(ticks * time_base)


def test_frames_without_timestamp_follow_one_frame_duration_later() -> None:
    assert times(None, None, 100, None) == pytest.approx([0.0, 0.04, 0.1, 0.14])


def test_late_frames_follow_by_a_tick_and_later_ones_keep_their_times() -> None:
    assert times(100, 100, 90, 200) == pytest.approx([0.1, 0.101, 0.102, 0.2])


def test_a_clock_that_is_reset_is_refused() -> None:
    with pytest.raises(MediaError, match=r"jumps back from 5\.000 s to 0\.000 s"):
        times(5000, 0)


@given(st.lists(st.one_of(st.none(), st.integers(0, 900))), st.sampled_from([TICK, Fraction(1, 2**31)]))
def test_times_always_increase(timestamps: list[int | None], time_base: Fraction) -> None:
    clock = FrameClock(time_base, 0.0001)
    stated = [clock.time_s(timestamp) for timestamp in timestamps]
    assert all(earlier < later for earlier, later in pairwise(stated))
