"""The longest media: a client sees how much there is to do, and a cancelled job ends within two seconds."""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest

from chalicelib.analysis.networks.models import Models
from chalicelib.domain.jobs import JobStatus
from chalicelib.errors import LeaseLost
from tests.media_factory import write_gif_of, write_long_video
from tests.worker.test_process_job import ADA, World

_PATIENCE_S = 180.0
_STOP_S = 2.0


def _write_gif(path: Path) -> Path:
    return write_gif_of(path.with_suffix(".gif"), frames=1_000_000)


def _write_video(path: Path) -> Path:
    return write_long_video(path.with_suffix(".mp4"), seconds=3600, fps=240)


def _clocks_s() -> tuple[float, float]:
    """Time, which a busy machine makes longer, and processor time, which two threads at once make twice as long: until
    its next report, a worker measures on with all of them. The lesser difference is what the worker itself takes."""
    return time.monotonic(), time.process_time()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("write", "frames"),
    [
        pytest.param(_write_gif, 1_000_000, id="a GIF of a million frames"),
        pytest.param(_write_video, 864_000, id="an hour at 240 frames a second"),
    ],
)
def test_it_is_told_how_long_it_takes_and_cancelled_within_two_seconds(
    models: Models, tmp_path: Path, write: Callable[[Path], Path], frames: int
) -> None:
    world, path = World(models), write(tmp_path / "long")
    job = world.create(path.read_bytes(), file_name=path.name)
    worker = world.worker("one")

    def process() -> None:
        with suppress(LeaseLost):
            worker.process(job.message)

    thread = Thread(target=process)
    thread.start()
    until = time.monotonic() + _PATIENCE_S
    while (progress := world.job(job).progress) is None or progress.frames_done < 2:
        assert time.monotonic() < until
        assert thread.is_alive(), world.job(job).error
        time.sleep(0.05)
    assert progress.frames_total == frames
    assert progress.frames_per_second > 0
    world.jobs.update(ADA, job.id, name=None, status="cancelled")
    began = _clocks_s()
    thread.join(_PATIENCE_S)
    assert not thread.is_alive()
    assert min(end_s - begin_s for begin_s, end_s in zip(began, _clocks_s(), strict=True)) < _STOP_S
    assert world.job(job).status is JobStatus.CANCELLED
