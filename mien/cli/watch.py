"""`mien watch`: jobs until they have ended."""

import sys

import click

from mien.cli.connection import Connection, connected
from mien.cli.exit_status import JOB_FAILED
from mien.cli.output import complain, progress_display, say, say_json
from mien.cli.waiting import wait_for_jobs
from mien.client.job_documents import RemoteJob


@click.command()
@click.argument("jobs", metavar="JOB...", nargs=-1, required=True)
@connected
def watch(connection: Connection, *, jobs: tuple[str, ...]) -> None:
    """Show the progress of each JOB (an id or URL) until all have ended. With --json, one line per change."""
    with connection.open_client() as client, progress_display(for_machines=connection.for_machines) as display:
        found = [client.find_job(job) for job in dict.fromkeys(jobs)]
        last_told: dict[str, RemoteJob] = {}

        def tell(label: str, job: RemoteJob) -> None:
            display.tell(label, job)
            if connection.for_machines and last_told.get(job.id) != job:
                say_json(job.document)
            last_told[job.id] = job

        labels = {job.id if len(found) > 1 else "": job for job in found}
        ended = wait_for_jobs(client, labels, tell).values()
    for job in ended:
        if not connection.for_machines:
            say(f"{job.id} {job.status}")
            if job.error:
                complain(f"{job.id}: {job.error}")
    sys.exit(0 if all(job.status == "done" for job in ended) else JOB_FAILED)
