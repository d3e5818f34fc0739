from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.measurements.stretch import WHOLE, FramePicker, Stretch

RATES = st.floats(0.01, 240.0)
TIMES = st.lists(st.floats(0.001, 2.0), min_size=1, max_size=60).map(
    lambda gaps: [sum(gaps[:count]) for count in range(1, len(gaps) + 1)]
)


def _picked(times: list[float], stretch: Stretch) -> list[float]:
    picker = FramePicker(stretch)
    return [time_s for time_s in times if picker.picks(time_s) and stretch.has(time_s)]


def test_without_limits_everything_is_picked() -> None:
    assert WHOLE.is_whole
    assert _picked([0.0, 0.1, 0.2], WHOLE) == [0.0, 0.1, 0.2]
    assert not Stretch(frames_per_second=5.0).is_whole


@pytest.mark.parametrize("native", [25, 29.97, 30, 50, 60, 59.94])
@pytest.mark.parametrize("rate", [1.0, 5.0, 10.0])
def test_even_times_are_thinned_evenly(native: float, rate: float) -> None:
    times = [index / native for index in range(int(native * 20))]
    picked = _picked(times, Stretch(frames_per_second=rate))
    assert len(picked) == pytest.approx(20 * rate, abs=1)
    assert all(later - earlier == pytest.approx(1 / rate, abs=1.01 / native) for earlier, later in pairwise(picked))


def test_a_stretch_begins_with_its_first_frame_and_ends_before_its_end() -> None:
    times = [index * 0.04 for index in range(100)]
    picked = _picked(times, Stretch(1.0, 2.0, 5.0))
    assert picked == pytest.approx([1.0, 1.2, 1.4, 1.6, 1.8])


@given(TIMES, RATES)
def test_never_more_than_the_rate(times: list[float], rate: float) -> None:
    picked = _picked(times, Stretch(frames_per_second=rate))
    steps = [int(time_s * rate + 1e-6) for time_s in picked]
    assert len(set(steps)) == len(steps)
    assert picked[0] == times[0]


@given(TIMES, RATES, st.data())
def test_a_part_picks_what_one_pass_picks(times: list[float], rate: float, data: st.DataObject) -> None:
    stretch = Stretch(frames_per_second=rate)
    seen_from = data.draw(st.integers(0, len(times) - 1))
    picker = FramePicker(stretch)
    shown = [(time_s, picker.picks(time_s)) for time_s in times[seen_from:]]
    later = [time_s for time_s, is_picked in shown[1:] if is_picked]
    whole = _picked(times, stretch)
    assert later == [time_s for time_s in whole if time_s > times[seen_from]]
