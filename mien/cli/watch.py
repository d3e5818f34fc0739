"""`mien watch`: jobs until they have ended, the waiting for them, and patience while the API does not answer."""

import sys
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Protocol, TypeVar

import click

from mien.cli.connection import Connection, connected
from mien.cli.exit_status import FAILED, JOB_FAILED
from mien.cli.job_display import JobDisplay
from mien.cli.output import complain, progress_display, say, say_json
from mien.client.http_session import ApiError
from mien.client.job_documents import RemoteJob
from mien.client.media_api import MediaApiClient

T = TypeVar("T")

PATIENCE_S = 300.0
_PAUSE_S = 3.0
NOT_FOUND = 404
_SILENT = frozenset({0, 502, 503, 504})
_INTERVAL_S = 0.5
_INTERVAL_PER_JOB_S = 0.2  # the API allows some ten requests a second


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

        labels = {f"{job.id} {job.file_name}" if len(found) > 1 else "": job for job in found}
        ended = wait_for_jobs(client, labels, tell, display).values()
    for job in ended:
        if not connection.for_machines:
            say(f"{job.id} {job.status}")
            if job.error:
                complain(f"{job.id}: {job.error}")
    if len(ended) < len(found):
        sys.exit(FAILED)
    sys.exit(0 if all(job.status == "done" for job in ended) else JOB_FAILED)


class Tell(Protocol):
    """Hears of a job, as it is now, under its label."""

    def __call__(self, label: str, job: RemoteJob) -> None: ...


def wait_for_jobs(
    client: MediaApiClient, jobs: Mapping[str, RemoteJob], tell: Tell, display: JobDisplay
) -> dict[str, RemoteJob]:
    """Every job, by its label, once it has ended; of those that are deleted meanwhile it says so and leaves them out.
    Ctrl-C stops the waiting and not the jobs, and says so; an error, as
    of an API that does not answer for minutes, says how to watch those that are left. Raises `ApiError`."""
    current = dict(jobs)
    try:
        while True:
            for label, job in current.items():
                tell(label, job)
            waiting = {label: job for label, job in current.items() if not job.has_ended}
            if not waiting:
                return current
            time.sleep(max(_INTERVAL_S, _INTERVAL_PER_JOB_S * len(waiting)))
            for label, job in waiting.items():
                now = patiently(partial(found_again, client, job), display)
                if now is not None:
                    current[label] = now
                    continue
                display.complain(deleted_text(job.id))
                del current[label]
    except (KeyboardInterrupt, ApiError) as error:
        ids = [job.id for job in current.values() if not job.has_ended]
        complain(how_to_watch(ids, is_asked=isinstance(error, KeyboardInterrupt)))
        raise


def wait_for_job(client: MediaApiClient, job: RemoteJob, display: JobDisplay) -> RemoteJob:
    """The only job, as `wait_for_jobs`. Raises `ApiError` also if it is deleted meanwhile."""
    ended = wait_for_jobs(client, {"": job}, display.tell, display)
    if not ended:
        raise ApiError("Nothing is left to wait for.")
    return ended[""]


def found_again(client: MediaApiClient, job: RemoteJob) -> RemoteJob | None:
    """Returns the job as it is now, None if it no longer exists. Raises `ApiError`."""
    try:
        return client.get_job(job)
    except ApiError as error:
        if error.status != NOT_FOUND:
            raise
        return None


def deleted_text(job_id: str) -> str:
    """Returns what is said of a job that no longer exists."""
    return f"The API no longer has job {job_id}: it was deleted meanwhile, or the API has lost it."


def how_to_watch(ids: Iterable[str], *, is_asked: bool) -> str:
    """Returns a command that watches jobs again. `is_asked`: the user has stopped the waiting; otherwise the API may
    have lost the jobs."""
    state = "The jobs continue; to watch them again" if is_asked else "To watch the jobs that the API still has"
    return f"{state}: mien watch {' '.join(ids)}"


def patiently(action: Callable[[], T], display: JobDisplay, *, patience_s: float = PATIENCE_S) -> T:
    """Returns what `action` returns, and repeats it while the API does not answer. Raises its `ApiError` in the end."""
    give_up = time.monotonic() + patience_s
    is_told = False
    while True:
        try:
            return action()
        except ApiError as error:
            if error.status not in _SILENT or time.monotonic() > give_up:
                raise
            if not is_told:
                display.complain(f"{error} Trying again for {patience_s / 60:.0f} minutes.")
                is_told = True
            time.sleep(_PAUSE_S)
