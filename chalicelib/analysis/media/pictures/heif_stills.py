"""HEIC pictures, as phones write them: the boxes are read here, the coded pictures by FFmpeg's HEVC decoder."""

import struct
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from chalicelib.analysis.media.frames import Frame, MediaInfo, MediaLimits, MediaSource
from chalicelib.analysis.media.limits import require_pixels
from chalicelib.analysis.media.pictures.budgeted_file import BudgetedFile, unwatched
from chalicelib.analysis.media.pictures.heif_items import HeifPicture, Property, Tile, UnknownPictureError, heif_picture
from chalicelib.analysis.media.pictures.pillow_pixels import BROKEN_IMAGE
from chalicelib.analysis.media.pixels.video_pixels import UprightPixels
from chalicelib.analysis.media.square_pixels import SQUARE, sane_aspect, square_size, with_square_pixels
from chalicelib.analysis.media.video_container import decoder_guard, ffmpeg_contained
from chalicelib.errors import MediaError

_NCLX = b"nclx"


def open_heif(path: Path, limits: MediaLimits, while_opening: Callable[[], None] = unwatched) -> MediaSource:
    """Read the primary picture of a HEIC file, turned upright: one frame at 0.0 s.

    Its own rotation and mirroring count, and not EXIF's, as the standard says. `while_opening` is called between tiles.
    MediaError: the file is broken, the picture is too large, takes too long to decode, or is not coded in HEVC.
    """
    with BudgetedFile(path, limits, while_opening) as file:
        picture = _understood(file.read())
        require_pixels(picture.width_px, picture.height_px, limits)
        aspect = _aspect(picture.properties)
        require_pixels(*square_size(picture.width_px, picture.height_px, aspect), limits)
        image = with_square_pixels(_joined(picture, file, limits), aspect)
    image = np.ascontiguousarray(_turned(image, picture.properties))
    info = MediaInfo("image", "heic", image.shape[1], image.shape[0], 0.0, None, 1)
    return MediaSource(info, _still(image), ExitStack())


def _still(image: NDArray[np.uint8]) -> Generator[Frame]:
    yield Frame(0, 0.0, image)


def _understood(content: bytes) -> HeifPicture:
    try:
        return heif_picture(content)
    except UnknownPictureError as error:
        raise MediaError(
            f"The picture in the HEIF file is of the kind {error}, which cannot be read. Save it as JPEG or PNG "
            "and upload that."
        ) from error
    except (ValueError, LookupError, StopIteration, struct.error) as error:
        raise MediaError(BROKEN_IMAGE) from error


def _joined(picture: HeifPicture, file: BudgetedFile, limits: MediaLimits) -> NDArray[np.uint8]:
    """The picture of all its tiles, (H, W, 3) uint8 BGR."""
    tiles = (_bgr(tile, picture.properties, limits) for tile in picture.tiles)
    if len(picture.tiles) == 1:
        return _cut(next(tiles), picture.height_px, picture.width_px)
    image = np.zeros((picture.height_px, picture.width_px, 3), np.uint8)
    for index, tile in enumerate(tiles):
        file.check()
        height, width = tile.shape[:2]
        top, left = index // picture.columns * height, index % picture.columns * width
        room = image[top : top + height, left : left + width]
        room[:] = tile[: room.shape[0], : room.shape[1]]
    rows = len(picture.tiles) // picture.columns
    if rows * height < picture.height_px or picture.columns * width < picture.width_px:
        raise MediaError(BROKEN_IMAGE)
    return image


def _cut(image: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    if image.shape[0] < height or image.shape[1] < width:
        raise MediaError(BROKEN_IMAGE)
    return np.ascontiguousarray(image[:height, :width])


def _bgr(tile: Tile, properties: Sequence[Property], limits: MediaLimits) -> NDArray[np.uint8]:
    with ffmpeg_contained(BROKEN_IMAGE):
        decoder = av.CodecContext.create("hevc", "r")
        assert isinstance(decoder, VideoCodecContext)  # noqa: S101  # for the type checker
        decoder.extradata = tile.configuration
        decoder.thread_count = 1
        decoder.options = decoder_guard(limits)
        frames = [*decoder.decode(av.Packet(tile.data)), *decoder.decode(None)]
    if not frames:
        raise MediaError(BROKEN_IMAGE)
    require_pixels(frames[0].width, frames[0].height, limits)
    _set_colours(frames[0], properties)
    return UprightPixels().bgr(frames[0])


def _set_colours(frame: VideoFrame, properties: Sequence[Property]) -> None:
    """The file's word on matrix and range counts more than the stream's."""
    for each in properties:
        if each.kind == b"colr" and each.body[:4] == _NCLX and len(each.body) >= 11:
            _primaries, _transfer, frame.colorspace, full = struct.unpack_from(">HHHB", each.body, 4)
            frame.color_range = 2 if full & 0x80 else 1


def _aspect(properties: Sequence[Property]) -> Fraction:
    for each in properties:
        if each.kind == b"pasp" and len(each.body) >= 8:
            return sane_aspect(*struct.unpack_from(">II", each.body))
    return SQUARE


def _turned(image: NDArray[np.uint8], properties: Sequence[Property]) -> NDArray[np.uint8]:
    """In the order of the properties: `irot` turns counter-clockwise by quarters, `imir` exchanges top and bottom (0)
    or left and right (1)."""
    for each in properties:
        if each.kind == b"irot" and each.body:
            image = np.rot90(image, each.body[0] & 3)
        elif each.kind == b"imir" and each.body:
            image = image[:, ::-1] if each.body[0] & 1 else image[::-1]
    return image
