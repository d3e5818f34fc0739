"""A contestant: a process of its own that has everything loaded and runs what it is asked for."""

import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lab.benchmark.runs import Run

ROOT = Path(__file__).resolve().parents[2]
BENCH_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
_INSTALLED = ROOT / ".venv-bench" / ".installed"
_END_S = 10


class ContestantFailed(Exception):
    """The process ended, or could not begin; the message says in which file its words are."""


class Contestant:
    """A context manager. The process ends with it, whatever it is at."""

    def __init__(self, command: tuple[str, ...], log_path: Path) -> None:
        """`command`: of a program that serves by `runs.answer`; what else it says is added to `log_path`."""
        self._command = command
        self._log_path = log_path
        self._undo = ExitStack()
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        """Comes back when everything is loaded. Raises `ContestantFailed`."""
        with ExitStack() as undo:
            self._log_path.parent.mkdir(parents=True, exist_ok=True)
            log = undo.enter_context(self._log_path.open("a", encoding="utf-8"))
            self._process = subprocess.Popen(  # noqa: S603  # our own programs
                self._command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
            )
            undo.callback(_end, self._process)
            self._read()
            self._undo = undo.pop_all()
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._undo.close()

    def run(self, request: Mapping[str, Any]) -> Run:
        """One run. Raises `ContestantFailed`."""
        self.ask(request)
        return self.answer()

    def ask(self, request: Mapping[str, Any]) -> None:
        """Begins a run, and does not wait for it."""
        if self._process is None or self._process.stdin is None:
            raise ContestantFailed("it was not started")
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()

    def answer(self) -> Run:
        """Waits for the run that was begun. Raises `ContestantFailed`."""
        return Run(**self._read())

    def _read(self) -> dict[str, Any]:
        lines = self._process.stdout if self._process is not None and self._process.stdout is not None else ()
        # Libraries may have said something while they were loaded.
        line = next((line for line in lines if line.startswith("{")), "")
        if not line:
            raise ContestantFailed(f"{' '.join(self._command[1:3])} ended; {self._log_path} says why.")
        found: dict[str, Any] = json.loads(line)
        return found


def _end(process: subprocess.Popen[str]) -> None:
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
    process.terminate()
    try:
        process.wait(_END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def ours(log_path: Path) -> Contestant:
    """This program's own worker."""
    return Contestant((sys.executable, "-m", "lab.benchmark.ours"), log_path)


def theirs(bundle: Path, log_path: Path) -> Contestant:
    """MediaPipe's Face Landmarker, in the environment that `make bench` prepares for it."""
    return Contestant((str(BENCH_PYTHON), "-m", "lab.benchmark.theirs", str(bundle)), log_path)


def lacking(bundle: Path) -> str:
    """A message on why the Face Landmarker cannot take part, or nothing."""
    if not (BENCH_PYTHON.is_file() and _INSTALLED.is_file()):
        return f"There is no {BENCH_PYTHON.relative_to(ROOT)} with the package mediapipe."
    if not bundle.is_file():
        return "There is no ../shared/teacher/face_landmarker.task, the Face Landmarker's bundle."
    return ""
