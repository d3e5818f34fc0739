"""`key=value` on the command line."""

from typing import Any, NamedTuple

import click


class KeyValue(NamedTuple):
    """A key, and a value that may be empty or hold further equals signs."""

    key: str
    value: str


class _KeyValueType(click.ParamType[KeyValue]):
    name = "key=value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> KeyValue:
        key, equals, text = str(value).partition("=")
        if not (key and equals):
            self.fail(f"{value!r} is not of the form key=value.", param, ctx)
        return KeyValue(key, text)


KEY_VALUE = _KeyValueType()
