"""From a media file and its measured frames to the rendered file: as a stream, in order of time.

The media file is decoded again, as it was for measuring, so its pictures are those that boxes refer to: upright, with
square pixels. Its own metadata (place, device, title) do not get into the rendered file.
"""

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.faces.block_means import block_means
from chalicelib.analysis.media.frames import Frame, MediaInfo, MediaLimits
from chalicelib.analysis.media.limits import DEFAULT_LIMITS
from chalicelib.analysis.media.open_media import open_media
from chalicelib.analysis.media.sniff import sniff_file
from chalicelib.analysis.media.video_container import choose_stream, open_container, rate_hz
from chalicelib.analysis.networks.models import Models
from chalicelib.analysis.read_ahead import read_ahead
from chalicelib.domain.measurements.metrics import FrameMetrics
from chalicelib.domain.measurements.stretch import WHOLE, Stretch
from chalicelib.domain.requests.result_formats import PICTURE_CONTENT_TYPE, VIDEO_CONTENT_TYPE, ResultVideo
from chalicelib.errors import MediaError, translated
from chalicelib.rendering.annotations import Annotations, face_box
from chalicelib.rendering.concealment import conceal
from chalicelib.rendering.covers import SWEPT_S, Box, Covers, Region, Sighting
from chalicelib.rendering.lookout import Lookout
from chalicelib.rendering.sound import Sound
from chalicelib.rendering.video_file import FINEST_TIME_BASE, VideoFile

MOST_SIDE_PX = 1280
"""Larger pictures are scaled down to it."""

_JPEG_QUALITY = 95
_AHEAD = 3
_MOST_WAITING_BYTES = 256 * 2**20
# A clock that begins later, as that of broadcasts does, would be a still picture of that length.
_LATEST_BEGIN_S = 1.0
_SAME_TIME_S = 1e-4
# A time that the container does not state lies between its units.
_COARSEST_TIME_BASE = Fraction(1, 10_000)
_FALLBACK_RATE_HZ = Fraction(25)
# The errors with which FFmpeg refuses to write what it has read from a damaged file.
_DAMAGE = (av.error.InvalidDataError, av.error.ArgumentError)
_DAMAGED = (
    "No video can be made of this file, because it is damaged. Repair it (with FFmpeg: ffmpeg -i FILE fixed.mp4), or "
    "create the job without the option video."
)


