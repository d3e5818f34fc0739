"""From a Pillow picture to BGR pixels, and the one place where Pillow's errors and warnings are contained."""

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from chalicelib.errors import MediaError

# What shows through where a picture is transparent: mid-grey, since on white a pale face loses its outline and on
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
        except Image.DecompressionBombError as error:
            raise MediaError("The image has too many pixels. Scale it down and upload it again.") from error
        except _BROKEN_BYTES as error:
            raise MediaError(BROKEN_IMAGE) from error


def bgr_pixels(picture: Image.Image) -> NDArray[np.uint8]:
    """The pixels of a loaded picture: (H, W, 3) uint8 BGR, C-contiguous, as stored (not yet turned upright).

    Transparency is laid over `BACKDROP`. 16-bit grey is divided by 257, so that 65535 becomes 255. Colour profiles
    are not applied; CMYK goes to RGB by the plain formula (Adobe's inverted CMYK is set right by Pillow's reader).
    MediaError: samples of 32 bit, or a colour mode that has no way to RGB.
    """
    if picture.mode.startswith("I"):
        return _grey16_as_bgr(picture)
    if picture.mode == "F":
        raise MediaError("The image has 32-bit samples. Save it with 8 or 16 bits and upload it again.")
    with pillow_contained():
        if picture.has_transparency_data:
            picture = _over_backdrop(picture)
        rgb = np.asarray(picture.convert("RGB"), dtype=np.uint8)
    return np.ascontiguousarray(rgb[:, :, ::-1])


def _over_backdrop(picture: Image.Image) -> Image.Image:
    backdrop = Image.new("RGBA", picture.size, BACKDROP)
    backdrop.alpha_composite(picture.convert("RGBA"))
    return backdrop


def _grey16_as_bgr(picture: Image.Image) -> NDArray[np.uint8]:
    samples = np.asarray(picture)
    if samples.min() < 0 or samples.max() > 65535:
        raise MediaError("The image has 32-bit samples. Save it with 8 or 16 bits and upload it again.")
    grey = ((samples.astype(np.uint32) + 128) // 257).astype(np.uint8)
    return np.repeat(grey[:, :, np.newaxis], 3, axis=2)
