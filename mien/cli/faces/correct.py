"""`mien faces`: the faces of a result, and corrections of them."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import click

from chalicelib.domain.requests.number_texts import plain_number
from mien.cli.connection import Connection, connected
from mien.cli.faces.face_table import counted
from mien.cli.output import complain, say, say_json
from mien.client.faces import RemoteFaces
from mien.client.job_documents import RemoteJob

_SECONDS = re.compile(r"-?[0-9]+(\.[0-9]+)?")

# The words after each action, and what it does with them.
_ACTIONS: Mapping[str, tuple[tuple[str, ...], Callable[..., RemoteFaces]]] = {
    "name": (("FACE", "NAME"), lambda faces, face, name: faces.name(face, name or None)),
    "merge": (("FACE", "INTO"), lambda faces, face, into: faces.merge(face, into)),
    "split": (("FACE", "SECONDS"), lambda faces, face, at: faces.split(face, _seconds(at))),
    "ignore": (("FACE",), lambda faces, face: faces.ignore(face)),
    "undo": ((), lambda faces: faces.undo()),
    "reset": ((), lambda faces: faces.reset()),
}


@click.command()
@click.argument("job")
@click.argument("action", metavar="[ACTION]", type=click.Choice(list(_ACTIONS)), required=False)
@click.argument("words", metavar="[FACE] [NAME|INTO|SECONDS]", nargs=-1)
@click.option("--no-wait", "is_left", is_flag=True, help="Do not wait until the files are written.")
@connected
def faces(connection: Connection, *, job: str, action: str | None, words: tuple[str, ...], is_left: bool) -> None:
    """Show the faces of a finished JOB (an id or URL), or correct them; all files of the result then follow.

    \b
    name FACE NAME      call a face by a name; an empty one takes it away
    merge FACE INTO     make a face part of another: two ids of one person
    split FACE SECONDS  make what is seen from a time on a face of its own
    ignore FACE         leave a face out
    undo                take the last correction back
    reset               take all corrections back
    """
    wanted, change = _ACTIONS[action] if action else ((), RemoteFaces.look)
    if len(words) != len(wanted):
        raise click.UsageError(f"Give {action} as: mien faces JOB {' '.join((action or '', *wanted))}")
    if action == "split":
        _seconds(words[1])
    with connection.open_client() as client:
        measured = client.find_job(job)
        found = change(client.faces(measured), *words)
        if not is_left and action is not None:
            found.wait()
    _tell(connection, found, measured)


def _seconds(text: str) -> float:
    if not _SECONDS.fullmatch(text):
        raise click.UsageError(f"{text} is no time in seconds, such as 12.5.")
    return float(text)


def _tell(connection: Connection, found: RemoteFaces, measured: RemoteJob) -> None:
    if connection.for_machines:
        say_json(found.document)
        return
    if not found.faces:
        say(_no_face(found, measured))
    for face in found.faces:
        name = f" {face['name']}" if face["name"] else ""
        seen = f"{face['first_seen_s']:.2f} s to {face['last_seen_s']:.2f} s"
        say(f"face {face['face_id']}{name}: {face['frames']} frames, {seen}")
    for number, correction in enumerate(found.corrections, 1):
        say(f"correction {number}: {_sentence(correction)}")
    if found.status != "done":
        complain(
            str(found.document.get("error") or "A worker is to write the files; until then they are as they were.")
        )


def _no_face(found: RemoteFaces, measured: RemoteJob) -> str:
    if found.corrections:
        return "No face is left."
    frames = measured.frames_done
    return f"No face was found in {counted(frames, 'frame')}." if frames else "No face was found."


def _sentence(correction: Mapping[str, Any]) -> str:
    face = f"face {correction['face_id']}"
    if correction["action"] == "merge":
        return f"{face} is face {correction['into']}"
    if correction["action"] == "split":
        return f"{face} is face {correction['new_face_id']} from {plain_number(correction['at_s'])} s on"
    if correction["action"] == "ignore":
        return f"{face} is left out"
    return f"{face} is called {correction['name']}" if correction["name"] else f"{face} has no name"
