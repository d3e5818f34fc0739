"""A stretch of a video: the frames between two times, with the very times that a pass over all of it gives them."""

import math
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from chalicelib.analysis.media.frames import Frame, FrameSource, MediaLimits
from chalicelib.analysis.media.limits import require_duration
from chalicelib.analysis.media.sniff import sniff_file
from chalicelib.analysis.media.video_container import choose_stream, open_container
from chalicelib.analysis.media.video_decoding import Decoding
from chalicelib.analysis.media.video_promise import Delivery, require_reach
from chalicelib.domain.measurements.frame_size import FrameSize
from chalicelib.domain.measurements.stretch import WHOLE, FramePicker, Stretch

SEEKABLE_FORMATS = ("mov", "matroska")
"""Demuxers whose indexes lead to key frames by time. Elsewhere (AVI has no presentation times at all) everything before
the stretch is decoded as well, which costs little compared with the analysis."""

# An index may go by decoding time, which is earlier: if the key frame that it leads to is too late, use one before it.
_STEPS_BACK_S = (0.0, 10.0, 60.0)
# Whether a frame is the first in its step shows by the one before it.
_BEFORE_S = 0.001


@dataclass(frozen=True, slots=True)
class Span:
    """Frames with `from_s <= time < until_s`; None means an open end. `origin_s` is the time of the video's first
    frame, from which its duration counts. If spans overlap, each accounts for `own_from_s <= time < own_until_s`.
    `frame_size`: what its frames are scaled to, as those of the whole video are; None for the size of its first.
    `stretch`: what of the whole video is measured, and how many of its frames."""

    from_s: float | None
    until_s: float | None
    origin_s: float
    own_from_s: float | None = None
    own_until_s: float | None = None
    frame_size: FrameSize | None = None
    stretch: Stretch = WHOLE

    @property
    def begins_s(self) -> float | None:
        """The time before which no frame comes."""
        return max((each for each in (self.from_s, self.stretch.start_s) if each is not None), default=None)

    @property
    def ends_s(self) -> float | None:
        """The time from which on no frame comes."""
        return min((each for each in (self.until_s, self.stretch.end_s) if each is not None), default=None)


class SpanSource(FrameSource):
    """An opened stretch. `delivery` is the account of all that was decoded for it, `own` of what the span accounts for,
    both complete once the frames have come."""

    def __init__(self, frames: Generator[Frame], opened: ExitStack, *, delivery: Delivery, own: Delivery) -> None:
        super().__init__(frames, opened)
        self.delivery, self.own = delivery, own


def open_span(
    path: Path,
    span: Span,
    limits: MediaLimits,
    *,
    threads: int | None = None,
    while_skipping: Callable[[], None] = lambda: None,
) -> SpanSource:
    """Open a stretch of a video file that `open_media` has taken. Decoding begins with the key frame before it;
    `while_skipping` is called for each picture before the stretch.

    Raises MediaError, here or while iterating, if the video cannot be read up to the end of the stretch.
    """
    with ExitStack() as undo:
        container = undo.enter_context(open_container(path, sniff_file(path).format_name, limits))
        stream = choose_stream(container, limits, threads)
        decoding, pictures = _begin(container, stream, limits, span)
        frames = _frames(
            container,
            stream,
            decoding=decoding,
            pictures=pictures,
            span=span,
            limits=limits,
            while_skipping=while_skipping,
        )
        return SpanSource(frames, undo.pop_all(), delivery=decoding.delivery, own=decoding.own)


def _begin(
    container: InputContainer, stream: VideoStream, limits: MediaLimits, span: Span
) -> tuple[Decoding, Iterator[tuple[float, VideoFrame]]]:
    """A pass that stands before the first picture of the span, or further before."""

    def decoding() -> Decoding:
        return Decoding(
            container,
            stream,
            limits,
            own_from_s=span.own_from_s,
            own_until_s=min(math.inf if each is None else each for each in (span.own_until_s, span.ends_s)),
            frame_size=span.frame_size,
        )

    from_s = span.begins_s
    if from_s is not None and span.stretch.frames_per_second is not None:
        from_s -= _BEFORE_S
    if from_s is None or container.format.name not in SEEKABLE_FORMATS or stream.time_base is None:
        whole = decoding()
        return whole, whole.pictures()
    for step_s in _STEPS_BACK_S:
        if not _seek(container, stream, from_s - step_s):
            break
        part = decoding()
        pictures = part.pictures()
        first = next(pictures, None)
        # An index may take any picture for a key frame; the decoder knows.
        if first is not None and first[1].key_frame and first[0] <= from_s:
            return part, chain((first,), pictures)
    # No key frame before it can be found by time: from the first packet, which every index has.
    _seek(container, stream, None)
    whole = decoding()
    return whole, whole.pictures()


def _seek(container: InputContainer, stream: VideoStream, time_s: float | None) -> bool:
    """Moves to the key frame before a time, or before all times; whether the container can."""
    base = stream.time_base
    ticks = -(2**62) if time_s is None or base is None else round(time_s / float(base))
    try:
        container.seek(ticks, stream=stream, backward=True)
    except av.FFmpegError:
        return False
    return True


def _frames(
    container: InputContainer,
    stream: VideoStream,
    *,
    decoding: Decoding,
    pictures: Iterator[tuple[float, VideoFrame]],
    span: Span,
    limits: MediaLimits,
    while_skipping: Callable[[], None],
) -> Generator[Frame]:
    begins_s, ends_s = span.begins_s, span.ends_s
    picker = FramePicker(span.stretch)
    for time_s, picture in pictures:
        if ends_s is not None and time_s >= ends_s:
            return
        require_duration(time_s - span.origin_s, limits)
        is_picked = picker.picks(time_s)
        if is_picked and (begins_s is None or time_s >= begins_s):
            frame = decoding.frame(time_s, picture)
            yield replace(frame, duration_s=picker.duration_s(frame.duration_s))
        else:
            while_skipping()
    require_reach(container, stream, decoding.delivery)
