"""The report of one run of one contestant, and the way in which a contestant answers. Standard library only: the other
environment, where the Face Landmarker is, imports this too."""

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
    """The time that a block of code took, once it has ended."""

    wall_s: float = 0.0
    cpu_s: float = 0.0


@contextmanager
def clocked(*others: int) -> Iterator[Clock]:
    """Measures the block, the time of all threads of the process among it, and of others whose numbers are given."""
    clock = Clock()
    wall_s, cpu_s = time.perf_counter(), time.process_time() + sum(map(_cpu_s, others))
    yield clock
    clock.wall_s, clock.cpu_s = time.perf_counter() - wall_s, time.process_time() + sum(map(_cpu_s, others)) - cpu_s


def _cpu_s(other: int) -> float:
    """Returns what another process has used so far; only Linux says it."""
    stat = Path(f"/proc/{other}/stat")
    if not stat.is_file():
        return 0.0
    # Fields 14 and 15, user and system, in ticks; the second field is a name in brackets (proc(5)).
    fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_bytes(*others: int) -> int:
    """The most resident memory that this process has had, and others whose numbers are given. Linux says it for
    this program alone; `getrusage`, which other systems have, may count the process that started it."""
    own = _high_water(Path("/proc/self/status"))
    if own is not None:
        return own + sum(_high_water(Path(f"/proc/{other}/status")) or 0 for other in others)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def _high_water(status: Path) -> int | None:
    lines = status.read_text(encoding="utf-8").splitlines() if status.is_file() else []
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), None)


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
