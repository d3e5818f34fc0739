"""Which stack an operator's command works on: options that the groups of such commands share."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import click

from chalicelib.errors import MienError
from chalicelib.settings import variable_name

Parameters = ParamSpec("Parameters")
Opened = TypeVar("Opened")

_TABLE_VARIABLE = variable_name("table_name")

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack, identified by its table. No connection is opened before a command runs, so help needs no stack. If
    `endpoint_url` or `region` is None, boto3 finds them."""

    table: str | None
    endpoint_url: str | None
    region: str | None

    def table_name(self) -> str:
        """Raises `UsageError` if no table was given."""
        if not self.table:
            raise click.UsageError(f"Give the stack's table with --table or the variable {_TABLE_VARIABLE}.")
        return self.table


def on_a_stack(group: Callable[[], None]) -> Callable[..., None]:
    """Gives a group of commands the options that name a stack, which its commands get as their object."""

    @click.option("--table", envvar=_TABLE_VARIABLE, show_envvar=True, help="DynamoDB table of the stack.")
    @click.option(
        "--endpoint-url",
        help="AWS endpoint, if not boto3's (AWS_ENDPOINT_URL). `make serve` prints that of its stack. An "
        "address of this machine gets the credentials that `make serve` wrote for its stack, never yours.",
    )
    @click.option("--region", help="AWS region of the stack, if not boto3's (AWS_DEFAULT_REGION, profile).")
    @click.pass_context
    @wraps(group)
    def with_stack(context: click.Context, table: str | None, endpoint_url: str | None, region: str | None) -> None:
        context.obj = Stack(table, endpoint_url, region)
        group()

    return with_stack


def opened_by(
    opener: Callable[[Stack], Opened],
) -> Callable[[Callable[Concatenate[Opened, Parameters], None]], Callable[..., None]]:
    """Passes what `opener` opens to a command. If `opener` raises an error, the command ends with its message."""

    def decorate(run: Callable[Concatenate[Opened, Parameters], None]) -> Callable[..., None]:
        @click.pass_obj
        @wraps(run)
        def wrapped(stack: Stack, /, *arguments: Any, **options: Any) -> None:
            try:
                run(opener(stack), *arguments, **options)
            except MienError as error:
                raise click.ClickException(str(error)) from error

        return wrapped

    return decorate
