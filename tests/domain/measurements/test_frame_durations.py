"""The durations of frames: a hole that shows no damage, and slow films that have none."""

from collections.abc import Sequence
from itertools import accumulate

import pytest

from chalicelib.domain.measurements.frame_durations import FrameDurations, LastingFrame
from chalicelib.domain.measurements.metrics import FrameMetrics

_SECOND = [0.04] * 25


def _lasting(steps_s: Sequence[float], stated_s: float | None = 0.04) -> list[LastingFrame]:
    """Frames so far apart, each with what the container says of it."""
    durations = FrameDurations()
    frames = [FrameMetrics(time_s, (), stated_s) for time_s in accumulate(steps_s, initial=0.0)]
    followed = [durations.add(frame) for frame in frames]
    return [frame for frame in (*followed, durations.finish()) if frame is not None]


def _holes(steps_s: Sequence[float], stated_s: float | None = 0.04) -> list[float]:
    return [round(frame.missing_s, 6) for frame in _lasting(steps_s, stated_s) if frame.missing_s]


def test_a_frame_before_a_hole_lasts_as_long_as_its_container_says() -> None:
    frames = _lasting([*_SECOND, 4.0, *_SECOND])
    before = frames[25]
    assert (before.duration_s, before.missing_s) == pytest.approx((0.04, 3.96))
    assert before.end_s == pytest.approx(before.frame.time_s + 0.04)
    assert sum(frame.missing_s for frame in frames) == before.missing_s


def test_every_hole_is_one() -> None:
    assert _holes([*_SECOND, 4.0, *_SECOND, 7.0, *_SECOND, 3.0, *_SECOND]) == [3.96, 6.96, 2.96]


@pytest.mark.parametrize(
    "steps_s",
    [
        [5.0] * 8,
        [10.0, *[0.04] * 12, 10.0, *[0.04] * 12, 10.0, *[0.04] * 12],
        [*_SECOND, *[1.0] * 20, *_SECOND],
        [*_SECOND, *[2.0] * 20, *_SECOND],
        [0.5, 4.9] * 6,
        [4.0, *_SECOND],
    ],
    ids=["slides", "slides that fade", "a second a frame", "two seconds a frame", "uneven", "late second frame"],
)
def test_slow_films_have_no_holes_though_all_frames_are_stated_as_short(steps_s: Sequence[float]) -> None:
    assert _holes(steps_s) == []


@pytest.mark.parametrize("stated_s", [None, 0.0, 4.0, 0.5])
def test_a_gap_that_the_container_does_not_contradict_is_a_frame_that_lasts(stated_s: float | None) -> None:
    frames = _lasting([*_SECOND, 4.0, *_SECOND], stated_s)
    assert frames[25].duration_s == pytest.approx(4.0)


def test_the_last_frame_lasts_as_its_container_says_or_as_the_one_before() -> None:
    assert _lasting([0.2, 0.3], 8.0)[-1].duration_s == 8.0
    assert _lasting([0.2, 0.3], None)[-1].duration_s == pytest.approx(0.3)
    assert _lasting([], None)[-1].duration_s == 0.0
