"""Pictures whose stored pixels are not square, and the size that they have once they are.

A pixel aspect is the width of a stored pixel over its height: 64/45 in PAL DV that was filmed wide. As the HTML
standard asks of players (section 4.8.9, "intrinsic width"), one side is enlarged and the other left as it is.
"""

import math
from fractions import Fraction

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, TiffImagePlugin

SQUARE = Fraction(1)

# Below this, scaling would blur the picture for less than a pixel in two hundred: encoders write 2048/2043 and the
# like.
_LEAST_DEVIATION = 0.005
# DV, DVD, HDV and anamorphic film reach 2 and 1/2; a file that claims more than this is damaged.
_MOST = 4
_TRANSPOSING = (5, 6, 7, 8)


def sane_aspect(across: float, down: float) -> Fraction:
    """The aspect `across` / `down`; square if there is none, if it cannot be meant, or if it is nearly square."""
    if not (across > 0 and down > 0 and math.isfinite(across) and math.isfinite(down)):
        return SQUARE
    ratio = across / down
    if not 1 / _MOST <= ratio <= _MOST or abs(ratio - 1) < _LEAST_DEVIATION:
        return SQUARE
    return Fraction(ratio).limit_denominator(10_000)


def square_size(width_px: int, height_px: int, aspect: Fraction) -> tuple[int, int]:
    """Width and height in square pixels of a picture that is stored with `width_px` x `height_px` of this aspect."""
    if aspect == 1:  # mostly
        return width_px, height_px
    if aspect > 1:
        return round(width_px * aspect), height_px
    return width_px, round(height_px / aspect)


def with_square_pixels(image: NDArray[np.uint8], aspect: Fraction) -> NDArray[np.uint8]:
    """`image`, (H, W, 3) uint8, scaled so that its pixels are square."""
    size = square_size(image.shape[1], image.shape[0], aspect)
    if size == (image.shape[1], image.shape[0]):
        return image
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def aspect_of_still(picture: Image.Image) -> Fraction:
    """The pixel aspect of what a picture gives when it is loaded; it is opened and not yet loaded. JPEG states it by
    JFIF's density, PNG by pHYs, TIFF by XResolution and YResolution: twice the pixels per inch across make a pixel half
    as wide.

    Without a unit JFIF and pHYs hold the aspect itself, width before height, as FFmpeg writes them.
    """
    info = picture.info
    if picture.format == "JPEG" and "jfif_density" in info:
        across, down = info["jfif_density"]
        return sane_aspect(across, down) if info.get("jfif_unit") == 0 else sane_aspect(down, across)
    if picture.format == "PNG" and "aspect" in info:
        return sane_aspect(*info["aspect"])
    if picture.format == "PNG" and "dpi" in info:
        across, down = info["dpi"]
        return sane_aspect(down, across)
    if isinstance(picture, TiffImagePlugin.TiffImageFile):
        return _aspect_of_tiff(picture)
    return SQUARE


def _aspect_of_tiff(picture: TiffImagePlugin.TiffImageFile) -> Fraction:
    tags = picture.tag_v2
    try:
        across = float(tags.get(TiffImagePlugin.X_RESOLUTION, 1))
        down = float(tags.get(TiffImagePlugin.Y_RESOLUTION, 1))
    except (TypeError, ValueError, ZeroDivisionError):  # a tag of another type than the standard's
        return SQUARE
    if tags.get(ExifTags.Base.Orientation) in _TRANSPOSING:  # the reader turns the picture as it loads it
        across, down = down, across
    return sane_aspect(down, across)
