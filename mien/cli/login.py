"""`mien login` and `mien logout`."""

import click

from mien.cli.connection import Connection, connected, index_option, index_url
from mien.cli.output import say
from mien.client.logins import Login, forget_login, keep_login, logins_path


@click.command()
@connected
def login(connection: Connection) -> None:
    """Keep the user and password for the API at --url, after trying them.

    They are stored in a file that only you can read; MIEN_USER and MIEN_PASSWORD take precedence over it.
    """
    with connection.open_client() as client:
        list(client.list_jobs(limit=1))
    keep_login(connection.url, Login(connection.user, connection.password))
    say(f"Kept for {connection.url} in {logins_path()}.")


@click.command()
@index_option
def logout(url: str) -> None:
    """Remove the user and password that are kept for the API at --url."""
    url = index_url(url)
    say(f"Removed those for {url}." if forget_login(url) else f"Nothing was kept for {url}.")
