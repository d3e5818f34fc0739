"""What one run of one contestant says, and how a contestant answers. Standard library only: the other environment,
where the Face Landmarker is, imports this too."""

import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_STATUS = Path("/proc/self/status")
_READY = {"ready": True}


@dataclass(frozen=True, slots=True)
class Run:
    """One file from its opening to its results.

    `faces`: how many frames had how many faces, such as {"1": 470, "0": 2}. `wall_s`, `cpu_s`: on the clock, and of all
    the process's threads. `media_s`: how long the video is. `peak_bytes`: the most memory that the process has held.
    """

    frames: int
    faces: Mapping[str, int]
    wall_s: float
    cpu_s: float
    media_s: float
    peak_bytes: int

    @property
    def frames_per_s(self) -> float:
        """Frames for each second on the clock."""
        return self.frames / self.wall_s

    def share_with(self, faces: int) -> float:
        """The share of frames in which exactly so many faces were found."""
        return self.faces.get(str(faces), 0) / max(self.frames, 1)


@dataclass(slots=True)
class Clock:
    """What a block of code took, once it has ended."""

    wall_s: float = 0.0
    cpu_s: float = 0.0


@contextmanager
def clocked() -> Iterator[Clock]:
    """Measures the block, the time of all threads of the process among it."""
    clock = Clock()
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    yield clock
    clock.wall_s, clock.cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s


def peak_bytes() -> int:
    """The most resident memory that this process has had. Linux says it for this program alone; `getrusage`, which
    other systems have, may count the process that started it."""
    if _STATUS.is_file():
        for line in _STATUS.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def answer(run: Callable[[dict[str, Any]], Run]) -> None:
    """Answers requests, a line of JSON each, on standard input, until it ends. Everything that the process needs is
    loaded before: it says so first. Libraries that write to standard output write to standard error instead."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started it says when it ends
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that temporary files go
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    print(json.dumps(_READY), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(asdict(run(json.loads(line)))), file=answers, flush=True)
