"""Pictures as decoders give them: a plane of luma and two of chroma at half its size.

Only what is looked at is converted to BGR: of a large picture that is a small part, or a small copy of a larger one.
"""

from collections import OrderedDict
from dataclasses import dataclass
from threading import local

import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray

from chalicelib.analysis.media.upright import Turn

LIMITED_FORMAT, FULL_FORMAT = "yuv420p", "yuvj420p"
# The weights of red and blue in luma: ITU-T H.273, matrix coefficients.
_WEIGHTS = {
    Colorspace.ITU709: (0.2126, 0.0722),
    Colorspace.FCC: (0.30, 0.11),
    Colorspace.ITU601: (0.299, 0.114),
    Colorspace.SMPTE240M: (0.212, 0.087),
    Colorspace.BT2020: (0.2627, 0.0593),
}
# By so much the scaler's quick way, which truncates, is below exact arithmetic: means of blue, green and red. Reduced
# parts are as bright as others.
_QUICK_LEVELS = (1.0, 1.5, 0.9)
# Parts begin and end at such columns and rows, if the picture does not end before: so FFmpeg's scaler computes each
# pixel as it would in the whole picture, and sizes recur.
_GRID_PX = 32
_MOST_SCALERS = 8


class Scalers(local):
    """FFmpeg's scalers for parts of some sizes, of each thread its own: setting one up takes as long as a part."""

    def __init__(self) -> None:
        self._by_size: OrderedDict[tuple[int, int], VideoReformatter] = OrderedDict()

    def of(self, width: int, height: int) -> VideoReformatter:
        """Returns the one of this size."""
        scaler = self._by_size.pop((width, height), None) or VideoReformatter()
        self._by_size[width, height] = scaler
        if len(self._by_size) > _MOST_SCALERS:
            self._by_size.popitem(last=False)
        return scaler


