"""The commands as a person runs them, each in a process of its own."""

import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rich.console import Console

from chalicelib.domain.measurements.metrics import EMOTION_NAMES
from chalicelib.errors import MienError
from chalicelib.local.demo import run_job
from chalicelib.local.demo_clip import write_demo_clip
from chalicelib.local.serve import Place
from chalicelib.local.stack import DEFAULT_MODELS_DIR, Stack, check_models
from chalicelib.local.stack_error import StackError
from chalicelib.local.workers.supervisor import REPOSITORY
from mien.client.media_api import MediaApiClient
from tests.local.waiting import is_running, wait_until

PATIENCE_S = 120


def _lack() -> str:
    try:
        check_models(DEFAULT_MODELS_DIR)
    except StackError as lack:
        return str(lack)
    return ""


needs_models = pytest.mark.skipif(bool(_lack()), reason=_lack())


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("media") / "short [1].mp4"
    write_demo_clip(path, seconds=0.4)
    return path


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Long enough to be interrupted."""
    path = tmp_path_factory.mktemp("media") / "long.mp4"
    write_demo_clip(path, seconds=20, fps=10, size_px=(320, 180))
    return path


def _command(name: str, directory: Path, *arguments: str) -> list[str]:
    log = ("--log", str(directory / "mien.log"))
    return [sys.executable, "-m", "chalicelib.local", name, *log, *arguments]


def _demo(directory: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = _command("demo", directory, "--out", str(directory / "out"), *arguments)
    return subprocess.run(
        command,
        cwd=REPOSITORY,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


@contextmanager
def _running(name: str, directory: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        _command(name, directory, *arguments),
        cwd=REPOSITORY,
        env={**os.environ, "TMPDIR": str(directory)},  # where what is killed leaves its temporary files
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def _read_until(process: subprocess.Popen[str], beginning: str) -> list[str]:
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if line.startswith(beginning):
            return lines
    raise AssertionError(f"the command ended before {beginning!r}: {lines}, {process.communicate()[1]}")


def _workers(directory: Path) -> set[int]:
    """The workers that left a line in the log."""
    return {int(number) for number in re.findall(r" worker (\d+) ", (directory / "mien.log").read_text())}


@needs_models
def test_demo_leaves_results_and_nothing_running(clip: Path, tmp_path: Path) -> None:
    done = _demo(tmp_path, "--media", str(clip))
    assert (done.returncode, done.stderr) == (0, "")
    names = [f"short [1].mp4-{ending}" for ending in ("metrics.csv", "metrics.json", "summary.json", "timeline.bin")]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == names
    frames = json.loads((tmp_path / "out" / names[1]).read_text())["frames"]
    assert re.search(rf"^[1-9]\d* faces? in {len(frames)} frames", done.stdout, re.MULTILINE)
    assert [f"Result: {tmp_path / 'out' / name}" in done.stdout for name in names] == [True] * 4
    assert "make serve" in done.stdout.splitlines()[-1]
    workers = _workers(tmp_path)
    assert workers
    assert not any(is_running(worker) for worker in workers)


@pytest.mark.slow
@needs_models
def test_a_demo_of_expressions_only_shows_no_emotion(clip: Path, tmp_path: Path) -> None:
    done = _demo(tmp_path, "--media", str(clip), MIEN_EXPRESSIONS_ONLY="on")
    assert (done.returncode, done.stderr) == (0, "")
    files = {path.name: path.read_bytes().decode(errors="replace") for path in (tmp_path / "out").iterdir()}
    assert len(files) == 4
    shown = {"standard output": done.stdout, **files}
    assert {where for where, text in shown.items() for name in EMOTION_NAMES if name in text} == set()


@pytest.mark.slow
@needs_models
def test_demo_ends_with_the_sentence_of_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(b"not a film")
    failed = _demo(tmp_path, "--media", str(tmp_path / "film.mp4"))
    assert failed.returncode == 1
    assert "neither a video nor an image" in failed.stderr
    assert len(failed.stderr.splitlines()) == 1


@needs_models
def test_other_faults_have_their_sentence_too(tmp_path: Path) -> None:
    """In one stack of this process: each takes seconds to start."""
    with (
        Stack(log_path=tmp_path / "log") as stack,
        MediaApiClient(stack.index_url, stack.user, stack.password) as client,
    ):
        for content, job, words in ((b"", "multiface", "empty"), (b"x", "x", "no job")):
            (tmp_path / "film.mp4").write_bytes(content)
            with pytest.raises(MienError, match=words):
                run_job(Console(file=io.StringIO()), stack, client, tmp_path / "film.mp4", job)


def test_demo_of_a_file_that_is_not_there(tmp_path: Path) -> None:
    failed = _demo(tmp_path, "--media", str(tmp_path / "film.mp4"))
    assert failed.returncode == 1
    assert failed.stderr == f"There is no file {tmp_path / 'film.mp4'}; name a video or a picture.\n"


def test_demo_refuses_a_mistyped_job_before_it_starts_anything(tmp_path: Path) -> None:
    failed = _demo(tmp_path, MIEN_DEMO_JOB="multifaec")
    assert failed.returncode == 1
    assert failed.stderr.startswith("There is no job of this name; use one of: multiface, ")
    assert "The API is at" not in failed.stdout
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
@needs_models
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_demo_that_is_interrupted_leaves_nothing_running(
    film: Path, tmp_path: Path, number: signal.Signals, status: int
) -> None:
    with _running("demo", tmp_path, "--media", str(film), "--out", str(tmp_path / "out")) as process:
        _read_until(process, "working")
        process.send_signal(number)
        stderr = process.communicate(timeout=PATIENCE_S)[1]
    assert (process.returncode, stderr) == (status, "Stopped.\n")
    assert list((tmp_path / "out").iterdir()) == []
    workers = _workers(tmp_path)
    assert workers
    assert not any(is_running(worker) for worker in workers)


@pytest.mark.parametrize("loading", ["command", "stack"])
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_demo_can_be_interrupted_while_it_loads(
    tmp_path: Path, number: signal.Signals, status: int, loading: str
) -> None:
    with _running("demo", tmp_path, "--out", str(tmp_path / "out")) as process:
        _read_until(process, "Starting")
        if loading == "stack":
            wait_until((tmp_path / "mien.log").exists, "the log, which is opened just before")
        process.send_signal(number)
        assert process.communicate(timeout=PATIENCE_S)[1] == "Stopped.\n"
    assert process.returncode == status


@pytest.mark.slow
@needs_models
def test_workers_of_a_killed_demo_end(film: Path, tmp_path: Path) -> None:
    with _running("demo", tmp_path, "--media", str(film), "--out", str(tmp_path / "out")) as process:
        _read_until(process, "working")
        process.kill()
    wait_until(lambda: not any(is_running(worker) for worker in _workers(tmp_path)), "the worker's end")


@pytest.mark.slow
@needs_models
@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_commands_that_serve_prints_work(tmp_path: Path) -> None:
    with _running("serve", tmp_path, "--port", "0") as process:
        lines = _read_until(process, 'curl -sS -u "$MIEN_USER:$MIEN_PASSWORD" "$JOB" | python3')
        (user_command,) = (
            line.removeprefix("To list its users: ") for line in lines if line.startswith("To list its users: ")
        )
        listed = subprocess.run(
            ["bash", "-c", user_command],  # noqa: S607  # likewise below
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert (listed.returncode, listed.stderr) == (0, "")
        assert "demo@localhost" in listed.stdout
        create = lines.index("# create a job; its URL is in the Location header")
        script = "\n".join(("set -e", *lines[create - 1 :]))  # all at once, as someone pastes it
        pasted = subprocess.run(
            ["bash", "-c", script],  # noqa: S607  # the bash of the PATH, as in a terminal
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert (pasted.returncode, pasted.stderr) == (0, "")
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=PATIENCE_S)[1] == "Stopped.\n"
    assert process.returncode == 0
    assert json.loads((tmp_path / "demo.mp4-metrics.json").read_text())["frames"]
    assert (tmp_path / "demo.mp4-metrics.csv").read_text().startswith("time stamp (msec)")


@needs_models
def test_serve_makes_the_drop_directory_and_remembers_the_mode_for_it(tmp_path: Path) -> None:
    drop, said = tmp_path / "typo", []
    for words in (("--expressions-only",), (), ("--emotions",)):
        with _running("serve", tmp_path, "--port", "0", "--drop", str(drop), *words) as process:
            said.append(_read_until(process, "Expressions"))
    made, put = f"There was no directory {drop}, so it was made", f"Files put into {drop}"
    assert [lines[1].startswith(first) for lines, first in zip(said, (made, put, put), strict=True)] == [True] * 3
    assert said[0][2].startswith(put)
    fewer = "Expressions only are measured"
    modes = [lines[-1].split(",")[0] for lines in said]
    assert modes == [fewer, fewer, "Expressions and emotions are measured; with MIEN_EXPRESSIONS_ONLY=on"]


@needs_models
def test_serve_on_a_port_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        command = _command("serve", tmp_path, "--port", str(port))
        failed = subprocess.run(
            command, cwd=REPOSITORY, capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
    assert failed.returncode == 1
    assert failed.stderr == f"Port {port} is in use on this machine; choose another, as in `make serve PORT=8001`.\n"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        (
            "PORT",
            "abc",
            "The port must be a whole number from 0 to 65535, as in `make serve PORT=8001`; 'abc' is none.",
        ),
        ("PORT", "99999", "The port must be a whole number from 0 to 65535"),
        ("DATA", "README.md", "README.md is a file; name a folder, as in `make serve DATA=folder DROP=directory`."),
        ("DROP", "README.md", "README.md is a file; name a folder"),
    ],
)
def test_serve_says_which_value_is_wrong(tmp_path: Path, name: str, value: str, words: str) -> None:
    failed = subprocess.run(
        _command("serve", tmp_path),
        cwd=REPOSITORY,
        env={**os.environ, f"MIEN_SERVE_{name}": value},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert failed.returncode == 1
    assert words in failed.stderr
    assert len(failed.stderr.splitlines()) == 1


def test_without_models_the_sentence_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="make setup"), Stack(models_dir=tmp_path, log_path=tmp_path / "log"):
        pass


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (Place("192.0.2.1", 0), "Choose a password"),
        (Place("192.0.2.1", 0, password="short"), "at least 12"),
        (Place("0.0.0.0", 0, password="long-enough-for-it"), "Name the address"),  # noqa: S104
        (Place("fe80::1", 0, password="long-enough-for-it"), "Name the address"),
    ],
)
def test_others_are_let_in_by_a_password_and_at_an_address_only(place: Place, words: str) -> None:
    with pytest.raises(StackError, match=words):
        place.check()


def test_on_this_machine_no_password_of_ones_own_is_needed() -> None:
    Place("127.0.0.1", 0).check()
