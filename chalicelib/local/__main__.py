"""`python -m chalicelib.local demo` and `python -m chalicelib.local serve`.

Each command is imported when it is called, and the stack once the options are right: a first line is on the terminal
before that second or more has passed.
"""

import io
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from chalicelib.domain.requests.job_names import ANALYSES, DEFAULT_JOB_NAME
from chalicelib.errors import MienError
from chalicelib.local.aws.environment import HOST
from chalicelib.local.log_lines import open_log, write_log
from chalicelib.local.signals import endings_as_exceptions, endings_at_once

_INTERRUPTED = 130  # what a shell makes of a process that SIGINT ended
_TERMINATED = (129, 143)

_PATH = click.Path(path_type=Path)
_log = logging.getLogger(__name__)


class _Port(click.IntRange):
    """A port, which most people name to `make serve`, not as an option."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Raises `ClickException` with an error message that names no option."""
        try:
            return int(super().convert(value, param, ctx))
        except click.BadParameter:
            raise click.ClickException(
                f"The port must be a whole number from {self.min} to {self.max}, as in `make serve PORT=8001`; "
                f"{value!r} is none."
            ) from None


_log_option = click.option(
    "--log",
    "log_path",
    type=_PATH,
    default=Path("build/mien.log"),
    show_default=True,
    help="Log file.",
)

_expressions_only_option = click.option(
    "--expressions-only/--emotions",
    default=None,
    envvar="MIEN_EXPRESSIONS_ONLY",
    help="Neither compute nor show emotions, valence and engagement; a drop directory remembers it.",
)


@click.group()
def main() -> None:
    """Mien on this machine: the API, its workers, and an AWS of its own in memory."""


@main.command()
@click.option(
    "--media", type=_PATH, envvar="MIEN_DEMO_MEDIA", help="Video or picture; without it, a short clip is created."
)
@click.option(
    "--job",
    "job_name",
    default=DEFAULT_JOB_NAME.value,
    envvar="MIEN_DEMO_JOB",
    show_default=True,
    help=f"One of {', '.join(ANALYSES)}, or auto.",
)
@click.option(
    "--out",
    "results",
    type=_PATH,
    default=Path("results"),
    envvar="MIEN_DEMO_OUT",
    show_default=True,
    help="Directory for the results.",
)
@_log_option
@_expressions_only_option
def demo(media: Path | None, job_name: str, results: Path, log_path: Path, *, expressions_only: bool | None) -> None:
    """Analyse a video or picture through the API, from the upload to the results.

    Exit status: 0 for success, 1 with an error message on failure, 130 after Ctrl-C.
    """
    console = _begin("Starting Mien on this machine: the API, an AWS in memory, and a worker")
    from chalicelib.local.demo import run_demo  # noqa: PLC0415  # see above

    sys.exit(
        _exit_status(
            lambda: run_demo(
                console,
                media=media,
                job_name=job_name,
                results=results,
                log_path=log_path,
                expressions_only=bool(expressions_only),
            ),
            log_path,
        )
    )


@main.command()
@click.option(
    "--port",
    type=_Port(0, 65535),
    default=8000,
    envvar="MIEN_SERVE_PORT",
    show_default=True,
    help="Port of the API; 0 picks a free one.",
)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Worker processes.")
@click.option(
    "--drop", type=_PATH, envvar="MIEN_SERVE_DROP", help="Directory whose new files are analysed automatically."
)
@click.option(
    "--data",
    type=_PATH,
    envvar="MIEN_SERVE_DATA",
    help="Folder that keeps jobs, results and users; without it they are in memory and lost on exit.",
)
@click.option(
    "--host",
    default=HOST,
    envvar="MIEN_SERVE_HOST",
    show_default=True,
    help="Address or name of this machine at which others reach it; needs a password of your own in "
    "MIEN_SERVE_PASSWORD.",
)
@_log_option
@_expressions_only_option
def serve(
    *,
    port: int,
    workers: int,
    drop: Path | None,
    data: Path | None,
    host: str,
    log_path: Path,
    expressions_only: bool | None,
) -> None:
    """Keep the API running until Ctrl-C or SIGTERM, and show how to use it."""
    console = _begin("Starting Mien on this machine: the API, an AWS in memory, and its workers")
    from chalicelib.local.serve import Place, run_serve  # noqa: PLC0415  # see above

    status = _exit_status(
        lambda: run_serve(
            console,
            place=Place(host, port, data, os.environ.get("MIEN_SERVE_PASSWORD") or None),
            workers=workers,
            log_path=log_path,
            drop=drop,
            expressions_only=expressions_only,
        ),
        log_path,
    )
    # This is how it is meant to end.
    sys.exit(0 if status in (_INTERRUPTED, *_TERMINATED) else status)


def _begin(first_line: str) -> Console:
    console = Console()
    console.print(first_line, highlight=False)
    return console


def _exit_status(action: Callable[[], None], log_path: Path) -> int:
    """Runs `action` and returns its exit status. Exceptions become an error message on standard error and a status."""
    try:
        with endings_as_exceptions():
            _log_to(log_path)
            action()
    except MienError as error:
        click.echo(str(error), err=True)
        return 1
    except OSError as error:
        _log.exception("the command failed")
        click.echo(f"{error.strerror or error}: {error.filename or 'see the log'}", err=True)
        return 1
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)
        return _INTERRUPTED
    except SystemExit as ending:
        click.echo("Stopped.", err=True)
        return int(ending.code or 0)
    return 0


def _log_to(log_path: Path) -> None:
    write_log(io.TextIOWrapper(open_log(log_path), encoding="utf-8", line_buffering=True), process_name="stack")


if __name__ == "__main__":
    with endings_at_once():
        main(prog_name="python -m chalicelib.local")
