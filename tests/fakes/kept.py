"""Copies of values, as stores return them."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from chalicelib.domain.times import format_time, parse_time
from chalicelib.errors import NotFound

T = TypeVar("T")


def as_kept(value: T) -> T:
    """Returns what a store gives back for `value`: a copy of its own, times cut to milliseconds."""
    return _kept(value)  # type: ignore[no-any-return]  # it has the type that went in


def _kept(value: Any) -> Any:
    if isinstance(value, datetime):
        return parse_time(format_time(value))
    if isinstance(value, tuple):
        return tuple(_kept(content) for content in value)
    if isinstance(value, Mapping):
        return {key: _kept(content) for key, content in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: _kept(getattr(value, field.name)) for field in fields(value)})
    return value


def found_row(row: T | None, noun: str) -> T:
    if row is None:
        raise NotFound(f"There is no such {noun}.")
    return row
