"""The documents of the API as JSON Schemas (2020-12). `documents` makes them; tests compare the two.

They are open: clients must accept new members. The tests close them, so that every member is described.
"""

from collections.abc import Mapping

from chalicelib.api.openapi.terms import ID_PATTERN, Schema, number, record, ref, text, text_or_null
from chalicelib.domain.jobs import JobStatus
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.job_options import KEPT_OPTIONS, JobOption
from chalicelib.domain.webhooks import MAX_DELIVERIES_SHOWN


def url(meaning: str) -> Schema:
    """A URL."""
    return text(meaning, format="uri")


def time(meaning: str) -> Schema:
    """A time, in UTC."""
    return text(meaning, format="date-time", examples=["2026-01-31T09:30:00.250Z"])


def _kept(row: JobOption) -> Schema:
    """An option as the job shows it; null if nothing is set."""
    schema = {**row.value.schema, "description": row.meaning}
    return schema if row.default is not None else {**schema, "type": [schema["type"], "null"]}


def kept_options() -> dict[str, Schema]:
    """The options that a job or a batch shows."""
    return {row.name: _kept(row) for row in KEPT_OPTIONS}


_ENDS = [status for status in JobStatus if status.is_over]
_EVENTS = [status.event for status in _ENDS]
SELF = {"self": url("The URL of this resource.")}
AUTHOR = {"author": text("The e-mail address of the user who made it.")}
TIMES = {"published": time("Time of creation, in UTC."), "updated": time("Time of the last change, in UTC.")}
_SIZE = number("The size of the file in bytes.")

WEBHOOK: dict[str, Schema] = {
    "callback_url": url("The URL notified when the job ends. Absent if there is none."),
    "deliveries": {
        "type": "array",
        "maxItems": MAX_DELIVERIES_SHOWN,
        "items": ref("Delivery"),
        "description": "The last delivery attempts, oldest first. Present with a callback_url.",
    },
    "next_delivery": {
        **time("The time of the next delivery attempt; null if there is none. Present with a callback_url."),
        "type": ["string", "null"],
    },
}
"""The members of a job or a batch with a callback_url."""

_SERVICES = record(
    "Services by name.",
    {
        "jobs": url("The URL at which jobs are created and listed."),
        "entries": url("The URL at which entries are created and listed."),
        "batches": url("The URL at which batches are created and listed."),
    },
)

