"""`mien`, the command line: `python -m mien.cli`, or `.venv/bin/mien` after `make setup`. One module each."""

import sys
from importlib import import_module
from importlib.util import find_spec

import click

from chalicelib import __version__
from mien.cli.annotate import annotate
from mien.cli.compare import compare
from mien.cli.completion import completion
from mien.cli.exit_status import run
from mien.cli.export import export
from mien.cli.faces.correct import faces
from mien.cli.job_control import cancel, delete, requeue
from mien.cli.jobs import jobs, search, show_job
from mien.cli.login import login, logout
from mien.cli.merge import merge
from mien.cli.results import results
from mien.cli.submit import submit
from mien.cli.watch import watch


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mien")
def mien() -> None:
    """Mien: measure facial expressions in recorded images and video.

    MIEN_URL, MIEN_USER and MIEN_PASSWORD choose the API and the user. Exit status: 0 for success, 1 if the API refused
    a request or did not answer, 2 for wrong usage, 3 if a job failed, 130 after Ctrl-C.
    """


_COMMANDS = (
    submit,
    watch,
    results,
    merge,
    export,
    faces,
    compare,
    jobs,
    show_job,
    search,
    cancel,
    requeue,
    delete,
    annotate,
)
for _command in (*_COMMANDS, login, logout, completion):
    mien.add_command(_command)
if find_spec("mien.operators") is not None:  # the package for clients has none
    for _name, _module in (("user", "users"), ("account", "accounts"), ("dead_letters", "dead_letters")):
        mien.add_command(getattr(import_module(f"mien.operators.{_module}"), _name))


if find_spec("mien.rendering") is not None:
    mien.add_command(import_module("mien.rendering.render").render)


def main() -> None:
    """Runs the command that the process was started with, and ends it."""
    sys.exit(run(mien, sys.argv[1:], name="mien"))


if __name__ == "__main__":
    main()
