"""The process that measures second halves: the same numbers, and what happens when it, or its worker, is killed."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import pytest

from chalicelib.analysis.media.frames import MediaLimits
from chalicelib.analysis.media.open_media import open_media
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.measurements.metrics import FrameMetrics
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.recipes import RECIPES
from chalicelib.errors import MediaError
from chalicelib.local.demo_clip import write_demo_clip
from chalicelib.worker.medium_measurer import MediumMeasurer
from chalicelib.worker.second_process import (
    READY,
    PartAnswer,
    PartRequest,
    RunningHalf,
    SecondHalfLost,
    SecondProcess,
    SecondProcessUnavailable,
)
from tests.recipes import make_recipe
from tests.worker.halted import halted

ROOT = Path(__file__).resolve().parents[2]
MODELS_DIR = ROOT / "models"
LIMITS = MediaLimits()


class Notes:
    """What a measurer reports."""

    def __init__(self) -> None:
        self.waited = 0
        self.ahead: Callable[[], int] = int

    def count_ahead(self, ahead: Callable[[], int]) -> None:
        self.ahead = ahead

    def write(self) -> None:
        self.waited += 1


@pytest.fixture
def process(second_process: SecondProcess) -> SecondProcess:
    return second_process


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("media") / "clip.mp4"
    write_demo_clip(path, seconds=13.0, fps=6, size_px=(320, 180))
    return path.read_bytes()


@pytest.fixture
def medium(tmp_path: Path, clip: bytes) -> Path:
    path = tmp_path / "media"
    path.write_bytes(clip)
    return path


def _measured(
    models: Models, path: Path, process: SecondProcess | None, notes: Notes | None = None, *, alone: bool = False
) -> Generator[FrameMetrics]:
    recipe = RECIPES[JobName.MULTIFACE]
    assert recipe is not None
    measurer = MediumMeasurer(models, limits=LIMITS, second_process=process)
    with open_media(path) as medium:
        frames = measurer.measured(path, medium, recipe, notes or Notes(), directory=path.parent, alone=alone)
        with closing(frames):
            yield from frames


def _request(path: Path, **changed: object) -> PartRequest:
    fields: dict[str, object] = {
        "media_path": str(path),
        "part_path": str(path.with_name("part")),
        "recipe": make_recipe(JobName.MULTIFACE),
        "lead_in_s": 4.5,
        "start_s": 6.5,
        "origin_s": 0.0,
        "frame_size": None,
        "max_pixels": LIMITS.max_pixels,
        "max_duration_s": LIMITS.max_duration_s,
    }
    return PartRequest(**{**fields, **changed})  # type: ignore[arg-type]


def test_two_processes_give_the_very_numbers_that_one_gives(
    models: Models, medium: Path, process: SecondProcess
) -> None:
    notes = Notes()
    together = list(_measured(models, medium, process, notes))
    assert process.process_id is not None
    assert notes.ahead() == 0  # all that it had were taken
    first = process.process_id
    alone = list(_measured(models, medium, None))
    assert together == alone
    assert list(_measured(models, medium, process)) == alone
    assert process.process_id == first  # the same one is asked again


def test_a_worker_may_be_told_to_do_without(models: Models, medium: Path, process: SecondProcess) -> None:
    assert list(_measured(models, medium, process, alone=True))
    assert process.process_id is None


def test_a_process_that_dies_ends_the_run_and_the_next_one_starts_another(
    models: Models, medium: Path, process: SecondProcess
) -> None:
    first = halted(process)  # so that it is amid the half when the first one is done
    frames = _measured(models, medium, process)
    next(frames)
    os.kill(first, signal.SIGKILL)
    with pytest.raises(SecondHalfLost):
        list(frames)
    assert len(list(_measured(models, medium, process))) == 78
    assert process.process_id not in (None, first)


def test_where_no_process_can_be_started_one_does_it_all(
    models: Models, medium: Path, process: SecondProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert len(list(_measured(models, medium, process))) == 78


def test_whoever_stops_taking_frames_ends_the_half_with_it(
    models: Models, medium: Path, process: SecondProcess
) -> None:
    process.start()
    process.wait_until_ready()
    frames = _measured(models, medium, process)
    next(frames)
    running = process.process_id
    assert running is not None
    with closing(frames):
        os.kill(running, signal.SIGSTOP)
    assert process.process_id is None
    assert not Path(f"/proc/{running}").exists()


def test_whoever_waits_long_is_told_so(medium: Path, process: SecondProcess) -> None:
    notes = Notes()
    running = halted(process)
    half = process.measure(_request(medium), notes.write)
    with closing(half):

        def go_on_when_told() -> None:
            notes.write()
            os.kill(running, signal.SIGCONT)

        half._progress._while_waiting = go_on_when_told
        assert len(list(half.frames())) == 51
    assert notes.waited >= 1
    assert half.counts is not None


def test_what_is_wrong_with_the_medium_is_said_as_it_was(tmp_path: Path, process: SecondProcess) -> None:
    path = tmp_path / "media"
    path.write_bytes(b"no video at all")
    half = process.measure(_request(path), lambda: None)
    with closing(half), pytest.raises(MediaError):
        list(half.frames())


def test_a_fault_of_ours_does_not_end_the_process(medium: Path, process: SecondProcess) -> None:
    half = process.measure(_request(medium.with_name("gone")), lambda: None)
    with closing(half), pytest.raises(SecondHalfLost):
        list(half.frames())
    first = process.process_id
    with closing(process.measure(_request(medium), lambda: None)) as half:
        assert len(list(half.frames())) == 51
    assert process.process_id == first


def test_what_cannot_be_written_is_left_to_one_process(models: Models, medium: Path, process: SecondProcess) -> None:
    with pytest.raises(SecondProcessUnavailable):
        process.measure(_request(medium, part_path=str(medium / "nowhere" / "part")), lambda: None)
    expected = list(_measured(models, medium, None))
    assert list(_measured(models, medium, process)) == expected


def test_answers_to_a_half_that_was_given_up_are_not_taken_for_another(medium: Path) -> None:
    stale = PartAnswer(number=1, reach_bytes=10**9, frames=999, ended=True)
    lines = [json.dumps(asdict(answer)) + "\n" for answer in (PartAnswer(READY, 0, 0), stale)]
    medium.with_name("part").touch()
    half = RunningHalf(_request(medium, number=2), io.StringIO("".join(lines)), lambda: None, end_process=lambda: None)
    with closing(half), pytest.raises(SecondHalfLost):
        list(half.frames())
    assert half.frames_ahead == 0


def test_a_job_for_one_face_is_not_divided(models: Models, medium: Path, process: SecondProcess) -> None:
    recipe = make_recipe(JobName.CURRENT_PACK)
    measurer = MediumMeasurer(models, limits=LIMITS, second_process=process)
    with open_media(medium) as opened:
        frames = measurer.measured(medium, opened, recipe, Notes(), directory=medium.parent)
        assert len(list(frames)) == 78
    assert process.process_id is None


def test_it_ends_when_it_is_told_nonsense(process: SecondProcess) -> None:
    process.start()
    process.wait_until_ready()
    running = process._process
    assert running is not None
    assert running.stdin is not None
    running.stdin.write("{half a requ")
    running.stdin.close()
    assert running.wait(timeout=20) == 0


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs Linux to look into another process")
def test_the_process_is_told_no_secrets(process: SecondProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a secret")
    monkeypatch.setenv("MIEN_TABLE", "a table")
    process.start()
    process.wait_until_ready()
    told = Path(f"/proc/{process.process_id}/environ").read_text(encoding="utf-8").split("\0")
    assert not [each for each in told if each.startswith(("AWS_", "MIEN_"))]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs Linux to look for another process")
def test_it_does_not_outlive_its_worker(medium: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tests.worker.test_second_process import _request\n"
        "from chalicelib.worker.second_process import SecondProcess\n"
        "process = SecondProcess(Path(sys.argv[1])); process.start(); process.wait_until_ready()\n"
        "half = process.measure(_request(Path(sys.argv[2])), lambda: None)\n"
        "print(process.process_id, flush=True); sys.stdin.read()\n"
    )
    worker = subprocess.Popen(
        [sys.executable, "-c", program, str(MODELS_DIR), str(medium)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    assert worker.stdin is not None
    second = int(worker.stdout.readline())
    assert Path(f"/proc/{second}").exists()
    worker.kill()
    worker.wait()
    deadline_s = time.monotonic() + 20
    while Path(f"/proc/{second}").exists() and time.monotonic() < deadline_s:
        time.sleep(0.05)
    assert not Path(f"/proc/{second}").exists()
    worker.stdout.close()
    worker.stdin.close()
