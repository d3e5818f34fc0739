"""The rest of a covered face."""

import numpy as np
from numpy.typing import NDArray

from chalicelib.rendering.concealment import CELLS, conceal
from chalicelib.rendering.covers import Region

BOX = (60.0, 80.0, 132.0, 176.0)


def _noise(seed: int, side_px: int = 240) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (side_px, side_px, 3), dtype=np.uint8)


def _changed(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> NDArray[np.bool_]:
    changed: NDArray[np.bool_] = (before != after).any(axis=2)
    return changed


def test_all_of_the_box_and_more_is_covered_and_what_is_far_is_not() -> None:
    image = _noise(0)
    before = image.copy()
    conceal(image, [Region(BOX, BOX)])
    changed = _changed(before, image)
    assert changed[80:176, 60:132].mean() > 0.999
    assert changed.sum() > 1.9 * 72 * 96
    assert not changed[:, 180:].any()


def test_the_way_between_two_boxes_is_covered() -> None:
    image = _noise(1, 400)
    before = image.copy()
    conceal(image, [Region((20.0, 20.0, 60.0, 60.0), (320.0, 320.0, 360.0, 360.0))])
    assert _changed(before, image)[180:200, 180:200].mean() > 0.99


def test_no_detail_can_come_back() -> None:
    """Pictures with the same means of cells are the same afterwards, whatever is in the cells."""
    side = 10
    box = (0.0, 0.0, float(CELLS * side), float(CELLS * side))
    first = _noise(2, CELLS * side)
    cells = first.reshape(CELLS, side, CELLS, side, 3).swapaxes(1, 2).reshape(CELLS * CELLS, side * side, 3)
    shuffled = np.random.default_rng(3).permuted(cells, axis=1)
    second = shuffled.reshape(CELLS, CELLS, side, side, 3).swapaxes(1, 2).reshape(first.shape)
    assert _changed(first, second).mean() > 0.9
    conceal(first, [Region(box, box)])
    conceal(second, [Region(box, box)])
    assert np.abs(first.astype(int) - second).max() == 0


def test_a_box_outside_the_picture_or_without_a_size_harms_nothing() -> None:
    image = _noise(4)
    before = image.copy()
    conceal(image, [Region((-900.0, 0.0, -800.0, 50.0), (-900.0, 0.0, -800.0, 50.0))])
    assert not _changed(before, image).any()
    conceal(image, [Region((100.0, 100.0, 100.0, 100.0), (100.0, 100.0, 100.0, 100.0))])
    assert _changed(before, image)[100, 100]
