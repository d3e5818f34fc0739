"""The terms that the JSON Schemas of the API are written in."""

from collections.abc import Mapping

Schema = dict[str, object]

ID_PATTERN = "^[0-7][0-9a-hjkmnp-tv-z]{25}$"


def ref(name: str) -> Schema:
    """A reference to the schema called `name`."""
    return {"$ref": f"#/components/schemas/{name}"}


def text(meaning: str, **more: object) -> Schema:
    """A text."""
    return {"type": "string", "description": meaning, **more}


def text_or_null(meaning: str, **more: object) -> Schema:
    """A text, or null."""
    return {"type": ["string", "null"], "description": meaning, **more}


def number(meaning: str, **more: object) -> Schema:
    """A whole number of 0 or more."""
    return {"type": "integer", "minimum": 0, "description": meaning, **more}


def record(meaning: str, members: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    """An object with `members`, and `optional` ones."""
    properties = {**members, **(optional or {})}
    return {"type": "object", "description": meaning, "properties": properties, "required": list(members)}


def closed(schema: Schema) -> Schema:
    """The same object without any other members."""
    return {**schema, "additionalProperties": False}


def closed_body(
    name: str, meaning: str, members: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None
) -> Schema:
    """A body whose only member is `name`, a record; neither has any other members."""
    return closed(record("The body.", {name: closed(record(meaning, members, optional))}))
