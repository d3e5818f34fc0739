"""Another process that measures parts of videos (`part_process_main`).

It gets requests and responds with its progress, and at the end with the outcome. It ends when the connection does, so
it does not outlive the worker.
"""

import atexit
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, Pipe
from pathlib import Path

import chalicelib
from chalicelib.analysis.media.frames import MediaLimits
from chalicelib.analysis.media.video_spans import Span
from chalicelib.analysis.networks.machine import memory_bytes, processors
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.measurements.metrics import FrameMetrics
from chalicelib.domain.requests.recipes import Recipe
from chalicelib.domain.segments import MAX_PARALLEL_PARTS
from chalicelib.errors import MediaError, MienError
from chalicelib.formats.partial_metrics import PartialCounts, PartialMetricsReader

_ROOT = Path(chalicelib.__file__).resolve().parents[1]
_MODULE = "chalicelib.worker.part_process_main"
# It reads one file and writes another: it gets neither secrets nor account data.
_WITHHELD = ("AWS_", "MIEN_")
_WAIT_S = 1.0
# It says something every second, but for what comes before its first frame.
_STUCK_S = 180.0
# Of a process that measures parts, at the most: some 200 MB at 1.5 megapixels with one face, and more with many faces.
_PROCESS_BYTES = 400_000_000


class PartLost(MienError):
    """The process ended, or failed through a fault of ours, before the part was measured: the job is to be begun
    again."""


class PartProcessUnavailable(MienError):
    """The process cannot be started or does not listen."""


@dataclass(frozen=True, slots=True)
class PartRequest:
    """A stretch of the video `media_path`, whose part goes to `part_path`."""

    media_path: Path
    part_path: Path
    recipe: Recipe
    span: Span
    limits: MediaLimits


@dataclass(frozen=True, slots=True)
class PartAnswer:
    """So many `frames` are in the part, `own` of them without those of the lead-in. `has_ended`: there will be no more,
    because of the file (`media_fault`, a message), an internal error (`our_fault`), or because it is complete."""

    frames: int = 0
    own: int = 0
    has_ended: bool = False
    media_fault: str | None = None
    our_fault: bool = False


class PartProcess:
    """One process, started when it is first needed and restarted if it has ended. Measures one part at a time."""

    def __init__(self, models_folder: Path) -> None:
        self._models_folder = models_folder
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None

    @staticmethod
    def useful_to(models: Models, models_folder: Path) -> "tuple[PartProcess, ...]":
        """Returns a process for each further processor, as far as a video has parts for them and the memory is enough;
        none if a GPU is used. They are closed when this process ends."""
        count = 0 if models.has_gpu else useful_count(processors(), memory_bytes()) - 1
        found = tuple(PartProcess(models_folder) for _ in range(count))
        for process in found:
            atexit.register(process.close)
        return found

    def start(self) -> Connection:
        """Starts it if it is not running. Raises `PartProcessUnavailable`."""
        if self._connection is not None and self._process is not None and self._process.poll() is None:
            return self._connection
        self.close()
        environment = {name: value for name, value in os.environ.items() if not name.startswith(_WITHHELD)}
        self._connection, its_end = Pipe()
        try:
            self._process = subprocess.Popen(  # noqa: S603  # our own program
                [sys.executable, "-m", _MODULE, str(self._models_folder.resolve()), str(its_end.fileno())],
                cwd=_ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                pass_fds=[its_end.fileno()],
            )
        except OSError as error:
            raise PartProcessUnavailable(f"no other process can be started: {error}") from error
        finally:
            its_end.close()
        return self._connection

    def wait_until_ready(self) -> None:
        """Returns when it has loaded everything; a part that is begun before waits for that too."""
        self.start().poll(None)

    @property
    def process_id(self) -> int | None:
        """The operating system's number of it, while it runs."""
        return None if self._process is None else self._process.pid

    def measure(self, request: PartRequest, while_waiting: Callable[[], None]) -> "RunningPart":
        """Starts a part. Readers call `while_waiting` about once a second while they wait for its frames. Raises
        `PartProcessUnavailable`."""
        connection = self.start()
        try:
            request.part_path.touch()
            connection.send(request)
        except OSError as error:
            self.close()
            raise PartProcessUnavailable(f"the other process cannot be asked: {error}") from error
        return RunningPart(request.part_path, connection, while_waiting, end_process=self.close)

    def close(self) -> None:
        """Ends the process at once, whatever it is at."""
        process, self._process = self._process, None
        connection, self._connection = self._connection, None
        if process is not None:
            process.kill()
            process.wait()
        if connection is not None:
            connection.close()


def useful_count(processors: int, memory_bytes: int) -> int:
    """Returns how many processes measure a video fastest on such a machine, this one among them."""
    return max(min(processors, MAX_PARALLEL_PARTS, memory_bytes // _PROCESS_BYTES), 1)


class RunningPart:
    """A part that the process is at, or has done."""

    def __init__(
        self,
        part_path: Path,
        connection: Connection,
        while_waiting: Callable[[], None],
        end_process: Callable[[], None],
    ) -> None:
        self._part_path = part_path
        self._connection = connection
        self._while_waiting = while_waiting
        self._end_process = end_process
        self._last = PartAnswer()
        self.counts: PartialCounts | None = None

    @property
    def own(self) -> int:
        """Returns how many frames of its own it has by now."""
        self._hear(0.0)
        return self._last.own

    @property
    def has_ended(self) -> bool:
        """Returns True if there will be no more frames: the process may be asked for another part."""
        self._hear(0.0)
        return self._last.has_ended

    @property
    def has_failed(self) -> bool:
        """Returns True if the process failed or ended amid the part, through a fault of ours."""
        return self.has_ended and self._last.our_fault

    def frames(self) -> Iterator[FrameMetrics]:
        """Yields its frames as they come, those of the lead-in first; `counts` is there after the last. Raises
        `MediaError` after those that it concerns, or `PartLost`."""
        if not self._has(1):
            return
        with self._part_path.open("rb") as stream:
            reader = PartialMetricsReader(stream)
            frames = reader.frames()
            taken = 0
            while self._has(taken + 1):
                yield next(frames)
                taken += 1
            yield from frames
            self.counts = reader.counts

    def close(self) -> None:
        """Ends the process, unless it has done the part."""
        self._hear(0.0)
        if not self._last.has_ended:
            self._end_process()

    def _has(self, frames: int) -> bool:
        """Waits until so many frames are in the part; False if it is complete before."""
        heard_s = time.monotonic()
        while self._last.frames < frames and not self._last.has_ended:
            if self._hear(_WAIT_S):
                heard_s = time.monotonic()
            elif time.monotonic() - heard_s > _STUCK_S:
                raise PartLost(f"another process has said nothing for {_STUCK_S:.0f} s")
            self._while_waiting()
        if self._last.frames >= frames:
            return True
        if self._last.our_fault:
            raise PartLost("a process that measured a part of the video has ended")
        if self._last.media_fault is not None:
            raise MediaError(self._last.media_fault)
        return False

    def _hear(self, within_s: float) -> bool:
        """Takes its responses; returns whether there were any."""
        before = self._last
        try:
            while not self._last.has_ended and self._connection.poll(within_s):
                self._last = self._connection.recv()
                within_s = 0.0
        except (EOFError, OSError):
            self._last = replace(self._last, has_ended=True, our_fault=True)
        return self._last is not before
