"""A process beside the worker's own that measures second halves of videos (`second_process_main`).

Requests are lines of JSON on its standard input, answers lines on its standard output: how far the file has grown that
it writes the part to, and in the end how it went. It ends when its input does, so it does not outlive the worker.
"""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Condition, Thread
from typing import IO, BinaryIO

import chalicelib
from chalicelib.analysis.crew import processors
from chalicelib.analysis.models import Models
from chalicelib.domain.metrics import FrameMetrics
from chalicelib.errors import MediaError, MienError
from chalicelib.formats.partial_metrics import PartialCounts, PartialMetricsReader

_ROOT = Path(chalicelib.__file__).resolve().parents[1]
_MODULE = "chalicelib.worker.second_process_main"
# It reads one file and writes another: it is told neither secrets nor whose they are.
_WITHHELD = ("AWS_", "MIEN_")
_WAIT_S = 1.0

_log = logging.getLogger(__name__)


class SecondHalfLost(MienError):
    """The process ended, or failed through a fault of ours, before the half was measured: the job is to be begun
    again."""


class SecondProcessUnavailable(MienError):
    """The process cannot be started or does not listen."""


@dataclass(frozen=True, slots=True)
class PartRequest:
    """A stretch of the video `media_path` from `lead_in_s` to its end, whose part goes to `part_path`. Frames from
    `start_s` on count for progress; `origin_s`: the time of the video's first frame."""

    media_path: str
    part_path: str
    job_name: str
    lead_in_s: float
    start_s: float
    origin_s: float
    expressions_only: bool
    max_pixels: int
    max_duration_s: float


@dataclass(frozen=True, slots=True)
class PartAnswer:
    """`reach_bytes`: so much of the part is complete; `frames`: so many are in it, without those of the lead-in.
    `ended`: there will be no more, because of the medium (`media_fault`, a sentence), of us (`our_fault`), or because
    it is complete."""

    reach_bytes: int
    frames: int
    ended: bool = False
    media_fault: str | None = None
    our_fault: bool = False


class SecondProcess:
    """One process, started when it is first needed and again where it is gone. Measures one half at a time."""

    def __init__(self, models_folder: Path) -> None:
        self._models_folder = models_folder
        self._process: subprocess.Popen[str] | None = None

    @staticmethod
    def useful_to(models: Models, models_folder: Path) -> "SecondProcess | None":
        """One, where there is a second processor and no GPU does the work."""
        return SecondProcess(models_folder) if processors() > 1 and not models.has_gpu else None

    def start(self) -> None:
        """Starts it where it is not running. Raises `SecondProcessUnavailable`."""
        if self._process is not None and self._process.poll() is None:
            return
        self.close()
        environment = {name: value for name, value in os.environ.items() if not name.startswith(_WITHHELD)}
        try:
            self._process = subprocess.Popen(  # noqa: S603  # our own program
                [sys.executable, "-m", _MODULE, str(self._models_folder.resolve())],
                cwd=_ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
            )
        except OSError as error:
            raise SecondProcessUnavailable(f"no second process can be started: {error}") from error

    def wait_until_ready(self) -> None:
        """Comes back when it has loaded everything; a half that is begun before waits for that too."""
        if self._process is not None and self._process.stdout is not None:
            self._process.stdout.readline()

    @property
    def process_id(self) -> int | None:
        """The operating system's number of it, while it runs."""
        return None if self._process is None else self._process.pid

    def measure(self, request: PartRequest, while_waiting: Callable[[], None]) -> "RunningHalf":
        """Begins a half. `while_waiting` is called about once a second while its frames are waited for, by whoever
        waits. Raises `SecondProcessUnavailable`."""
        self.start()
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise SecondProcessUnavailable("the second process has no pipes")
        part_path = Path(request.part_path)
        part_path.touch()
        try:
            process.stdin.write(json.dumps(asdict(request)) + "\n")
            process.stdin.flush()
        except OSError as error:
            self.close()
            raise SecondProcessUnavailable("the second process does not listen") from error
        return RunningHalf(part_path, process.stdout, request.start_s, while_waiting, stop=self.close)

    def close(self) -> None:
        """Ends the process at once, whatever it is at."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                _close_quietly(pipe)


class RunningHalf:
    """A `SecondHalf` that the process is at, or has done."""

    def __init__(
        self,
        part_path: Path,
        answers: IO[str],
        start_s: float,
        while_waiting: Callable[[], None],
        stop: Callable[[], None],
    ) -> None:
        """`answers`: the process's standard output. `stop` ends the process."""
        self._stop = stop
        self._start_s = start_s
        self._progress = _Progress(while_waiting)
        self._stream = part_path.open("rb")
        self._reader = PartialMetricsReader(_GrowingFile(self._stream, self._progress))
        self._frames = self._passed_on()
        self._taken = 0
        self._listener = Thread(target=self._progress.listen, args=(answers,), name="second half", daemon=True)
        self._listener.start()

    @property
    def counts(self) -> PartialCounts | None:
        return self._reader.counts

    @property
    def frames_ahead(self) -> int:
        """How many frames of its own the half has that nobody has taken yet."""
        return max(self._progress.frames - self._taken, 0)

    def frames(self) -> Iterator[FrameMetrics]:
        return self._frames

    def close(self) -> None:
        if not self._progress.has_ended:
            self._stop()  # ends its answers, and with them the listener and whoever waits
        self._listener.join()
        self._stream.close()

    def _passed_on(self) -> Iterator[FrameMetrics]:
        for frame in self._reader.frames():
            self._taken += frame.time_s >= self._start_s
            yield frame


