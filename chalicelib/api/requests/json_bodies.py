"""JSON bodies: an object in which one member holds the resource, as in `{"annotation": {...}}`."""

import json
import math
from collections.abc import Collection, Mapping

from chalicelib.domain.requests.json_members import check_members
from chalicelib.errors import Invalid, MalformedRequest


def parse_object(body: bytes) -> Mapping[str, object]:
    """The object that the body is. Raises `MalformedRequest` for what is not JSON, `Invalid` for no object."""
    try:
        document = json.loads(body)
        json.dumps(document, ensure_ascii=False).encode()  # half of a surrogate pair cannot be stored as text
    except (ValueError, RecursionError):
        raise MalformedRequest("The body is not JSON in UTF-8.") from None
    if not isinstance(document, dict):
        raise Invalid("The body must be a JSON object.")
    return document


def parse_resource(
    body: bytes, name: str, members: Collection[str] | None = None, *, only_new: Collection[str] = ()
) -> Mapping[str, object]:
    """The object under `name`. `members`: all that it may have; if none are given, as where the original service
    takes JSON, others are ignored. `only_new`: see `check_members`. Raises `MalformedRequest` for what is not JSON,
    `Invalid` without such an object."""
    document = parse_object(body)
    resource = document.get(name)
    if not isinstance(resource, dict):
        raise Invalid(f'The body has no "{name}" object.')
    if members is not None:
        check_members("The body", document, (name,))
        check_members(f"The {name}", resource, members, only_new=only_new)
    return resource


def whole_number_of(resource: Mapping[str, object], name: str) -> int | None:
    """Returns a member that is a whole number, None if it is missing or null. Raises `Invalid` for anything else."""
    value = resource.get(name)
    if value is None or type(value) is int:  # a bool is an int too, but no number
        return value
    raise Invalid(f"The {name} must be a whole number.")


def value_text_of(resource: Mapping[str, object]) -> str | None:
    """Returns the member `value` as a text: numbers and booleans as JSON writes them. Raises `Invalid` for others."""
    value = resource.get("value")
    if isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return json.dumps(value)
    if value is None or isinstance(value, str):
        return value
    raise Invalid("The value must be a text, a number, true or false.")


def text_of(resource: Mapping[str, object], name: str) -> str | None:
    """Returns a text member, None if it is missing or null. Raises `Invalid` for anything else."""
    value = resource.get(name)
    if value is None or isinstance(value, str):
        return value
    raise Invalid(f"The {name} must be a text.")
