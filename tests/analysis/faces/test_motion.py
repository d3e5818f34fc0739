import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from chalicelib.analysis.faces.motion import Motion, centre_of, is_beside, rests


def _box(x: float, y: float = 0.0) -> NDArray[np.float64]:
    return np.array([x - 10, y - 10, x + 10, y + 10])


def _moved(frames_per_s: float, seconds: float, speed: float) -> Motion:
    motion = Motion(0.0, _box(0))
    for index in range(1, round(seconds * frames_per_s) + 1):
        motion.see(index / frames_per_s, _box(speed * index / frames_per_s))
    return motion


def test_a_centre_is_the_middle_of_a_box() -> None:
    assert centre_of(np.array([0.0, 10.0, 4.0, 20.0])) == (2, 15)


def test_a_face_that_was_seen_once_stays() -> None:
    assert Motion(3.0, _box(5, 7)).expected(4.0) == (5, 7)


@pytest.mark.parametrize("frames_per_s", [1, 3, 25, 60, 240])
def test_a_face_goes_on_at_its_speed(frames_per_s: float) -> None:
    motion = _moved(frames_per_s, seconds=4.0, speed=50)
    assert motion.expected(4.5)[0] == pytest.approx(225, abs=1)


def test_the_next_place_of_who_stops_is_not_beyond() -> None:
    motion = _moved(25, seconds=1.0, speed=200)
    for index in range(1, 4):
        motion.see(1.0 + index / 25, _box(200))
    assert motion.next(1.16)[0] == pytest.approx(200)
    assert motion.expected(1.16)[0] > 202


def test_nobody_goes_on_for_ever() -> None:
    motion = _moved(25, seconds=2.0, speed=50)
    assert motion.expected(100.0)[0] == pytest.approx(150, abs=1)


def test_the_last_moments_can_be_left_out() -> None:
    motion = _moved(25, seconds=1.0, speed=50)
    for index in range(1, 5):
        motion.see(1.0 + index / 25, _box(50 - 40 * index))
    assert motion.expected(1.5, trusting_until_s=1.0)[0] == pytest.approx(75, abs=1)


def test_who_is_found_again_in_the_next_frame_moves_on_from_the_last_place() -> None:
    motion = _moved(25, seconds=1.0, speed=0)
    motion.resume(1.04, _box(10))
    assert motion.expected(1.08)[0] == pytest.approx(20)


def test_who_is_found_again_where_expected_keeps_the_motion() -> None:
    motion = _moved(25, seconds=1.0, speed=50)
    motion.resume(1.04, _box(51.5))  # drawn along by what hides it
    assert motion.expected(2.0, trusting_until_s=0.84)[0] > 80


@pytest.mark.parametrize(("place", "time_s"), [(10, 1.5), (15, 1.04)])
def test_who_was_away_for_long_or_jumped_begins_anew(place: float, time_s: float) -> None:
    motion = _moved(25, seconds=1.0, speed=50)
    motion.resume(time_s, _box(50 + place))
    assert motion.expected(time_s + 0.1)[0] == pytest.approx(50 + place)


@given(st.lists(st.tuples(st.floats(0.001, 3.0), st.floats(-1e4, 1e4)), max_size=80), st.floats(0.0, 10.0))
def test_memory_is_bounded_and_what_is_expected_is_a_number(steps: list[tuple[float, float]], later_s: float) -> None:
    motion, time_s = Motion(0.0, _box(0)), 0.0
    for elapsed_s, place in steps:
        time_s += elapsed_s
        motion.see(time_s, _box(place))
    assert len(motion._sights) <= 16
    assert np.isfinite(motion.expected(time_s + later_s)).all()


def test_a_face_rests_while_it_moves_by_little_of_its_side() -> None:
    assert rests(_box(0), _box(0.8))
    assert not rests(_box(0), _box(1.5))


def test_only_near_faces_are_beside_one() -> None:
    assert is_beside(_box(0), [_box(100), _box(25)])
    assert not is_beside(_box(0), [_box(100), _box(40)])
    assert not is_beside(_box(0), [])
