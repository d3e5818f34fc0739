"""Writes to standard output and standard error."""

import json
from collections.abc import Mapping
from typing import Any

import click
from rich.console import Console

from mien.cli.job_display import CountDisplay, JobDisplay, SilentDisplay, job_display, printable


def say(text: str) -> None:
    """A line of an answer, on standard output. Control characters in it, of file names say, do nothing."""
    click.echo(printable(text))


def complain(text: str) -> None:
    """Prints a line of progress or an error on standard error."""
    click.echo(printable(text), err=True)


def say_json(document: Mapping[str, Any]) -> None:
    """A document for machines, on a line of standard output."""
    click.echo(json.dumps(document, ensure_ascii=False, separators=(",", ":")))


def progress_display(*, for_machines: bool) -> JobDisplay:
    """Shows uploads and work on standard error, so that standard output holds answers only."""
    return SilentDisplay() if for_machines else job_display(Console(stderr=True))


def batch_display(count: int, *, for_machines: bool) -> JobDisplay:
    """Shows a batch of `count` inputs as one bar; 0 means that each input gets a bar."""
    if for_machines:
        return SilentDisplay()
    display = job_display(Console(stderr=True))
    return CountDisplay(display, count) if count else display
