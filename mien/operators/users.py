"""`mien user`: who may call the API of a stack. For operators, with the rights of the stack's table, not over HTTP."""

import json
import secrets
import sys
from datetime import UTC, datetime

import click

from chalicelib.domain.accounts import User
from chalicelib.domain.ids import new_id
from chalicelib.domain.times import format_time
from chalicelib.errors import Invalid, NotFound
from chalicelib.services.users import MIN_PASSWORD_CHARACTERS, Users
from mien.operators.stack import Stack, json_option, on_a_stack, opened_by

_PASSWORD_BYTES = 18  # 144 bits, 24 characters

_password_option = click.option(
    "--password-stdin",
    is_flag=True,
    help=f"Read the password (at least {MIN_PASSWORD_CHARACTERS} characters) from the first line of standard input.",
)


def _users(stack: Stack) -> Users:
    name = stack.table_name()
    from chalicelib.wiring import table_services  # noqa: PLC0415  # boto3 takes a while, and help needs none

    return table_services(name, endpoint_url=stack.endpoint_url, region=stack.region).users


@click.group()
@on_a_stack
def user() -> None:
    """Add, list, disable and enable users, and change their passwords.

    Works on any stack: region and credentials are those that boto3 finds, and they must allow reading and writing the
    table. Exit status: 0 for success, 1 with an error message on failure, 2 for wrong usage. Passwords are never
    arguments: other users of this machine could see them.
    """


@user.command()
@click.argument("email")
@click.option("--account", "account_id", help="Account id, as `list` shows it; without it, a new account is created.")
@_password_option
@json_option
@opened_by(_users)
def add(users: Users, email: str, account_id: str | None, password_stdin: bool, as_json: bool) -> None:
    """Add a user. Without --password-stdin, a password is generated and shown once.

    Only users of the same account see its jobs and entries.
    """
    if account_id is not None and not users.list(account_id):
        raise NotFound(f"There is no account {account_id}; `list` shows those that exist.")
    password = _password(password_stdin)
    added = users.add(email, password, account_id or new_id(datetime.now(UTC)))
    _show_one(added, None if password_stdin else password, as_json=as_json)


@user.command("list")
@click.option("--account", "account_id", help="List only the users of this account.")
@json_option
@opened_by(_users)
def list_users(users: Users, account_id: str | None, as_json: bool) -> None:
    """List the users, by name."""
    found = users.list(account_id)
    if as_json:
        click.echo(json.dumps([_document(each) for each in found]))
        return
    rows = [("USER", "ACCOUNT", "CREATED", "STATE"), *(_columns(each) for each in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        click.echo("  ".join((*(text.ljust(width) for text, width in zip(row, widths, strict=False)), row[3])))


@user.command()
@click.argument("email")
@json_option
@opened_by(_users)
def disable(users: Users, email: str, as_json: bool) -> None:
    """Shut a user out, from the next request on. What the user made stays."""
    _show_one(users.disable(email), None, as_json=as_json)


@user.command()
@click.argument("email")
@json_option
@opened_by(_users)
def enable(users: Users, email: str, as_json: bool) -> None:
    """Let a disabled user in again, with the password of before."""
    _show_one(users.enable(email), None, as_json=as_json)


@user.command()
@click.argument("email")
@_password_option
@json_option
@opened_by(_users)
def rotate(users: Users, email: str, password_stdin: bool, as_json: bool) -> None:
    """Give a user a new password; the old one is wrong from the next request on.

    Without --password-stdin, a password is generated and shown once.
    """
    password = _password(password_stdin)
    _show_one(users.rotate_password(email, password), None if password_stdin else password, as_json=as_json)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        try:
            return sys.stdin.buffer.readline().decode().rstrip("\r\n")
        except UnicodeDecodeError:
            raise Invalid("The password on standard input is not valid UTF-8.") from None
    return secrets.token_urlsafe(_PASSWORD_BYTES)


def _show_one(shown: User, password: str | None, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(_document(shown) | ({} if password is None else {"password": password})))
        return
    click.echo(f"User:     {shown.email}{' (disabled)' if shown.disabled else ''}")
    click.echo(f"Account:  {shown.account_id}")
    if password is not None:
        click.echo(f"Password: {password}")
        click.echo("Save it now: only its hash is stored.", err=True)


def _document(shown: User) -> dict[str, object]:
    return {
        "user": shown.email,
        "account": shown.account_id,
        "created": format_time(shown.created),
        "disabled": shown.disabled,
    }


def _columns(shown: User) -> tuple[str, str, str, str]:
    return shown.email, shown.account_id, format_time(shown.created), "disabled" if shown.disabled else "enabled"
