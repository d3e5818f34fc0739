"""Blinks are counted by the frames' own times, and what looks like one is not counted."""

import math
from collections.abc import Callable, Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.measurements.blinks import MAX_BLINK_S, MIN_WATCHED_S, Blinks
from chalicelib.domain.measurements.events import Event

_OPEN = 28.0


def _counted(times_s: Iterable[float], openness: Callable[[float], float | None]) -> tuple[Blinks, list[Event]]:
    blinks, events = Blinks(), []
    for time_s, next_s in pairwise(times_s):
        event = blinks.add(time_s, next_s - time_s, openness(time_s))
        if event is not None:
            events.append(event)
    return blinks, events


def _at(rate_hz: float, seconds: float) -> list[float]:
    return [index / rate_hz for index in range(int(rate_hz * seconds) + 1)]


def _shut(*spans_s: tuple[float, float], to: float = 5.0) -> Callable[[float], float]:
    return lambda time_s: to if any(start_s <= time_s < end_s for start_s, end_s in spans_s) else _OPEN


@pytest.mark.parametrize("rate_hz", [15.0, 23.976, 30.0, 60.0, 240.0])
def test_blinks_are_counted_at_any_rate(rate_hz: float) -> None:
    blinks, events = _counted(_at(rate_hz, 20.0), _shut((2.0, 2.2), (5.0, 5.15), (11.0, 11.3)))
    assert (blinks.count, len(events)) == (3, 3)
    assert blinks.per_minute == pytest.approx(9.0, rel=0.02)
    assert events[0].start_s == pytest.approx(2.0, abs=1 / rate_hz)
    assert events[0].end_s == pytest.approx(2.2, abs=1.01 / rate_hz)
    assert blinks.seconds == pytest.approx(0.65, abs=3 / rate_hz)


def test_below_fifteen_frames_a_second_there_is_no_rate() -> None:
    blinks, events = _counted(_at(12.0, 60.0), _shut((2.0, 2.3), (5.0, 5.3)))
    assert (blinks.count, events, blinks.per_minute, blinks.watched_s) == (0, [], None, 0.0)
    assert blinks.no_rate_because == "fewer than 15 frames a second"


def test_a_short_look_gives_no_rate() -> None:
    blinks, _ = _counted(_at(30.0, MIN_WATCHED_S / 2), _shut((2.0, 2.2)))
    assert (blinks.count, blinks.per_minute) == (1, None)
    assert blinks.no_rate_because == "eyes seen for less than 10 s"


@pytest.mark.parametrize(
    "openness",
    [
        _shut((3.0, 4.0), to=15.0),
        _shut((3.0, 3.2), to=20.0),
        _shut((3.0, 3.8)),
        lambda time_s: _OPEN - 20.0 * min(time_s / 5.0, 1.0),
        lambda time_s: 9.0 + 4.0 * math.sin(20.0 * time_s),
    ],
    ids=["looking down", "a squint", "closed for long", "falling asleep", "trembling closed lids"],
)
def test_what_is_no_blink_is_not_counted(openness: Callable[[float], float]) -> None:
    blinks, events = _counted(_at(30.0, 10.0), openness)
    assert (blinks.count, events) == (0, [])


def test_a_blink_while_looking_down_is_counted() -> None:
    def openness(time_s: float) -> float:
        if time_s < 3.0:
            return _OPEN
        return 4.0 if 5.0 <= time_s < 5.2 else 16.0

    assert _counted(_at(30.0, 10.0), openness)[0].count == 1


def test_a_face_that_goes_in_a_blink_leaves_it_uncounted() -> None:
    blinks, _ = _counted(_at(30.0, 2.0), lambda time_s: None if 1.1 <= time_s < 1.2 else _shut((1.0, 1.3))(time_s))
    assert blinks.count == 0


@given(st.lists(st.tuples(st.floats(0.001, 0.3), st.none() | st.floats(0.0, 60.0)), max_size=200))
def test_whatever_comes_blinks_are_short_and_in_order(steps: list[tuple[float, float | None]]) -> None:
    blinks, events, time_s, total_s = Blinks(), [], 0.0, 0.0
    for step_s, openness in steps:
        event = blinks.add(time_s, step_s, openness)
        if event is not None:
            events.append(event)
        time_s += step_s
        total_s += step_s if openness is not None else 0.0
    assert blinks.count == len(events)
    assert all(0 < event.end_s - event.start_s < MAX_BLINK_S for event in events)
    assert all(first.end_s <= second.start_s for first, second in pairwise(events))
    assert blinks.watched_s + blinks.unwatched_s == pytest.approx(total_s)
    assert len(blinks._recent) <= len(steps)


@given(st.floats(0.0, 100_000.0), st.sampled_from([16.0, 25.0, 29.97, 60.0]))
def test_a_later_clock_changes_nothing(start_s: float, rate_hz: float) -> None:
    spans = ((start_s + 2.01, start_s + 2.21), (start_s + 4.01, start_s + 4.26))
    times_s = [start_s + each for each in _at(rate_hz, 6.0)]
    assert _counted(times_s, _shut(*spans))[0].count == 2
