"""Converts decoded video frames to upright, square BGR pixels of the file's frame size."""

import struct
from fractions import Fraction
from typing import cast

import numpy as np
from av.sidedata.sidedata import SideDataContainer, Type
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray

from chalicelib.analysis.media.pixels.planes import Picture, Planes, Scalers
from chalicelib.analysis.media.square_pixels import SQUARE, square_size
from chalicelib.analysis.media.upright import UPRIGHT, Turn, turn_of_display_matrix
from chalicelib.analysis.media.video_container import DAMAGED, ffmpeg_contained
from chalicelib.domain.measurements.frame_size import FrameSize
from chalicelib.errors import MediaError

# FFmpeg's AVColorSpace (ITU-T H.273, matrix coefficients) to the matrices that its scaler knows.
_MATRICES = {
    1: Colorspace.ITU709,
    4: Colorspace.FCC,
    5: Colorspace.ITU601,
    6: Colorspace.ITU601,
    7: Colorspace.SMPTE240M,
    9: Colorspace.BT2020,
    10: Colorspace.BT2020,
}
# The scaler does not return an error for these pixel formats but aborts the process (seen with FFmpeg 8.1).
_FATAL_FORMATS = ("xyz", "yaf")
# The scaler's quick way, which players take: within two levels of exact arithmetic on 99 of 100 pixels, at a seventh of
# its cost. The last bits may differ from one kind of processor to another.
_QUICK = Interpolation.BILINEAR
# Of a smaller picture all is converted sooner than the parts that are looked at.
_LEAST_PLANES_PX = 900_000
# If pixels are not square, or a frame has another size than the others.
_FINE = Interpolation.BICUBIC


class UprightPixels:
    """Converts frames one after the other to pictures of one size; keeps FFmpeg's scaler between them."""

    def __init__(self, size: FrameSize | None = None, stored: tuple[int, int] | None = None) -> None:
        """`size`: what every picture is scaled to; None for that of a frame that is stored with the width and height
        `stored`, or of the first."""
        self._size, self._stored = size, stored
        self._reformatter, self._scalers = VideoReformatter(), Scalers()
        self._turn = UPRIGHT
        self._rotation_deg: int | None = None

    def of(self, frame: VideoFrame, aspect: Fraction = SQUARE) -> Picture:
        """The same as `bgr`, as planes if the frame is large and is not scaled."""
        matrix = _matrix(frame)
        if frame.width * frame.height < _LEAST_PLANES_PX or matrix is None or not Planes.can_hold(frame):
            return self.bgr(frame, aspect)
        turn = self._turn_of(frame)
        width, height = self._stored_size(frame, aspect, turn)
        upright = (height, width) if turn.transpose else (width, height)
        if (width, height) != (frame.width, frame.height) or self._size != FrameSize(*upright):
            return self.bgr(frame, aspect)
        return Planes(frame, turn, matrix, self._scalers)

    def bgr(self, frame: VideoFrame, aspect: Fraction = SQUARE) -> NDArray[np.uint8]:
        """(H, W, 3) uint8 BGR, C-contiguous, turned upright by the frame's display matrix, with square pixels.

        `aspect`: width over height of the frame's pixels. A frame that then has another size than the video's is
        scaled to fit into it, as a player's window does, and centred on black.

        Range and matrix are the stream's. If it names no matrix, or one that cannot be applied, it is BT.709 for
        frames larger than standard definition and BT.601 for others, as players have it; if it names no range, it
        is limited for YUV (but full for the `yuvj` formats) and full for grey. 10 and more bits are reduced to 8, alpha
        is dropped, transfer curves (HDR) are not mapped. MediaError: the pixel format cannot be converted.
        """
        if frame.format.name.startswith(_FATAL_FORMATS):
            raise MediaError(DAMAGED.format(what=f"its pixel format {frame.format.name} is not supported"))
        turn = self._turn_of(frame)
        width, height = self._stored_size(frame, aspect, turn)
        is_scaled = (width, height) != (frame.width, frame.height)
        with ffmpeg_contained(DAMAGED.format(what="the colours of a frame cannot be converted")):
            bgr = self._reformatter.reformat(
                frame,
                width=width,
                height=height,
                format="bgr24",
                src_colorspace=_matrix(frame),
                interpolation=_FINE if is_scaled else _QUICK,
                threads=1,
            )
        return self._centred(turn.apply(np.asarray(bgr.to_ndarray(), dtype=np.uint8)))

    def _stored_size(self, frame: VideoFrame, aspect: Fraction, turn: Turn) -> tuple[int, int]:
        """Width and height to scale the frame to, before it is turned."""
        width, height = square_size(frame.width, frame.height, aspect)
        upright = (height, width) if turn.transpose else (width, height)
        if self._size is None:
            across, down = square_size(*(self._stored or (frame.width, frame.height)), aspect)
            self._size = FrameSize(down, across) if turn.transpose else FrameSize(across, down)
        wanted = (self._size.width_px, self._size.height_px)
        if upright == wanted:
            return width, height
        scale = min(wanted[0] / upright[0], wanted[1] / upright[1])
        return max(round(width * scale), 1), max(round(height * scale), 1)

    def _centred(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        height, width = image.shape[:2]
        if self._size is None or (self._size.width_px, self._size.height_px) == (width, height):
            return image
        window = np.zeros((self._size.height_px, self._size.width_px, 3), np.uint8)
        top, left = (self._size.height_px - height) // 2, (self._size.width_px - width) // 2
        window[top : top + height, left : left + width] = image
        return window

    def _turn_of(self, frame: VideoFrame) -> Turn:
        # A frame whose side data were looked at lives until Python's collector finds it, pixels and all. So they are
        # looked at in the first frame, and where the rotation, which is a part of them, is another than before.
        if frame.rotation != self._rotation_deg:
            self._turn, self._rotation_deg = display_turn(frame), frame.rotation
        return self._turn


def display_turn(frame: VideoFrame) -> Turn:
    """The turn that the frame's display matrix asks for (phones film sideways and note it there)."""
    matrix = cast("SideDataContainer", frame.side_data).get(Type.DISPLAYMATRIX.name)  # the stub names another type
    return UPRIGHT if matrix is None else turn_of_display_matrix(struct.unpack("=9i", bytes(matrix)))


def _matrix(frame: VideoFrame) -> Colorspace | None:
    if frame.format.is_rgb or frame.format.has_palette:
        return None
    assumed = Colorspace.ITU709 if frame.width >= 1280 or frame.height > 576 else Colorspace.ITU601
    return _MATRICES.get(frame.colorspace, assumed)
