"""The options that commands share: the URL of the API, the user, JSON output, and the directory for files."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from mien.client.logins import kept_login
from mien.client.media_api import MediaApiClient

DEFAULT_URL = "http://127.0.0.1:8000/"

_PASSWORD_VARIABLE = "MIEN_PASSWORD"  # noqa: S105  # a variable's name
_THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Connection:
    """The index URL of an API, the credentials, and `for_machines`: print JSON only on standard output."""

    url: str
    user: str
    password: str
    for_machines: bool

    def open_client(self) -> MediaApiClient:
        """Returns a client, which is a context manager."""
        on_this_machine = urlsplit(self.url).hostname in _THIS_MACHINE
        return MediaApiClient(self.url, self.user, self.password, uses_environment=not on_this_machine)


index_option = click.option(
    "--url", envvar="MIEN_URL", default=DEFAULT_URL, show_default=True, show_envvar=True, help="URL of the API's index."
)


def out_option(meaning: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """`--out`, the directory for what a command writes."""
    return click.option(
        "--out",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path("results"),
        show_default=True,
        help=meaning,
    )


def connected(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the shared options, and a `Connection` as its first argument."""

    @index_option
    @click.option(
        "--user", envvar="MIEN_USER", show_envvar=True, help="User name; the password comes from MIEN_PASSWORD."
    )
    @click.option("--json", "for_machines", is_flag=True, help="Print JSON, one document per line.")
    @wraps(command)
    def with_connection(*, url: str, user: str | None, for_machines: bool, **others: Any) -> None:
        command(_connection(url, user, for_machines=for_machines), **others)

    return with_connection


def _connection(url: str, user: str | None, *, for_machines: bool) -> Connection:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise click.UsageError(f"{url} is not the URL of an API; give one with --url or MIEN_URL.")
    if parts.username is not None:
        raise click.UsageError("The URL must not contain a user or password; use --user, MIEN_USER and MIEN_PASSWORD.")
    url = index_url(url)
    kept = kept_login(url)
    if user is None and kept is not None:
        user = kept.user
    user = user or _asked("User", "Name the user with --user or MIEN_USER, or run mien login.", hidden=False)
    password = os.environ.get(_PASSWORD_VARIABLE) or (kept.password if kept is not None and kept.user == user else "")
    password = password or _asked("Password", "Set MIEN_PASSWORD, or run mien login.", hidden=True)
    if parts.scheme == "http" and parts.hostname not in _THIS_MACHINE:
        click.echo("Warning: http sends the password unencrypted; use https.", err=True)
    return Connection(url, user, password, for_machines)


def index_url(url: str) -> str:
    """Returns the URL of the index for one that leads to its jobs, entries or batches."""
    bare = url.rstrip("/")
    return next((f"{bare.removesuffix(end)}/" for end in ("/jobs", "/entries", "/batches") if bare.endswith(end)), url)


def _asked(what: str, otherwise: str, *, hidden: bool) -> str:
    """Returns what the user types. Raises `UsageError` with the message `otherwise` if there is no terminal."""
    if not sys.stdin.isatty():
        raise click.UsageError(otherwise)
    return str(click.prompt(what, hide_input=hidden, err=True))
