import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.analysis.faces.detector import Window
from chalicelib.analysis.faces.search_schedule import SWEEP_PERIOD_S, WHOLE_PERIOD_S, SearchSchedule

_WHOLE = Window(0, 0, 1000, 1000)


def _windows(parts: int) -> list[Window]:
    return [_WHOLE, *(Window(index, 0, 288, 288) for index in range(parts))]


@pytest.mark.parametrize("frames_per_s", [1, 5, 24, 60, 240])
@pytest.mark.parametrize("parts", [0, 3, 33])
def test_every_window_is_searched_within_about_a_second(frames_per_s: int, parts: int) -> None:
    schedule = SearchSchedule(_windows(parts))
    schedule.restart(0.0)
    searched: list[Window] = []
    for frame in range(1, int(frames_per_s * SWEEP_PERIOD_S * 1.1) + 2):
        searched += schedule.due(frame / frames_per_s)
    assert set(searched) == set(_windows(parts))


@pytest.mark.parametrize("frames_per_s", [24, 60])
def test_the_work_is_spread_evenly_over_the_frames(frames_per_s: int) -> None:
    schedule = SearchSchedule(_windows(33))
    schedule.restart(0.0)
    counts = [len(schedule.due(frame / frames_per_s)) for frame in range(1, 10 * frames_per_s)]
    assert max(counts) <= 33 / frames_per_s + 2
    assert sum(counts) <= 10 * (33 / SWEEP_PERIOD_S + 1 / WHOLE_PERIOD_S) + 1


@given(st.lists(st.floats(-1.0, 5.0), max_size=60), st.integers(0, 12))
def test_never_a_window_twice_in_a_frame_even_when_time_jumps(steps: list[float], parts: int) -> None:
    schedule, time_s = SearchSchedule(_windows(parts)), 0.0
    for step in steps:
        time_s += step
        due = schedule.due(time_s)
        assert len(due) == len(set(due))


def test_nothing_is_due_right_after_everything_was_searched() -> None:
    schedule = SearchSchedule(_windows(9))
    schedule.due(3.0)
    schedule.restart(3.5)
    assert schedule.due(3.5) == []


@given(st.lists(st.floats(0.001, 2.0), min_size=2, max_size=60), st.integers(0, 40), st.data())
def test_who_begins_later_searches_the_same(steps: list[float], parts: int, data: st.DataObject) -> None:
    """A segment of a video sees from its second frame on what one pass over all of it sees there."""
    times = [sum(steps[:end]) for end in range(1, len(steps) + 1)]
    start = data.draw(st.integers(0, len(times) - 1))
    one_pass, segment = (SearchSchedule(_windows(parts)) for _ in range(2))
    one_pass.restart(times[0])
    due = [one_pass.due(time_s) for time_s in times]
    segment.restart(times[start])
    assert [segment.due(time_s) for time_s in times[start + 1 :]] == due[start + 1 :]
