"""`mien annotate`: notes on media and results."""

from collections.abc import Mapping
from typing import Any

import click

from mien.cli.connection import Connection, connected
from mien.cli.key_values import KEY_VALUE, KeyValue
from mien.cli.output import say, say_json
from mien.client.http_session import ApiError


@click.command()
@click.argument("job")
@click.argument("notes", metavar="[KEY=VALUE]...", type=KEY_VALUE, nargs=-1)
@click.option("--result", "on_result", is_flag=True, help="Annotate the job's result instead of its input.")
@click.option("--source", default="", help="Source of the annotations.")
@connected
def annotate(connection: Connection, *, job: str, notes: tuple[KeyValue, ...], on_result: bool, source: str) -> None:
    """Annotate the input of a JOB (an id or URL); without KEY=VALUE, show its annotations."""
    with connection.open_client() as client:
        found = client.find_job(job)
        url = found.result_annotations_url if on_result else found.input_annotations_url
        if not url:
            raise ApiError(f"Job {found.id} has no {'result' if on_result else 'input'} yet.")
        if notes:
            documents = [client.annotate(url, note.key, note.value, source) for note in notes]
        else:
            documents = client.annotations(url)
    for document in documents:
        _tell(connection, document)


def _tell(connection: Connection, document: Mapping[str, Any]) -> None:
    if connection.for_machines:
        say_json(document)
    else:
        say(f"{document.get('key')}={document.get('value')}")
