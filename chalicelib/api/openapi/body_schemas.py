"""The bodies that clients send, as JSON Schemas. Other members are ignored, except in closed ones, which have none."""

from collections.abc import Mapping
from typing import cast

from chalicelib.api.openapi.face_schemas import correction_form, corrections_body
from chalicelib.api.openapi.terms import (
    ID_PATTERN,
    Schema,
    closed,
    closed_body,
    number,
    record,
    text,
    text_or_null,
)
from chalicelib.domain.intake.uploads import MAX_PARTS
from chalicelib.domain.jobs import JobStatus
from chalicelib.domain.requests.comparisons import MAX_GROUPS, MAX_RECORDINGS
from chalicelib.domain.requests.job_names import ANALYSES
from chalicelib.domain.requests.job_options import ALL_OPTIONS, CREATION_OPTIONS, KEPT_OPTIONS, JobOption

_NAME = text("The analysis; auto or empty means multiface.", enum=[*ANALYSES, "auto", ""])
_URL = text(
    "Instead of a file: an https URL on the public Internet from which the worker fetches it.",
    maxLength=2048,
    examples=["https://media.example.org/clip.mp4"],
)
_SPLIT_MEANING = "A label of your choice that is stored with the entry. Empty: no label."
_SPLIT = text(_SPLIT_MEANING, maxLength=255, examples=["test"])
_SPLIT_OR_NULL = text_or_null(_SPLIT_MEANING, maxLength=255, examples=["test"])
_ORIGIN_MEANING = "The origin of the entry, such as a camera. Empty: none."
_LABELS: dict[str, Schema] = {
    "source": text(_ORIGIN_MEANING, maxLength=255, examples=["camera 3"]),
    "data_split": _SPLIT,
}
_LABELS_OR_NULL: dict[str, Schema] = {
    "source": text_or_null(_ORIGIN_MEANING, maxLength=255, examples=["camera 3"]),
    "data_split": _SPLIT_OR_NULL,
}

_ANNOUNCED: dict[str, Schema] = {
    "file_name": text(
        "The file name; its suffix determines the content type.", minLength=1, maxLength=255, examples=["clip.mp4"]
    ),
    "size_bytes": number("The exact size of the file.", minimum=1, examples=[299_000_000]),
}
_ANNOUNCED_TYPE: dict[str, Schema] = {
    "content_type": text_or_null(
        "Overrides the content type that follows from the file name.", maxLength=255, examples=["video/mp4"]
    )
}
_NOTE: dict[str, Schema] = {
    "key": text("The key of the annotation.", minLength=1, maxLength=255, examples=["mood"]),
    "value": text("The value of the annotation.", minLength=1, maxLength=255, examples=["cheerful"]),
}
_NOTE_JSON: dict[str, Schema] = {
    **_NOTE,
    "value": {
        **_NOTE["value"],
        "type": ["string", "number", "boolean"],
        "description": "The value of the annotation; a number or boolean is stored as text.",
    },
}


def _file(meaning: str) -> Schema:
    return text(
        f"{meaning} Its content type is that of the part; if absent, it follows from the file name.",
        format="binary",
    )


def _in_brackets(name: str, members: Mapping[str, Schema]) -> dict[str, Schema]:
    return {f"{name}[{member}]": schema for member, schema in members.items()}


def _within(name: str, resource: Schema) -> Schema:
    return {"type": "object", "properties": {name: resource}, "required": [name]}


_NOTE_SOURCE: dict[str, Schema] = {
    "source": text_or_null("The source of the annotation. Empty: no source.", maxLength=255)
}
_NOTE_FORM_SOURCE: dict[str, Schema] = {
    "source": text("The source of the annotation. Empty: no source.", maxLength=255)
}


def _from_next_run(schema: Schema) -> Schema:
    return {**schema, "description": f"From the next run on: {schema['description']}"}


def _option(row: JobOption) -> Schema:
    """Returns an option of a form. A choice may also be empty, which means the default."""
    schema = row.value.schema
    if "enum" in schema:
        schema = {**schema, "enum": [*cast("list[str]", schema["enum"]), ""]}
    more = {"examples": list(row.examples)} if row.examples else {}
    return {**schema, "description": row.sentence, **more}


def _option_or_null(row: JobOption) -> Schema:
    """Does the same for JSON, in which null also means the default."""
    schema = _option(row)
    return schema if "enum" in schema else {**schema, "type": [schema["type"], "null"]}


_STATUS = text(
    "cancelled stops the job; done is allowed together with a result.",
    enum=[JobStatus.CANCELLED, JobStatus.DONE],
    examples=["cancelled"],
)
_NEW_NAME: Schema = {**_NAME, "description": "The analysis of the next run."}
_JOB_CHANGES = _in_brackets(
    "entry_job",
    {"name": _NEW_NAME, "status": _STATUS, **{row.name: _from_next_run(_option(row)) for row in KEPT_OPTIONS}},
)
_OPTIONS: dict[str, Schema] = {
    **_in_brackets("entry_job", {"name": _NAME, **{row.name: _option(row) for row in ALL_OPTIONS}}),
    "entry[data_split]": _SPLIT,
}
_RESULT: dict[str, Schema] = {
    "entry_job[result]": _file("A result file of your own. A job without a result ends as done.")
}