@dataclass(frozen=True, slots=True)
class Source:
    """A media file, and what of it was measured."""

    path: Path
    stretch: Stretch = WHOLE
    limits: MediaLimits = DEFAULT_LIMITS


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that may be changed: (H, W, 3) uint8 BGR, `scale` times as large as its frame, with its time. A still
    has no past."""

    image: NDArray[np.uint8]
    time_s: float
    duration_s: float | None
    scale: float
    is_still: bool = False


Effect = Callable[[Iterable[Picture]], Iterator[Picture]]
"""Changes pictures, in their order."""


def render(
    video: ResultVideo,
    source: Source,
    frames: Iterable[FrameMetrics],
    *,
    scores: Sequence[str],
    models: Models,
    out: Path,
    go_on: Callable[[], None],
) -> str:
    """Writes a film of this kind, which is not none; see `render_annotated`. `scores`: what annotations show; `models`:
    with which faces to cover are searched."""
    if video is ResultVideo.ANNOTATED:
        return render_annotated(source, frames, scores, out, go_on)
    return render_anonymized(source, frames, Lookout(models), out, go_on)


def render_annotated(
    source: Source, frames: Iterable[FrameMetrics], scores: Sequence[str], out: Path, go_on: Callable[[], None]
) -> str:
    """Writes the media with boxes, ids, `scores` and curves to `out`, and returns the content type of what it wrote.

    `frames`: as measured, in order of time. `go_on`: called for every frame; what it raises passes through. Raises
    `MediaError` if the media cannot be read.
    """
    annotations, measured = Annotations(scores), _InStep(iter(frames))

    def annotated(pictures: Iterable[Picture]) -> Iterator[Picture]:
        for picture in pictures:
            frame = measured.at(picture.time_s)
            if frame is not None:
                annotations.draw(picture.image, frame, picture.scale, is_still=picture.is_still)
            yield picture

    return _render(source, annotated, out, go_on)


def render_anonymized(
    source: Source, frames: Iterable[FrameMetrics], lookout: Lookout, out: Path, go_on: Callable[[], None]
) -> str:
    """Writes the media with every face covered, those too that were lost or not measured; see `render_annotated`."""
    covers = Covers(Sighting(frame.time_s, {face.face_id: face_box(face) for face in frame.faces}) for frame in frames)

    def covered(picture: Picture) -> Picture:
        conceal(picture.image, [_scaled(region, picture.scale) for region in covers.at(picture.time_s)])
        return picture

    def anonymized(pictures: Iterable[Picture]) -> Iterator[Picture]:
        """Pictures wait until what comes in the next second is known."""
        waiting: deque[Picture] = deque()
        searched = ((each, lookout.look(each.image, each.time_s, each.scale)) for each in pictures)
        with closing(read_ahead(searched, depth=_AHEAD, name="look out for faces")) as ahead:
            for picture, found in ahead:
                if found is not None:
                    covers.see(found)
                waiting.append(picture)
                most = max(_MOST_WAITING_BYTES // picture.image.nbytes, 1)
                while len(waiting) > most or picture.time_s - waiting[0].time_s > SWEPT_S:
                    yield covered(waiting.popleft())
        yield from map(covered, waiting)

    return _render(source, anonymized, out, go_on)


def _render(source: Source, effect: Effect, out: Path, go_on: Callable[[], None]) -> str:
    with translated(*_DAMAGE, into=MediaError(_DAMAGED)):
        return _rendered(source, effect, out, go_on)


def _rendered(source: Source, effect: Effect, out: Path, go_on: Callable[[], None]) -> str:
    with open_media(source.path, source.limits, stretch=source.stretch, while_opening=go_on) as media:
        if media.info.kind == "image":
            return _render_still(next(media.frames()), effect, out)
        shift_s = _shift_s(media.info, source.stretch)
        time_base, rate = _clock(source)
        size, scale = _size(media.info)
        with (
            closing(read_ahead(_pictures(media.frames(), size, scale), depth=_AHEAD, name="decode frames")) as pictures,
            Sound(source.path, source.stretch, shift_s, source.limits) as sound,
            VideoFile(out, size, time_base, rate, sound) as file,
        ):
            for picture in effect(pictures):
                go_on()
                file.write(picture.image, picture.time_s - shift_s, picture.duration_s)
    return VIDEO_CONTENT_TYPE


def _render_still(frame: Frame, effect: Effect, out: Path) -> str:
    picture = next(effect(iter([Picture(frame.image.copy(), frame.time_s, None, 1.0, is_still=True)])))
    _, encoded = cv2.imencode(".jpg", picture.image, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    out.write_bytes(encoded.tobytes())
    return PICTURE_CONTENT_TYPE


def _pictures(frames: Iterable[Frame], size: tuple[int, int], scale: float) -> Iterator[Picture]:
    for frame in frames:
        image = np.array(frame.image) if scale == 1 else _reduced(frame.image, size)
        yield Picture(image, frame.time_s, frame.duration_s, scale)


def _reduced(image: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Linear interpolation looks at four pixels, so a picture is shrunk by whole pixels before."""
    reduction = max(min(image.shape[1] // size[0], image.shape[0] // size[1]), 1)
    return np.asarray(cv2.resize(block_means(image, reduction), size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


def _shift_s(info: MediaInfo, stretch: Stretch) -> float:
    """Returns what is taken from the times of the media: nothing, unless its clock or the stretch begins elsewhere."""
    if stretch.start_s is not None:
        return max(stretch.start_s, info.begins_s)
    return 0.0 if 0.0 <= info.begins_s <= _LATEST_BEGIN_S else info.begins_s


def _size(info: MediaInfo) -> tuple[tuple[int, int], float]:
    scale = min(1.0, MOST_SIDE_PX / max(info.width_px, info.height_px))
    return (max(round(info.width_px * scale), 1), max(round(info.height_px * scale), 1)), scale


def _scaled(region: Region, scale: float) -> Region:
    def scaled(box: Box) -> Box:
        left, top, right, bottom = box
        return left * scale, top * scale, right * scale, bottom * scale

    return Region(scaled(region.begin), scaled(region.end))


def _clock(source: Source) -> tuple[Fraction, Fraction]:
    """Returns the unit of the media's times, and about how many frames a second it has."""
    found = sniff_file(source.path)
    if found.reader != "video":
        return FINEST_TIME_BASE, _FALLBACK_RATE_HZ
    with open_container(source.path, found.format_name, source.limits) as container:
        stream = choose_stream(container, source.limits, threads=1)
        base, rate = stream.time_base, rate_hz(stream)
    if base is None or base.numerator != 1 or base < FINEST_TIME_BASE:
        return FINEST_TIME_BASE, rate
    return base / math.ceil(base / _COARSEST_TIME_BASE), rate


class _InStep:
    """Measured frames, each of which is asked for by its time, in ascending order."""

    def __init__(self, frames: Iterator[FrameMetrics]) -> None:
        self._frames = frames
        self._next = next(frames, None)

    def at(self, time_s: float) -> FrameMetrics | None:
        """Returns the frame of this time; None if none was measured."""
        while self._next is not None and self._next.time_s < time_s - _SAME_TIME_S:
            self._next = next(self._frames, None)
        return self._next if self._next is not None and self._next.time_s <= time_s + _SAME_TIME_S else None
