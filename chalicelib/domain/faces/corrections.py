"""One correction of the faces of a result: to name, merge, split or ignore a face; read from JSON and from forms."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from unicodedata import category

from chalicelib.domain.requests.client_texts import REORDERING, begins_as_formula, has_reordering
from chalicelib.domain.requests.json_members import check_members
from chalicelib.errors import Invalid

MAX_CORRECTIONS = 200
"""Of one result."""
MAX_NAME_CHARACTERS = 100
MAX_FACE_ID = 999_999_999
MAX_TIME_S = 1_000_000

_DIGITS = re.compile(r"[0-9]{1,9}")
_SECONDS = re.compile(r"-?[0-9]{1,7}(\.[0-9]{1,9})?")
_NOT_IN_NAMES = {"Cc", "Cs", "Zl", "Zp"}


class Action(StrEnum):
    """A kind of correction."""

    NAME = "name"
    MERGE = "merge"
    SPLIT = "split"
    IGNORE = "ignore"


_MEMBERS = {
    Action.NAME: ("name",),
    Action.MERGE: ("into",),
    Action.SPLIT: ("at_s", "new_face_id"),
    Action.IGNORE: (),
}


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction. Each action has the members of its own: `name` (None takes it away), `into` (the face that is
    kept), `at_s` (the time from which on it is another face) and `new_face_id` (what that is called; None until it has
    been planned)."""

    action: Action
    face_id: int
    name: str | None = None
    into: int | None = None
    at_s: float | None = None
    new_face_id: int | None = None

    @property
    def document(self) -> dict[str, object]:
        """Returns it as requests and answers have it; face ids are texts, as in the files."""
        document: dict[str, object] = {"action": self.action, "face_id": str(self.face_id)}
        if self.action is Action.NAME:
            document["name"] = self.name
        if self.into is not None:
            document["into"] = str(self.into)
        if self.at_s is not None:
            document["at_s"] = self.at_s
        if self.new_face_id is not None:
            document["new_face_id"] = str(self.new_face_id)
        return document


def parse_corrections(value: object) -> tuple[Correction, ...]:
    """Parses the member `corrections` of a request. Raises `Invalid`."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise Invalid('The body has no "corrections" array.')
    check_count(len(value))
    return tuple(map(parse_correction, value))


def check_count(count: int) -> None:
    """Raises `Invalid` for more corrections than a result may have."""
    if count > MAX_CORRECTIONS:
        raise Invalid(f"A result can have {MAX_CORRECTIONS} corrections, and this would be {count}; leave some out.")


def parse_correction(value: object) -> Correction:
    """Parses one correction: an object of JSON, or the texts of a form. Raises `Invalid`."""
    if not isinstance(value, Mapping):
        raise Invalid("A correction must be an object.")
    check_members("A correction", value, tuple(member.name for member in fields(Correction)))
    action = value.get("action")
    if not isinstance(action, str) or action not in {*Action}:
        raise Invalid(f"The action of a correction must be one of: {', '.join(Action)}.")
    check_members(f"A correction that is to {action}", value, ("action", "face_id", *_MEMBERS[Action(action)]))
    face_id = _face_id("face_id", value.get("face_id"))
    if action == Action.NAME:
        if "name" not in value:
            raise Invalid("The name of the face is missing; null takes it away.")
        return Correction(Action.NAME, face_id, name=_name(value.get("name")))
    if action == Action.MERGE:
        return Correction(Action.MERGE, face_id, into=_face_id("into", value.get("into")))
    if action == Action.SPLIT:
        new = value.get("new_face_id")
        new_face_id = None if new is None or new == "" else _face_id("new_face_id", new)
        return Correction(Action.SPLIT, face_id, at_s=_seconds(value.get("at_s")), new_face_id=new_face_id)
    return Correction(Action.IGNORE, face_id)


def _face_id(member: str, value: object) -> int:
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    if type(value) is int and 0 <= value <= MAX_FACE_ID:  # a bool is an int too, but no id
        return value
    raise Invalid(f"The {member} of a correction must be the id of a face, such as 0.")


def _seconds(value: object) -> float:
    if isinstance(value, str) and _SECONDS.fullmatch(value):
        value = float(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= MAX_TIME_S:  # and no NaN
        return float(value)
    raise Invalid("The at_s of a split must be a time in seconds, such as 12.5.")


def _name(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise Invalid("The name of a face must be a text.")
    name = value.strip()
    if len(name) > MAX_NAME_CHARACTERS:
        raise Invalid(f"The name has {len(name)} characters; at most {MAX_NAME_CHARACTERS} are stored.")
    if any(category(character) in _NOT_IN_NAMES for character in name):
        raise Invalid("The name contains control characters, line breaks or invalid Unicode; remove them.")
    if has_reordering(name):
        raise Invalid(f"The name contains {REORDERING}; remove them.")
    if begins_as_formula(name):
        raise Invalid("A name cannot begin with any of = + - @: spreadsheets would take it for a formula.")
    return name or None
