"""The common form of all media: a stream of upright frames, each with its own time."""

from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.media.pixels.planes import Picture, bgr_of
from chalicelib.domain.measurements.frame_size import FrameSize

MediaKind = Literal["image", "animation", "video"]


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded picture.

    `index` counts decoded frames from 0. `time_s` is the presentation time in seconds as the container states it
    (timestamp x time base, never `index / fps`); 0.0 for a still image. `picture` is upright (rotation
    metadata and EXIF orientation applied), with square pixels, of the file's frame size: (H, W, 3) uint8 BGR, or
    `Planes`. `duration_s`: how long the container shows it; None if it does not say. `size_changed`: it is stored with
    another size than the frame before. `is_smeared`: something of it, or of what it is built on, was lost before it was
    decoded.
    """

    index: int
    time_s: float
    picture: Picture
    duration_s: float | None = None
    size_changed: bool = False
    is_smeared: bool = False

    @property
    def image(self) -> NDArray[np.uint8]:
        """(H, W, 3) uint8 BGR: all of the picture. What needs parts of it asks `picture`, which may take far less."""
        return bgr_of(self.picture)

    @property
    def size(self) -> tuple[int, int]:
        """Returns the height and width."""
        return self.picture.shape[0], self.picture.shape[1]


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """The data that is known before the first frame is decoded.

    `width_px`, `height_px`: of every frame, upright and with square pixels. `begins_s`: the time of the first frame.
    `duration_s`: None for a still image or if the container does not state it. `frames_total`: the container's count or
    an estimate from duration and rate, for progress only; None if neither is known.
    """

    kind: MediaKind
    format_name: str
    width_px: int
    height_px: int
    begins_s: float
    duration_s: float | None
    frames_total: int | None

    @property
    def frame_size(self) -> FrameSize:
        """Returns the frame size to which face boxes refer."""
        return FrameSize(self.width_px, self.height_px)


@dataclass(frozen=True, slots=True)
class MediaLimits:
    """Guards against decompression bombs and endless inputs.

    `max_animation_pixels`: of all frames of an animated picture together, whose every frame is composed at full size
    however little of it changes. `max_scan_pixels`: of all scans of a progressive picture together, each of which
    passes over all of it. `max_decoding_s`: processor time for one frame of a picture.
    """

    max_pixels: int = 64_000_000
    max_animation_pixels: int = 4_000_000_000
    max_duration_s: float = 4 * 3600.0
    max_scan_pixels: int = 2_000_000_000
    max_decoding_s: float = 60.0


class FrameSource:
    """Frames of an opened file: a context manager, closed by the code that opened it."""

    def __init__(self, frames: Generator[Frame], opened: ExitStack) -> None:
        """`opened`: closed with the source, after its frames."""
        self._opened = opened
        self._frames: Iterator[Frame] = opened.enter_context(closing(frames))

    def frames(self) -> Iterator[Frame]:
        """Returns always the same iterator: each frame comes once, in presentation order, decoded when it is asked for.
        Raises MediaError for damage that opening the file has not shown."""
        return self._frames

    def close(self) -> None:
        """Releases the file, the decoder and the pictures; no more frames come."""
        self._opened.close()
        self._frames = iter(())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


class MediaSource(FrameSource):
    """An opened media file."""

    def __init__(self, info: MediaInfo, frames: Generator[Frame], opened: ExitStack) -> None:
        super().__init__(frames, opened)
        self.info = info
