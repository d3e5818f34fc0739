"""Serves the API on this machine until it is interrupted.

The stack is imported once the options are right: until then nothing takes a second.
"""

from __future__ import annotations

import shlex
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from rich.console import Console

from chalicelib.local.aws.environment import LOCAL_HOSTS
from chalicelib.local.demo import CLIP_NAME, say
from chalicelib.local.drop_memory import MEMORY_NAME, RESULTS_NAME, DropMemory
from chalicelib.local.signals import endings_at_once
from chalicelib.local.stack_error import StackError
from chalicelib.services.users import MIN_PASSWORD_CHARACTERS

if TYPE_CHECKING:
    from chalicelib.local.stack import Stack

_CHECK_S = 1.0
_LIST_MEDIA = 'import json, sys; [print(file["media"]) for file in json.load(sys.stdin)["result"]["representations"]]'


_OPEN_WARNING = (
    "Warning: everyone who reaches {host} can try to log in, and nothing is encrypted: others on the network can read "
    "passwords, media and results. Use it in a network that you trust."
)


@dataclass(frozen=True, slots=True)
class Place:
    """The place of the API: the address or name and the port (0 picks a free one), the folder that keeps its data,
    and the user's password, if it is the user's own."""

    host: str
    port: int
    data: Path | None = None
    password: str | None = None

    @property
    def is_open(self) -> bool:
        """Returns True if other machines may reach it."""
        return self.host not in LOCAL_HOSTS

    def check(self) -> None:
        """Raises `StackError` if the host is none at which others can call this machine, or the password is missing or
        too short."""
        if self.host in ("", "0.0.0.0", "::") or ":" in self.host:  # noqa: S104  # it is refused
            raise StackError(
                "Name the address or name at which others reach this machine, as in `make serve HOST=192.168.1.20`. "
                "The API answers to that alone; IPv6 addresses are not supported."
            )
        if self.is_open and self.password is None:
            raise StackError(
                "Choose a password for a service that other machines can reach: put it into the environment variable "
                "MIEN_SERVE_PASSWORD."
            )
        if self.password is not None and len(self.password) < MIN_PASSWORD_CHARACTERS:
            raise StackError(f"MIEN_SERVE_PASSWORD must have at least {MIN_PASSWORD_CHARACTERS} characters.")


def run_serve(
    console: Console,
    *,
    place: Place,
    workers: int,
    log_path: Path,
    drop: Path | None = None,
    expressions_only: bool | None = None,
) -> NoReturn:
    """Runs a stack until an exception (Ctrl-C, SIGTERM) ends it.

    Files in the directory `drop` are analysed automatically. If `expressions_only` is None, the memories of that
    directory and of the data folder decide. Prints on `console` how to use it. Raises `StackError` if it cannot start
    or its workers do not stay alive, `StateFolderError` if the data folder cannot be used, `DropMemoryError` if a
    memory cannot be read.
    """
    place.check()
    folders = [each for each in (drop, place.data) if each is not None]
    is_new_drop = drop is not None and not drop.exists()
    mode = _decide(folders, expressions_only)
    with endings_at_once():
        from chalicelib.local.demo_clip import BROWSER_CODEC, write_demo_clip  # noqa: PLC0415  # see above
        from chalicelib.local.stack import Stack  # noqa: PLC0415

    with (
        Stack(
            host=place.host,
            port=place.port,
            data=place.data,
            password=place.password,
            workers=workers,
            log_path=log_path,
            drop_directory=drop,
            expressions_only=mode,
        ) as stack,
        tempfile.TemporaryDirectory(prefix="mien-serve-") as directory,
    ):
        if drop is not None:
            if is_new_drop:
                say(console, f"There was no directory {drop}, so it was made; if you mistyped its name, press Ctrl-C.")
            say(console, f"Files put into {drop} are analysed; their results are written to {drop / RESULTS_NAME}.")
        say(console, _mode_line(mode, folders[0] if folders and expressions_only is None else None))
        if place.is_open:
            say(console, _OPEN_WARNING.format(host=place.host))
        clip = Path(directory, CLIP_NAME)
        write_demo_clip(clip, codec=BROWSER_CODEC)
        say(console, introduction(stack, clip, place.data))
        while True:
            stack.check_workers()
            time.sleep(_CHECK_S)


def _decide(folders: Iterable[Path], asked: bool | None) -> bool:
    """Returns whether to measure expressions only: as asked, else if one of the folders remembers it; all do then.
    Raises `StackError` for a folder that is a file."""
    memories = []
    for folder in folders:
        if folder.exists() and not folder.is_dir():
            raise StackError(f"{folder} is a file; name a folder, as in `make serve DATA=folder DROP=directory`.")
        folder.mkdir(parents=True, exist_ok=True)
        memories.append(DropMemory(folder))
    chosen = asked if asked is not None else any(memory.decide(None) for memory in memories)
    for memory in memories:
        memory.decide(chosen)
    return chosen


