"""`mien account`: what is decided for an account, and what was removed in it. For operators, like `mien user`."""

import json
from itertools import islice

import click

from chalicelib.domain.accounts import AccountSettings
from chalicelib.domain.audit import AuditRecord
from chalicelib.domain.times import format_time
from chalicelib.services.accounts import Accounts
from mien.cli.job_display import printable
from mien.operators.stack import Stack, json_option, on_a_stack, opened_by

_DEFAULT = "default"


def _accounts(stack: Stack) -> Accounts:
    name = stack.table_name()
    from chalicelib.wiring import table_services  # noqa: PLC0415  # boto3 takes a while, and help needs none

    return table_services(name, endpoint_url=stack.endpoint_url, region=stack.region).accounts


class _SecondsType(click.ParamType[int | None]):
    name = "seconds"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int | None:
        text = str(value)
        if text == _DEFAULT:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= 12):
            self.fail(f"{text!r} is neither a whole number of seconds nor {_DEFAULT}.", param, ctx)
        return int(text)


@click.group()
@on_a_stack
def account() -> None:
    """Show an account, set its retention time, and read its audit trail.

    ACCOUNT is the id that `mien user list` shows. Works on any stack, like `mien user`.
    """


@account.command()
@click.argument("account_id", metavar="ACCOUNT")
@json_option
@opened_by(_accounts)
def show(accounts: Accounts, account_id: str, as_json: bool) -> None:
    """Show the settings of an account."""
    _show(accounts.get(account_id), as_json=as_json)


@account.command()
@click.argument("account_id", metavar="ACCOUNT")
@click.argument("retention_s", metavar="SECONDS", type=_SecondsType())
@json_option
@opened_by(_accounts)
def retention(accounts: Accounts, account_id: str, retention_s: int | None, as_json: bool) -> None:
    """Keep new jobs and entries of an account for SECONDS.

    A client's entry_job[expires_in] takes precedence. `default` instead of a number: use the retention time of the
    deployment (MIEN_RETENTION_S). Existing jobs and entries are not affected.
    """
    _show(accounts.set_retention(account_id, retention_s), as_json=as_json)


@account.command()
@click.argument("account_id", metavar="ACCOUNT")
@click.option(
    "--limit", type=click.IntRange(min=1), default=100, show_default=True, help="Maximum number, newest first."
)
@click.option("--all", "everything", is_flag=True, help="Show all of them.")
@json_option
@opened_by(_accounts)
def audit(accounts: Accounts, account_id: str, limit: int, everything: bool, as_json: bool) -> None:
    """List permanent deletions: time, author, subject. With --json, one document per line."""
    for record in islice(accounts.trail(account_id), None if everything else limit):
        click.echo(json.dumps(_line(record)) if as_json else printable("  ".join(_line(record).values())))


def _show(settings: AccountSettings, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"account": settings.account_id, "retention_s": settings.retention_s}))
        return
    kept = "default of the deployment" if settings.retention_s is None else f"{settings.retention_s} s"
    click.echo(f"Account:   {settings.account_id}")
    click.echo(f"Retention: {kept}")


def _line(record: AuditRecord) -> dict[str, str]:
    return {
        "time": format_time(record.published),
        "action": record.action,
        "subject": record.subject_id,
        "author": record.author,
        "id": record.id,
    }
