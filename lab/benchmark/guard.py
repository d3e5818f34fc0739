"""Measures whether something has become slower: its processor time over that of a fixed piece of work, in one run.

Processor time, since tests share their machine with others; the least of some repeats in turn, since what disturbs only
ever adds. It does not see whether stages still run next to each other: `make bench` does.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from chalicelib.analysis.networks.models import Models
from chalicelib.domain.requests.result_formats import CSV_CONTENT_TYPE, SESSION_CONTENT_TYPE, SUMMARY_CONTENT_TYPE
from lab.benchmark import long_formats, ours
from lab.benchmark.reference_kernel import ReferenceKernel
from lab.benchmark.runs import clocked

LIMITS: Mapping[str, float] = {
    "multiface": 6.0,
    "sdk-metrics": 5.9,
    "session JSON": 1.5,
    "CSV": 1.4,
    "summary": 1.2,
}
"""The most that each may take, in runs of the reference kernel: half as much again as it took when this was written,
of formats twice as much. A change that makes something faster lowers its limit; one that makes it slower on purpose
says why: since scores follow from unclipped levels, each face of each frame has a prior of its rest, presences and
emotions from prototypes, and the head that looks at skin takes some tenths of a millisecond more."""

_FORMATS = {"session JSON": SESSION_CONTENT_TYPE, "CSV": CSV_CONTENT_TYPE, "summary": SUMMARY_CONTENT_TYPE}
_FORMAT_S, _FORMAT_FACES = 20.0, 5


def guarded(clip: Path, models: Models) -> Mapping[str, Callable[[], object]]:
    """Returns what has a limit: the jobs on `clip`, and the formats for twenty seconds of five faces."""
    jobs = {name: _job(clip, name, models) for name in LIMITS if name not in _FORMATS}
    return {**jobs, **{name: _format(_FORMATS[name]) for name in LIMITS if name in _FORMATS}}


def _job(clip: Path, name: str, models: Models) -> Callable[[], object]:
    return lambda: ours.run(clip, name, models)


def _format(content_type: str) -> Callable[[], object]:
    return lambda: long_formats.run(content_type, _FORMAT_S, _FORMAT_FACES)


class Ratios:
    """Measures tasks against the kernel, in turn. Every further round can only bring the ratios nearer to the truth."""

    def __init__(self, tasks: Mapping[str, Callable[[], object]], kernel: Callable[[], object] | None = None) -> None:
        self._tasks = tasks
        self._kernel = kernel or ReferenceKernel().run
        self._kernel_s = float("inf")
        self._least_s = dict.fromkeys(tasks, float("inf"))

    def measure(self, rounds: int) -> Mapping[str, float]:
        """So many more rounds; the least processor time of each task over the kernel's least."""
        for _ in range(rounds):
            for name, task in self._tasks.items():
                self._kernel_s = min(self._kernel_s, _cpu_s(self._kernel))
                self._least_s[name] = min(self._least_s[name], _cpu_s(task))
        return {name: least_s / self._kernel_s for name, least_s in self._least_s.items()}


def _cpu_s(task: Callable[[], object]) -> float:
    with clocked() as clock:
        task()
    return clock.cpu_s
