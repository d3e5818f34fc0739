"""The film of a finished job, from its timeline and its media: that of the worker (`worker/film_of_job.py`), but for
numbers, which the timeline has rounded."""

import math
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path

from chalicelib.analysis.media.open_media import open_media
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.measurements.metrics import FaceMetrics, FrameMetrics
from chalicelib.domain.measurements.stretch import Stretch
from chalicelib.domain.measurements.validity import InvalidReason
from chalicelib.domain.requests.result_formats import ResultVideo
from chalicelib.formats.columns import size_members
from chalicelib.formats.file_names import film_file_name
from chalicelib.formats.timeline_reader import FaceTimeline, read_timeline
from chalicelib.rendering.annotations import drawn_names
from chalicelib.rendering.film import Source, render

_SAME_TIME_S = 1e-4


def render_film(
    media: Path,
    timeline: Path,
    *,
    stretch: Stretch,
    video: ResultVideo,
    scores: Sequence[str],
    models_dir: Path,
    input_file_name: str,
    out: Path,
) -> str:
    """Writes the film to `out` and returns the name that a worker gives to it. Raises `MediaError`, ValueError for what
    is no timeline, and `ModelFileError` if an anonymized film finds no models."""
    with timeline.open("rb") as stream:
        read = read_timeline(stream, drawn_names(scores))
    frames, source = _frames(read.times_s, read.faces), Source(media, stretch)
    content_type = render(video, source, frames, scores=scores, models=Models(models_dir), out=out, go_on=_go_on)
    return film_file_name(input_file_name, video, content_type)


def has_same_frames(media: Path, timeline: Path, stretch: Stretch) -> bool:
    """Returns True if the frames of the media have the size, the number and the times of those that were measured, as
    far as the timeline states them. Raises `MediaError`, and ValueError for what is no timeline."""
    with timeline.open("rb") as stream:
        read = read_timeline(stream, ())
    with open_media(media, stretch=stretch) as source:
        size = size_members(source.info.frame_size)
        if any(read.header.get(name, value) != value for name, value in size.items()):
            return False
        times_s = (frame.time_s for frame in source.frames())
        pairs = zip_longest(read.times_s, times_s, fillvalue=math.inf)
        return all(abs(measured_s - time_s) < _SAME_TIME_S for measured_s, time_s in pairs)


def _frames(times_s: Sequence[float], faces: Sequence[FaceTimeline]) -> Iterator[FrameMetrics]:
    rows = [0] * len(faces)
    for number, time_s in enumerate(times_s):
        seen = []
        for place, face in enumerate(faces):
            if rows[place] < len(face.frames) and face.frames[rows[place]] == number:
                seen.append(_face(face, rows[place]))
                rows[place] += 1
        yield FrameMetrics(time_s, tuple(seen))


def _face(face: FaceTimeline, row: int) -> FaceMetrics:
    reasons = tuple(InvalidReason(text) for text in face.reasons[row])
    values = {name: column[row] for name, column in face.values.items()}
    return FaceMetrics(int(face.face_id), values, invalid_reasons=reasons)


def _go_on() -> None:
    """The lease of a worker is renewed here; on this machine there is none."""
