"""The division of long videos into segments."""

from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib.analysis.media.frames import MediaInfo
from chalicelib.domain.requests.job_names import JobName
from chalicelib.settings import Settings
from chalicelib.worker.long_videos import divide
from tests.recipes import make_recipe

_SETTINGS = Settings("table", "bucket", "queue", batch_queue="queue", batch_job_definition="definition")
_INFO = MediaInfo("video", "matroska", 640, 360, begins_s=0.0, duration_s=9000.0, frames_total=225_000)


@pytest.mark.parametrize(
    ("size_bytes", "count"),
    [
        (2_000, None),  # a clock that jumps: a few frames, which one worker measures
        (45_000, 8),
        (450_000, 75),
        (900_000_000, 75),
    ],
)
def test_a_small_file_occupies_few_workers_whatever_its_clock_says(
    tmp_path: Path, size_bytes: int, count: int | None
) -> None:
    path = tmp_path / "film.mkv"
    path.touch()
    with path.open("r+b") as file:
        file.truncate(size_bytes)
    plan = divide(path, _INFO, _SETTINGS, make_recipe(JobName.MULTIFACE), was_interrupted=False)
    assert (plan and plan.count) == count


def test_a_short_video_is_not_divided(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"x" * 1_000_000)
    short = replace(_INFO, duration_s=10.0)
    assert divide(path, short, _SETTINGS, make_recipe(JobName.MULTIFACE), was_interrupted=False) is None
