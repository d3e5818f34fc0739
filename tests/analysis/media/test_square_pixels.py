"""Pixel aspects: what stills and videos state, and the square pixels that come of it."""

import zlib
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from chalicelib.analysis.media.frames import Frame, MediaInfo, MediaLimits
from chalicelib.analysis.media.open_media import open_media
from chalicelib.analysis.media.square_pixels import SQUARE, sane_aspect, square_size
from chalicelib.errors import MediaError
from tests.media_factory import corner_names, corners, image_bytes, rgb_corners, write_video

WIDE = Fraction(64, 45)
FRAME_PERIOD = Fraction(1, 25)


def played(path: Path, limits: MediaLimits | None = None) -> tuple[MediaInfo, list[Frame]]:
    with open_media(path, limits or MediaLimits()) as source:
        return source.info, list(source.frames())


def opened(tmp_path: Path, content: bytes) -> NDArray[np.uint8]:
    path = tmp_path / "still"
    path.write_bytes(content)
    info, (frame,) = played(path)
    assert frame.image.shape == (info.height_px, info.width_px, 3)
    assert frame.image.flags.c_contiguous
    return frame.image


@pytest.mark.parametrize(
    ("across", "down", "expected"),
    [
        (64, 45, WIDE),
        (8, 9, Fraction(8, 9)),
        (1, 1, SQUARE),
        (2048, 2043, SQUARE),  # less than a pixel in two hundred
        (0, 1, SQUARE),
        (1, 0, SQUARE),
        (-4, 3, SQUARE),
        (5, 1, SQUARE),
        (1, 60_000, SQUARE),
        (float("inf"), 1, SQUARE),
        (float("nan"), 1, SQUARE),
    ],
)
def test_aspects_that_cannot_be_meant_are_square(across: float, down: float, expected: Fraction) -> None:
    assert sane_aspect(across, down) == expected


def test_one_side_grows_and_none_shrinks() -> None:
    assert square_size(720, 576, WIDE) == (1024, 576)
    assert square_size(1152, 576, Fraction(8, 9)) == (1152, 648)
    assert square_size(640, 360, SQUARE) == (640, 360)


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv", "avi"])
@pytest.mark.parametrize(("aspect", "size"), [(WIDE, (1024, 576)), (Fraction(8, 9), (720, 648))])
def test_videos_have_square_pixels(tmp_path: Path, suffix: str, aspect: Fraction, size: tuple[int, int]) -> None:
    path = write_video(
        tmp_path / f"film.{suffix}", picture=lambda _: corners(720, 576), aspect=aspect, time_base=FRAME_PERIOD
    )
    info, frames = played(path)
    assert (info.width_px, info.height_px) == size
    assert {frame.image.shape for frame in frames} == {(size[1], size[0], 3)}
    assert {corner_names(frame.image) for frame in frames} == {"rgwb"}


def test_a_circle_is_round_and_turned_as_the_video_is(tmp_path: Path) -> None:
    def ellipse(_: int) -> NDArray[np.uint8]:
        image = np.zeros((288, 360, 3), np.uint8)
        cv2.ellipse(image, (180, 144), (45, 64), 0, 0, 360, (255, 255, 255), -1)
        return image

    path = write_video(tmp_path / "film.mp4", picture=ellipse, aspect=WIDE, rotation_deg=90)
    info, frames = played(path)
    assert (info.width_px, info.height_px) == (288, 512)
    rows, columns = np.nonzero(frames[0].image[:, :, 1] > 127)
    assert np.ptp(rows) == pytest.approx(128, abs=3)
    assert np.ptp(columns) == pytest.approx(128, abs=3)


def test_nearly_square_pixels_are_left_as_they_are(tmp_path: Path) -> None:
    path = write_video(tmp_path / "film.mp4", aspect=Fraction(2048, 2043))
    assert played(path)[0].width_px == 64


def test_pixels_count_once_they_are_square(tmp_path: Path) -> None:
    path = write_video(tmp_path / "film.mp4", aspect=Fraction(2))
    assert len(played(path, MediaLimits(max_pixels=128 * 48))[1]) == 12
    with pytest.raises(MediaError, match="128 x 48 pixels"):
        played(path, MediaLimits(max_pixels=128 * 48 - 1))


