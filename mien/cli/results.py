"""`mien results`: the files of finished jobs."""

from pathlib import Path

import click

from chalicelib.domain.requests.result_formats import RESULT_KINDS, TABLES
from mien.cli.connection import Connection, connected, out_option
from mien.cli.output import say, say_json
from mien.client.http_session import ApiError
from mien.client.job_documents import RemoteFile, RemoteJob


@click.command()
@click.argument("jobs", metavar="JOB...", nargs=-1, required=True)
@out_option("Directory for the downloaded files.")
@click.option(
    "--only",
    "kinds",
    type=click.Choice(list(RESULT_KINDS)),
    multiple=True,
    help="Download only this format; repeatable.",
)
@connected
def results(connection: Connection, *, jobs: tuple[str, ...], out: Path, kinds: tuple[str, ...]) -> None:
    """Download the results of each JOB (an id or URL). Files of the same name are replaced."""
    wanted = {content_type for kind in kinds for content_type in RESULT_KINDS[kind]}
    with connection.open_client() as client:
        taken: set[str] = set()
        for job in [_finished(client.find_job(text)) for text in dict.fromkeys(jobs)]:
            files = [file for file in job.files if not wanted or file.content_type in wanted]
            if not files:
                raise ApiError(f"Job {job.id} has {_missing(kinds) if kinds and job.files else 'no result files.'}")
            downloaded = client.download_files(files, out, taken)
            taken |= {path.name for path in downloaded}
            for path, file in downloaded.items():
                _tell(connection, job, path, file)


def _finished(job: RemoteJob) -> RemoteJob:
    if job.status == "done":
        return job
    if job.failure:
        raise ApiError(f"Job {job.id} has no results: {job.failure}")
    raise ApiError(f"Job {job.id} is {job.status}; wait for it with: mien watch {job.id}")


def _missing(kinds: tuple[str, ...]) -> str:
    """Returns the missing formats, and the options that ask for them."""
    asked = [
        f"--table {kind}" if kind in TABLES else "--video annotated"
        for kind in kinds
        if kind in TABLES or kind == "video"
    ]
    send = f"; send it with {' '.join(asked)}" if asked else ""
    return f"no {' or '.join(kinds)} among its results{send}."


def _tell(connection: Connection, job: RemoteJob, path: Path, file: RemoteFile) -> None:
    if connection.for_machines:
        say_json({"job": job.id, "path": str(path), "content_type": file.content_type})
    else:
        say(str(path))
