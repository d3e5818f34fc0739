"""The bodies that clients send, as JSON Schemas. Members that are not listed are accepted and ignored."""

from collections.abc import Mapping

from chalicelib.api.openapi.schemas import Schema, number, record, text, text_or_null
from chalicelib.domain.intake.uploads import MAX_PARTS
from chalicelib.domain.jobs import JobStatus
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.job_options import NeutralBaseline
from chalicelib.domain.requests.result_formats import ResultTable
from chalicelib.domain.retention import MAX_KEPT_S

_NAME = text("What to do; auto and nothing mean multiface.", enum=[*JobName, "auto", ""])
_TABLE = text("A table beside the other results.", enum=[*ResultTable, ""])
_BASELINE = text(
    "Whether scores are corrected by each person's own neutral; nothing means on. The ct-pack jobs know none.",
    enum=[*NeutralBaseline, ""],
)
_URL = text(
    "Instead of a file: an https URL on the public Internet, from which the worker fetches the medium.",
    maxLength=2048,
    examples=["https://media.example.org/clip.mp4"],
)
_CALLBACK_MEANING = "An https URL on the public Internet that is told when the job ends; an empty one is none."
_CALLBACK = text(_CALLBACK_MEANING, maxLength=2048, examples=["https://example.org/hooks/mien"])
_CALLBACK_OR_NULL = text_or_null(_CALLBACK_MEANING, maxLength=2048, examples=["https://example.org/hooks/mien"])
_EXPIRES_IN: Schema = {
    "type": "integer",
    "minimum": 1,
    "maximum": MAX_KEPT_S,
    "description": "After how many seconds the job goes with its media, results and annotations.",
    "examples": [86_400],
}
_SPLIT_MEANING = "A word of yours that is kept with the entry; an empty one is none."
_SPLIT = text(_SPLIT_MEANING, maxLength=255, examples=["test"])
_SPLIT_OR_NULL = text_or_null(_SPLIT_MEANING, maxLength=255, examples=["test"])

_ANNOUNCED: dict[str, Schema] = {
    "file_name": text(
        "The name of the file; its suffix says what it is.", minLength=1, maxLength=255, examples=["clip.mp4"]
    ),
    "size_bytes": number("The exact size of the file.", minimum=1, examples=[299_000_000]),
}
_ANNOUNCED_TYPE: dict[str, Schema] = {
    "content_type": text_or_null("Where you know better than the name.", maxLength=255, examples=["video/mp4"])
}
_NOTE: dict[str, Schema] = {
    "key": text("What the note is about.", minLength=1, maxLength=255, examples=["mood"]),
    "value": text("What it says.", minLength=1, maxLength=255, examples=["cheerful"]),
}


def _file(meaning: str) -> Schema:
    return text(f"{meaning} Its own Content-Type counts, else its file name.", format="binary")


def _in_brackets(name: str, members: Mapping[str, Schema]) -> dict[str, Schema]:
    return {f"{name}[{member}]": schema for member, schema in members.items()}


def _within(name: str, resource: Schema) -> Schema:
    return {"type": "object", "properties": {name: resource}, "required": [name]}


_NOTE_SOURCE: dict[str, Schema] = {
    "source": text_or_null("Who or what it comes from; an empty one is none.", maxLength=255)
}
_NOTE_FORM_SOURCE: dict[str, Schema] = {
    "source": text("Who or what it comes from; an empty one is none.", maxLength=255)
}

_JOB_CHANGES: dict[str, Schema] = {
    "entry_job[name]": {**_NAME, "description": "The analysis from the next run on."},
    "entry_job[status]": text(
        "cancelled stops the job; done may come with a result.",
        enum=[JobStatus.CANCELLED, JobStatus.DONE],
        examples=["cancelled"],
    ),
    "entry_job[table]": {**_TABLE, "description": "The table from the next run on."},
    "entry_job[neutral_baseline]": {**_BASELINE, "description": "The correction from the next run on."},
}
_WISHES: dict[str, Schema] = {
    "entry_job[name]": _NAME,
    "entry_job[table]": _TABLE,
    "entry_job[neutral_baseline]": _BASELINE,
    "entry_job[expires_in]": _EXPIRES_IN,
    "entry_job[callback_url]": _CALLBACK,
    "entry[data_split]": _SPLIT,
}
_RESULT: dict[str, Schema] = {"entry_job[result]": _file("A result of your own; ends a job that has none as done.")}

BODY_SCHEMAS: Mapping[str, Schema] = {
    "NewJobForm": {
        **record(
            "A medium, or its URL, and what to do with it.",
            {},
            {"entry_job[input]": _file("The media file."), "entry_job[input_url]": _URL, **_WISHES},
        ),
        "oneOf": [{"required": ["entry_job[input]"]}, {"required": ["entry_job[input_url]"]}],
    },
    "NewJobFromUrlForm": record(
        "The URL of a medium, and what to do with it.", {"entry_job[input_url]": _URL}, _WISHES
    ),
    "NewJob": _within(
        "entry_job",
        {
            **record(
                "A file to be uploaded directly, or a URL, and what to do with it.",
                {},
                {
                    **_ANNOUNCED,
                    **_ANNOUNCED_TYPE,
                    "input_url": _URL,
                    "name": _NAME,
                    "table": _TABLE,
                    "neutral_baseline": _BASELINE,
                    "expires_in": {**_EXPIRES_IN, "type": ["integer", "null"]},
                    "callback_url": _CALLBACK_OR_NULL,
                    "data_split": _SPLIT_OR_NULL,
                },
            ),
            "oneOf": [{"required": ["file_name", "size_bytes"]}, {"required": ["input_url"]}],
        },
    ),
    "JobChanges": record("What to change.", {}, _JOB_CHANGES),
    "JobChangesForm": record("What to change, or a result.", {}, {**_JOB_CHANGES, **_RESULT}),
    "NewEntryForm": record(
        "A medium without a job.", {"entry[media]": _file("The media file.")}, {"entry[data_split]": _SPLIT}
    ),
    "NewEntry": _within(
        "entry",
        record("A file to be uploaded directly.", {**_ANNOUNCED}, {**_ANNOUNCED_TYPE, "data_split": _SPLIT_OR_NULL}),
    ),
    "EntryChanges": _within("entry", record("What to change.", {}, {"data_split": _SPLIT_OR_NULL})),
    "EntryChangesForm": record("What to change.", {}, {"entry[data_split]": _SPLIT}),
    "FileForm": record("A file.", {"media": _file("The file.")}),
    "NewAnnotation": _within("annotation", record("A note.", _NOTE, _NOTE_SOURCE)),
    "NewAnnotationForm": record(
        "A note.", _in_brackets("annotation", _NOTE), _in_brackets("annotation", _NOTE_FORM_SOURCE)
    ),
    "AnnotationChanges": _within("annotation", record("What to change.", {}, {**_NOTE, **_NOTE_SOURCE})),
    "AnnotationChangesForm": record("What to change.", {}, _in_brackets("annotation", {**_NOTE, **_NOTE_FORM_SOURCE})),
    "UploadedParts": record(
        "The parts that were sent; nothing for a file in one piece.",
        {},
        {
            "parts": {
                "type": "array",
                "maxItems": MAX_PARTS,
                "description": "Each part once.",
                "items": record(
                    "One part.",
                    {
                        "number": number("Its place, from 1.", minimum=1, examples=[1]),
                        "etag": text("The ETag header of the answer to its PUT.", maxLength=128, examples=['"9b2c"']),
                    },
                ),
            }
        },
    ),
}
