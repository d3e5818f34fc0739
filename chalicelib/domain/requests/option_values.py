"""Kinds of values that a job option may have: how each is read from text (forms, metadata, tags) and from JSON, and how
OpenAPI describes it. Every reader raises `Invalid` with a message that names the option."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from chalicelib.domain.requests.number_texts import plain_number
from chalicelib.errors import Invalid

Schema = dict[str, object]
_MOST_DIGITS = 18
_SPAN = re.compile(r"^[0-9]{1,7}(\.[0-9]{1,6})?-[0-9]{1,7}(\.[0-9]{1,6})?$")


class OptionValue(Protocol):
    """One kind of value. An empty text and a JSON null never get here: they mean the default."""

    @property
    def schema(self) -> Schema:
        """JSON Schema of the value, without a description."""
        ...

    @property
    def range_text(self) -> str:
        """The values that may be given, for people."""
        ...

    def of_text(self, name: str, text: str) -> object:
        """The value that `text` means, for the option `name`."""
        ...

    def of_json(self, name: str, value: object) -> object:
        """The value that a member `name` of a JSON object means."""
        ...


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values of an enumeration."""

    choices: type[StrEnum]

    @property
    def schema(self) -> Schema:
        """See `OptionValue`."""
        return {"type": "string", "enum": [*self.choices]}

    @property
    def range_text(self) -> str:
        """See `OptionValue`."""
        return " or ".join(f"`{choice}`" for choice in self.choices)

    def of_text(self, name: str, text: str) -> StrEnum:
        """See `OptionValue`."""
        try:
            return self.choices(text)
        except ValueError:
            raise Invalid(f"The {name} must be one of: {', '.join(self.choices)}.") from None

    def of_json(self, name: str, value: object) -> StrEnum:
        """See `OptionValue`."""
        return self.of_text(name, value if isinstance(value, str) else "")


@dataclass(frozen=True, slots=True)
class WholeNumber:
    """A whole number from `minimum` to `maximum`, both included."""

    minimum: int
    maximum: int

    @property
    def schema(self) -> Schema:
        """See `OptionValue`."""
        return {"type": "integer", "minimum": self.minimum, "maximum": self.maximum}

    @property
    def range_text(self) -> str:
        """See `OptionValue`."""
        return f"{self.minimum:,} to {self.maximum:,}"

    def of_text(self, name: str, text: str) -> int:
        """See `OptionValue`."""
        is_number = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
        return self.of_json(name, int(text) if is_number else None)

    def of_json(self, name: str, value: object) -> int:
        """See `OptionValue`."""
        # A bool is an int too, but no number.
        if type(value) is int and self.minimum <= value <= self.maximum:
            return value
        raise Invalid(f"The {name} must be a whole number from {self.range_text}.")


@dataclass(frozen=True, slots=True)
class Number:
    """A number from `minimum` to `maximum`, both included."""

    minimum: float
    maximum: float

    @property
    def schema(self) -> Schema:
        """See `OptionValue`."""
        return {"type": "number", "minimum": self.minimum, "maximum": self.maximum}

    @property
    def range_text(self) -> str:
        """See `OptionValue`."""
        return f"{plain_number(self.minimum)} to {plain_number(self.maximum)}"

    def of_text(self, name: str, text: str) -> float:
        """See `OptionValue`."""
        try:
            return self.of_json(name, float(text) if text.isascii() and "_" not in text else None)
        except ValueError:
            return self.of_json(name, None)

    def of_json(self, name: str, value: object) -> float:
        """See `OptionValue`."""
        # Compared before the conversion: a whole number may be too large for a float. NaN is in no range.
        if isinstance(value, int | float) and not isinstance(value, bool) and self.minimum <= value <= self.maximum:
            return float(value)
        raise Invalid(f"The {name} must be a number from {self.range_text}.")


@dataclass(frozen=True, slots=True)
class Span:
    """Two times in seconds, from `0` to `most_s`, as `FROM-TO`, such as `0-2.5`: the second is later."""

    most_s: float
    range_text: str = "`FROM-TO` in seconds"

    @property
    def schema(self) -> Schema:
        """See `OptionValue`."""
        return {"type": "string", "pattern": _SPAN.pattern}

    def of_text(self, name: str, text: str) -> str:
        """See `OptionValue`."""
        if _SPAN.fullmatch(text):
            start_s, end_s = ends_of_span(text)
            if start_s < end_s <= self.most_s:
                return text
        raise Invalid(f"The {name} must be a range in seconds that ends later than it begins, such as 0-2.5.")

    def of_json(self, name: str, value: object) -> str:
        """See `OptionValue`."""
        return self.of_text(name, value if isinstance(value, str) else "")


def ends_of_span(text: str) -> tuple[float, float]:
    """The two times of a `Span`."""
    start, _, end = text.partition("-")
    return float(start), float(end)


@dataclass(frozen=True, slots=True)
class Names:
    """One to `most` different names of `names`, separated by commas; kept as one text, without spaces around them."""

    names: tuple[str, ...]
    most: int
    range_text: str

    @property
    def schema(self) -> Schema:
        """See `OptionValue`."""
        return {"type": "string", "pattern": f"^[a-z ]+(,[a-z ]+){{0,{self.most - 1}}}$"}

    def of_text(self, name: str, text: str) -> str:
        """See `OptionValue`."""
        given = tuple(each.strip() for each in text.split(",", self.most))
        unknown = [each for each in given if each not in self.names]
        if unknown or len(given) > self.most or len(set(given)) < len(given):
            raise Invalid(
                f"The {name} must be 1 to {self.most} of these, separated by commas: {', '.join(self.names)}."
            )
        return ",".join(given)

    def of_json(self, name: str, value: object) -> str:
        """See `OptionValue`."""
        return self.of_text(name, value if isinstance(value, str) else "")


@dataclass(frozen=True, slots=True)
class Text:
    """A text of at most `max_length` characters, which the caller validates further."""

    max_length: int
    range_text: str

    @property
    def schema(self) -> Schema:
        """See `OptionValue`."""
        return {"type": "string", "maxLength": self.max_length}

    def of_text(self, name: str, text: str) -> str:
        """See `OptionValue`."""
        if len(text) <= self.max_length:
            return text
        raise Invalid(f"The {name} has {len(text)} characters; at most {self.max_length} are accepted.")

    def of_json(self, name: str, value: object) -> str:
        """See `OptionValue`."""
        if isinstance(value, str):
            return self.of_text(name, value)
        raise Invalid(f"The {name} must be a text.")
