"""Still images and animations, by Pillow."""

from collections.abc import Callable, Generator
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageFile

from chalicelib.analysis.media.frames import Frame, MediaInfo, MediaLimits, MediaSource
from chalicelib.analysis.media.limits import require_animation_pixels, require_duration, require_pixels
from chalicelib.analysis.media.pictures.budgeted_file import READ_BYTES, BudgetedFile, unwatched
from chalicelib.analysis.media.pictures.deep_colours import true_colours
from chalicelib.analysis.media.pictures.gif_frames import gif_frame_count
from chalicelib.analysis.media.pictures.jpeg_claims import require_moderate_jpeg
from chalicelib.analysis.media.pictures.pillow_pixels import BROKEN_IMAGE, bgr_pixels, pillow_contained
from chalicelib.analysis.media.pictures.tiff_pages import require_one_page, why_unreadable
from chalicelib.analysis.media.square_pixels import aspect_of_still, square_size, with_square_pixels
from chalicelib.analysis.media.upright import UPRIGHT, Turn, turn_of_exif
from chalicelib.errors import MediaError

# Multi-picture JPEG and TIFF hold pages, not moments.
_MOVING_FORMATS = frozenset({"GIF", "WEBP", "PNG", "AVIF"})

# A frame that says it lasts no time, or does not say, lasts as long as browsers let it.
DEFAULT_FRAME_MS = 100.0

_GIF_TAIL_BYTES = 1024
# Of a GIF with more frames they are counted by its blocks alone. Of others Pillow finds out as well whether it can read
# them all.
_COUNTED_BY_BLOCKS = 5000


@dataclass(frozen=True, slots=True)
class _Stored:
    """The storage of a picture: the aspect ratio of its pixels, and its orientation."""

    aspect: Fraction
    turn: Turn

    def upright(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return self.turn.apply(with_square_pixels(pixels, self.aspect))


def open_still(
    path: Path, format_name: str, limits: MediaLimits, while_opening: Callable[[], None] = unwatched
) -> MediaSource:
    """Open `path` as the Pillow format `format_name`, an image (one frame at 0.0 s) or an animation (each frame at the
    sum of the durations before it), and decode its first picture.

    The size is checked before pixels are decoded. `info.duration_s` is None for animations too: none of their formats
    states it in the header. Every frame is the full picture, composited by the format's rules. `while_opening` is
    called a few times a second while the file is read here; what it raises passes through. MediaError, here or while
    iterating: a picture is broken, incomplete, too large or too late, or takes too long to decode; a TIFF has several
    pages.
    """
    if format_name == "GIF":
        _require_gif_end(path)
    if format_name == "JPEG":
        require_moderate_jpeg(path, limits)
    with ExitStack() as undo:
        file = undo.enter_context(BudgetedFile(path, limits, while_opening))
        picture = undo.enter_context(_opened(file, path, format_name))
        info, frames = _loaded(picture, file, format_name, limits)
        file.opened()
        return MediaSource(info, frames, undo.pop_all())


def _opened(file: BudgetedFile, path: Path, format_name: str) -> Image.Image:
    try:
        with pillow_contained():
            picture = Image.open(file, formats=(format_name,))
    except MediaError:
        if format_name == "TIFF":
            with pillow_contained():
                sentence = why_unreadable(path)
            if sentence is not None:
                raise MediaError(sentence) from None
        raise
    if isinstance(picture, ImageFile.ImageFile):
        picture.decodermaxblock = READ_BYTES
    return picture


def _require_gif_end(path: Path) -> None:
    # A GIF does not say how many frames it has: cut between two of them it would pass for a shorter one. Its last
    # byte must be the trailer (GIF89a, section 27); some writers pad behind it.
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _GIF_TAIL_BYTES))
        tail = file.read()
    if not tail.rstrip(b"\0\r\n ").endswith(b";"):
        raise MediaError(BROKEN_IMAGE)


def _loaded(
    picture: Image.Image, file: BudgetedFile, format_name: str, limits: MediaLimits
) -> tuple[MediaInfo, Generator[Frame]]:
    if format_name == "TIFF":
        with pillow_contained():
            require_one_page(picture)
    frames_total = _frame_count(picture, file, format_name) if format_name in _MOVING_FORMATS else 1
    if frames_total > 1:
        require_animation_pixels(picture.width, picture.height, frames_total, limits)
    # APNG may begin with a picture for readers that know no animation; it is none of the frames.
    position = 1 if frames_total > 1 and getattr(picture, "default_image", False) else 0
    aspect = aspect_of_still(picture)
    _load(picture, position, limits)
    turn = _exif_turn(picture)
    require_pixels(*square_size(picture.width, picture.height, aspect), limits)
    stored = _Stored(aspect, turn)
    moving = frames_total - position > 1
    pixels = bgr_pixels(picture)
    first = stored.upright(pixels if moving or format_name != "PNG" else true_colours(file.path, pixels))
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
    return info, _moments(_Reading(picture, file, limits), still, range(position + 1, frames_total), stored)


def _frame_count(picture: Image.Image, file: BudgetedFile, format_name: str) -> int:
    if format_name == "GIF" and (frames := gif_frame_count(file.path, file.check)) > _COUNTED_BY_BLOCKS:
        return frames
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


@dataclass(frozen=True, slots=True)
class _Reading:
    """A picture that stands at one of its frames, the file that it reads from, and the limits that it is held to."""

    picture: Image.Image
    file: BudgetedFile
    limits: MediaLimits


def _moments(reading: _Reading, first: Frame, later: range, stored: _Stored) -> Generator[Frame]:
    picture = reading.picture
    elapsed_ms = _duration_ms(picture)
    yield first
    for index, position in enumerate(later, start=1):
        require_duration(elapsed_ms / 1000, reading.limits)
        reading.file.renew()
        _load(picture, position, reading.limits)
        duration_ms = _duration_ms(picture)
        yield Frame(index, elapsed_ms / 1000, stored.upright(bgr_pixels(picture)), duration_ms / 1000)
        elapsed_ms += duration_ms


def _duration_ms(picture: Image.Image) -> float:
    # `info` holds the duration of the frame that was loaded last; GIF leaves it out if the file does.
    return float(picture.info.get("duration", 0)) or DEFAULT_FRAME_MS
