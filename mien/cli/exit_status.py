"""The exit statuses of the process. Exceptions become an error message and a status."""

from collections.abc import Sequence

import click

from chalicelib.errors import MienError
from mien.cli.output import complain
from mien.client.http_session import ApiError, NoAnswer

FAILED = 1
"""The API refused or did not answer, or the disk failed."""
WRONG_USAGE = 2
"""An option or argument is missing or wrong; nothing was asked."""
JOB_FAILED = 3
"""All went well but a job: it ended as `error` or was cancelled."""
INTERRUPTED = 130
"""Ctrl-C."""


def run(command: click.Command, arguments: Sequence[str], *, name: str) -> int:
    """Runs the command and returns its exit status. Exceptions become an error message on standard error and a status.
    If the reader of standard output has exited, as `head` does, click ends the process silently with status 1."""
    try:
        status = command.main(list(arguments), prog_name=name, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        complain("Stopped.")
        return INTERRUPTED
    except MienError as error:
        complain(explained(error))
        return FAILED
    except OSError as error:
        complain(f"{error.strerror or error}: {error.filename}" if error.filename else str(error))
        return FAILED
    return status if isinstance(status, int) else 0


def explained(error: MienError) -> str:
    """The message of an error, and what to do where the client alone knows it."""
    status = error.status if isinstance(error, ApiError) else None
    if status == 401:
        return "The user or the password is wrong; check MIEN_USER and MIEN_PASSWORD, or run mien login."
    if status == 429 and isinstance(error, ApiError) and error.retry_after_s is not None:
        return f"{error} The wait is {error.retry_after_s:.0f} s; nothing was tried again meanwhile."
    if isinstance(error, NoAnswer):
        return f"{error} MIEN_URL or --url names it; make serve starts one on this machine."
    return str(error)
