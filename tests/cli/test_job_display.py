"""Tests what the demo shows on the way, in a terminal and elsewhere."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from mien.cli.job_display import job_display, state_text
from mien.client.job_documents import RemoteJob

JOB = RemoteJob("url", "multiface", "queued", "", None, None, None, ())
WORKING = replace(JOB, status="working", frames_done=45, frames_total=150, frames_per_second=31.25)


@pytest.mark.parametrize(
    ("job", "text"),
    [
        (JOB, "queued"),
        (WORKING, "working: 45 of 150 frames, 31.2 frames/s"),
        (replace(WORKING, frames_total=None), "working: 45 frames, 31.2 frames/s"),
        (replace(WORKING, frames_done=0, frames_per_second=0.0), "working: 0 of 150 frames"),
        (replace(WORKING, name="batch"), "working: 45 of 150 files"),
        (replace(WORKING, name="comparison"), "working: 45 of 150 recordings"),
        (replace(JOB, status="error"), "error"),
    ],
)
def test_state(job: RemoteJob, text: str) -> None:
    assert state_text(job) == text


def _show(*, terminal: bool) -> str:
    output = io.StringIO()
    console = Console(file=output, force_terminal=terminal, width=100)
    with job_display(console) as display:
        display.uploading("", 0, 2_000_000)
        display.uploading("", 2_000_000, 2_000_000)
        for frames in range(150):
            display.tell("", JOB if frames == 0 else replace(WORKING, frames_done=frames))
        display.tell("", replace(WORKING, status="done", frames_done=150))
        display.tell("", replace(WORKING, status="done", frames_done=150))
    return output.getvalue()


def test_lines_elsewhere_are_plain_and_few() -> None:
    lines = _show(terminal=False).splitlines()
    assert lines[:3] == ["uploading: 0 bytes of 2 MB", "uploading: 2 MB of 2 MB", "queued"]
    assert lines[-1] == "done: 150 of 150 frames, 31.2 frames/s"
    assert len(lines) < 100
    assert "\x1b" not in "".join(lines)


def test_bars_in_a_terminal() -> None:
    shown = _show(terminal=True)
    assert "2 MB of 2 MB" in shown
    assert "done: 150 of 150 frames, 31.2 frames/s" in shown
    assert "\x1b[?25h" in shown  # the cursor is back
