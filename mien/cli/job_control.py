"""`mien cancel`, `mien requeue` and `mien delete`: jobs stopped, run again, removed."""

import sys
from collections.abc import Callable, Mapping
from typing import Any

import click

from chalicelib.errors import MienError
from mien.cli.connection import Connection, connected
from mien.cli.exit_status import FAILED
from mien.cli.key_values import KEY_VALUE, KeyValue
from mien.cli.output import complain, say, say_json
from mien.client.job_documents import RemoteJob
from mien.client.media_api import MediaApiClient

_Action = Callable[[MediaApiClient, str], tuple[Mapping[str, Any], str]]

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
    """Run each JOB (an id or URL) again from the start. The earlier result is deleted once another is done."""
    _change_each(connection, jobs, MediaApiClient.requeue_job)


@click.command()
@click.argument("jobs", metavar="[JOB]...", nargs=-1)
@click.option("--annotated", type=KEY_VALUE, metavar="KEY=VALUE", help="Delete what has this annotation instead.")
@click.option("--source", default="", help="Only if the annotation has this source.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@connected
def delete(
    connection: Connection, *, jobs: tuple[str, ...], annotated: KeyValue | None, source: str, yes: bool
) -> None:
    """Delete each JOB (an id or URL) for good: media, the results of all its runs, annotations.

    With --annotated: the jobs whose input or result has the annotation, and the entries without a job that have it.
    """
    if bool(jobs) == (annotated is not None):
        raise click.UsageError("Name either jobs or --annotated KEY=VALUE.")
    entries: list[str] = []
    if annotated is not None:
        with connection.open_client() as client:
            found, entries = client.find_annotated(annotated.key, annotated.value, source)
        jobs = tuple(job.id for job in found)
        if not jobs and not entries:
            complain(f"Nothing has the annotation {annotated.key}={annotated.value}.")
            return
    if not yes:
        what = f"{len(jobs)} job(s)" + (f" and {len(entries)} other entries" if entries else "")
        click.confirm(f"Delete {what} with media, results and annotations, for good?", abort=True, err=True)
    _do_each(connection, (*jobs, *entries), _deleted)


def _deleted(client: MediaApiClient, job_id: str) -> tuple[Mapping[str, Any], str]:
    if "/entries/" in job_id:
        client.delete_entry(job_id)
        return {"entry": job_id.rpartition("/")[2]}, f"{job_id.rpartition('/')[2]} deleted (an entry without a job)"
    document = client.delete_job(job_id)
    removed = f"{document['removed']['entries']} entries, {document['removed']['files']} files"
    rest = "" if document["is_complete"] else "; a worker is stopping, the rest is removed within minutes"
    return document, f"{document['job']} deleted ({removed}{rest})"


def _change_each(
    connection: Connection, jobs: tuple[str, ...], change: Callable[[MediaApiClient, str], RemoteJob]
) -> None:
    def changed(client: MediaApiClient, job_id: str) -> tuple[Mapping[str, Any], str]:
        job = change(client, job_id)
        return job.document, f"{job.id} {job.status}"

    _do_each(connection, jobs, changed)


def _do_each(connection: Connection, jobs: tuple[str, ...], action: _Action) -> None:
    """Prints the document (for machines) or the line of each job; prints an error for one that fails, and continues."""
    has_failed = False
    with connection.open_client() as client:
        for text in dict.fromkeys(jobs):
            try:
                document, line = action(client, text)
            except MienError as error:
                has_failed = True
                complain(f"{text}: {error}" if len(jobs) > 1 else str(error))
                continue
            if connection.for_machines:
                say_json(document)
            else:
                say(line)
    sys.exit(FAILED if has_failed else 0)
