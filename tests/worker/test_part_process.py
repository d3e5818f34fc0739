"""The processes that measure parts of videos: the same numbers, and what happens when it, or its worker, is killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib.analysis.media.frames import MediaInfo, MediaLimits
from chalicelib.analysis.media.open_media import open_media
from chalicelib.analysis.media.video_spans import Span
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.measurements.metrics import FrameMetrics
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.recipes import Recipe
from chalicelib.domain.segments import SegmentPlan
from chalicelib.errors import MediaError
from chalicelib.local.demo_clip import write_demo_clip
from chalicelib.worker.parallel_parts import measured_in_parallel, parallel_plan
from chalicelib.worker.part_measurer import PartMeasurer
from chalicelib.worker.part_process import (
    PartLost,
    PartProcess,
    PartProcessUnavailable,
    PartRequest,
    useful_count,
)
from tests.media_factory import write_video
from tests.recipes import make_recipe
from tests.worker.halted import halted
from tests.worker.test_parallel_parts import Notes

ROOT = Path(__file__).resolve().parents[2]
MODELS_DIR = ROOT / "models"
LIMITS = MediaLimits()
RECIPE = make_recipe(JobName.MULTIFACE)


@pytest.fixture
def process(part_process: PartProcess) -> PartProcess:
    return part_process


@pytest.fixture(scope="module")
def lasting(models: Models) -> Iterator[PartProcess]:
    """For tests after which it can still be asked: starting one takes longer than most measure."""
    with closing(PartProcess(MODELS_DIR)) as process:
        yield process


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """13 s at 6 frames a second without a face, which are measured at once."""
    times_ms = [round(index * 1000 / 6) for index in range(78)]
    return write_video(tmp_path_factory.mktemp("media") / "plain.mp4", times_ms=times_ms).read_bytes()


@pytest.fixture
def medium(tmp_path: Path, plain: bytes) -> Path:
    path = tmp_path / "media"
    path.write_bytes(plain)
    return path


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """13 s at 4 frames a second of a face."""
    path = tmp_path / "film.mp4"
    write_demo_clip(path, seconds=13.0, fps=4, size_px=(320, 180))
    return path


def _measured(
    models: Models, path: Path, process: PartProcess | None, notes: Notes | None = None
) -> Generator[FrameMetrics]:
    with open_media(path) as medium:
        plan = _plan_of(medium.info)
    parts = PartMeasurer(models, limits=LIMITS)
    return measured_in_parallel(
        parts, path, RECIPE, plan, notes or Notes(), directory=path.parent, processes=[process] if process else []
    )


def _plan_of(info: MediaInfo) -> SegmentPlan:
    plan = parallel_plan(info, RECIPE)
    assert plan is not None
    return plan


def _request(path: Path, recipe: Recipe = RECIPE) -> PartRequest:
    span = Span(4.5, None, 0.0, own_from_s=6.5)
    return PartRequest(path, path.with_name("part"), recipe, span, limits=LIMITS)


def test_two_processes_give_the_very_numbers_that_one_gives(models: Models, film: Path, process: PartProcess) -> None:
    notes = Notes()
    together = list(_measured(models, film, process, notes))
    assert process.process_id is not None
    assert notes.measured() == 52
    first = process.process_id
    alone = list(_measured(models, film, None))
    assert together == alone
    assert any(frame.faces for frame in alone[-10:])
    assert list(_measured(models, film, process)) == alone
    assert process.process_id == first  # the same one is asked again


@pytest.mark.slow
def test_four_processes_give_the_very_bytes_that_one_gives(models: Models, tmp_path: Path) -> None:
    """However many processors there are: the parts that a plan has are dealt to those who are idle."""
    path = tmp_path / "film.mp4"
    write_demo_clip(path, seconds=25.0, fps=4, size_px=(320, 180))
    with open_media(path) as medium:
        plan = replace(_plan_of(medium.info), count=6, segment_s=25.0 / 6)
    processes = [PartProcess(MODELS_DIR) for _ in range(3)]

    def measured(name: str, helpers: list[PartProcess]) -> list[bytes]:
        folder = tmp_path / name
        folder.mkdir()
        notes, parts = Notes(), PartMeasurer(models, limits=LIMITS)
        frames = measured_in_parallel(parts, path, RECIPE, plan, notes, directory=folder, processes=helpers)
        assert len(list(frames)) == notes.measured() == 100
        return [part.read_bytes() for part in sorted(folder.iterdir())]

    try:
        together = measured("four", processes)
        assert all(process.process_id is not None for process in processes)
        assert measured("two", processes[:1]) == measured("one", []) == together
        assert len(together) == 6
    finally:
        for process in processes:
            process.close()


def test_a_process_that_dies_ends_the_run_and_the_next_one_starts_another(
    models: Models, medium: Path, process: PartProcess
) -> None:
    first = halted(process)  # so that it is amid the half when the first one is done
    notes = Notes()
    notes.go_on = lambda: os.kill(first, signal.SIGKILL)  # type: ignore[method-assign]  # while the first is measured
    with pytest.raises(PartLost):
        list(_measured(models, medium, process, notes))
    assert len(list(_measured(models, medium, process))) == 78
    assert process.process_id not in (None, first)


def test_where_no_process_can_be_started_one_does_it_all(
    models: Models, medium: Path, process: PartProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert len(list(_measured(models, medium, process))) == 78


def test_whoever_stops_taking_frames_ends_the_half_with_it(models: Models, medium: Path, process: PartProcess) -> None:
    process.start()
    process.wait_until_ready()
    running = process.process_id
    assert running is not None
    notes = Notes()
    frames = _measured(models, medium, process, notes)

    def fail() -> None:
        raise ConnectionError

    notes.go_on = fail  # type: ignore[method-assign]
    os.kill(running, signal.SIGSTOP)  # or it might be done before anything fails
    with pytest.raises(ConnectionError):
        next(frames)
    assert process.process_id is None
    assert not Path(f"/proc/{running}").exists()


def test_whoever_waits_long_is_told_so(medium: Path, lasting: PartProcess) -> None:
    notes = Notes()
    running = halted(lasting)

    def go_on_when_told() -> None:
        notes.go_on()
        os.kill(running, signal.SIGCONT)

    half = lasting.measure(_request(medium), go_on_when_told)
    with closing(half):
        assert len(list(half.frames())) == 51
    assert notes.went_on >= 1
    assert half.counts is not None


def test_what_is_wrong_with_the_medium_is_said_as_it_was(tmp_path: Path, lasting: PartProcess) -> None:
    path = tmp_path / "media"
    path.write_bytes(b"no video at all")
    half = lasting.measure(_request(path), lambda: None)
    with closing(half), pytest.raises(MediaError):
        list(half.frames())


def test_a_fault_of_ours_does_not_end_the_process(medium: Path, lasting: PartProcess) -> None:
    half = lasting.measure(_request(medium.with_name("gone")), lambda: None)
    with closing(half), pytest.raises(PartLost):
        list(half.frames())
    first = lasting.process_id
    with closing(lasting.measure(_request(medium), lambda: None)) as half:
        assert len(list(half.frames())) == 51
    assert lasting.process_id == first


def test_what_cannot_be_written_is_left_to_one_process(models: Models, medium: Path, lasting: PartProcess) -> None:
    with pytest.raises(PartProcessUnavailable):
        lasting.measure(replace(_request(medium), part_path=medium / "nowhere" / "part"), lambda: None)
    expected = list(_measured(models, medium, None))
    assert list(_measured(models, medium, lasting)) == expected


def test_a_half_that_was_given_up_does_not_disturb_the_next(film: Path, medium: Path, lasting: PartProcess) -> None:
    with closing(lasting.measure(_request(film), lambda: None)) as given_up:
        next(given_up.frames())
    with closing(lasting.measure(_request(medium), lambda: None)) as half:
        assert len(list(half.frames())) == 51
        assert half.own == 39


def test_a_job_for_one_face_is_not_divided(medium: Path) -> None:
    recipe = make_recipe(JobName.CURRENT_PACK)
    with open_media(medium) as opened:
        assert parallel_plan(opened.info, recipe) is None


def test_it_ends_when_it_is_told_nonsense(process: PartProcess) -> None:
    process.start()
    process.wait_until_ready()
    running = process._process
    assert running is not None
    assert process._connection is not None
    process._connection.send_bytes(b"half a requ")
    assert running.wait(timeout=20) == 0


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs Linux to look into another process")
def test_the_process_is_told_no_secrets(process: PartProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a secret")
    monkeypatch.setenv("MIEN_TABLE", "a table")
    process.start()
    process.wait_until_ready()
    told = Path(f"/proc/{process.process_id}/environ").read_text(encoding="utf-8").split("\0")
    assert not [each for each in told if each.startswith(("AWS_", "MIEN_"))]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs Linux to look for another process")
def test_it_does_not_outlive_its_worker(medium: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tests.worker.test_part_process import _request\n"
        "from chalicelib.worker.part_process import PartProcess\n"
        "process = PartProcess(Path(sys.argv[1])); process.start(); process.wait_until_ready()\n"
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


@pytest.mark.parametrize(
    ("processors", "memory_mb", "count"),
    [(1, 16_000, 1), (2, 3008, 2), (2, 1024, 2), (6, 10_240, 6), (64, 64_000, 16), (16, 2000, 5), (16, 300, 1)],
)
def test_a_machine_has_no_more_processes_than_fit_into_its_memory(processors: int, memory_mb: int, count: int) -> None:
    assert useful_count(processors, memory_mb * 1_000_000) == count
