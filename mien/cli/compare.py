"""`mien compare`: the mean curves of many recordings."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from chalicelib.domain.requests.comparisons import MAX_GROUPS, MAX_RECORDINGS
from chalicelib.domain.requests.result_formats import COMPARISON_CONTENT_TYPE
from mien.cli.connection import Connection, connected, out_option
from mien.cli.exit_status import JOB_FAILED
from mien.cli.job_display import printable
from mien.cli.output import complain, progress_display, say, say_json
from mien.cli.watch import wait_for_job
from mien.client.job_documents import RemoteJob


@click.command(
    help=f"""Compare all jobs with the annotation KEY=VALUE, or two groups of them, up to {MAX_RECORDINGS} each.

    The API lays the curves of a metric over one clock, from the first frame of each recording. The CSV has the mean of
    each group, its band and the valid faces at each moment, and the difference of two groups."""
)
@click.argument("groups", metavar="KEY[=VALUE]...", nargs=-1, required=True)
@click.option("--metric", default="smile", show_default=True, help="The metric to compare.")
@out_option("Directory for the results.")
@connected
def compare(connection: Connection, *, groups: tuple[str, ...], metric: str, out: Path) -> None:
    """Sends the comparison, waits for it and downloads its files."""
    if len(groups) > MAX_GROUPS:
        raise click.UsageError("Compare one or two groups.")
    with connection.open_client() as client, progress_display(for_machines=connection.for_machines) as display:
        job = client.compare(metric, map(_group, groups))
        job = wait_for_job(client, job, display)
        paths = client.download_results(job, out)
    if connection.for_machines:
        say_json(job.document)
    else:
        for path, file in paths.items():
            if file.content_type == COMPARISON_CONTENT_TYPE:
                _tell(path)
        for path in paths:
            say(f"Result: {path}")
    _end(job)


def _group(text: str) -> Mapping[str, Any]:
    key, _, value = text.partition("=")
    return {"annotation": {"key": key, "value": value} if value else {"key": key}}


def _tell(path: Path) -> None:
    """Prints how many recordings of each group count."""
    for group in json.loads(path.read_bytes())["groups"]:
        missing = [each["missing"] for each in group["recordings"] if each["missing"] is not None]
        counted = len(group["recordings"]) - len(missing)
        noun = "recording" if counted == 1 else "recordings"
        say(printable(f"{group['title']}: {counted} {noun} compared"))
        for reason in dict.fromkeys(missing):
            say(printable(f"  {missing.count(reason)} without a curve: {reason}"))
        if group["left_out"]:
            say(f"  {len(group['left_out'])} left out, because they are not done")


def _end(job: RemoteJob) -> None:
    if job.status != "done":
        complain(job.error or f"The comparison was {job.status}.")
        sys.exit(JOB_FAILED)