def _mode_line(expressions_only: bool, remembered_in: Path | None) -> str:
    """`remembered_in` is the drop directory whose memory has decided, if any."""
    if not expressions_only:
        return "Expressions and emotions are measured; with MIEN_EXPRESSIONS_ONLY=on, expressions only."
    reason = "" if remembered_in is None else f", as before ({remembered_in / MEMORY_NAME})"
    return f"Expressions only are measured, no emotions{reason}; MIEN_EXPRESSIONS_ONLY=off measures emotions as well."


def introduction(stack: Stack, clip: Path, data: Path | None = None) -> str:
    """Returns the instructions for a running stack: its address, its user, and commands to paste."""
    kept = "All data is in memory and lost on exit" if data is None else f"Jobs, results and users are kept in {data}"
    return "\n".join(
        (
            f"The API is at {stack.index_url}",
            f"Console:  {stack.index_url}console",
            f"User:     {stack.user}",
            f"Password: {stack.password}",
            f"{kept}; press Ctrl-C to stop.",
            f"To list its users: {user_command(stack)}",
            f"To check it (minutes): {smoke_command(stack)}",
            "",
            "Paste these lines into another terminal; .venv/bin/mien and the commands below then work there:",
            "",
            exports(stack.index_url, stack.user, stack.password),
            *curl_lines(stack.index_url, clip),
        )
    )


def user_command(stack: Stack) -> str:
    """The command that lists the users of a running stack. Without `mien`, which set-up installs, it is for a shell in
    the repository's root."""
    installed = Path(sys.executable).with_name("mien")
    command = (str(installed),) if installed.is_file() else (sys.executable, "-m", "mien.cli")
    options = ("--endpoint-url", stack.aws_endpoint_url, "--table", stack.table_name)
    credentials = f"AWS_SHARED_CREDENTIALS_FILE={shlex.quote(str(stack.credentials_path))}"
    return f"{credentials} {shlex.join((*command, 'user', *options, 'list'))}"


def smoke_command(stack: Stack) -> str:
    """The command that checks a running stack against the wire contract, for a shell in the repository's root."""
    addresses = {
        "URL": stack.index_url,
        "TABLE": stack.table_name,
        "BUCKET": stack.bucket_name,
        "ENDPOINT": stack.aws_endpoint_url,
        "ORIGINS": stack.cors_origins,
    }
    words = " ".join(f"{name}={shlex.quote(text)}" for name, text in addresses.items())
    return f"AWS_SHARED_CREDENTIALS_FILE={shlex.quote(str(stack.credentials_path))} make smoke {words}"


def exports(index_url: str, user: str, password: str) -> str:
    """The command for a POSIX shell that sets what `mien` and the curl lines read."""
    pairs = (("MIEN_URL", index_url), ("MIEN_USER", user), ("MIEN_PASSWORD", password))
    return "export " + " ".join(f"{name}={shlex.quote(value)}" for name, value in pairs)


def curl_lines(index_url: str, clip: Path) -> tuple[str, ...]:
    """Commands for a POSIX shell after `exports` that also work when pasted in one go: create a job, list all jobs,
    wait for the job and show it, download its results."""
    jobs_url = f"{index_url}jobs"
    credentials = '-u "$MIEN_USER:$MIEN_PASSWORD"'
    parts = f"-F 'entry_job[name]=multiface' -F {shlex.quote(f'entry_job[input]=@{clip}')}"
    location = "tr -d '\\r' | sed -n 's/^[Ll]ocation: //p'"
    is_ended = 'grep -qE \'"status":"(done|error|cancelled)"\''
    show = "python3 -m json.tool"
    list_media = f"python3 -c {shlex.quote(_LIST_MEDIA)}"
    download_each = f'while read -r URL; do curl -sSL {credentials} -OJ "$URL"; done'
    return (
        "# create a job; its URL is in the Location header",
        f'JOB=$(curl -sS {credentials} {parts} -D - -o /dev/null {jobs_url} | {location}); echo "$JOB"',
        "# list the jobs",
        f"curl -sS {credentials} {jobs_url} | {show}",
        "# wait for the job, then look at it",
        f'until curl -sS {credentials} "$JOB" | {is_ended}; do sleep 1; done; curl -sS {credentials} "$JOB" | {show}',
        "# download its results into the current directory",
        f'curl -sS {credentials} "$JOB" | {list_media} | {download_each}',
    )
