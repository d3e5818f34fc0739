"""A long video's result files, without the video: `python -m lab.benchmark.long_formats` answers requests."""

import math
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from chalicelib.analysis.analyzer import with_scores
from chalicelib.domain.measurements.metrics import EVERY_METRIC, FaceMetrics, FrameMetrics
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.result_formats import LEGACY_CONTENT_TYPE
from chalicelib.formats.result_files import Contents, write_files
from lab.benchmark.ours import recipe_of
from lab.benchmark.runs import Run, answer, clocked, peak_bytes

_FPS = 24.0


def run(content_type: str, seconds: float, faces: int) -> Run:
    """One format alone, for so long a video in which so many faces are seen; the legacy format has one."""
    is_legacy = content_type == LEGACY_CONTENT_TYPE
    recipe = replace(recipe_of(JobName.CURRENT_PACK if is_legacy else JobName.MULTIFACE), content_types=(content_type,))
    metrics = recipe.metrics(expressions_only=False)
    frames, count = round(seconds * _FPS), 1 if is_legacy else faces
    with (
        tempfile.TemporaryDirectory(prefix="mien-bench-") as directory,
        clocked() as clock,
    ):
        scored = with_scores(_invented(frames, count), recipe, metrics)
        write_files(scored, Contents(recipe, metrics), Path(directory), "clip.mp4")
    return Run(frames, {str(count): frames}, clock.wall_s, clock.cpu_s, seconds, peak_bytes())


def _invented(frames: int, faces: int) -> Iterator[FrameMetrics]:
    """Numbers that move, within every metric's range."""
    for index in range(frames):
        time_s = index / _FPS
        yield FrameMetrics(time_s, tuple(FaceMetrics(face, _values(face, time_s)) for face in range(faces)))


def _values(face: int, time_s: float) -> dict[str, float]:
    return {
        metric.name: 50.0 + 49.0 * math.sin(time_s * (1 + 0.01 * place) + face)
        for place, metric in enumerate(EVERY_METRIC)
    }


def main() -> None:
    """Answers requests `{"format": ..., "seconds": ..., "faces": ...}`."""
    answer(_answer)


def _answer(request: dict[str, Any]) -> Run:
    return run(request["format"], float(request["seconds"]), int(request["faces"]))


if __name__ == "__main__":
    main()
