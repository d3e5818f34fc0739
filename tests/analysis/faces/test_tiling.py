from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.analysis.faces.detector import Detections
from chalicelib.analysis.faces.tiling import (
    STILL_MAX_SIDE_PX,
    merged,
    scaled_copy,
    search_scale,
    search_windows,
    windows_of_picture,
)

_LARGEST_COUNT = 142


@given(st.integers(1, 2048), st.integers(1, 2048))
def test_windows_lie_inside_and_cover_every_pixel_at_every_size(width: int, height: int) -> None:
    windows = search_windows(width, height)
    assert (windows[0].width, windows[0].height) == (width, height)
    parts = [window for window in windows if max(window.width, window.height) < max(width, height)]
    for side in {max(window.width, window.height) for window in parts}:
        level = [window for window in parts if max(window.width, window.height) == side]
        columns, rows = np.zeros(width, dtype=bool), np.zeros(height, dtype=bool)
        for window in level:
            assert window.left >= 0
            assert window.top >= 0
            assert window.left + window.width <= width
            assert window.top + window.height <= height
            columns[window.left : window.left + window.width] = True
            rows[window.top : window.top + window.height] = True
        # The windows of a level are a grid, so covering both axes covers the picture.
        assert columns.all()
        assert rows.all()


@given(st.integers(1, 20_000), st.integers(1, 20_000))
def test_the_work_is_bounded_whatever_the_size(width: int, height: int) -> None:
    scale = search_scale(width, height, STILL_MAX_SIDE_PX)
    windows = search_windows(max(round(width * scale), 1), max(round(height * scale), 1))
    assert len(windows) <= _LARGEST_COUNT


def test_neighbouring_windows_overlap_by_three_tenths() -> None:
    lefts = sorted({window.left for window in search_windows(2048, 288) if window.width == 288})
    assert len(lefts) > 2
    assert max(right - left for left, right in pairwise(lefts)) <= 0.7 * 288 + 1


def test_a_small_picture_is_searched_only_as_a_whole() -> None:
    sizes = [(window.width, window.height) for window in search_windows(200, 250) if not window.is_near]
    assert set(sizes) == {(200, 250)}


@pytest.mark.parametrize(("width", "height"), [(1, 1), (200, 250), (3000, 2000)])
def test_near_faces_are_looked_for_once_in_more_than_the_picture(width: int, height: int) -> None:
    (window,) = [window for window in windows_of_picture(width, height, 1280) if window.is_near]
    assert window.left == window.top == -max(round(0.15 * max(width, height)), 1)
    assert window.left + window.width - width == window.top + window.height - height == -window.left


def test_a_picture_within_the_limit_is_not_copied() -> None:
    image = np.zeros((10, 20, 3), dtype=np.uint8)
    assert scaled_copy(image, search_scale(20, 10, STILL_MAX_SIDE_PX)) is image
    assert scaled_copy(image, 0.5).shape == (5, 10, 3)


@given(st.integers(1, 5000), st.integers(1, 5000))
def test_windows_in_pixels_of_the_picture_lie_inside_it_and_are_as_many(width: int, height: int) -> None:
    scale = search_scale(width, height, 1280)
    windows = windows_of_picture(width, height, 1280)
    assert len(windows) == len(search_windows(max(round(width * scale), 1), max(round(height * scale), 1)))
    assert len(set(windows)) == len(windows)
    for window in (window for window in windows if not window.is_near):
        assert min(window.width, window.height) > 0
        assert min(window.left, window.top) >= 0
        assert window.left + window.width <= width
        assert window.top + window.height <= height


def test_a_picture_within_the_limit_has_the_windows_of_its_own_size() -> None:
    assert windows_of_picture(640, 360, 1280) == search_windows(640, 360)


def _found(boxes: list[list[float]], *, near: bool = False, roll_deg: float = 0.0) -> Detections:
    count, roll = len(boxes), np.radians(roll_deg)
    eyes = np.tile([[0.0, 0.0], [np.cos(roll), np.sin(roll)]], (count, 1, 1))
    return Detections(np.array(boxes, float).reshape(-1, 4), eyes, np.full(count, 0.9), np.full(count, near))


def test_a_near_face_counts_where_full_range_found_none_or_a_part_of_it() -> None:
    whole, part, other = [0.0, 0.0, 100.0, 100.0], [20.0, 20.0, 60.0, 60.0], [200.0, 0.0, 240.0, 40.0]
    nearly = [-5.0, 5.0, 95.0, 100.0]
    assert merged([_found([nearly, other]), _found([whole], near=True)]).boxes.tolist() == [nearly, other]
    assert merged([_found([other]), _found([whole], near=True)]).boxes.tolist() == [other, whole]
    assert merged([_found([part]), _found([whole], near=True)]).boxes.tolist() == [part, whole]
    assert len(merged([_found([]), _found([whole, nearly], near=True)])) == 1
    assert len(merged([])) == 0


@pytest.mark.parametrize(("roll_deg", "near_deg", "count"), [(5, -5, 1), (-40, 0, 2), (175, -175, 1), (90, -90, 2)])
def test_a_near_face_of_another_roll_is_left_for_the_meshes_to_judge(
    roll_deg: float, near_deg: float, count: int
) -> None:
    box = [0.0, 0.0, 100.0, 100.0]
    found = merged([_found([box], roll_deg=roll_deg), _found([box], near=True, roll_deg=near_deg)])
    assert len(found) == count