@dataclass(frozen=True, slots=True)
class Colours:
    """The way from YUV to BGR: FFmpeg's `matrix`, and whether levels are `full`, 0..255, or limited, luma 16..235."""

    matrix: Colorspace
    is_full: bool

    def of_planes(self, luma: NDArray[np.uint8], blue: NDArray[np.uint8], red: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """(H, W) each -> (H, W, 3) uint8 BGR, on average as bright as by FFmpeg's scaler."""
        return np.asarray(cv2.transform(cv2.merge([luma, blue, red]), self._transform()), dtype=np.uint8)

    def grey(self, luma: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Luma in full range."""
        if self.is_full:
            return luma
        levels = np.clip((np.arange(256) - 16) * (255 / 219), 0, 255).round().astype(np.uint8)
        return np.asarray(cv2.LUT(luma, levels), dtype=np.uint8)

    def _transform(self) -> NDArray[np.float32]:
        of_red, of_blue = _WEIGHTS[self.matrix]
        of_green = 1 - of_red - of_blue
        y, c, low = (1.0, 1.0, 0.0) if self.is_full else (255 / 219, 255 / 224, 16.0)
        blue, red = 2 * (1 - of_blue) * c, 2 * (1 - of_red) * c
        rows = np.array([[y, blue, 0], [y, -blue * of_blue / of_green, -red * of_red / of_green], [y, 0, red]])
        return np.column_stack([rows, -rows @ (low, 128.0, 128.0) - _QUICK_LEVELS]).astype(np.float32)


class Planes:
    """One decoded frame of `LIMITED_FORMAT` or `FULL_FORMAT` that `can_hold` takes, upright if turned by `turn`.

    It looks like an array (H, W, 3) by its `shape`. Any thread may ask for parts.
    """

    def __init__(self, frame: VideoFrame, turn: Turn, matrix: Colorspace, scalers: Scalers) -> None:
        is_full = frame.format.name == FULL_FORMAT or frame.color_range == ColorRange.JPEG
        self.colours = Colours(matrix, is_full)
        self._turn, self._scalers = turn, scalers
        self._luma, self._blue, self._red = (
            np.asarray(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]
            for plane in frame.planes
        )
        height, width = self._luma.shape
        self.shape = (width, height, 3) if turn.transpose else (height, width, 3)
        self.nbytes = self._luma.nbytes + self._blue.nbytes + self._red.nbytes

    @staticmethod
    def can_hold(frame: VideoFrame) -> bool:
        """Returns True for a frame in one of the two formats whose sides are multiples of four, as PyAV wants them, and
        whose rows are stored from the top down: PyAV begins at the first row of a picture, and of others, which files
        can ask for (`BottomUp` in AVI), it would give out the memory behind the last."""
        fits = frame.width % 4 == 0 and frame.height % 4 == 0 and frame.format.name in (LIMITED_FORMAT, FULL_FORMAT)
        return fits and all(plane.line_size >= plane.width for plane in frame.planes)

    def whole(self) -> NDArray[np.uint8]:
        """(H, W, 3) uint8 BGR, C-contiguous; converted again each time."""
        height, width = self.shape[:2]
        return self.part(0, 0, width, height)

    def part(self, left: int, top: int, right: int, bottom: int, reduction: int = 1) -> NDArray[np.uint8]:
        """Returns what lies between these sides, inside the picture, as uint8 BGR (bottom - top, right - left, 3). With
        a `reduction` the means of blocks of so many pixels squared, without a remainder at the right and at the bottom;
        there must be one block."""
        right = left + (right - left) // reduction * reduction
        bottom = top + (bottom - top) // reduction * reduction
        sides = self._stored(left, top, right, bottom)
        return self._turn.apply(self._converted(*sides) if reduction == 1 else self._reduced(*sides, reduction))

    def grey_samples(self, width: int, height: int) -> NDArray[np.uint8]:
        """(height, width) uint8: luma, 0..255, of pixels at equal distances."""
        size = (height, width) if self._turn.transpose else (width, height)
        luma = np.asarray(cv2.resize(self._luma, size, interpolation=cv2.INTER_NEAREST), dtype=np.uint8)
        return self._turn.apply(self.colours.grey(luma)[..., None])[..., 0]

    def _stored(self, left: int, top: int, right: int, bottom: int) -> tuple[int, int, int, int]:
        """The same sides before the picture is turned."""
        height, width = self.shape[:2]
        if self._turn.mirror_x:
            left, right = width - right, width - left
        if self._turn.mirror_y:
            top, bottom = height - bottom, height - top
        return (top, left, bottom, right) if self._turn.transpose else (left, top, right, bottom)

    def _converted(self, left: int, top: int, right: int, bottom: int) -> NDArray[np.uint8]:
        height, width = self._luma.shape
        first_x, first_y = left // _GRID_PX * _GRID_PX, top // _GRID_PX * _GRID_PX
        last_x, last_y = min(-(-right // _GRID_PX) * _GRID_PX, width), min(-(-bottom // _GRID_PX) * _GRID_PX, height)
        across, down = last_x - first_x, last_y - first_y
        stored = np.empty((down * 3 // 2, across), np.uint8)
        stored[:down] = self._luma[first_y:last_y, first_x:last_x]
        halves = slice(first_y // 2, last_y // 2), slice(first_x // 2, last_x // 2)
        chroma = stored[down:].reshape(2, down // 2, across // 2)
        chroma[0], chroma[1] = self._blue[halves], self._red[halves]
        bgr = self._scalers.of(across, down).reformat(
            VideoFrame.from_numpy_buffer(stored, format=LIMITED_FORMAT),
            format="bgr24",
            src_colorspace=self.colours.matrix,
            src_color_range=ColorRange.JPEG if self.colours.is_full else ColorRange.MPEG,
            interpolation=Interpolation.BILINEAR,
            threads=1,
        )
        return np.asarray(bgr.to_ndarray()[top - first_y : bottom - first_y, left - first_x : right - first_x])

    def _reduced(self, left: int, top: int, right: int, bottom: int, reduction: int) -> NDArray[np.uint8]:
        size = ((right - left) // reduction, (bottom - top) // reduction)
        luma = _plane_means(self._luma[top:bottom, left:right], reduction)
        blue, red = (
            _chroma_means(plane[top // 2 :, left // 2 :], reduction, size) for plane in (self._blue, self._red)
        )
        return self.colours.of_planes(luma, blue, red)


def _chroma_means(plane: NDArray[np.uint8], reduction: int, size: tuple[int, int]) -> NDArray[np.uint8]:
    """The first `size` (width, height) blocks of half a `reduction`. If that is no whole number, blocks that are
    smaller by half a pixel are scaled the rest of the way: means of parts of pixels take several times as long."""
    whole = max(reduction // 2, 1)
    width, height = size if reduction % 2 == 0 else (-(-side * reduction // (2 * whole)) for side in size)
    width, height = min(width, plane.shape[1] // whole), min(height, plane.shape[0] // whole)
    means = _plane_means(plane[: height * whole, : width * whole], whole)
    if reduction % 2 == 0:
        return means
    return np.asarray(cv2.resize(means, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


def _plane_means(plane: NDArray[np.uint8], side_px: int) -> NDArray[np.uint8]:
    """The means of blocks of a plane (H, W), whose sides are whole numbers of them. Of one channel OpenCV averages two
    by two pixels, and any number by sliding sums, in half the time of blocks of another size."""
    while side_px % 2 == 0:
        side_px //= 2
        size = (plane.shape[1] // 2, plane.shape[0] // 2)
        plane = np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    if side_px == 1:
        return plane
    size = (plane.shape[1] // side_px, plane.shape[0] // side_px)
    sums = cv2.blur(plane, (side_px, side_px), anchor=(0, 0))
    return np.asarray(cv2.resize(sums, size, interpolation=cv2.INTER_NEAREST), dtype=np.uint8)


Picture = NDArray[np.uint8] | Planes
"""(H, W, 3) uint8 BGR, or what can be converted to it part by part."""


def bgr_of(picture: Picture) -> NDArray[np.uint8]:
    """All of a picture, (H, W, 3) uint8 BGR."""
    return picture.whole() if isinstance(picture, Planes) else picture
