"""`mien dead-letters`: jobs that were given up. For operators, with the rights of the stack's table, not over HTTP."""

import json

import click

from chalicelib.domain.dead_letters import DeadLetter
from chalicelib.domain.times import format_time
from chalicelib.errors import NotFound
from chalicelib.services.runs.dead_letters import DeadLetters
from mien.operators.stack import Stack, json_option, on_a_stack, opened_by


def _letters(stack: Stack) -> DeadLetters:
    name = stack.table_name()
    from chalicelib.wiring import table_services  # noqa: PLC0415  # boto3 takes a while, and help needs none

    return table_services(name, endpoint_url=stack.endpoint_url, region=stack.region).dead_letters


@click.group("dead-letters")
@on_a_stack
def dead_letters() -> None:
    """List jobs that failed because of a fault of the service, and restart them after it is fixed.

    Clients see these jobs with the status `error`. Region and credentials are those that boto3 finds; they must allow
    reading and writing the table.
    """


@dead_letters.command("list")
@json_option
@opened_by(_letters)
def list_letters(letters: DeadLetters, as_json: bool) -> None:
    """List the jobs, oldest first."""
    found = sorted(letters.list(), key=lambda letter: (letter.buried, letter.job_id))
    if as_json:
        click.echo(json.dumps([_document(letter) for letter in found]))
        return
    for letter in found:
        click.echo(f"{format_time(letter.buried)}  account {letter.account_id}  job {letter.job_id}  run {letter.run}")
    click.echo(f"{len(found)} dead letter{'' if len(found) == 1 else 's'}")


@dead_letters.command()
@click.argument("job_ids", nargs=-1)
@click.option("--all", "is_all", is_flag=True, help="Restart all of them.")
@opened_by(_letters)
def redrive(letters: DeadLetters, job_ids: tuple[str, ...], is_all: bool) -> None:
    """Restart jobs, within a minute; jobs that were requeued or deleted by clients are skipped."""
    if is_all == bool(job_ids):
        raise click.UsageError("Give job ids, or --all.")
    found = {letter.job_id: letter for letter in letters.list()}
    unknown = sorted(set(job_ids) - set(found))
    if unknown:
        raise NotFound(f"Job {unknown[0]} is not a dead letter; `list` shows those that are.")
    begun = sum(letters.redrive(found[job_id]) for job_id in (found if is_all else dict.fromkeys(job_ids)))
    click.echo(f"{begun} job{'' if begun == 1 else 's'} restarted")


def _document(letter: DeadLetter) -> dict[str, str | int]:
    return {
        "account": letter.account_id,
        "job": letter.job_id,
        "run": letter.run,
        "buried": format_time(letter.buried),
    }
