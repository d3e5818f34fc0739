"""A short film for trying Mien out: a portrait that moves, grows, tilts, leaves the picture and comes back."""

import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.data import astronaut

# The head of scikit-image's `astronaut` (NASA, public domain), measured in its 512 x 512 pixels.
_FACE_CENTRE_PX = (222.0, 120.0)
_FACE_HEIGHT_PX = 130.0
_FACE_SHARE = 0.36  # of the film's height: 130 px of 360
_BIT_RATE = 3_000_000
BROWSER_CODEC = "libvpx-vp9"
"""One that every browser plays, so that the clip can be looked at in the console, and that anyone may encode."""

_OPTIONS = {BROWSER_CODEC: {"deadline": "realtime", "cpu-used": "8", "threads": "1"}}
# Shares of the film: the portrait slides out from the first to the second moment, and in from the third to the fourth.
_OUT_FROM, _OUT_TO, _IN_FROM, _IN_TO = 0.48, 0.62, 0.69, 0.83


def write_demo_clip(
    path: Path, *, seconds: float = 6.0, fps: int = 25, size_px: tuple[int, int] = (640, 360), codec: str = "mpeg4"
) -> None:
    """Writes an MP4 of `round(seconds * fps)` frames, `size_px` = (width, height), both even.

    The picture is a smooth function of time, so two runs give the same film. The face is in full view but for a
    sixth of the film (one second of six) around two thirds of it. The frames are drawn one by one as they are encoded.
    """
    with av.open(str(path), mode="w", format="mp4") as container:
        stream = cast("av.VideoStream", container.add_stream(codec, rate=fps, options=_OPTIONS.get(codec, {})))
        stream.width, stream.height = size_px
        stream.pix_fmt = "yuv420p"
        stream.bit_rate = _BIT_RATE
        for index, image in enumerate(_pictures(round(seconds * fps), size_px)):
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            frame.pts, frame.time_base = index, Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _pictures(count: int, size_px: tuple[int, int]) -> Iterator[NDArray[np.uint8]]:
    portrait = _portrait()
    backdrop = _backdrop(size_px)
    for index in range(count):
        image = backdrop.copy()
        cv2.warpAffine(
            portrait,
            _placement(index / count, size_px),
            size_px,
            dst=image,
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_TRANSPARENT,
        )
        yield image


def _portrait() -> NDArray[np.uint8]:
    rgb: NDArray[np.uint8] = astronaut()  # type: ignore[no-untyped-call]  # scikit-image has no annotations
    return np.ascontiguousarray(rgb[:, :, ::-1])


def _backdrop(size_px: tuple[int, int]) -> NDArray[np.uint8]:
    width, height = size_px
    slope = np.linspace(70, 130, height)[:, None, None] + np.linspace(-15, 15, width)[None, :, None]
    backdrop: NDArray[np.uint8] = np.clip(slope + np.array([12.0, 4.0, 0.0]), 0, 255).astype(np.uint8)
    return backdrop


def _placement(share: float, size_px: tuple[int, int]) -> NDArray[np.float64]:
    """The 2 x 3 matrix from portrait to film pixels at this share of the film (0 to 1)."""
    width, height = size_px
    swing = 2 * math.pi * share
    scale = _FACE_SHARE * height / _FACE_HEIGHT_PX * (1 + 0.15 * math.sin(2 * swing))
    tilt_deg = 8 * math.sin(3 * swing)
    matrix = np.asarray(cv2.getRotationMatrix2D(_FACE_CENTRE_PX, tilt_deg, scale), dtype=np.float64)
    portrait_width_px = 512 * scale
    centre_x = width * (0.5 + 0.1 * math.sin(swing)) + _slide(share) * (0.6 * width + 0.6 * portrait_width_px)
    centre_y = height * (0.42 + 0.04 * math.sin(2 * swing))
    matrix[:, 2] += np.array([centre_x - _FACE_CENTRE_PX[0], centre_y - _FACE_CENTRE_PX[1]])
    return matrix


def _slide(share: float) -> float:
    """Returns how far the portrait is out of the picture: 0 in place, 1 outside, with soft starts and stops."""
    out = _smooth_step((share - _OUT_FROM) / (_OUT_TO - _OUT_FROM))
    back = _smooth_step((share - _IN_FROM) / (_IN_TO - _IN_FROM))
    return out - back


def _smooth_step(share: float) -> float:
    share = min(max(share, 0.0), 1.0)
    return share * share * (3 - 2 * share)
