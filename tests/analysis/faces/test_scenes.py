from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from chalicelib.analysis.faces.scenes import BLANK_S, MEMORY_S, Scenes
from chalicelib.analysis.faces.thumbnails import Thumbnail, is_blank, is_like, sampled_grey, thumbnail

_FRAME_S = 0.04


def _place(seed: int, contrast: float = 40.0) -> Thumbnail:
    """A thumbnail of somewhere: soft blotches, another one for each seed."""
    blotches = np.random.default_rng(seed).normal(0.0, 1.0, (18, 32)).astype(np.float32)
    soft = cv2.GaussianBlur(blotches, (0, 0), 2.0)
    soft = (soft - soft.mean()) / soft.std()
    return np.asarray(128.0 + contrast * soft, dtype=np.float32)


def _lit(picture: Thumbnail, gain: float, offset: float = 0.0) -> Thumbnail:
    return np.asarray(np.clip(picture * gain + offset, 0, 255), dtype=np.float32)


def _numbers(pictures: list[Thumbnail], frame_s: float = _FRAME_S) -> list[int]:
    scenes = Scenes()
    return [scenes.number_of(picture, index * frame_s) for index, picture in enumerate(pictures)]


_HERE, _THERE = _place(1), _place(2)
_BLACK, _WHITE = np.zeros((18, 32), np.float32), np.full((18, 32), 255, np.float32)


def test_a_thumbnail_is_small_and_grey() -> None:
    image = np.zeros((720, 1280, 3), np.uint8)
    image[:, 640:] = 200
    small = thumbnail(sampled_grey(image))
    assert small.shape == (18, 32)
    assert small[:, :13].max() == 0
    assert small[:, 19:].min() == pytest.approx(200, rel=1e-4)


def test_a_tiny_picture_has_a_thumbnail_too() -> None:
    assert thumbnail(sampled_grey(np.full((1, 3, 3), 9, np.uint8))).mean() == 9


def test_likeness_is_of_what_is_seen_and_not_of_its_light() -> None:
    assert is_like(_HERE, _HERE, 0.999)
    assert is_like(_HERE, _lit(_HERE, 0.4, 30), 0.99)
    assert not is_like(_HERE, _THERE, 0.7)
    assert not is_like(_HERE, _BLACK, 0.001)


@given(st.integers(-2, 2), st.integers(-1, 1))
def test_likeness_is_that_of_a_camera_that_moved_a_little(x: int, y: int) -> None:
    assert is_like(_HERE, np.roll(_HERE, (y, x), axis=(0, 1)), 0.97)


def test_a_sudden_change_is_a_cut() -> None:
    assert _numbers([_HERE, _HERE, _THERE, _THERE]) == [0, 0, 1, 1]


def test_where_a_stream_changes_its_size_what_is_roughly_alike_is_one_scene() -> None:
    first = _place(1)
    like = (first + 1.2 * _place(2) - 1.2 * 128).astype(np.float32)
    near = (first + 0.8 * _place(2) - 0.8 * 128).astype(np.float32)
    assert [is_like(first, near, least) for least in (0.75, 0.88)] == [True, False]
    assert not is_like(first, like, 0.75)
    for other, expected in ((near, 0), (like, 1)):
        scenes = Scenes()
        assert [scenes.number_of(first, 0.0), scenes.number_of(other, 0.04, size_changed=True)] == [0, expected]
        cut = Scenes()
        assert [cut.number_of(first, 0.0), cut.number_of(other, 0.04)] == [0, 1]


def test_a_cut_between_dark_scenes_is_a_cut() -> None:
    assert _numbers([_lit(_HERE, 0.2), _lit(_THERE, 0.2)]) == [0, 1]


def test_a_change_of_light_is_no_cut() -> None:
    assert _numbers([_HERE, _lit(_HERE, 0.3), _lit(_HERE, 0.3), _HERE, _lit(_HERE, 0.9, 90)]) == [0] * 5


def test_a_flash_does_not_end_the_scene() -> None:
    assert _numbers([_HERE, _WHITE, _WHITE, _HERE]) == [0] * 4
    assert _numbers([_HERE, _THERE, _HERE]) == [0, 1, 0]


def test_black_frames_end_the_scene_when_another_follows_or_they_last() -> None:
    lasting = [_BLACK] * round(1.2 * BLANK_S / _FRAME_S)
    assert _numbers([_HERE, _BLACK, _HERE])[-1] == 0
    assert _numbers([_HERE, _BLACK, _THERE])[-1] == 1
    assert _numbers([_HERE, *lasting, _HERE])[-1] > 0


def test_a_fade_through_black_is_a_cut_and_one_to_black_and_back_is_none() -> None:
    lights = np.linspace(1, 0, 12)
    out = [_lit(_HERE, float(light)) for light in lights]
    assert _numbers([*out, *(_lit(_THERE, float(light)) for light in lights[::-1])])[-1] == 1
    assert _numbers([*out, *out[::-1]])[-1] == 0


@pytest.mark.parametrize(("after", "comes_little_by_little"), [(_THERE, True), (_HERE, False)])
def test_what_comes_out_of_black_has_come_little_by_little(after: Thumbnail, comes_little_by_little: bool) -> None:
    scenes = Scenes()
    for index, picture in enumerate([_HERE, _HERE, _BLACK, _BLACK, after]):
        scenes.number_of(picture, index * _FRAME_S)
    assert scenes.is_dissolved is comes_little_by_little


def test_a_dissolve_is_one_cut() -> None:
    shares = np.clip(np.linspace(-1, 2, 50), 0, 1)
    mixed = [np.asarray(_HERE * (1 - share) + _THERE * share, np.float32) for share in shares]
    numbers = _numbers(mixed)
    assert numbers[0] == 0
    assert numbers[-1] == 1
    assert sum(after != before for before, after in pairwise(numbers)) == 1


def test_a_pan_is_no_cut_and_no_dissolve() -> None:
    wide: NDArray[np.float32] = np.concatenate([_place(seed) for seed in range(4)], axis=1)
    wide = np.asarray(cv2.GaussianBlur(wide, (0, 0), 1.0), dtype=np.float32)
    assert set(_numbers([wide[:, start : start + 32] for start in range(90)])) == {0}


def test_a_scene_is_forgotten_after_a_while_away() -> None:
    scenes = Scenes()
    shown = ((_HERE, 0.0), (_THERE, 0.1), (_THERE, 0.1 + MEMORY_S), (_HERE, 0.2 + MEMORY_S))
    assert [scenes.number_of(picture, time_s) for picture, time_s in shown] == [0, 1, 1, 2]


def test_a_long_pause_within_a_scene_is_no_cut() -> None:
    assert _numbers([_HERE, _HERE], frame_s=30.0) == [0, 0]


@given(st.lists(st.tuples(st.floats(0, 0.5), st.integers(0, 8)), min_size=1, max_size=60))
def test_numbers_grow_by_one_and_memory_is_bounded(steps: list[tuple[float, int]]) -> None:
    scenes, highest, time_s = Scenes(), -1, 0.0
    for elapsed_s, seed in steps:
        time_s += elapsed_s
        number = scenes.number_of(_place(seed, contrast=0.0 if seed == 0 else 40.0), time_s)
        assert number <= highest + 1
        highest = max(highest, number)
        assert len(scenes._recent) <= 4
        assert len(scenes._dissolves._past) <= 30


def test_blank_is_what_shows_nothing() -> None:
    assert is_blank(_BLACK)
    assert is_blank(_WHITE)
    assert not is_blank(_HERE)
