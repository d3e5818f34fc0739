"""Video files, by PyAV (FFmpeg): frames one at a time, each with the time that the container states."""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

from chalicelib.analysis.media.frames import Frame, MediaInfo, MediaLimits, MediaSource
from chalicelib.analysis.media.key_frame_sizes import largest_size
from chalicelib.analysis.media.mp4_claims import require_plausible_samples, require_whole_fragments
from chalicelib.analysis.media.pictures.budgeted_file import unwatched
from chalicelib.analysis.media.video_container import (
    DAMAGED,
    choose_stream,
    duration_s,
    open_container,
)
from chalicelib.analysis.media.video_decoding import Decoding
from chalicelib.analysis.media.video_promise import frames_promised, require_all_bytes
from chalicelib.errors import MediaError

MP4_DEMUXER = "mov"


def open_video(
    path: Path,
    demuxer: str,
    limits: MediaLimits,
    *,
    threads: int | None = None,
    while_opening: Callable[[], None] = unwatched,
) -> MediaSource:
    """Open `path` with the FFmpeg demuxer of this name and decode its first frame.

    Every decoded frame comes once, in increasing time, all with one size, that of the first or of the largest that can
    be told (`key_frame_sizes`): if the stream changes its size, the others are scaled. Packets that the decoder refuses
    are skipped, as players do. `threads`: of the decoder, 0 for one per core, None for as many as the size of the
    frames asks for; they change speed, not frames.

    MediaError: the file is damaged or incomplete, holds no video, its codec is not supported, or it exceeds the limits.
    MediaError while iterating: a frame is too large or too late for the limits, the clock jumps back, or at the end
    clearly less came out than the header promised (`video_promise` states the tolerances).
    """
    if demuxer == MP4_DEMUXER:
        require_plausible_samples(path)
        require_whole_fragments(path)
    with ExitStack() as undo:
        container = undo.enter_context(open_container(path, demuxer, limits))
        stream = choose_stream(container, limits, threads)
        require_all_bytes(container, stream, path)
        claimed_s = duration_s(container, stream)
        frames_total = frames_promised(container, stream, claimed_s)  # before decoding, which rewrites the index
        largest = largest_size(path, demuxer, stream, limits, while_opening)
        frames = Decoding(container, stream, limits, stored_size=largest).frames()
        first = _first(frames)
        info = MediaInfo(
            kind="video",
            format_name=container.format.name,
            width_px=first.size[1],
            height_px=first.size[0],
            begins_s=first.time_s,
            duration_s=claimed_s,
            frames_total=frames_total,
        )
        return MediaSource(info, _rejoined(first, frames), undo.pop_all())


def _first(frames: Iterator[Frame]) -> Frame:
    first = next(frames, None)
    if first is None:
        raise MediaError(DAMAGED.format(what="not one frame can be decoded"))
    return first


def _rejoined(first: Frame, later: Generator[Frame]) -> Generator[Frame]:
    heads = [first]
    del first  # or the first picture would be held for as long as the video plays
    try:
        yield heads.pop()
        yield from later
    finally:
        later.close()