class _Progress:
    """What the process has answered so far. Safe between threads."""

    def __init__(self, while_waiting: Callable[[], None]) -> None:
        self._while_waiting = while_waiting
        self._news = Condition()
        self._last = PartAnswer(0, 0)

    @property
    def frames(self) -> int:
        return self._last.frames

    @property
    def has_ended(self) -> bool:
        return self._last.ended

    def listen(self, answers: IO[str]) -> None:
        """Takes the answers until the half has ended."""
        while not self._last.ended:
            answer = _next_answer(answers) or PartAnswer(
                self._last.reach_bytes, self._last.frames, ended=True, our_fault=True
            )
            with self._news:
                self._last = answer
                self._news.notify_all()

    def wait_for(self, reach_bytes: int) -> bool:
        """Waits until the part is so long; False where it will not be. Raises what ended it before."""
        while True:
            with self._news:
                known = self._news.wait_for(lambda: self._last.ended or self._last.reach_bytes >= reach_bytes, _WAIT_S)
                last = self._last
            if last.reach_bytes >= reach_bytes:
                return True
            if known:
                _raise_fault(last)
                return False
            self._while_waiting()


def _next_answer(answers: IO[str]) -> PartAnswer | None:
    try:
        line = answers.readline()
        fields: Mapping[str, object] = json.loads(line) if line else {}
        return PartAnswer(**fields) if fields else None  # type: ignore[arg-type]  # as the process wrote them
    except (ValueError, TypeError, OSError):
        _log.exception("the second process cannot be understood")
        return None


def _raise_fault(answer: PartAnswer) -> None:
    if answer.media_fault is not None:
        raise MediaError(answer.media_fault)
    if answer.our_fault:
        raise SecondHalfLost("the process that measured the second half of the video is gone")


class _GrowingFile:
    """The part, as a stream to read from that waits for what is still to be written."""

    def __init__(self, stream: BinaryIO, progress: _Progress) -> None:
        self._stream = stream
        self._progress = progress

    def read(self, size: int) -> bytes:
        self._progress.wait_for(self._stream.tell() + size)
        return self._stream.read(size)

    def readline(self, limit: int) -> bytes:
        self._progress.wait_for(self._stream.tell() + 1)  # lines are written whole
        return self._stream.readline(limit)


def _close_quietly(pipe: IO[str]) -> None:
    try:
        pipe.close()
    except OSError:
        _log.debug("a pipe of the second process was broken")
