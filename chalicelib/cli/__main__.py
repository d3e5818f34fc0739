"""`mien`, the command line: `python -m chalicelib.cli`, or `.venv/bin/mien` after `make setup`. One module each."""

import sys

import click

from chalicelib import __version__
from chalicelib.cli.accounts import account
from chalicelib.cli.annotate import annotate
from chalicelib.cli.dead_letters import dead_letters
from chalicelib.cli.exit_status import run
from chalicelib.cli.job_control import cancel, delete, requeue
from chalicelib.cli.jobs import jobs
from chalicelib.cli.results import results
from chalicelib.cli.submit import submit
from chalicelib.cli.users import user
from chalicelib.cli.watch import watch


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mien")
def mien() -> None:
    """Mien: measure facial expressions in recorded images and video.

    MIEN_URL, MIEN_USER and MIEN_PASSWORD choose the API and the user. Exit status: 0 for success, 1 if the API refused
    a request or did not answer, 2 for wrong usage, 3 if a job failed, 130 after Ctrl-C.
    """


for _command in (submit, watch, results, jobs, cancel, requeue, delete, annotate, user, account, dead_letters):
    mien.add_command(_command)


if __name__ == "__main__":
    sys.exit(run(mien, sys.argv[1:], name="mien"))
