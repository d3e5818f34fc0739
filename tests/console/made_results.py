"""Results that nobody measured: timelines from made numbers, stored through the API as a client's own result."""

import io
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import requests

from chalicelib.domain.measurements.frame_size import FrameSize
from chalicelib.domain.measurements.metrics import EVERY_METRIC, FaceMetrics, FrameMetrics
from chalicelib.domain.measurements.validity import InvalidReason
from chalicelib.domain.requests.result_formats import TIMELINE_CONTENT_TYPE
from chalicelib.formats.timeline import TimelineWriter

FPS = 30.0
_PERIOD = 900  # frames after which the made movement repeats: walking anew through an hour takes a minute


def made_timeline(frames: int, faces: int = 1, seed: int = 1) -> bytes:
    """Returns the timeline of a film whose scores walk at random, of which each ninth stretch of three seconds is not
    valid."""
    stream = io.BytesIO()
    writer = TimelineWriter(stream, metrics=EVERY_METRIC, open_spool=io.BytesIO, frame_size=FrameSize(640, 360))
    walks = [list(_walk(seed + face)) for face in range(faces)]
    for index in range(frames):
        reasons = (InvalidReason.TURNED,) if index // 90 % 9 == 0 else ()
        seen = (FaceMetrics(face, walks[face][index % _PERIOD], 100.0, reasons) for face in range(faces))
        writer.write(FrameMetrics(index / FPS, tuple(seen)))
    writer.close()
    return stream.getvalue()


def made_neighbours(lefts_px: Sequence[float], top_px: float, side_px: float) -> bytes:
    """Returns the timeline of a film of two frames of 640 x 360 pixels with a square face at each of these places."""
    stream = io.BytesIO()
    writer = TimelineWriter(stream, metrics=EVERY_METRIC, open_spool=io.BytesIO, frame_size=FrameSize(640, 360))
    scores = dict.fromkeys((metric.name for metric in EVERY_METRIC), 50.0)
    size = {"face box top": top_px, "face box width": side_px, "face box height": side_px}
    faces = tuple(
        FaceMetrics(face, {**scores, **size, "face box left": left}, 100.0) for face, left in enumerate(lefts_px)
    )
    for index in range(2):
        writer.write(FrameMetrics(index / FPS, faces))
    writer.close()
    return stream.getvalue()


def _walk(seed: int) -> Iterator[dict[str, float]]:
    chance = random.Random(seed)  # noqa: S311  # not for secrets
    state = {metric.name: 30.0 for metric in EVERY_METRIC}
    for index in range(_PERIOD):
        state = {name: min(max(value + chance.gauss(0, 2), 0), 100) for name, value in state.items()}
        state["smile"] = 50 + 45 * math.sin(index / 40 + seed)
        yield dict(state)


def store_result(
    api: requests.Session,
    index_url: str,
    name: str,
    result: bytes,
    notes: Mapping[str, str],
    content_type: str = TIMELINE_CONTENT_TYPE,
) -> str:
    """Creates a finished job with that result and returns its URL."""
    job: Any = api.post(
        f"{index_url}jobs",
        data={"entry_job[name]": "no-op"},
        files={"entry_job[input]": (name, b"\0" * 64, "video/mp4")},
    ).json()
    for key, value in notes.items():
        api.post(job["input"]["annotations"], json={"annotation": {"key": key, "value": value}}).raise_for_status()
    files = {"entry_job[result]": (f"{name}-result", result, content_type)}
    done = api.patch(job["self"], files=files)
    assert done.json()["status"] == "done", done.text  # a worker that is at it stops
    return str(job["self"])
