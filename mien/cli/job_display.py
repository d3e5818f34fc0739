"""Shows the progress of jobs: bars in a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn

from chalicelib.domain.requests.number_texts import size_text
from mien.client.job_documents import RemoteJob

_LINE_INTERVAL_S = 1.0
_COUNTED = {"batch": "files", "comparison": "recordings"}
"""The things that jobs of these names count in place of frames."""


class JobDisplay(Protocol):
    """Shows jobs from their upload to their end; `label` distinguishes them and is empty if there is only one. A
    context manager."""

    def uploading(self, label: str, sent_bytes: int, total_bytes: int) -> None:
        """The file is on its way."""

    def tell(self, label: str, job: RemoteJob) -> None:
        """The job as it is now."""

    def say(self, text: str) -> None:
        """A line of an answer, on standard output."""

    def complain(self, text: str) -> None:
        """A line of progress or an error, on standard error."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...


def job_display(console: Console) -> "BarDisplay | LineDisplay":
    """Returns bars if `console` is a terminal, else plain lines."""
    return BarDisplay(console) if console.is_terminal else LineDisplay(console)


class SilentDisplay:
    """Nothing, for machines."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Nothing is left to do."""

    def uploading(self, label: str, sent_bytes: int, total_bytes: int) -> None:
        """Nothing."""

    def tell(self, label: str, job: RemoteJob) -> None:
        """Nothing."""

    def say(self, text: str) -> None:
        """Prints the line."""
        click.echo(printable(text))

    def complain(self, text: str) -> None:
        """Prints the line."""
        click.echo(printable(text), err=True)


@dataclass(slots=True)
class _Line:
    text: str = ""
    time: float = 0.0


class LineDisplay(SilentDisplay):
    """A line for each change of state, and about one a second while frames are counted."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._last: dict[str, _Line] = {}

    def uploading(self, label: str, sent_bytes: int, total_bytes: int) -> None:
        line = f"uploading: {size_text(sent_bytes)} of {size_text(total_bytes)}"
        self._write(label, line, at_once=sent_bytes == total_bytes)

    def tell(self, label: str, job: RemoteJob) -> None:
        counting = job.status == "working" and bool(job.frames_done)
        self._write(label, state_text(job), at_once=not counting)

    def count(self, done: int, total: int, failed: int) -> None:
        """Prints a line about once a second."""
        line = f"{done} of {total} inputs" + (f", {failed} failed" if failed else "")
        self._write("", line, at_once=done == total)

    def _write(self, label: str, line: str, *, at_once: bool) -> None:
        now = self._clock()
        last = self._last.setdefault(label, _Line())
        if line == last.text or not (at_once or now - last.time >= _LINE_INTERVAL_S):
            return
        last.text, last.time = line, now
        self._console.print(labelled(label, line), markup=False, highlight=False, soft_wrap=True)


class BarDisplay:
    """A bar for each upload and one for the frames of each job; lines go above the bars."""

    def __init__(self, console: Console) -> None:
        # Not redirected: what rich takes for itself does not reach a file or pipe that standard output may be.
        self._progress = Progress(
            SpinnerColumn(finished_text=" "),
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[detail]}", markup=False),
            console=console,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.__enter__()
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._progress.__exit__(error_type, error, traceback)

    def uploading(self, label: str, sent_bytes: int, total_bytes: int) -> None:
        detail = f"{size_text(sent_bytes)} of {size_text(total_bytes)}"
        self._progress.update(
            self._task(labelled(label, "upload")), completed=sent_bytes, total=total_bytes, detail=detail
        )

    def tell(self, label: str, job: RemoteJob) -> None:
        total, done = job.frames_total, job.frames_done or 0
        if job.has_ended:
            total = done = done or 1
        task = self._task(labelled(label, "analysis"))
        self._progress.update(task, completed=done, total=total, detail=state_text(job))

    def say(self, text: str) -> None:
        """Prints the line: above the bars if both are on one terminal."""
        if sys.stdout.isatty():
            self.complain(text)
        else:
            click.echo(printable(text))

    def complain(self, text: str) -> None:
        """Prints the line above the bars."""
        self._progress.console.print(printable(text), markup=False, highlight=False, soft_wrap=True)

    def count(self, done: int, total: int, failed: int) -> None:
        """Shows one bar for a batch."""
        detail = f"{done} of {total}" + (f", {failed} failed" if failed else "")
        self._progress.update(self._task("inputs"), completed=done, total=total, detail=detail)

    def _task(self, description: str) -> TaskID:
        if description not in self._tasks:
            self._tasks[description] = self._progress.add_task(description, total=None, detail="")
        return self._tasks[description]


class CountDisplay:
    """One line or bar for a whole batch, whatever each of its jobs does."""

    def __init__(self, display: "BarDisplay | LineDisplay", total: int) -> None:
        self._display, self._total = display, total

    def __enter__(self) -> Self:
        self._display.__enter__()
        self._display.count(0, self._total, 0)
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._display.__exit__(error_type, error, traceback)

    def uploading(self, label: str, sent_bytes: int, total_bytes: int) -> None:
        """Nothing."""

    def tell(self, label: str, job: RemoteJob) -> None:
        """Nothing."""

    def say(self, text: str) -> None:
        """Prints the line."""
        self._display.say(text)

    def complain(self, text: str) -> None:
        """Prints the line."""
        self._display.complain(text)

    def count(self, done: int, failed: int) -> None:
        """Shows how far the batch is."""
        self._display.count(done, self._total, failed)


def state_text(job: RemoteJob) -> str:
    """`working: 45 of 150 frames, 31.2 frames/s`, as far as it is known."""
    progress = progress_text(job)
    return f"{job.status}: {progress}" if progress else job.status


def progress_text(job: RemoteJob) -> str:
    """`45 of 150 frames, 31.2 frames/s`, as far as it is known; a batch counts files, a comparison recordings."""
    parts = []
    counted = _COUNTED.get(job.name, "frames")
    if job.frames_done is not None:
        total = f" of {job.frames_total}" if job.frames_total is not None else ""
        parts.append(f"{job.frames_done}{total} {counted}")
        if job.frames_per_second and counted == "frames":
            parts.append(f"{job.frames_per_second:.1f} frames/s")
    return ", ".join(parts)


def printable(text: str) -> str:
    """`text` without anything that a terminal would obey."""
    return "".join(character if character.isprintable() or character in "\t\n" else "\ufffd" for character in text)


def labelled(label: str, text: str) -> str:
    """`label: text`, or the text alone if there is no label."""
    return f"{label}: {text}" if label else text
