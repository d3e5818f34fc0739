"""`mien submit`: media in, jobs out, and if wanted their results."""

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from chalicelib.domain.requests.job_names import DEFAULT_JOB_NAME, JobName
from chalicelib.domain.requests.job_options import ALL_OPTIONS, OptionValues
from chalicelib.domain.requests.option_values import Choice, Number, OptionValue, WholeNumber
from chalicelib.domain.requests.result_formats import SUMMARY_CONTENT_TYPE
from chalicelib.errors import MienError
from mien.cli.connection import Connection, connected
from mien.cli.exit_status import FAILED, JOB_FAILED
from mien.cli.face_table import face_table
from mien.cli.job_display import JobDisplay
from mien.cli.key_values import KEY_VALUE, KeyValue
from mien.cli.output import complain, progress_display, say, say_json
from mien.cli.waiting import wait_for_jobs
from mien.client.face_summary import read_summary
from mien.client.job_documents import RemoteJob
from mien.client.media_api import MediaApiClient


@dataclass(slots=True)
class _Submission:
    """One input and its outcome."""

    medium: str
    label: str
    job: RemoteJob | None = None
    error: str = ""
    files: tuple[Path, ...] = ()

    def document(self) -> dict[str, Any]:
        """Returns the JSON line: `media`, then `job` (the API's document), `files` and `error` if present."""
        document: dict[str, Any] = {"media": self.medium}
        if self.job is not None:
            document["job"] = dict(self.job.document)
        if self.files:
            document["files"] = [str(path) for path in self.files]
        if self.error:
            document["error"] = self.error
        return document


def _job_options(command: Callable[..., None]) -> Callable[..., None]:
    """Adds an option of the command for each option of a job; those that are not given are None."""
    for row in reversed(ALL_OPTIONS):
        flag = f"--{row.name.replace('_', '-')}"
        command = click.option(flag, type=_type_of(row.value), help=row.sentence)(command)
    return command


def _type_of(value: OptionValue) -> click.ParamType[Any]:
    match value:
        case Choice(choices):
            return click.Choice([each.value for each in choices])
        case WholeNumber(minimum, maximum):
            return click.IntRange(minimum, maximum)
        case Number(minimum, maximum):
            return click.FloatRange(minimum, maximum)
        case _:
            return click.STRING


@click.command()
@click.argument("media", nargs=-1, required=True)
@click.option(
    "--job",
    "name",
    type=click.Choice([*(each.value for each in JobName), "auto"]),
    default=DEFAULT_JOB_NAME.value,
    show_default=True,
)
@_job_options
@click.option("--annotate", "annotations", type=KEY_VALUE, multiple=True, help="Annotation of the input; repeatable.")
@click.option("--wait", is_flag=True, help="Wait for the jobs to end.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Wait for the jobs, then download their results to this directory.",
)
@connected
def submit(
    connection: Connection,
    *,
    media: tuple[str, ...],
    name: str,
    annotations: tuple[KeyValue, ...],
    wait: bool,
    out: Path | None,
    **options: str | float | None,
) -> None:
    """Analyse MEDIA: files, or https URLs that the API fetches itself.

    Prints the id of each new job. Large files go past the API by themselves.
    """
    given = {option: value for option, value in options.items() if value is not None}
    submissions = [_Submission(medium, medium if len(media) > 1 else "") for medium in dict.fromkeys(media)]
    _check_files(submissions)
    with connection.open_client() as client, progress_display(for_machines=connection.for_machines) as display:
        for submission in submissions:
            _submit(client, submission, display, name=name, options=given, annotations=annotations)
            if submission.job is not None and not connection.for_machines:
                say(submission.job.id)
        if wait or out is not None:
            _wait(client, submissions, display)
        if out is not None:
            _download(client, submissions, out)
    for submission in submissions:
        _report(submission, connection)
    sys.exit(_status(submissions, waited=wait or out is not None))


def _check_files(submissions: Iterable[_Submission]) -> None:
    for submission in submissions:
        if not _is_url(submission.medium) and not Path(submission.medium).is_file():
            raise click.UsageError(f"There is no file {submission.medium}.")


def _is_url(medium: str) -> bool:
    return medium.lower().startswith(("https://", "http://"))


def _submit(
    client: MediaApiClient,
    submission: _Submission,
    display: JobDisplay,
    *,
    name: str,
    options: OptionValues,
    annotations: Iterable[KeyValue],
) -> None:
    """Prints an error for an input that fails and submits the others."""
    try:
        if _is_url(submission.medium):
            submission.job = client.create_job_from_url(submission.medium, name, options=options)
        else:
            submission.job = client.create_job(
                Path(submission.medium),
                name,
                lambda sent, total: display.uploading(submission.label, sent, total),
                options=options,
            )
        for note in annotations:
            submission.job = client.wait_for_input(submission.job)
            client.annotate(submission.job.input_annotations_url, note.key, note.value)
    except (MienError, OSError) as error:
        submission.error = str(error)


def _wait(client: MediaApiClient, submissions: Iterable[_Submission], display: JobDisplay) -> None:
    by_label = {each.label: each for each in submissions if each.job is not None}
    jobs = {label: each.job for label, each in by_label.items() if each.job is not None}
    for label, job in wait_for_jobs(client, jobs, display.tell).items():
        by_label[label].job = job


def _download(client: MediaApiClient, submissions: Iterable[_Submission], out: Path) -> None:
    taken: set[str] = set()
    for submission in submissions:
        if submission.job is None:
            continue
        try:
            submission.files = tuple(client.download_files(submission.job.files, out, taken))
        except (MienError, OSError) as error:
            submission.error = str(error)
        taken |= {path.name for path in submission.files}


def _report(submission: _Submission, connection: Connection) -> None:
    if connection.for_machines:
        say_json(submission.document())
        return
    prefix = f"{submission.medium}: "
    if submission.error:
        complain(prefix + submission.error)
    elif submission.job is not None and submission.job.has_ended and submission.job.status != "done":
        complain(prefix + (submission.job.error or f"The job was {submission.job.status}."))
    if submission.job is not None and submission.files:
        for path, file in zip(submission.files, submission.job.files, strict=True):
            if file.content_type == SUMMARY_CONTENT_TYPE:
                Console().print(face_table(read_summary(path)))
        for path in submission.files:
            say(f"Result: {path}")


def _status(submissions: Iterable[_Submission], *, waited: bool) -> int:
    submissions = list(submissions)
    if any(each.error for each in submissions):
        return FAILED
    ended_badly = any(each.job is not None and each.job.status != "done" for each in submissions)
    return JOB_FAILED if waited and ended_badly else 0
