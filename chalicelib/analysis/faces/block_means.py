"""Shrinking a picture by a whole number, as OpenCV does fastest.

Bilinear sampling reaches over two pixels: shrinking by two and more, it would skip some and let fine patterns alias. So
pictures are first averaged over blocks of whole pixels, until less than a factor of two is left for it to do. Averaging
over fractions of pixels takes ten times as long.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.media.pixels.planes import Picture, Planes

# Three is quick enough, and two would leave more for bilinear sampling.
_QUICK_ODD = 3


def block_means(image: NDArray[np.uint8], side_px: int) -> NDArray[np.uint8]:
    """The means of blocks of `side_px` x `side_px` pixels of an image (H, W, C) uint8, which has at least one block;
    a remainder at the right and at the bottom is left out. Returns the image itself if `side_px` is 1."""
    if side_px == 1:
        return image
    height, width = image.shape[0] // side_px, image.shape[1] // side_px
    blocks = image[: height * side_px, : width * side_px]
    if side_px == _QUICK_ODD:  # the same to the last bit, in two thirds of the time
        sums = cv2.blur(blocks, (side_px, side_px), anchor=(0, 0))
        return np.asarray(cv2.resize(sums, (width, height), interpolation=cv2.INTER_NEAREST), dtype=np.uint8)
    return np.asarray(cv2.resize(blocks, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def quick_reduction(picture: Picture, reduction: int) -> int:
    """Returns the reduction to shrink a part of a picture by if `reduction` would leave less than a factor of two: for
    planes an even one, which is far quicker, and leaves less than two as well."""
    return reduction - reduction % 2 if reduction > _QUICK_ODD and isinstance(picture, Planes) else reduction


def reduced_part(picture: Picture, sides: tuple[int, int, int, int], side_px: int) -> NDArray[np.uint8]:
    """`block_means` of what lies between the `sides` (left, top, right, bottom) of a picture: (H, W, 3) uint8 BGR."""
    left, top, right, bottom = sides
    if isinstance(picture, Planes):
        return picture.part(left, top, right, bottom, side_px)
    return block_means(picture[top:bottom, left:right], side_px)
