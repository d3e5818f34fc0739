"""Colours that no container states, and pixel formats that must never reach FFmpeg's scaler."""

import av
import numpy as np
import pytest
from av.video.reformatter import Colorspace

from chalicelib.analysis.media.pixels.video_pixels import UprightPixels
from chalicelib.errors import MediaError

ORANGE_BGR = (40, 110, 200)
UNNAMED, RESERVED, YCGCO = 2, 3, 8


def orange(width: int, height: int, matrix: Colorspace) -> av.VideoFrame:
    """A frame of one colour, in limited-range YUV by `matrix`."""
    image = np.full((height, width, 3), ORANGE_BGR, np.uint8)
    frame = av.VideoFrame.from_ndarray(image, format="bgr24")
    return frame.reformat(format="yuv444p", dst_colorspace=matrix, dst_color_range=1)


@pytest.mark.parametrize("colorspace", [UNNAMED, RESERVED, YCGCO])
@pytest.mark.parametrize(
    ("width", "height", "matrix"),
    [
        (640, 360, Colorspace.ITU601),
        (720, 576, Colorspace.ITU601),
        (1280, 16, Colorspace.ITU709),
        (16, 720, Colorspace.ITU709),
    ],
)
def test_an_unnamed_matrix_is_that_of_the_size(width: int, height: int, matrix: Colorspace, colorspace: int) -> None:
    frame = orange(width, height, matrix)
    frame.colorspace = colorspace
    image = UprightPixels().bgr(frame)
    assert image.shape == (height, width, 3)
    assert np.abs(image.astype(int) - ORANGE_BGR).max() <= 3


def test_the_two_matrices_differ_enough_for_the_test_above() -> None:
    frame = orange(64, 48, Colorspace.ITU709)
    frame.colorspace = UNNAMED
    assert np.abs(UprightPixels().bgr(frame).astype(int) - ORANGE_BGR).max() > 6


@pytest.mark.parametrize("pixel_format", ["xyz12le", "xyz12be", "yaf32le", "yaf32be"])
def test_pixel_formats_that_abort_the_process_are_refused(pixel_format: str) -> None:
    with pytest.raises(MediaError, match=f"pixel format {pixel_format} is not supported"):
        UprightPixels().bgr(av.VideoFrame(64, 48, pixel_format))
