"""`mien jobs`, `mien search` and `mien job`: what there is."""

from collections.abc import Iterable

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from chalicelib.domain.jobs import JobStatus
from chalicelib.domain.requests.job_names import JobName
from mien.cli.connection import Connection, connected
from mien.cli.job_display import printable, progress_text
from mien.cli.output import say, say_json
from mien.client.job_documents import RemoteJob

_COLUMNS = ("id", "status", "job", "file", "made", "progress")


@click.command()
@click.option(
    "--status", type=click.Choice([each.value for each in JobStatus]), help="List only jobs with this status."
)
@click.option(
    "--job", "name", type=click.Choice([each.value for each in JobName]), help="List only jobs with this name."
)
@click.option(
    "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Maximum number, newest first."
)
@click.option("--all", "everything", is_flag=True, help="List all jobs.")
@connected
def jobs(connection: Connection, *, status: str | None, name: str | None, limit: int, everything: bool) -> None:
    """List the account's jobs, newest first: a table in a terminal, tab-separated columns otherwise."""
    with connection.open_client() as client:
        found = client.list_jobs(limit=None if everything else limit, status=status or "", name=name or "")
        if connection.for_machines:
            for job in found:
                say_json(job.document)
            return
        show_jobs(found)


@click.command()
@click.argument("note", metavar="KEY[=VALUE]")
@click.option("--source", default="", help="Only if the annotation has this source.")
@connected
def search(connection: Connection, *, note: str, source: str) -> None:
    """List the jobs whose input or result has an annotation KEY, with this VALUE if one is given."""
    key, _, value = note.partition("=")
    with connection.open_client() as client:
        found, _entries = client.find_annotated(key, value, source)
        if connection.for_machines:
            for job in found:
                say_json(job.document)
            return
        show_jobs(found)


@click.command("job")
@click.argument("job_id", metavar="JOB")
@connected
def show_job(connection: Connection, *, job_id: str) -> None:
    """Show a JOB (an id or URL): its state, error, files."""
    with connection.open_client() as client:
        job = client.find_job(job_id)
    if connection.for_machines:
        say_json(job.document)
        return
    rows = zip(_COLUMNS, _cells(job), strict=True)
    for name, cell in (*rows, ("error", job.error), *(("result", file.file_name) for file in job.files)):
        if cell:
            say(f"{name + ':':<10} {cell}")


def show_jobs(found: Iterable[RemoteJob]) -> None:
    """Prints a table in a terminal, and tab-separated columns elsewhere."""
    console = Console()
    if console.is_terminal:
        console.print(_table(found))
        return
    for job in found:
        say("\t".join(_cells(job)))


def _table(jobs: Iterable[RemoteJob]) -> Table:
    table = Table(*_COLUMNS)
    for job in jobs:
        table.add_row(*(Text(cell) for cell in _cells(job)))
    return table


def _cells(job: RemoteJob) -> tuple[str, ...]:
    """In the order of `_COLUMNS`; no cell holds a tab."""
    progress = progress_text(job) if job.status == "working" else ""
    cells = (job.id, job.status, job.name, job.file_name, job.published, progress)
    return tuple(printable(cell).replace("\t", " ").replace("\n", " ") for cell in cells)
