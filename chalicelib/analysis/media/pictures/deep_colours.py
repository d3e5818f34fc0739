"""Colours of fewer than 16 bits in samples of 16, as cameras and microscopes store them: Pillow keeps the upper byte
alone, in which there is next to nothing."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.media.pictures.pillow_pixels import white_of

_UPPER_BYTE_OF_12_BITS = 0x0F


def true_colours(path: Path, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The pixels of a PNG, (H, W, 3) uint8 BGR; if they are the upper bytes of samples that use 12 bits at the most,
    then these, brought to 8 bits."""
    if pixels.max() > _UPPER_BYTE_OF_12_BITS:
        return pixels
    samples = cv2.imdecode(np.fromfile(path, dtype=np.uint8), cv2.IMREAD_UNCHANGED)
    if samples is None or samples.dtype != np.uint16 or samples.shape != pixels.shape:
        return pixels
    return np.asarray(cv2.convertScaleAbs(samples, alpha=255.0 / white_of(samples)), dtype=np.uint8)
