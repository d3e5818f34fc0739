"""`mien cancel` and `mien requeue`: jobs stopped, and jobs run again."""

import sys
from collections.abc import Callable

import click

from chalicelib.cli.connection import Connection, connected
from chalicelib.cli.exit_status import FAILED
from chalicelib.cli.output import complain, say, say_json
from chalicelib.client.job_documents import RemoteJob
from chalicelib.client.media_api import MediaApiClient
from chalicelib.errors import MienError

_jobs_argument = click.argument("jobs", metavar="JOB...", nargs=-1, required=True)


@click.command()
@_jobs_argument
@connected
def cancel(connection: Connection, *, jobs: tuple[str, ...]) -> None:
    """Cancel each JOB (an id or URL), including jobs in progress. Cancelling twice is harmless."""
    _change_each(connection, jobs, MediaApiClient.cancel_job)


@click.command()
@_jobs_argument
@connected
def requeue(connection: Connection, *, jobs: tuple[str, ...]) -> None:
    """Run each JOB (an id or URL) again from the start. Earlier results are kept until they are deleted."""
    _change_each(connection, jobs, MediaApiClient.requeue_job)


def _change_each(
    connection: Connection, jobs: tuple[str, ...], change: Callable[[MediaApiClient, str], RemoteJob]
) -> None:
    """Prints an error for a job that cannot be changed and continues with the others."""
    has_failed = False
    with connection.open_client() as client:
        for text in dict.fromkeys(jobs):
            try:
                job = change(client, text)
            except MienError as error:
                has_failed = True
                complain(f"{text}: {error}" if len(jobs) > 1 else str(error))
                continue
            if connection.for_machines:
                say_json(job.document)
            else:
                say(f"{job.id} {job.status}")
    sys.exit(FAILED if has_failed else 0)
