"""`mien submit --batch`: many inputs as one job of the API, and its table."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import click

from mien.cli.connection import Connection
from mien.cli.exit_status import FAILED, JOB_FAILED
from mien.cli.output import complain, progress_display, say, say_json
from mien.cli.sending.batch import Request
from mien.cli.sending.inputs import Input
from mien.cli.sending.manifest import Manifest
from mien.cli.watch import wait_for_job
from mien.client.batches import Medium, check_count, create_batch, find_batch, get_batch, send_files


def submit_as_one(connection: Connection, inputs: Sequence[Input], request: Request, *, parallel: int) -> int:
    """Sends the inputs, waits if `request` does, and downloads the table to its `out`; returns the exit status.

    With `out`, the same command within a day continues with the same batch. Raises `ApiError`.
    """
    try:
        check_count(len(inputs))
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    media: list[Medium] = [each.medium if each.path is None else each.path for each in inputs]
    failed: list[str] = []

    def on_sent(path: Path, error: str) -> None:
        if error:
            failed.append(str(path))
            complain(f"{path}: {error}")

    with connection.open_client() as client, progress_display(for_machines=connection.for_machines) as display:
        once = _once(inputs, request)
        batch = create_batch(
            client, media, request.name, options=request.options, annotations=request.annotations, once=once
        )
        batch = find_batch(client, str(batch["self"]))  # a repeated request gets the first answer
        if not connection.for_machines:
            display.say(str(batch["self"]).rpartition("/")[2])
        send_files(connection.open_client, batch, media, parallel=parallel, on_sent=on_sent)
        job = client.find_job(str(batch["job"]))
        if request.waits:
            job = wait_for_job(client, job, display)
        files = client.download_results(job, request.out) if request.out is not None and job.files else {}
        batch = get_batch(client, batch)
    if connection.for_machines:
        say_json(batch)
    elif request.waits:
        complain(", ".join(f"{count} {state}" for state, count in batch["states"].items() if count))
    for path in () if connection.for_machines else files:
        say(f"Result: {path}")
    if failed:
        return FAILED
    is_bad = job.status != "done" or batch["states"]["done"] < batch["count"]
    return JOB_FAILED if request.waits and is_bad else 0


def _once(inputs: Sequence[Input], request: Request) -> str:
    """Returns a key by which the API knows the same command for the same directory; empty without one."""
    if request.out is None:
        return ""
    prints = [each.fingerprint(request.fingerprint_parts()) for each in inputs]
    return f"{Manifest(request.out).id}-{hashlib.sha256(' '.join(prints).encode()).hexdigest()}"
