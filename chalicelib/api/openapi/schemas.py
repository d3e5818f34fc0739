"""The documents that leave the API, as JSON Schemas (2020-12). `documents` makes them; tests hold the two together.

They are open: clients have to expect members that are new. The tests close them, so that none goes undescribed.
"""

from collections.abc import Mapping

from chalicelib.domain.jobs import JobStatus
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.job_options import KEPT_OPTIONS, JobOption
from chalicelib.domain.webhooks import MAX_DELIVERIES_SHOWN

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


def _url(meaning: str) -> Schema:
    return text(meaning, format="uri")


def _time(meaning: str) -> Schema:
    return text(meaning, format="date-time", pattern="Z$", examples=["2026-01-31T09:30:00.250Z"])


def _kept(row: JobOption) -> Schema:
    """An option as the job shows it; null if nothing is set."""
    schema = {**row.value.schema, "description": row.meaning}
    return schema if row.default is not None else {**schema, "type": [schema["type"], "null"]}


_ENDS = [status for status in JobStatus if status.is_over]
_EVENTS = [status.event for status in _ENDS]
_SELF = {"self": _url("The URL of this resource.")}
_AUTHOR = {"author": text("The e-mail address of the user who made it.")}
_TIMES = {"published": _time("When it was made, in UTC."), "updated": _time("When it last changed, in UTC.")}
_SIZE = number("The size of the file in bytes.")

_SERVICES = record(
    "Services by name.",
    {"jobs": _url("Where jobs are created and listed."), "entries": _url("Where entries are created.")},
)

SCHEMAS: Mapping[str, Schema] = {
    "Error": record(
        "What every error looks like.", {"error": text("One sentence: what was wrong and what to do about it.")}
    ),
    "Index": record("The services by API version.", {"v1": _SERVICES, "development": _SERVICES}),
    "Job": record(
        "One request to analyse one medium.",
        {
            **_SELF,
            "name": text("What is done with the medium.", enum=[*JobName]),
            "status": text("From queued to working to done, error or cancelled.", enum=[*JobStatus]),
            **_AUTHOR,
            **_TIMES,
            "filename": text("The name of the media file."),
            **{row.name: _kept(row) for row in KEPT_OPTIONS},
            "input": {
                "description": "The entry with the medium; an empty array while there is none.",
                "oneOf": [ref("Entry"), {"type": "array", "maxItems": 0}],
            },
            "progress": {
                "description": "How far the run is; null before the work begins.",
                "oneOf": [ref("Progress"), {"type": "null"}],
            },
        },
        {
            "result": ref("Entry"),
            "error": text("Why the job failed; there when its status is error."),
            "upload": ref("Upload"),
            "expires": _time("When the job goes with its media, results and annotations; missing where it stays."),
            "callback_url": _url("Where its end is told; missing where it is not."),
            "deliveries": {
                "type": "array",
                "maxItems": MAX_DELIVERIES_SHOWN,
                "items": ref("Delivery"),
                "description": "The last attempts at telling it, oldest first; there with a callback_url.",
            },
            "next_delivery": {
                **_time("When the next attempt is due; null when none is to come. There with a callback_url."),
                "type": ["string", "null"],
            },
        },
    ),
    "Progress": record(
        "How far a run is.",
        {
            "frames_done": number("Frames that have been measured."),
            "frames_total": {
                "type": ["integer", "null"],
                "minimum": 0,
                "description": "All frames; null where the file does not say.",
            },
            "frames_per_second": {"type": "number", "minimum": 0, "description": "The pace of the analysis."},
        },
    ),
    "Entry": record(
        "A medium, or a result, with its files.",
        {
            **_SELF,
            "annotations": _url("The annotations of the entry."),
            "representation_self": _url("Where further files are added."),
            **_AUTHOR,
            "source": text_or_null("What made the entry."),
            "data_split": text_or_null("A word of the client's own, such as train or test."),
            "media_seconds": {
                "type": ["number", "null"],
                "minimum": 0,
                "description": "The length of the medium in seconds; null for what has none.",
            },
            **_TIMES,
            "representations": {
                "type": "array",
                "items": ref("Representation"),
                "description": "The files of the entry, oldest first.",
            },
        },
        {
            "upload": ref("Upload"),
            "expires": _time("When an entry that was made without a job goes; missing where it stays."),
        },
    ),
    "Representation": record(
        "One file of an entry.",
        {
            **_SELF,
            "media": _url("The bytes, by a redirect."),
            "content_type": text("The content type of the file."),
            "file_name": text("The name of the file; an entry has each name once."),
            "size_bytes": _SIZE,
            "sha256": text_or_null(
                "SHA-256 of the bytes in hex; null until a worker has read a direct upload.", pattern="^[0-9a-f]{64}$"
            ),
            **_TIMES,
        },
    ),
    "Annotation": record(
        "A note on an entry.",
        {
            **_SELF,
            "entry": _url("The entry."),
            **_AUTHOR,
            "source": text_or_null("Who or what the note comes from."),
            "key": text("What the note is about."),
            "value": text("What it says."),
        },
    ),
    "Upload": record(
        "A direct upload that is waited for. The answer to the announcement, and no later one, has the addresses: url "
        "and fields for the method post, part_size_bytes and parts for the method multipart.",
        {
            "method": text("post: one form; multipart: parts.", enum=["post", "multipart"]),
            "content_type": text("The content type that was announced."),
            "size_bytes": _SIZE,
            "expires": _time("When everything has to have arrived."),
            "complete": _url("POST here when all has been sent; DELETE to give up."),
        },
        {
            "url": _url("Where the form goes, as multipart/form-data."),
            "fields": {
                "type": "object",
                "additionalProperties": {"type": "string"},
                "description": "The fields of the form, which come before the part `file` with the bytes.",
            },
            "part_size_bytes": number("The size of every part but the last."),
            "parts": {
                "type": "array",
                "description": "Where the parts go, each by PUT; keep the ETag of each answer.",
                "items": record(
                    "One part.",
                    {"number": number("Its place, from 1.", minimum=1), "url": _url("Where its bytes go.")},
                ),
            },
        },
    ),
    "Delivery": record(
        "An attempt at telling the end of a job.",
        {
            "id": text("The notification: the same for every attempt at it, and in its header X-Mien-Delivery."),
            "event": text("What was to be told.", enum=_EVENTS),
            "attempt": number("Its number, from 1.", minimum=1),
            "time": _time("When it was over."),
            "status_code": {
                "type": ["integer", "null"],
                "description": "What the receiver answered; null where it did not.",
            },
            "error": text_or_null(
                "Why there is no answer.",
                enum=["refused", "not found", "tls", "timeout", "connection", "interrupted", None],
            ),
        },
    ),
    "Notification": record(
        "The end of a job, as it is told at its callback_url: the same bytes at every attempt.",
        {
            "event": text("What has happened.", enum=_EVENTS),
            "time": _time("When the job ended, in UTC."),
            "job": record(
                "The job.",
                {
                    "id": text("Its id, the last part of its URL."),
                    "self": _url("Its URL."),
                    "status": text("How it ended.", enum=_ENDS),
                    "error": text_or_null("Why it failed, when its status is error."),
                },
            ),
        },
    ),
    "WebhookSecret": record(
        "What the notifications of the account are signed with.",
        {**_SELF, "secret": text("The key of the HMAC, as it is."), "created": _time("When it was made.")},
    ),
    "OpenApi": {"type": "object", "description": "This document.", "required": ["openapi", "info", "paths"]},
}