@pytest.mark.parametrize("codec", ["mpeg2video", "libx264"])
def test_an_aspect_that_changes_in_mid_stream_holds_from_its_key_frame_on(tmp_path: Path, codec: str) -> None:
    """Broadcasts go from 4:3 to 16:9; the frames keep one size, and those of the other shape lie in its midst."""
    parts = [
        write_video(
            tmp_path / f"{start_ms}.ts",
            times_ms=range(start_ms, start_ms + 480, 40),
            picture=lambda _: np.full((576, 720, 3), 200, np.uint8),
            codec=codec,
            aspect=aspect,
            time_base=FRAME_PERIOD,
            b_frames=2 if codec == "libx264" else 0,
        )
        for start_ms, aspect in ((0, WIDE), (2000, Fraction(16, 15)))
    ]
    path = tmp_path / "film.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    _, frames = played(path)
    assert {frame.image.shape for frame in frames} == {(576, 1024, 3)}
    lit = [int((frame.image[288, :, 1] > 100).sum()) for frame in frames]
    assert lit == [1024] * 12 + [pytest.approx(768, abs=2)] * 12


def jpeg_with_density(unit: int, across: int, down: int) -> bytes:
    content = bytearray(image_bytes(rgb_corners(), "JPEG"))
    start = content.index(b"JFIF\0")
    content[start + 7 : start + 12] = bytes([unit]) + across.to_bytes(2) + down.to_bytes(2)
    return bytes(content)


@pytest.mark.parametrize(
    ("unit", "across", "down", "shape"),
    [
        (1, 72, 72, (48, 64, 3)),
        (1, 100, 200, (48, 128, 3)),  # twice the pixels in an inch of height: they are half as high
        (2, 200, 100, (96, 64, 3)),
        (0, 2, 1, (48, 128, 3)),  # without a unit it is the aspect itself
        (1, 1, 72, (48, 64, 3)),
        (1, 0, 0, (48, 64, 3)),
    ],
)
def test_jpeg_densities(tmp_path: Path, unit: int, across: int, down: int, shape: tuple[int, int, int]) -> None:
    image = opened(tmp_path, jpeg_with_density(unit, across, down))
    assert image.shape == shape
    assert corner_names(image) == "rgwb"


def png_with_density(unit: int, across: int, down: int) -> bytes:
    content = image_bytes(rgb_corners(), "PNG")
    chunk = b"pHYs" + across.to_bytes(4) + down.to_bytes(4) + bytes([unit])
    pixels = content.index(b"IDAT") - 4
    return content[:pixels] + (9).to_bytes(4) + chunk + zlib.crc32(chunk).to_bytes(4) + content[pixels:]


@pytest.mark.parametrize(
    ("unit", "across", "down", "shape"),
    [(1, 2835, 2835, (48, 64, 3)), (1, 2835, 5670, (48, 128, 3)), (0, 2, 1, (48, 128, 3)), (0, 0, 0, (48, 64, 3))],
)
def test_png_densities(tmp_path: Path, unit: int, across: int, down: int, shape: tuple[int, int, int]) -> None:
    assert opened(tmp_path, png_with_density(unit, across, down)).shape == shape


def test_tiff_resolutions(tmp_path: Path) -> None:
    wide = image_bytes(rgb_corners(), "TIFF", x_resolution=150.0, y_resolution=300.0, resolution_unit=1)
    assert opened(tmp_path, wide).shape == (48, 128, 3)
    assert opened(tmp_path, image_bytes(rgb_corners(), "TIFF", dpi=(96, 96))).shape == (48, 64, 3)


def test_a_still_is_turned_when_its_pixels_are_square(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    image = opened(tmp_path, image_bytes(rgb_corners(), "TIFF", x_resolution=1.0, y_resolution=2.0, exif=exif))
    assert image.shape == (128, 48, 3)
    assert corner_names(image) == "brgw"
