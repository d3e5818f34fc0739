"""Dataclasses as rows and back, and rows as DynamoDB takes them.

A row has every field by name: texts as they are, numbers as `Decimal` (a float by its shortest text, so that it comes
back the same), times as the text of `domain.times` (milliseconds), enumerations as their value, nested dataclasses
and mappings of them as maps, tuples of them as lists. A field that is None is absent. What a row has
beyond the fields is left unread.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from chalicelib.domain.times import format_time, parse_time

T = TypeVar("T")
Row = dict[str, Any]


def to_wire(row: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a row, or a part of one, in DynamoDB's notation."""
    serializer = TypeSerializer()
    return {name: serializer.serialize(value) for name, value in row.items()}


def from_wire(item: Mapping[str, Any]) -> Row:
    """Returns the row that DynamoDB's notation stands for."""
    deserializer = TypeDeserializer()
    return {name: deserializer.deserialize(value) for name, value in item.items()}


def to_row(value: object) -> Row:
    """The fields of the dataclass `value`. Raises TypeError for a field of a type that rows do not know."""
    contents = ((field.name, getattr(value, field.name)) for field in fields(value))  # type: ignore[arg-type]  # checked by fields
    return {name: stored(content) for name, content in contents if content is not None}


def from_row(kind: type[T], row: Mapping[str, Any]) -> T:
    """The `kind` that `to_row` wrote. Fields newer than the row get their defaults."""
    contents: Row = {}
    for field in fields(kind):  # type: ignore[arg-type]  # checked by fields
        if field.name in row:
            contents[field.name] = _loaded(field.type, row[field.name])
        elif NoneType in get_args(field.type):
            contents[field.name] = None
    return kind(**contents)


def change_of(fields: Mapping[str, Any]) -> tuple[str, dict[str, str], Row]:
    """The UpdateExpression that changes fields of a row, with its names and values. A field that is None is taken
    away."""
    given = {name: stored(content) for name, content in fields.items() if content is not None}
    taken = [f"#{name}" for name in fields if name not in given]
    changes = [f"SET {', '.join(f'#{name} = :{name}' for name in given)}"] if given else []
    changes += [f"REMOVE {', '.join(taken)}"] if taken else []
    return (
        " ".join(changes),
        {f"#{name}": name for name in fields},
        {f":{name}": content for name, content in given.items()},
    )


def stored(value: Any) -> Any:
    """Returns the stored form of a field's `value`. Raises TypeError for a type that rows do not support."""
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, str | bool):
        return value
    if isinstance(value, int | float):
        return Decimal(str(value))
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, Mapping | tuple):
        return _stored_together(value)
    if is_dataclass(value):
        return to_row(value)
    raise TypeError(f"a row cannot hold a {type(value).__name__}")


def _stored_together(values: Mapping[str, Any] | tuple[Any, ...]) -> Any:
    if isinstance(values, tuple):
        return [stored(content) for content in values]
    return {key: stored(content) for key, content in values.items()}


def _loaded(hint: Any, content: Any) -> Any:
    if get_origin(hint) is UnionType:
        (hint,) = (option for option in get_args(hint) if option is not NoneType)
    if hint is datetime:
        return parse_time(content)
    if get_origin(hint) is tuple:  # of any length, all of one type
        return tuple(_loaded(get_args(hint)[0], part) for part in content)
    if get_origin(hint) is Mapping:
        return {key: _loaded(get_args(hint)[1], part) for key, part in content.items()}
    if is_dataclass(hint):
        return from_row(hint, content)  # type: ignore[arg-type]  # a hint that is a dataclass is a class
    return hint(content)  # str, int, float, bool or an enumeration
