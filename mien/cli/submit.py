"""`mien submit`: media in, jobs out, and if wanted their results."""

import sys
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from chalicelib.domain.requests.job_names import ANALYSES, DEFAULT_JOB_NAME, parse_job_name
from chalicelib.domain.requests.job_options import ALL_OPTIONS, kept_options, options_of_texts
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.domain.requests.option_values import Choice, Number, OptionValue, Span, WholeNumber
from chalicelib.domain.requests.recipes import require_effect
from chalicelib.domain.requests.result_formats import SUMMARY_CONTENT_TYPE
from chalicelib.errors import Invalid
from mien.cli.connection import Connection, connected
from mien.cli.exit_status import FAILED, JOB_FAILED
from mien.cli.faces.face_table import face_table
from mien.cli.job_display import CountDisplay, JobDisplay
from mien.cli.key_values import KEY_VALUE, KeyValue
from mien.cli.output import batch_display, complain, say_json
from mien.cli.sending.batch import Batch, Outcome, Request
from mien.cli.sending.batch_submit import submit_as_one
from mien.cli.sending.inputs import find_inputs
from mien.cli.sending.manifest import Manifest
from mien.cli.watch import how_to_watch
from mien.client.face_summary import read_summary

_FEW = 5
"""So many inputs get a bar and a table each; more get one bar and a summary."""
_MOST_TOLD = 20


def _job_options(command: Callable[..., None]) -> Callable[..., None]:
    """Adds an option of the command for each option of a job; those that are not given are None."""
    for row in reversed(ALL_OPTIONS):
        flag = f"--{row.name.replace('_', '-')}"
        metavar = "FROM-TO" if isinstance(row.value, Span) else None
        command = click.option(flag, type=_type_of(row.value), metavar=metavar, help=row.sentence)(command)
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
    type=click.Choice([*(each.value for each in ANALYSES), "auto"]),
    default=DEFAULT_JOB_NAME.value,
    show_default=True,
)
@_job_options
@click.option("--annotate", "annotations", type=KEY_VALUE, multiple=True, help="Annotation of the input; repeatable.")
@click.option("--include", multiple=True, metavar="PATTERN", help="In folders: only files like *.mp4; repeatable.")
@click.option("--exclude", multiple=True, metavar="PATTERN", help="In folders: no files like this; repeatable.")
@click.option("--parallel", type=click.IntRange(1, 32), default=4, show_default=True, help="Transfers at a time.")
@click.option("--wait", is_flag=True, help="Wait for the jobs to end.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Wait for the jobs, and download the results of each to this directory once it is done.",
)
@click.option("--batch", "as_one", is_flag=True, help="Send up to 1,000 inputs as one batch; --out gets its one table.")
@click.option("--again", is_flag=True, help="Also submit what the record in --out has as done.")
@connected
def submit(
    connection: Connection,
    *,
    media: tuple[str, ...],
    name: str,
    annotations: tuple[KeyValue, ...],
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    parallel: int,
    wait: bool,
    out: Path | None,
    as_one: bool,
    again: bool,
    **options: str | float | None,
) -> None:
    """Analyse MEDIA: files, folders with all pictures and videos below them, or https URLs that the API fetches itself.

    Prints the id of each new job. With --out, the tree of a folder is kept, no file replaces another, and
    mien-manifest.jsonl records which results belong to which input: the same command continues after an interruption.
    """
    given = {option: value for option, value in options.items() if value is not None}
    _check_effect(name, given)
    inputs = find_inputs(media, include, exclude)
    request = Request(name, given, annotations, out, waits=wait or out is not None)
    if as_one:
        sys.exit(submit_as_one(connection, inputs, request, parallel=parallel))
    record = Manifest(out) if out is not None else None
    tally = _Tally(connection, len(inputs))
    display = batch_display(len(inputs) if len(inputs) > _FEW else 0, for_machines=connection.for_machines)
    with record or nullcontext(), display:
        batch = Batch(
            connection.open_client,
            request,
            display,
            parallel=parallel,
            manifest=record,
            again=again,
            label_of=lambda source: source.medium if len(inputs) > 1 else "",
            on_job=lambda _source, job: None if connection.for_machines else display.say(job.id),
        )
        try:
            for outcome in batch.run(inputs):
                tally.add(outcome, display)
        except BaseException as error:
            _say_how_to_go_on(batch, out, display, is_asked=isinstance(error, KeyboardInterrupt))
            raise
    tally.report()
    sys.exit(tally.status(waited=request.waits))


