"""A window that was searched is not searched again before something in it has changed, or its time is over."""

import numpy as np
import pytest
from numpy.typing import NDArray

from chalicelib.analysis.faces.boxes import Boxes
from chalicelib.analysis.faces.detector import SMALLEST_FACE, Window
from chalicelib.analysis.faces.searched_windows import RENEWAL_S, SearchedWindows

_LEFT, _RIGHT = Window(0, 0, 320, 360), Window(320, 0, 320, 360)
_BOTH = [_LEFT, _RIGHT]
_NOBODY: Boxes = np.empty((0, 4))


def _grey(seed: int = 1) -> NDArray[np.uint8]:
    """A frame of 640 x 360 pixels at half its size."""
    return np.random.default_rng(seed).integers(60, 180, (180, 320), dtype=np.uint8)


def _searched(grey: NDArray[np.uint8]) -> SearchedWindows:
    searched = SearchedWindows(640, 360)
    searched.note(_BOTH, grey, 0.0)
    return searched


def test_what_was_never_searched_is_due() -> None:
    assert SearchedWindows(640, 360).changed(_BOTH, _grey(), 0.0, _NOBODY) == _BOTH
    assert SearchedWindows(640, 360).changed([], _grey(), 0.0, _NOBODY) == []


def test_what_shows_the_same_is_not_due_until_its_time_is_over() -> None:
    searched = _searched(_grey())
    noisy = (_grey() + np.random.default_rng(2).integers(0, 5, (180, 320), dtype=np.uint8)).astype(np.uint8)
    assert searched.changed(_BOTH, noisy, RENEWAL_S - 0.01, _NOBODY) == []
    assert searched.changed(_BOTH, noisy, RENEWAL_S, _NOBODY) == _BOTH
    assert searched.changed(_BOTH, noisy, RENEWAL_S + 0.04, _NOBODY) == []


@pytest.mark.parametrize(("x", "window"), [(40, _LEFT), (240, _RIGHT)])
def test_a_small_change_makes_its_window_due_once(x: int, window: Window) -> None:
    searched, other = _searched(_grey()), _grey()
    other[80:86, x : x + 6] = 240
    assert searched.changed(_BOTH, other, 0.5, _NOBODY) == [window]
    assert searched.changed(_BOTH, other, 1.0, _NOBODY) == []


def test_what_is_thinner_or_smaller_than_half_a_face_makes_nothing_due() -> None:
    whole = [Window(0, 0, 640, 360)]
    searched, other = SearchedWindows(640, 360), _grey()
    searched.note(whole, _grey(), 0.0)
    smallest = int(320 * SMALLEST_FACE)
    other[:, 60:62] = 255
    other[40 : 40 + smallest // 4, 200 : 200 + smallest // 4] = 255
    assert searched.changed(whole, other, 0.5, _NOBODY) == []
    other[100 : 100 + smallest, 200 : 200 + smallest] = 255
    assert searched.changed(whole, other, 1.0, _NOBODY) == whole


def test_a_slow_change_adds_up() -> None:
    start = np.full((180, 320), 100, np.uint8)
    searched = _searched(start)
    due = [searched.changed([_LEFT], start + step, 0.1 * step, _NOBODY) for step in range(1, 21)]
    assert [len(windows) for windows in due].count(1) == 2


def test_what_a_known_face_does_makes_nothing_due() -> None:
    searched, moved = _searched(_grey()), _grey()
    known = np.array([[100.0, 100.0, 200.0, 200.0]])  # in pixels of the frame
    moved[30:120, 30:120] = 255  # half a side round it
    assert searched.changed(_BOTH, moved, 0.5, known) == []
    moved[30:120, 140:150] = 255
    assert searched.changed(_BOTH, moved, 1.0, known) == [_LEFT]


def test_a_known_face_beyond_the_picture_does_no_harm() -> None:
    searched = _searched(_grey())
    known = np.array([[-500.0, -500.0, -400.0, -400.0], [600.0, 300.0, 900.0, 700.0]])
    other = _grey()
    other[10:20, 10:20] = 255
    assert searched.changed(_BOTH, other, 0.5, known) == [_LEFT]


def test_what_is_forgotten_is_due_again() -> None:
    searched = _searched(_grey())
    searched.forget()
    assert searched.changed(_BOTH, _grey(), 0.1, _NOBODY) == _BOTH


def test_the_same_window_turned_is_another_one() -> None:
    searched = _searched(_grey())
    turned = Window(0, 0, 320, 360, turn_deg=90)
    assert searched.changed([turned], _grey(), 0.1, _NOBODY) == [turned]


def test_a_window_that_reaches_beyond_the_picture_shows_what_is_inside() -> None:
    near = Window(-100, -100, 840, 560, is_near=True)
    searched, other = SearchedWindows(640, 360), _grey()
    searched.note([near], _grey(), 0.0)
    assert searched.changed([near], _grey(), 0.5, _NOBODY) == []
    other[:60, :60] = 255
    known = np.array([[60.0, 60.0, 120.0, 120.0]])
    assert searched.changed([near], other, 1.0, known) == [near]


def test_what_is_smaller_than_half_a_near_face_makes_no_window_for_near_faces_due() -> None:
    near = Window(0, 0, 640, 360, is_near=True)
    searched, other = SearchedWindows(640, 360), _grey()
    searched.note([near], _grey(), 0.0)
    half = int(320 * near.smallest_face / 2)
    other[100 : 100 + half // 2, 200 : 200 + half // 2] = 255
    assert searched.changed([near], other, 0.5, _NOBODY) == []
    other[100 : 100 + half + 3, 200 : 200 + half + 3] = 255
    assert searched.changed([near], other, 1.0, _NOBODY) == [near]