_GROUP = record(
    "A group of jobs: either jobs or an annotation.",
    {},
    {
        "title": text("What the group is called in the result; else its annotation.", maxLength=255),
        "jobs": {
            "type": "array",
            "description": "Their ids.",
            "minItems": 1,
            "maxItems": MAX_RECORDINGS,
            "items": text("The id of a job.", pattern=ID_PATTERN),
        },
        "annotation": closed(
            record(
                "All jobs whose input or result has this annotation.",
                {"key": text("Its key.", minLength=1, maxLength=255, examples=["stimulus"])},
                {
                    "value": text("Its value.", minLength=1, maxLength=255, examples=["spot A"]),
                    "source": text("Its source.", minLength=1, maxLength=255),
                },
            )
        ),
    },
)


def announced_members() -> dict[str, Schema]:
    """The members of an input that is announced or has a URL."""
    return {**_ANNOUNCED, **_ANNOUNCED_TYPE, "input_url": _URL}


def common_members() -> dict[str, Schema]:
    """The members that say what a job in JSON is to be."""
    options = {row.name: _option_or_null(row) for row in ALL_OPTIONS}
    return {"name": _NAME, **options, "data_split": _SPLIT_OR_NULL}


BODY_SCHEMAS: Mapping[str, Schema] = {
    "NewComparison": closed_body(
        "comparison",
        "What to compare.",
        {
            "metric": text("The name of a metric.", examples=["smile"]),
            "groups": {
                "type": "array",
                "description": "One group, or two whose difference is of interest.",
                "minItems": 1,
                "maxItems": MAX_GROUPS,
                "items": closed(_GROUP),
            },
        },
        {row.name: _option_or_null(row) for row in CREATION_OPTIONS},
    ),
    "NewJobForm": record(
        "A media file or its URL, and the options of the job.",
        {},
        {"entry_job[input]": _file("The media file."), "entry_job[input_url]": _URL, **_OPTIONS},
    ),
    "NewJobFromUrlForm": record(
        "The URL of a media file, and the options of the job.", {"entry_job[input_url]": _URL}, _OPTIONS
    ),
    "NewJob": closed_body(
        "entry_job",
        "A file to upload directly (file_name and size_bytes) or a URL, and the options of the job.",
        {},
        {**announced_members(), **common_members()},
    ),
    "JobChanges": record("The changes.", {}, _JOB_CHANGES),
    "JobChangesJson": closed_body(
        "entry_job",
        "The changes.",
        {},
        {
            "name": _NEW_NAME,
            "status": text("cancelled stops the job.", enum=[JobStatus.CANCELLED], examples=["cancelled"]),
            **{row.name: _from_next_run(_option_or_null(row)) for row in KEPT_OPTIONS},
        },
    ),
    "JobChangesForm": record("The changes, or a result.", {}, {**_JOB_CHANGES, **_RESULT}),
    "NewEntryForm": record(
        "A media file without a job.", {"entry[media]": _file("The media file.")}, _in_brackets("entry", _LABELS)
    ),
    "NewEntry": closed_body("entry", "A file to upload directly.", _ANNOUNCED, {**_ANNOUNCED_TYPE, **_LABELS_OR_NULL}),
    "EntryChanges": _within("entry", record("The changes.", {}, _LABELS_OR_NULL)),
    "EntryChangesForm": record("The changes.", {}, _in_brackets("entry", _LABELS)),
    "FaceCorrections": corrections_body(),
    "FaceCorrectionForm": correction_form(),
    "FileForm": record("A file.", {"media": _file("The file.")}),
    "NewAnnotation": _within("annotation", record("A note.", _NOTE_JSON, _NOTE_SOURCE)),
    "NewAnnotationForm": record(
        "A note.", _in_brackets("annotation", _NOTE), _in_brackets("annotation", _NOTE_FORM_SOURCE)
    ),
    "AnnotationChanges": _within("annotation", record("The changes.", {}, {**_NOTE_JSON, **_NOTE_SOURCE})),
    "AnnotationChangesForm": record("The changes.", {}, _in_brackets("annotation", {**_NOTE, **_NOTE_FORM_SOURCE})),
    "UploadedParts": closed(
        record(
            "The parts that were sent; omit them for a file in one piece.",
            {},
            {
                "parts": {
                    "type": "array",
                    "maxItems": MAX_PARTS,
                    "description": "Lists each part once.",
                    "items": closed(
                        record(
                            "One part.",
                            {
                                "number": number("The number of the part, from 1.", minimum=1, examples=[1]),
                                "etag": text(
                                    "The ETag header of the response to its PUT.", maxLength=128, examples=['"9b2c"']
                                ),
                            },
                        )
                    ),
                }
            },
        )
    ),
}
