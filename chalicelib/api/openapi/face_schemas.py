"""Corrected faces as JSON Schemas: what clients send, and what they are shown."""

from collections.abc import Mapping

from chalicelib.api.openapi.terms import Schema, closed, number, record, text, text_or_null
from chalicelib.domain.faces.corrections import MAX_CORRECTIONS, MAX_NAME_CHARACTERS, MAX_TIME_S, Action
from chalicelib.domain.faces.face_state import FaceStatus

_ACTION = text(
    "name sets the name, merge makes it the same face as another, split makes it another face from a time on, ignore "
    "leaves it out.",
    enum=[*Action],
    examples=["merge"],
)
_ID = "^[0-9]{1,9}$"
_FACE_ID = text("The face, by its id after the corrections before this one.", pattern=_ID, examples=["3"])
_INTO = text("The face that a merged one becomes part of.", pattern=_ID, examples=["0"])
_NEW = text("The id of the new face after a split; if absent, the next free one.", pattern=_ID, examples=["4"])
_NAME = "The name of a face; none takes it away."


def _at_s(**more: object) -> Schema:
    return {"description": "The time of a split in seconds.", "examples": [12.5], **more}


def correction_schema() -> Schema:
    """Returns the schema of one correction, in requests and answers."""
    seconds = _at_s(type="number", minimum=-MAX_TIME_S, maximum=MAX_TIME_S)
    members: dict[str, Schema] = {
        "name": text_or_null(_NAME, maxLength=MAX_NAME_CHARACTERS, examples=["Anna"]),
        "into": _INTO,
        "at_s": seconds,
        "new_face_id": _NEW,
    }
    return record("One correction.", {"action": _ACTION, "face_id": _FACE_ID}, members)


def correction_form() -> Schema:
    """Returns the schema of a form with one correction."""
    required = {"correction[action]": _ACTION, "correction[face_id]": _FACE_ID}
    members = {
        "name": text(_NAME, maxLength=MAX_NAME_CHARACTERS, examples=["Anna"]),
        "into": _INTO,
        "at_s": _at_s(type="string", pattern=r"^-?[0-9]{1,7}(\.[0-9]{1,9})?$", examples=["12.5"]),
        "new_face_id": _NEW,
    }
    return record("One correction.", required, {f"correction[{name}]": schema for name, schema in members.items()})


def corrections_body() -> Schema:
    """Returns the schema of a body with several corrections."""
    corrections: Schema = {
        "type": "array",
        "description": "They apply one after the other.",
        "maxItems": MAX_CORRECTIONS,
        "items": closed(correction_schema()),
    }
    return closed(record("Corrections.", {"corrections": corrections}))


def faces_schema() -> Schema:
    """Returns the schema of the faces of a result."""
    seconds: Schema = {"type": "number"}
    face = record(
        "One face after all corrections.",
        {
            "face_id": text("Its id in the files.", pattern=_ID),
            "name": text_or_null("Its name."),
            "first_seen_s": {**seconds, "description": "The time of its first frame in seconds."},
            "last_seen_s": {**seconds, "description": "The time of its last frame in seconds."},
            "frames": number("The frames in which it is seen."),
        },
    )
    return record(
        "The faces of a result, and how a person has corrected them.",
        {
            "self": text("The URL of this resource.", format="uri"),
            "entry": text("The result.", format="uri"),
            "status": text(
                "queued until a worker has written the files; done if they follow the corrections; error if they "
                "cannot be written and are as they were.",
                enum=[*FaceStatus],
            ),
            "updated": text("Time of the last change, in UTC.", format="date-time"),
            "corrections": {"type": "array", "description": "In order.", "items": correction_schema()},
            "faces": {"type": "array", "description": "By ascending id.", "items": face},
        },
        {"error": text("Why the files cannot be written.")},
    )


FACE_SCHEMAS: Mapping[str, Schema] = {"Faces": faces_schema()}

_NAMED = "What a client has called the face; no column if it has named none."
FACE_NAME = text(_NAMED)
FACE_NAME_OR_NULL = text_or_null(_NAMED)
FACE_NAMES: Schema = {
    "type": "object",
    "description": "What a client has called faces, by their ids; absent if nothing.",
    "additionalProperties": {"type": "string"},
}
"""In result files."""
