"""Opens a media file for the analysis, or raises an error with a message for the user."""

from collections.abc import Callable
from pathlib import Path

from chalicelib.analysis.media.frames import MediaLimits, MediaSource
from chalicelib.analysis.media.limits import DEFAULT_LIMITS
from chalicelib.analysis.media.pictures.budgeted_file import unwatched
from chalicelib.analysis.media.pictures.heif_stills import open_heif
from chalicelib.analysis.media.pictures.stills import open_still
from chalicelib.analysis.media.sniff import sniff_file
from chalicelib.analysis.media.stretches import limited_to
from chalicelib.analysis.media.videos import open_video
from chalicelib.domain.measurements.stretch import WHOLE, Stretch


def open_media(
    path: Path,
    limits: MediaLimits = DEFAULT_LIMITS,
    *,
    stretch: Stretch = WHOLE,
    threads: int | None = None,
    while_opening: Callable[[], None] = unwatched,
) -> MediaSource:
    """Open a local file as an image, an animation or a video, by what it contains and never by its name.

    The first picture is decoded here, so that most bad files are refused before a frame is asked for; the rest is
    decoded as `frames()` is consumed and may still raise MediaError there. Only the frames of `stretch` come, though
    `info` is that of the whole file. `threads`: of the video decoder, 0 for one per core, None for as many as the size
    of the frames asks for. `while_opening` is called again and again while an image, an animation or a recorded call is
    opened; what it raises passes through.

    MediaError: the media cannot be analysed; its message says what to do. OSError: there is no such file or it cannot
    be read, which is not the media's fault.
    """
    found = sniff_file(path)
    if found.reader == "heif":
        return open_heif(path, limits, while_opening)
    if found.reader == "still":
        source = open_still(path, found.format_name, limits, while_opening)
    else:
        source = open_video(path, found.format_name, limits, threads=threads, while_opening=while_opening)
    return limited_to(stretch, source, path, limits)
