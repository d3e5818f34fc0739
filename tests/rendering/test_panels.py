"""The places of panels."""

from itertools import combinations

from chalicelib.rendering.panels import Panels, Rectangle

PICTURE, PANEL = (640, 360), (100, 60)
FACES: dict[int, Rectangle] = {
    0: (60, 40, 160, 160),
    1: (280, 40, 380, 160),
    2: (520, 40, 620, 160),
    3: (280, 220, 380, 340),
}


def _overlap(one: Rectangle, other: Rectangle) -> bool:
    return min(one[2], other[2]) > max(one[0], other[0]) and min(one[3], other[3]) > max(one[1], other[1])


def test_panels_lie_in_the_picture_and_over_no_face_and_no_other_panel() -> None:
    places = Panels().placed(FACES, PANEL, PICTURE)
    assert list(places) == list(FACES)
    for left, top, right, bottom in places.values():
        assert 0 <= left < right <= PICTURE[0]
        assert 0 <= top < bottom <= PICTURE[1]
        assert (right - left, bottom - top) == PANEL
    assert not any(_overlap(one, other) for one, other in combinations([*places.values(), *FACES.values()], 2))


def test_a_panel_stays_on_its_side_while_that_is_about_as_good() -> None:
    panels = Panels()
    first = panels.placed({0: (300, 100, 400, 200)}, PANEL, PICTURE)[0]
    near = panels.placed({0: (450, 100, 550, 200)}, PANEL, PICTURE)[0]
    far = panels.placed({0: (520, 100, 620, 200)}, PANEL, PICTURE)[0]
    assert first[0] == 400
    assert near[0] == PICTURE[0] - PANEL[0]
    assert far[2] == 520


def test_a_panel_is_no_larger_than_the_picture() -> None:
    assert Panels().placed({0: (0, 0, 30, 30)}, PANEL, (64, 48))[0] == (0, 0, 64, 48)
