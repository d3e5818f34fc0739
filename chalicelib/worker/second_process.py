"""A second process that measures second halves of videos (`second_process_main`).

Requests are lines of JSON on its standard input, responses are lines on its standard output: the size of the part's
file so far, and at the end the outcome. It ends when its input does, so it does not outlive the worker.
"""

import atexit
import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import Condition, Thread
from typing import IO, BinaryIO

import chalicelib
from chalicelib.analysis.networks.crew import processors
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.measurements.metrics import FrameMetrics
from chalicelib.domain.requests.recipes import Recipe
from chalicelib.errors import MediaError, MienError
from chalicelib.formats.partial_metrics import PartialCounts, PartialMetricsReader

_ROOT = Path(chalicelib.__file__).resolve().parents[1]
_MODULE = "chalicelib.worker.second_process_main"
# It reads one file and writes another: it gets neither secrets nor account data.
_WITHHELD = ("AWS_", "MIEN_")
_WAIT_S = 1.0
# It says something ten times a second, but for what comes before its first frame.
_STUCK_S = 180.0
READY = 0
"""The number of the answer that says that everything is loaded."""

_log = logging.getLogger(__name__)


class SecondHalfLost(MienError):
    """The process ended, or failed through a fault of ours, before the half was measured: the job is to be begun
    again."""


class SecondProcessUnavailable(MienError):
    """The process cannot be started or does not listen."""


@dataclass(frozen=True, slots=True)
class PartRequest:
    """A stretch of the video `media_path` from `lead_in_s` to its end, whose part goes to `part_path`. Frames from
    `start_s` on are its own; `origin_s`: the time of the video's first frame; `frame_size`: width and height that
    its frames are scaled to. `number`, which `SecondProcess` assigns, is repeated in the responses."""

    media_path: str
    part_path: str
    recipe: Recipe
    lead_in_s: float
    start_s: float
    origin_s: float
    frame_size: Sequence[int] | None
    max_pixels: int
    max_duration_s: float
    number: int = 0


@dataclass(frozen=True, slots=True)
class PartAnswer:
    """`reach_bytes`: so much of the part is complete; `frames`: so many are in it, without those of the lead-in.
    `ended`: there will be no more, because of the file (`media_fault`, a message), an internal error (`our_fault`), or
    because it is complete. `number`: of the request."""

    number: int
    reach_bytes: int
    frames: int
    ended: bool = False
    media_fault: str | None = None
    our_fault: bool = False


class SecondProcess:
    """One process, started when it is first needed and restarted if it has ended. Measures one half at a time."""

    def __init__(self, models_folder: Path) -> None:
        self._models_folder = models_folder
        self._process: subprocess.Popen[str] | None = None
        self._asked = READY

    @staticmethod
    def useful_to(models: Models, models_folder: Path) -> "SecondProcess | None":
        """Returns a second process that is closed when this process ends, if there is a second processor and no GPU is
        used."""
        if processors() < 2 or models.has_gpu:
            return None
        second = SecondProcess(models_folder)
        atexit.register(second.close)
        return second

    def start(self) -> None:
        """Starts it if it is not running. Raises `SecondProcessUnavailable`."""
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
        """Starts a half. Readers call `while_waiting` about once a second while they wait for its frames. Raises
        `SecondProcessUnavailable`."""
        self.start()
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise SecondProcessUnavailable("the second process has no pipes")
        part_path = Path(request.part_path)
        try:
            part_path.touch()
            self._asked += 1
            request = replace(request, number=self._asked)
            process.stdin.write(json.dumps(asdict(request)) + "\n")
            process.stdin.flush()
            return RunningHalf(request, process.stdout, while_waiting, end_process=self.close)
        except BaseException as error:
            self.close()  # it may be measuring a half that is not needed
            if isinstance(error, OSError):
                raise SecondProcessUnavailable(f"the second process cannot be asked: {error}") from error
            raise

    def close(self) -> None:
        """Ends the process at once, whatever it is at."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):  # it may be broken
                    pipe.close()


class RunningHalf:
    """A `SecondHalf` that the process is at, or has done."""

    def __init__(
        self,
        request: PartRequest,
        answers: IO[str],
        while_waiting: Callable[[], None],
        end_process: Callable[[], None],
    ) -> None:
        """`answers`: the process's standard output."""
        self._end_process = end_process
        self._start_s = request.start_s
        self._progress = _Progress(request.number, while_waiting)
        self._stream = Path(request.part_path).open("rb")  # noqa: SIM115  # until `close`
        self._reader = PartialMetricsReader(_GrowingFile(self._stream, self._progress))
        self._frames = self._passed_on()
        self._taken = 0
        self._is_stopped = False
        self._listener = Thread(target=self._progress.listen, args=(answers,), name="second half", daemon=True)
        self._listener.start()

    @property
    def counts(self) -> PartialCounts | None:
        return self._reader.counts

    @property
    def frames_ahead(self) -> int:
        """Returns the number of the half's own frames that have not been read yet."""
        return 0 if self._is_stopped else max(self._progress.frames - self._taken, 0)

    def frames(self) -> Iterator[FrameMetrics]:
        return self._frames

    def stop(self) -> None:
        self._is_stopped = True
        if not self._progress.has_ended:
            self._end_process()  # and with it its responses, the listener and blocked readers

    def close(self) -> None:
        self.stop()
        self._listener.join()
        self._stream.close()

    def _passed_on(self) -> Iterator[FrameMetrics]:
        for frame in self._reader.frames():
            self._taken += frame.time_s >= self._start_s
            yield frame


class _Progress:
    """The responses of the process so far. Thread-safe."""

    def __init__(self, number: int, while_waiting: Callable[[], None]) -> None:
        self._number = number
        self._while_waiting = while_waiting
        self._news = Condition()
        self._last = PartAnswer(number, 0, 0)
        self._last_news_s = time.monotonic()

    @property
    def frames(self) -> int:
        return self._last.frames

    @property
    def has_ended(self) -> bool:
        return self._last.ended

    def listen(self, answers: IO[str]) -> None:
        """Takes the answers until the half has ended."""
        while not self._last.ended:
            answer = _next_answer(answers)
            if answer is not None and answer.number != self._number:
                continue  # of a half that was given up, or that it is ready
            with self._news:
                self._last = answer or replace(self._last, ended=True, our_fault=True)
                self._last_news_s = time.monotonic()
                self._news.notify_all()

    def wait_for(self, reach_bytes: int) -> None:
        """Waits until the part is so long, or complete. Raises what ended it before."""
        while True:
            with self._news:
                known = self._news.wait_for(lambda: self._last.ended or self._last.reach_bytes >= reach_bytes, _WAIT_S)
                last = self._last
            if last.reach_bytes >= reach_bytes:
                return
            if known:
                _raise_fault(last)
                return
            if time.monotonic() - self._last_news_s > _STUCK_S:
                raise SecondHalfLost(f"the second process has said nothing for {_STUCK_S:.0f} s")
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
        raise SecondHalfLost("the process that measured the second half of the video has ended")


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
