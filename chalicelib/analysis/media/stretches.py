"""The stretch of a media file that a job measures."""

from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from chalicelib.analysis.media.frames import Frame, MediaInfo, MediaLimits, MediaSource
from chalicelib.analysis.media.video_promise import require_decoded
from chalicelib.analysis.media.video_spans import Span, open_span
from chalicelib.domain.measurements.stretch import FramePicker, Stretch
from chalicelib.domain.requests.number_texts import plain_number
from chalicelib.errors import MediaError

_EMPTY = "The video has no frame between start_s and end_s; choose a longer stretch."

_ROUNDED_S = 0.1
"""So much may a client have rounded up the end of a video."""


def limited_to(stretch: Stretch, source: MediaSource, path: Path, limits: MediaLimits) -> MediaSource:
    """Returns a source of the frames of `stretch` in place of `source`, which was opened from `path` and has given no
    frame yet. Its `info` is still that of the whole file.

    Of a video only the stretch is decoded; a still image is always whole. Raises MediaError while iterating, also if
    the stretch has no frame.
    """
    if stretch.is_whole or source.info.kind == "image":
        return source
    if source.info.kind == "animation":
        opened = ExitStack()
        opened.enter_context(source)
        return MediaSource(source.info, _picked(source, stretch), opened)
    source.close()  # it has the first picture in memory
    return MediaSource(source.info, _decoded(path, source.info, stretch, limits), ExitStack())


def _picked(source: MediaSource, stretch: Stretch) -> Generator[Frame]:
    picker = FramePicker(stretch)
    is_empty = True
    for frame in source.frames():
        is_picked = picker.picks(frame.time_s)
        if is_picked and stretch.has(frame.time_s):
            is_empty = False
            yield replace(frame, duration_s=picker.duration_s(frame.duration_s))
    if is_empty:
        raise MediaError(_EMPTY)


def _decoded(path: Path, info: MediaInfo, stretch: Stretch, limits: MediaLimits) -> Generator[Frame]:
    span = Span(None, None, info.begins_s, frame_size=info.frame_size, stretch=stretch)
    is_empty = True
    with open_span(path, span, limits) as source:
        for frame in source.frames():
            is_empty = False
            yield frame
    if is_empty:
        raise MediaError(_EMPTY)
    require_decoded(source.own.packets, source.own.refused, source.own.frames)


def stretched(info: MediaInfo, stretch: Stretch) -> MediaInfo:
    """Returns what is known of a stretch of a video; of a still image, all. Raises `MediaError` if the file ends
    before."""
    if info.kind == "image" or stretch.is_whole:
        return info
    if info.duration_s is None:
        return replace(info, begins_s=max(info.begins_s, stretch.anchor_s), frames_total=None)
    ends_s = info.begins_s + info.duration_s
    begins_s = max(info.begins_s, stretch.anchor_s)
    if begins_s >= ends_s:
        raise MediaError(
            f"The video ends at {ends_s:.3f} s, before start_s ({plain_number(begins_s)}); choose an earlier start_s."
        )
    duration_s = min(ends_s, ends_s if stretch.end_s is None else stretch.end_s) - begins_s
    if duration_s <= 0.0 and stretch.end_s is not None:
        raise MediaError(
            f"The video begins at {begins_s:.3f} s, after end_s ({plain_number(stretch.end_s)}); choose a later end_s."
        )
    frames_total = None if info.frames_total is None else info.frames_total * duration_s / info.duration_s
    if frames_total is not None and stretch.frames_per_second is not None:
        frames_total = min(frames_total, duration_s * stretch.frames_per_second)
    total = None if frames_total is None else max(round(frames_total), 1)
    return replace(info, begins_s=begins_s, duration_s=duration_s, frames_total=total)


def require_span(info: MediaInfo, start_s: float, end_s: float, name: str) -> None:
    """Raises `MediaError` if a video, as far as its length is known, lacks some of the times from `start_s` to `end_s`;
    `name`: the option that gave them."""
    if info.duration_s is None:
        return
    begins_s, ends_s = info.begins_s, info.begins_s + info.duration_s
    given = f"{name} is {plain_number(start_s)}-{plain_number(end_s)} s"
    if start_s >= ends_s or end_s > ends_s + _ROUNDED_S:
        raise MediaError(f"The video ends at {ends_s:.3f} s, and {given}; choose earlier times.")
    if end_s <= begins_s:
        raise MediaError(f"The video begins at {begins_s:.3f} s, and {given}; choose later times.")
