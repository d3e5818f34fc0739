"""Reports of a worker in progress: frames done, and that it is alive."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from chalicelib.domain.jobs import Job, Progress
from chalicelib.services.runs.job_runs import JobRuns
from chalicelib.worker.every import every

T = TypeVar("T")

_WRITE_INTERVAL_S = 1.0


class ProgressReport:
    """Counts the frames of one run and stores the count about once a second, which also extends the lease.

    `shown` is stored instead if the frames were measured before and are only stitched now.
    """

    def __init__(self, runs: JobRuns, job: Job, *, shown: Progress | None = None) -> None:
        self._shown = shown
        self._runs = runs
        self._job = job
        self._frames_total: int | None = None
        self._frames_done = 0
        self._elsewhere: Callable[[], int] = int
        self._started = time.monotonic()
        self._write_in_time = every(_WRITE_INTERVAL_S, self.write)

    def begin(self, frames_total: int | None) -> None:
        """Stores a first progress of 0 once the file is open."""
        self._frames_total = frames_total
        self._started = time.monotonic()
        self.write()

    def count_elsewhere(self, measured: Callable[[], int]) -> None:
        """Frames count when they are measured, which may be before they are passed: `measured` says how many are."""
        self._elsewhere = measured

    def count(self, frames: Iterable[T]) -> Iterator[T]:
        """Passes `frames` on, or what else is counted. Raises `LeaseLost` between two, within a second of the loss."""
        for frame in frames:
            self._frames_done += 1
            if self._frames_done == 1:
                self.write()
            self.go_on()
            yield frame

    def go_on(self) -> None:
        """Something is being done. Raises `LeaseLost`, within a second of the loss if it is called often."""
        self._write_in_time()

    def write(self) -> None:
        """Stores the present state and renews the lease. Raises `LeaseLost`."""
        self._runs.renew(self._job, self.current())

    def current(self) -> Progress:
        """Frames so far; an estimated total that was passed is raised to what has been seen."""
        if self._shown is not None:
            return self._shown
        done, total = max(self._frames_done, self._elsewhere()), self._frames_total
        if total is not None:
            total = max(total, done)
        return Progress(done, total, self._frames_per_second(done))

    def final(self) -> Progress:
        """The end: every frame there was has been done."""
        return Progress(self._frames_done, self._frames_done, self._frames_per_second(self._frames_done))

    def _frames_per_second(self, frames_done: int) -> float:
        if self._shown is not None:
            return self._shown.frames_per_second
        elapsed_s = time.monotonic() - self._started
        return round(frames_done / elapsed_s, 1) if elapsed_s > 0 else 0.0
