"""Still images and animations, by Pillow."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from chalicelib.analysis.media.frames import Frame, MediaInfo, MediaLimits
from chalicelib.analysis.media.limits import require_animation_pixels, require_duration, require_pixels
from chalicelib.analysis.media.pillow_pixels import BROKEN_IMAGE, bgr_pixels, pillow_contained
from chalicelib.analysis.media.square_pixels import aspect_of_still, square_size, with_square_pixels
from chalicelib.analysis.media.upright import UPRIGHT, Turn, turn_of_exif
from chalicelib.errors import MediaError

# TIFF and multi-picture JPEG hold pages, not moments: of those the first page is the image.
_MOVING_FORMATS = frozenset({"GIF", "WEBP", "PNG"})

# A frame that says it lasts no time, or does not say, lasts as long as browsers let it.
DEFAULT_FRAME_MS = 100.0

_GIF_TAIL_BYTES = 1024


class PillowSource:
    """An image (one frame at 0.0 s) or an animation (each frame at the sum of the durations before it).

    Every frame is the full picture, composited by the format's rules. `frames()` always returns the same iterator:
    pictures are decoded one at a time and once. MediaError while iterating: a later frame is broken, too large or
    later than the limits allow.
    """

    def __init__(self, picture: Image.Image, info: MediaInfo, frames: Iterator[Frame]) -> None:
        self._picture = picture
        self._info = info
        self._frames = frames

    @property
    def info(self) -> MediaInfo:
        return self._info

    def frames(self) -> Iterator[Frame]:
        return self._frames

    def close(self) -> None:
        self._frames = iter(())
        self._picture.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class _Stored:
    """How a picture is stored: the aspect of its pixels, and how it is to be turned."""

    aspect: Fraction
    turn: Turn

    def upright(self, picture: Image.Image) -> NDArray[np.uint8]:
        return self.turn.apply(with_square_pixels(bgr_pixels(picture), self.aspect))


def open_still(path: Path, format_name: str, limits: MediaLimits) -> PillowSource:
    """Open `path` as the Pillow format `format_name` and decode its first picture.

    The size is checked before pixels are decoded. Of a multi-page TIFF the first page is read. `info.duration_s` is
    None for animations too: none of their formats states it in the header. MediaError: the image
    is broken, incomplete or too large.
    """
    if format_name == "GIF":
        _require_gif_end(path)
    with pillow_contained():
        picture = Image.open(path, formats=(format_name,))
    try:
        return _loaded(picture, format_name, limits)
    except BaseException:
        picture.close()
        raise


def _require_gif_end(path: Path) -> None:
    # A GIF does not say how many frames it has: cut between two of them it would pass for a shorter one. Its last
    # byte must be the trailer (GIF89a, section 27); some writers pad behind it.
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _GIF_TAIL_BYTES))
        tail = file.read()
    if not tail.rstrip(b"\0\r\n ").endswith(b";"):
        raise MediaError(BROKEN_IMAGE)


def _loaded(picture: Image.Image, format_name: str, limits: MediaLimits) -> PillowSource:
    frames_total = _frame_count(picture) if format_name in _MOVING_FORMATS else 1
    if frames_total > 1:
        require_animation_pixels(picture.width, picture.height, frames_total, limits)
    # APNG may begin with a picture for readers that know no animation; it is none of the frames.
    position = 1 if frames_total > 1 and getattr(picture, "default_image", False) else 0
    aspect = aspect_of_still(picture)
    _load(picture, position, limits)
    turn = _exif_turn(picture)
    require_pixels(*square_size(picture.width, picture.height, aspect), limits)
    stored = _Stored(aspect, turn)
    first = stored.upright(picture)
    moving = frames_total - position > 1
    still = Frame(0, 0.0, first, _duration_ms(picture) / 1000 if moving else None)
    info = MediaInfo(
        kind="animation" if moving else "image",
        format_name=format_name.lower(),
        width_px=first.shape[1],
        height_px=first.shape[0],
        begins_s=still.time_s,
        duration_s=None,
        frames_total=frames_total - position,
    )
    frames = _moments(picture, still, range(position + 1, frames_total), stored, limits)
    return PillowSource(picture, info, frames)


def _frame_count(picture: Image.Image) -> int:
    with pillow_contained():
        return int(getattr(picture, "n_frames", 1))


def _load(picture: Image.Image, position: int, limits: MediaLimits) -> None:
    with pillow_contained():
        if position:
            picture.seek(position)
    require_pixels(picture.width, picture.height, limits)
    with pillow_contained():
        picture.load()


def _exif_turn(picture: Image.Image) -> Turn:
    # Asked after loading: PNG may carry EXIF behind the pixels, and the TIFF reader turns the page itself and then
    # takes the tag away. EXIF that cannot be read is no reason to refuse a picture that can.
    try:
        with pillow_contained():
            return turn_of_exif(picture.getexif().get(ExifTags.Base.Orientation))
    except MediaError:
        return UPRIGHT


def _moments(picture: Image.Image, first: Frame, later: range, stored: _Stored, limits: MediaLimits) -> Iterator[Frame]:
    elapsed_ms = _duration_ms(picture)
    yield first
    for index, position in enumerate(later, start=1):
        require_duration(elapsed_ms / 1000, limits)
        _load(picture, position, limits)
        duration_ms = _duration_ms(picture)
        yield Frame(index, elapsed_ms / 1000, stored.upright(picture), duration_ms / 1000)
        elapsed_ms += duration_ms


def _duration_ms(picture: Image.Image) -> float:
    # `info` holds the duration of the frame that was loaded last; GIF leaves it out where the file does.
    return float(picture.info.get("duration", 0)) or DEFAULT_FRAME_MS
