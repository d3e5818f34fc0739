"""Dataclasses as rows and back, rows as DynamoDB takes them, and the conditions of writes.

A row has every field by name: texts as they are, numbers as `Decimal` (a float by its shortest text, so that it comes
back the same), times as the text of `domain.times` (milliseconds), enumerations as their value, nested dataclasses
and mappings of them as maps, tuples of them as lists. A field that is None is absent. What a row has
beyond the fields is left unread.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from chalicelib.aws.dynamodb.table_layout import PARTITION_KEY
from chalicelib.domain.times import format_time, parse_time
from chalicelib.errors import MienError, translated

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
    contents = ((each.name, getattr(value, each.name)) for each in fields(value))  # type: ignore[arg-type]  # checked by fields
    return {name: stored(content) for name, content in contents if content is not None}


def from_row(kind: type[T], row: Mapping[str, Any]) -> T:
    """The `kind` that `to_row` wrote. Fields newer than the row get their defaults."""
    contents: Row = {}
    for each in fields(kind):  # type: ignore[arg-type]  # checked by fields
        if each.name in row:
            contents[each.name] = _loaded(each.type, row[each.name])
        elif NoneType in get_args(each.type):
            contents[each.name] = None
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


class ConditionFailed(MienError):
    """A write found a row that does not meet its condition. `row` is that row, None if there is none."""

    def __init__(self, row: Row | None) -> None:
        super().__init__("the condition of a write did not hold")
        self.row = row


@dataclass(frozen=True, slots=True)
class Condition:
    """The condition of a write. `text` writes attributes as `#x` and values as `:x`."""

    text: str
    names: Mapping[str, str]
    values: Row = field(default_factory=dict)


NEW = Condition("attribute_not_exists(#pk)", {"#pk": PARTITION_KEY})
EXISTING = Condition("attribute_exists(#pk)", {"#pk": PARTITION_KEY})


def at_version(version: int) -> Condition:
    """Returns the condition of a write in the place of this version of a row."""
    return Condition("#version = :previous", {"#version": "version"}, {":previous": version})


def if_refused(error: MienError) -> AbstractContextManager[None]:
    """Raises `error` if the row does not meet the condition of a write."""
    return translated(ConditionFailed, into=error)


def conditional(condition: Condition) -> dict[str, Any]:
    """Returns the members of a request that state the condition."""
    request: dict[str, Any] = {
        "ConditionExpression": condition.text,
        "ExpressionAttributeNames": condition.names,
        "ExpressionAttributeValues": to_wire(condition.values),
    }
    return {name: value for name, value in request.items() if value}