def _check_effect(name: str, given: Mapping[str, str | float]) -> None:
    """Refuses values that the API would refuse, and options without effect, before anything is sent."""
    texts = {option: str(value) for option, value in given.items()}
    try:
        require_effect(NewJob(parse_job_name(name), options=kept_options(options_of_texts(texts))), given)
    except Invalid as error:
        raise click.UsageError(str(error)) from None


@dataclass(slots=True)
class _Tally:
    """Counts the outcomes of the inputs. Of a batch it keeps numbers, and the first failures."""

    connection: Connection
    total: int
    done: int = 0
    old: int = 0
    failed: int = 0
    ended_badly: int = 0
    told: int = 0
    few: list[Outcome] = field(default_factory=list)

    def add(self, outcome: Outcome, display: JobDisplay) -> None:
        self.done += 1
        self.old += outcome.is_old
        ended_badly = outcome.is_over and outcome.job is not None and outcome.job.status != "done"
        self.ended_badly += ended_badly
        self.failed += bool(outcome.error)
        if self.connection.for_machines:
            say_json(_document(outcome))
        elif self.total <= _FEW:
            self.few.append(outcome)
        elif outcome.error or ended_badly:
            self.told += 1
            if self.told <= _MOST_TOLD:
                display.complain(_failure(outcome))
        if isinstance(display, CountDisplay):
            display.count(self.done, self.failed + self.ended_badly)

    def report(self) -> None:
        """Prints the outcomes of a few inputs, or a summary of many."""
        if self.connection.for_machines:
            return
        for outcome in self.few:
            _report(outcome)
        if self.told > _MOST_TOLD:
            complain(f"... and {self.told - _MOST_TOLD} more; see the record.")
        if self.total > _FEW:
            parts = [f"{self.total} inputs", f"{self.old} were done before"] if self.old else [f"{self.total} inputs"]
            bad = self.failed + self.ended_badly
            complain(f"{', '.join([*parts, f'{bad} failed'])}.")

    def status(self, *, waited: bool) -> int:
        """Returns the exit status."""
        if self.failed:
            return FAILED
        return JOB_FAILED if waited and self.ended_badly else 0


def _document(outcome: Outcome) -> dict[str, Any]:
    """Returns the JSON line: `media`, then `job` (the API's document, or the id of one that an earlier call has done),
    `files` and `error` if present."""
    document: dict[str, Any] = {"media": outcome.source.medium}
    if outcome.job is not None:
        document["job"] = dict(outcome.job.document)
    elif outcome.job_id:
        document["job"] = outcome.job_id
    if outcome.files:
        document["files"] = [str(path) for path in outcome.files]
    if outcome.error:
        document["error"] = outcome.error
    return document


def _failure(outcome: Outcome) -> str:
    job = outcome.job
    ended = "" if job is None else job.error or f"The job was {job.status}."
    return f"{outcome.source.medium}: {outcome.error or ended}"


def _report(outcome: Outcome) -> None:
    job = outcome.job
    if outcome.error or (outcome.is_over and job is not None and job.status != "done"):
        complain(_failure(outcome))
    if outcome.is_old:
        complain(f"{outcome.source.medium}: done before, as job {outcome.job_id}; --again submits it once more.")
    if job is not None:
        for path, file in zip(outcome.files, job.files, strict=False):
            if file.content_type == SUMMARY_CONTENT_TYPE:
                Console().print(face_table(read_summary(path), Path(outcome.source.medium).name))
    for path in outcome.files:
        click.echo(f"Result: {path}")


def _say_how_to_go_on(batch: Batch, out: Path | None, display: JobDisplay, *, is_asked: bool) -> None:
    """After Ctrl-C the jobs continue; after an error they may be gone."""
    if out is not None:
        display.complain(
            "The jobs continue; the same command continues from here."
            if is_asked
            else "The same command continues from here; it sends again what the API no longer has."
        )
    elif batch.unfinished:
        display.complain(how_to_watch(batch.unfinished[:_MOST_TOLD], is_asked=is_asked))
