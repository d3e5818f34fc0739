"""Converts Pillow pictures to BGR pixels; Pillow's errors and warnings do not leave this module."""

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray
from PIL import Image, TiffImagePlugin

from chalicelib.domain.requests.number_texts import plain_number
from chalicelib.errors import MediaError

# The background of transparent pixels: mid-grey, since on white a pale face loses its outline and on
# black a dark one does.
BACKDROP = (128, 128, 128, 255)

# What Pillow's readers raise on bytes that break their format's rules (found by fuzzing). MemoryError and
# AttributeError are not among them: those would be ours.
_BROKEN_BYTES = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    EOFError,
    ArithmeticError,
    struct.error,
    zlib.error,
)

_WHITES = (255.0, 1023.0, 4095.0, 65535.0)

BROKEN_IMAGE = "The image is broken or incomplete. Check that it opens in an image viewer and upload it again."


@contextmanager
def pillow_contained() -> Iterator[None]:
    """Turn Pillow's errors about broken bytes into MediaError and keep its warnings in.

    Only calls of Pillow belong in the block: the same exception types from our own code would be mistaken for a broken
    image. The warning filter is the process's, so images are to be opened by one thread at a time.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except MediaError:
            raise
        except Image.DecompressionBombError as error:
            most = 2 * (Image.MAX_IMAGE_PIXELS or 0)
            raise MediaError(f"The picture has more than {most} pixels. Scale it down and upload it again.") from error
        except _BROKEN_BYTES as error:
            raise MediaError(BROKEN_IMAGE) from error
        except RuntimeError as error:  # libavif's only one, for both
            if "memory" in str(error).lower():
                raise MemoryError(str(error)) from error
            raise MediaError(BROKEN_IMAGE) from error


def bgr_pixels(picture: Image.Image) -> NDArray[np.uint8]:
    """The pixels of a loaded picture: (H, W, 3) uint8 BGR, C-contiguous, as stored (not yet turned upright).

    Transparency is laid over `BACKDROP`. 16-bit grey is divided by 257, so that 65535 becomes 255; samples of cameras
    and microscopes that use fewer of the 16 bits, and floating-point ones, are scaled by what they can be at the most
    (see `white_of`). Colour profiles are not applied; CMYK goes to RGB by the plain formula (Adobe's inverted CMYK is
    set right by Pillow's reader). MediaError: samples whose white cannot be told, or a colour mode without a way to it.
    """
    if picture.mode == "F" or picture.mode.startswith("I"):
        return _grey_as_bgr(picture)
    with pillow_contained():
        if picture.has_transparency_data:
            picture = _over_backdrop(picture)
        rgb = np.asarray(picture.convert("RGB"), dtype=np.uint8)
    return np.ascontiguousarray(rgb[:, :, ::-1])


def _over_backdrop(picture: Image.Image) -> Image.Image:
    backdrop = Image.new("RGBA", picture.size, BACKDROP)
    backdrop.alpha_composite(picture.convert("RGBA"))
    return backdrop


def _grey_as_bgr(picture: Image.Image) -> NDArray[np.uint8]:
    samples = np.asarray(picture)
    white = white_of(samples)
    levels = np.rint(samples.astype(np.float64) * (255.0 / white)).astype(np.uint8)
    if _is_white_zero(picture):
        levels = 255 - levels
    return np.repeat(levels[:, :, np.newaxis], 3, axis=2)


def white_of(samples: NDArray[np.generic]) -> float:
    """The highest value that samples of grey can have: of floating-point ones 1 if none is above, else of the depths
    that are in use, 8, 10, 12 and 16 bits, the smallest that holds all of them. MediaError: there is none."""
    low, high = float(samples.min()), float(samples.max())
    if not 0 <= low <= high <= _WHITES[-1]:  # also if one is not a number
        raise MediaError(
            f"The image has 32-bit samples from {plain_number(low)} to {plain_number(high)}, and does not say which of "
            "them is white. Save it with 8 or 16 bits and upload it again."
        )
    if samples.dtype.kind == "f" and high <= 1:
        return 1.0
    return next(white for white in _WHITES if high <= white)


def _is_white_zero(picture: Image.Image) -> bool:
    # Pillow turns grey values round for 1 and 8 bits only.
    if not isinstance(picture, TiffImagePlugin.TiffImageFile):
        return False
    return picture.tag_v2.get(TiffImagePlugin.PHOTOMETRIC_INTERPRETATION) == 0
