import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.analysis.scenes import Scenes, Thumbnail, thumbnail

_FRAME_S = 0.04


def _grey(value: float) -> Thumbnail:
    return np.full((18, 32), value, dtype=np.float32)


def test_a_thumbnail_is_small_and_grey() -> None:
    image = np.zeros((720, 1280, 3), np.uint8)
    image[:, 640:] = 200
    small = thumbnail(image)
    assert small.shape == (18, 32)
    assert small[:, :15].max() == 0
    assert small[:, 17:].min() == 200


def test_a_tiny_picture_has_a_thumbnail_too() -> None:
    assert thumbnail(np.full((1, 3, 3), 9, np.uint8)).mean() == 9


def test_a_slow_change_is_one_scene() -> None:
    scenes = Scenes()
    assert {scenes.number_of(_grey(float(value)), value * _FRAME_S) for value in range(255)} == {0}


def test_a_sudden_change_is_a_cut() -> None:
    scenes = Scenes()
    assert [scenes.number_of(_grey(value), index * _FRAME_S) for index, value in enumerate((20, 22, 180, 181))] == [
        0,
        0,
        1,
        1,
    ]


def test_a_flash_does_not_end_the_scene() -> None:
    scenes = Scenes()
    assert [scenes.number_of(_grey(value), index * _FRAME_S) for index, value in enumerate((20, 255, 21))] == [0, 1, 0]


def test_a_scene_is_forgotten_after_a_second_away() -> None:
    scenes = Scenes()
    assert [scenes.number_of(_grey(value), time_s) for value, time_s in ((20, 0.0), (200, 0.1), (200, 1.5))] == [
        0,
        1,
        1,
    ]
    assert scenes.number_of(_grey(20), 1.6) == 2


def test_a_long_pause_within_a_scene_is_no_cut() -> None:
    scenes = Scenes()
    assert [scenes.number_of(_grey(20), time_s) for time_s in (0.0, 30.0)] == [0, 0]


@given(st.lists(st.tuples(st.floats(0, 0.5), st.integers(0, 255)), min_size=1, max_size=60))
def test_numbers_grow_by_one_and_memory_is_bounded(steps: list[tuple[float, int]]) -> None:
    scenes, highest, time_s = Scenes(), -1, 0.0
    for elapsed_s, value in steps:
        time_s += elapsed_s
        number = scenes.number_of(_grey(value), time_s)
        assert number <= highest + 1
        highest = max(highest, number)
        assert len(scenes._recent) <= 4
