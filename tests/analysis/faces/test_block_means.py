import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.analysis.faces.block_means import block_means


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_every_pixel_is_the_mean_of_its_block(height: int, width: int, side: int, seed: int) -> None:
    side = min(side, height, width)
    image = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    reduced = block_means(image, side)
    rows, columns = height // side, width // side
    blocks = image[: rows * side, : columns * side].reshape(rows, side, columns, side, 3)
    assert reduced.shape == (rows, columns, 3)
    assert np.abs(reduced - blocks.mean(axis=(1, 3))).max() <= 1.0


def test_blocks_of_one_pixel_are_the_image() -> None:
    image = np.zeros((4, 5, 3), np.uint8)
    assert block_means(image, 1) is image


@pytest.mark.parametrize("side", [2, 3])
def test_a_pattern_as_fine_as_the_pixels_becomes_grey(side: int) -> None:
    stripes = np.zeros((60, 60, 3), np.uint8)
    stripes[:, ::side] = 255
    assert np.ptp(block_means(stripes, side)) == 0


def test_blocks_of_three_pixels_are_what_opencv_averages() -> None:
    sums = np.arange(9 * 255 + 1)  # every one that nine levels can have
    blocks = np.stack([(sums + place) // 9 for place in range(9)]).astype(np.uint8).reshape(3, 3, -1)
    image = np.repeat(blocks.transpose(0, 2, 1).reshape(3, -1, 1), 3, axis=2)
    expected = cv2.resize(image, (len(sums), 1), interpolation=cv2.INTER_AREA)
    np.testing.assert_array_equal(block_means(image, 3), expected)
