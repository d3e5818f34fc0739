"""Measures whether the same picture gives the same numbers as a still, as a video and through the API."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.media.open_media import open_media
from chalicelib.domain.measurements.metrics import FrameMetrics
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.job_options import Switch
from chalicelib.domain.requests.result_formats import SESSION_CONTENT_TYPE
from chalicelib.local.stack import Stack
from lab.evaluation.workbench import Workbench
from lab.reports.report import Bar, Cell, Figure, Section, Table
from mien.client.media_api import MediaApiClient

NAME = "equal_paths"

_PICTURES = ("single_face", "multi_face", "0-f15-hao-ph", "15-f13-anc-ph")
_REPEATS = 5
_POLL_S = 0.2
_DECIMALS = 4

Faces = Mapping[str, Mapping[str, float]]
"""By face id: every metric, rounded as result files have it."""


def evaluate(bench: Workbench) -> Section:
    """Each picture as it is, as a lossless video of one frame and of several, and both through the API over HTTP."""
    rows: list[tuple[Cell, ...]] = []
    with tempfile.TemporaryDirectory() as folder, _api(bench) as ask:
        for name in _PICTURES[: max(1, bench.effort.portraits // 4)]:
            picture = bench.media / "faces" / f"{name}.jpg"
            (frame,) = bench.frames(f"faces/{name}.jpg")
            one = write_lossless(Path(folder) / f"{name}.mkv", frame.image, 1)
            several = write_lossless(Path(folder) / f"{name}-{_REPEATS}.mkv", frame.image, _REPEATS)
            still = _rounded(bench.measured(f"faces/{name}.jpg")[0])
            film = _measured(bench, several)
            row = [
                difference(still, _measured(bench, one)[0]),
                difference(still, film[0]),
                difference(still, ask(picture)[0]),
                difference(still, ask(one)[0]),
                max(difference(faces, other) for faces, other in zip(film, ask(several), strict=True)),
                max(difference(still, faces) for faces in film[1:]),
            ]
            rows.append((f"`{name}`", len(still), *row))
    return _section(rows)


@contextmanager
def _api(bench: Workbench) -> Iterator["Ask"]:
    with (
        tempfile.TemporaryDirectory() as folder,
        Stack(models_dir=bench.models_dir, log_path=Path(folder) / "worker.log") as stack,
        MediaApiClient(stack.index_url, stack.user, stack.password) as client,
    ):
        yield Ask(stack, client, Path(folder))


class Ask:
    """Sends a file through the API, and reads the session JSON that comes back."""

    def __init__(self, stack: Stack, client: MediaApiClient, folder: Path) -> None:
        self._stack = stack
        self._client = client
        self._folder = folder

    def __call__(self, path: Path) -> list[Faces]:
        """The faces of every frame."""
        job = self._client.create_job(path, JobName.MULTIFACE, options={"probabilities": Switch.ON})
        job = self._client.wait_for_job(job, lambda _: self._stack.check_workers(), interval_s=_POLL_S)
        files = self._client.download_results(job, self._folder)
        (session,) = [each for each, file in files.items() if file.content_type == SESSION_CONTENT_TYPE]
        frames = json.loads(session.read_text(encoding="utf-8"))["frames"]
        return [{face: _numbers(values) for face, values in frame["faces"].items()} for frame in frames]


def write_lossless(path: Path, image: NDArray[np.uint8], frames: int) -> Path:
    """A video of the picture (H, W, 3) BGR, again and again, in which no pixel is changed."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.height, stream.width = image.shape[:2]
        stream.pix_fmt = "bgr0"
        for index in range(frames):
            frame = av.VideoFrame.from_ndarray(image, format="bgr24").reformat(format="bgr0")
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def _measured(bench: Workbench, path: Path) -> list[Faces]:
    with open_media(path) as medium:
        return [_rounded(frame) for frame in bench.analyze(medium.frames())]


def _rounded(frame: FrameMetrics) -> Faces:
    return {
        str(face.face_id): {
            **{name: round(value, _DECIMALS) for name, value in face.values.items()},
            "confidence": round(face.confidence, _DECIMALS),
            "valid": float(face.is_valid),
        }
        for face in frame.faces
    }


def _numbers(values: Mapping[str, Any]) -> dict[str, float]:
    """A face of the session JSON; whether it is valid counts as a number, why not is text."""
    return {name: float(value) for name, value in values.items() if isinstance(value, int | float)}


def difference(one: Faces, other: Faces) -> float:
    """The largest difference of any metric of any face; infinite if faces or metrics are not the same."""
    if one.keys() != other.keys() or any(one[face].keys() != other[face].keys() for face in one):
        return float("inf")
    differences = (abs(one[face][name] - other[face][name]) for face in one for name in one[face])
    return max(differences, default=0.0)


def _section(rows: list[tuple[Cell, ...]]) -> Section:
    texts = (
        ("one_frame", "still against a lossless video of one frame"),
        ("first_frame", f"still against the first of {_REPEATS} equal frames"),
        ("api_still", "still here against still through the API"),
        ("api_one_frame", "still here against a video of one frame through the API"),
        ("api_film", f"video of {_REPEATS} frames here against through the API"),
    )
    columns = list(zip(*rows, strict=True))[2:]
    shown = tuple(tuple("other faces" if cell == float("inf") else cell for cell in row) for row in rows)
    figures = [
        Figure(name, f"largest difference: {text}", _worst(column), "", Bar(at_most=0.0), "equality")
        for (name, text), column in zip(texts, columns, strict=False)
    ]
    drift = Figure("later_frames", "largest change of any metric in equal later frames", _worst(columns[-1]))
    header = ("picture", "faces", *(text for _, text in texts), "later equal frames against the still")
    return Section(
        NAME,
        "The same picture on different ways",
        "Every metric of every face, with the four decimals that result files have, from: a still analysed here; a "
        f"video in a lossless codec of that one frame, and of {_REPEATS} such frames; and both sent through the API "
        "over HTTP, on the embedded stack. Given is the largest difference of any number. In later frames a face is "
        "looked for where its mesh was, which is not a difference of the ways but of the time a face has been "
        "followed; it is given for comparison.",
        "The ways give the same numbers."
        if not any(figure.fails for figure in figures)
        else "The ways do not give the same numbers.",
        (*figures, drift),
        (Table("Largest difference", header, shown),),
    )


def _worst(column: tuple[Cell, ...]) -> float | None:
    numbers = [float(cell) for cell in column if isinstance(cell, (int, float))]
    worst = max(numbers, default=float("inf"))
    return None if worst == float("inf") else round(worst, _DECIMALS)
