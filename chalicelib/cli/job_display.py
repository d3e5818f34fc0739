"""What a terminal shows while a job goes on: bars in a terminal, plain lines elsewhere."""

import time
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn

from chalicelib.client.job_documents import RemoteJob

_LINE_INTERVAL_S = 1.0


class JobDisplay(Protocol):
    """Shows one job from its upload to its end. A context manager."""

    def uploading(self, sent_bytes: int, total_bytes: int) -> None:
        """The file is on its way."""

    def tell(self, job: RemoteJob) -> None:
        """The job as it is now."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...


def job_display(console: Console) -> JobDisplay:
    """The display that fits where `console` writes to."""
    return BarDisplay(console) if console.is_terminal else LineDisplay(console)


class LineDisplay:
    """A line for each change of state, and about one a second while frames are counted."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._last_line = ""
        self._last_time = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Nothing is left to do."""

    def uploading(self, sent_bytes: int, total_bytes: int) -> None:
        self._write(f"uploading: {_megabytes(sent_bytes)} of {_megabytes(total_bytes)}", sent_bytes == total_bytes)

    def tell(self, job: RemoteJob) -> None:
        counting = job.status == "working" and bool(job.frames_done)
        self._write(state_text(job), not counting)

    def _write(self, line: str, at_once: bool) -> None:
        now = time.monotonic()
        if line == self._last_line or not (at_once or now - self._last_time >= _LINE_INTERVAL_S):
            return
        self._last_line, self._last_time = line, now
        self._console.print(line, markup=False, highlight=False)


class BarDisplay:
    """A bar for the upload and one for the frames."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            SpinnerColumn(finished_text=" "),
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[detail]}", markup=False),
            console=console,
        )
        self._upload: TaskID | None = None
        self._work: TaskID | None = None

    def __enter__(self) -> Self:
        self._progress.__enter__()
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._progress.__exit__(error_type, error, traceback)

    def uploading(self, sent_bytes: int, total_bytes: int) -> None:
        if self._upload is None:
            self._upload = self._progress.add_task("upload", detail="")
        detail = f"{_megabytes(sent_bytes)} of {_megabytes(total_bytes)}"
        self._progress.update(self._upload, completed=sent_bytes, total=total_bytes, detail=detail)

    def tell(self, job: RemoteJob) -> None:
        if self._work is None:
            self._work = self._progress.add_task("analysis", total=None, detail="")
        total, done = job.frames_total, job.frames_done or 0
        if job.has_ended:
            total = done = done or 1
        self._progress.update(self._work, completed=done, total=total, detail=state_text(job))


def state_text(job: RemoteJob) -> str:
    """`working: 45 of 150 frames, 31.2 frames/s`, as far as it is known."""
    parts = []
    if job.frames_done is not None:
        total = f" of {job.frames_total}" if job.frames_total is not None else ""
        parts.append(f"{job.frames_done}{total} frames")
        if job.frames_per_second:
            parts.append(f"{job.frames_per_second:.1f} frames/s")
    return f"{job.status}: {', '.join(parts)}" if parts else job.status


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.1f} MB"