SCHEMAS: Mapping[str, Schema] = {
    "Error": record(
        "The body of every error response.", {"error": text("A message that states the problem and what to do.")}
    ),
    "Index": record("The services by API version.", {"v1": _SERVICES, "development": _SERVICES}),
    "JobDeletion": record(
        "What a deletion removed.",
        {
            "job": text("The id of the job that was deleted.", pattern=ID_PATTERN),
            "removed": record(
                "What belonged to it.",
                {"entries": number("Its media and results."), "files": number("The files in them.")},
            ),
            "is_complete": {
                "type": "boolean",
                "description": "False if a worker may still be at the job; the rest is removed within minutes.",
            },
        },
    ),
    "Job": record(
        "A request to analyse one media file.",
        {
            **SELF,
            "name": text("The analysis.", enum=[*JobName]),
            "status": text("From queued to working to done, error or cancelled.", enum=[*JobStatus]),
            **AUTHOR,
            **TIMES,
            "filename": text("The name of the media file."),
            **kept_options(),
            "input": {
                "description": "The entry with the media file; an empty array if there is none yet.",
                "oneOf": [ref("Entry"), {"type": "array", "maxItems": 0, "items": {}}],
            },
            "progress": {
                "description": "The progress of the run; null before it starts.",
                "oneOf": [ref("Progress"), {"type": "null"}],
            },
        },
        {
            "result": ref("Entry"),
            "earlier_result": url("The entry of the result before a requeue; deleted once another run is done."),
            "error": text("The reason of the failure; present if the status is error."),
            "upload": ref("Upload"),
            "expires": time("When the job is deleted with its media, results and annotations. Absent if it is kept."),
            **WEBHOOK,
            "batch": url("The batch that the job is or belongs to. Absent if there is none."),
        },
    ),
    "Progress": record(
        "The progress of a run.",
        {
            "frames_done": number("The number of frames analysed so far."),
            "frames_total": {
                "type": ["integer", "null"],
                "minimum": 0,
                "description": "The number of all frames; null if the file does not state it.",
            },
            "frames_per_second": {"type": "number", "minimum": 0, "description": "The speed of the analysis."},
        },
    ),
    "Entry": record(
        "A media file or a result, with its files.",
        {
            **SELF,
            "annotations": url("The annotations of the entry."),
            "representation_self": url("The URL to which further files are posted."),
            **AUTHOR,
            "source": text_or_null("The origin of the entry."),
            "data_split": text_or_null("A label chosen by the client, such as train or test."),
            "media_seconds": {
                "type": ["number", "null"],
                "minimum": 0,
                "description": "The duration in seconds; null if there is none, as for a still image.",
            },
            **TIMES,
            "representations": {
                "type": "array",
                "items": ref("Representation"),
                "description": "The files of the entry, oldest first.",
            },
        },
        {
            "job": url("The job whose input or result it is. Absent if there is none."),
            "faces": url("The faces of a result and their corrections. Absent if they cannot be corrected."),
            "upload": ref("Upload"),
            "expires": time("When an entry without a job is deleted. Absent if it is kept."),
        },
    ),
    "Representation": record(
        "One file of an entry.",
        {
            **SELF,
            "media": url("Redirects to the bytes."),
            "content_type": text("The content type of the file."),
            "file_name": text("The file name, unique within the entry."),
            "size_bytes": _SIZE,
            "sha256": text_or_null(
                "SHA-256 of the bytes in hex; null for a direct upload that no worker has read yet.",
                pattern="^[0-9a-f]{64}$",
            ),
            **TIMES,
        },
    ),
    "Annotation": record(
        "An annotation of an entry.",
        {
            **SELF,
            "entry": url("The entry."),
            **AUTHOR,
            "source": text_or_null("The source of the annotation, a person or a program."),
            "key": text("The key of the annotation."),
            "value": text("The value of the annotation."),
        },
    ),
    "Upload": record(
        "A direct upload in progress. Only the response to the announcement has the addresses: url "
        "and fields for the method post, part_size_bytes and parts for the method multipart.",
        {
            "method": text("post: one form; multipart: parts.", enum=["post", "multipart"]),
            "content_type": text("The content type that was announced."),
            "size_bytes": _SIZE,
            "expires": time("The deadline of the upload."),
            "complete": url("POST to complete the upload; DELETE to cancel it."),
        },
        {
            "url": url("The URL to which the form is posted, as multipart/form-data."),
            "fields": {
                "type": "object",
                "additionalProperties": {"type": "string"},
                "description": "The fields of the form, which come before the part `file` with the bytes.",
            },
            "part_size_bytes": number("The size of every part but the last."),
            "parts": {
                "type": "array",
                "description": "The URLs to which the parts are sent by PUT; keep the ETag of each response.",
                "items": record(
                    "One part.",
                    {
                        "number": number("The number of the part, from 1.", minimum=1),
                        "url": url("The URL for its bytes."),
                    },
                ),
            },
        },
    ),
    "Delivery": record(
        "An attempt to deliver the notification of a job's end.",
        {
            "id": text("The id of the notification: the same for every attempt, and in its header X-Mien-Delivery."),
            "event": text("The event.", enum=_EVENTS),
            "attempt": number("Its number, from 1.", minimum=1),
            "time": time("When the attempt ended."),
            "status_code": {
                "type": ["integer", "null"],
                "description": "The status code of the response; null if there was none.",
            },
            "error": text_or_null(
                "Why there was no response.",
                enum=["refused", "not found", "tls", "timeout", "connection", "interrupted", None],
            ),
        },
    ),
    "Notification": record(
        "The notification of a job's end, sent to its callback_url: the same bytes at every attempt.",
        {
            "event": text("The event.", enum=_EVENTS),
            "time": time("When the job ended, in UTC."),
            "job": record(
                "The job.",
                {
                    "id": text("The id of the job, the last segment of its URL."),
                    "self": url("Its URL."),
                    "status": text("The final status of the job.", enum=_ENDS),
                    "error": text_or_null("The reason of the failure, if the status is error."),
                },
            ),
        },
    ),
    "WebhookSecret": record(
        "The secret that signs the account's notifications.",
        {**SELF, "secret": text("The key of the HMAC, used as is."), "created": time("When it was made.")},
    ),
    "OpenApi": {"type": "object", "description": "This document.", "required": ["openapi", "info", "paths"]},
}
