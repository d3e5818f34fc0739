"""The documents and bodies of batches as JSON Schemas."""

from collections.abc import Mapping

from chalicelib.api.openapi.body_schemas import announced_members, common_members
from chalicelib.api.openapi.schemas import AUTHOR, SELF, TIMES, WEBHOOK, kept_options, time, url
from chalicelib.api.openapi.terms import Schema, closed, closed_body, number, record, ref, text, text_or_null
from chalicelib.domain.batches import MAX_MEMBERS, MemberState
from chalicelib.domain.jobs import JobStatus
from chalicelib.domain.requests.job_names import ANALYSES
from chalicelib.domain.requests.new_batches import MAX_NOTES

_STATES: Mapping[MemberState, str] = {
    MemberState.WAITING: "Wait for their turn.",
    MemberState.AWAITED: "Wait for their files.",
    MemberState.QUEUED: "Wait for a worker.",
    MemberState.WORKING: "Are being measured.",
    MemberState.DONE: "Are done.",
    MemberState.ERROR: "Have failed.",
    MemberState.CANCELLED: "Were cancelled or deleted.",
}
_NOTE = record(
    "An annotation of every input.",
    {
        "key": text("The key.", minLength=1, maxLength=255, examples=["shoot"]),
        "value": text("The value.", minLength=1, maxLength=255, examples=["monday"]),
    },
    {"source": text_or_null("The source.", maxLength=255)},
)
_NOTES: Schema = {"type": "array", "maxItems": MAX_NOTES, "items": _NOTE}

BATCH_SCHEMAS: Mapping[str, Schema] = {
    "Batch": record(
        "Many files as one job.",
        {
            **SELF,
            "job": url("The same as a job: it can be cancelled, requeued for another table, and deleted there."),
            "jobs": url("The jobs of the batch."),
            "uploads": url("The files that the batch waits for, with addresses to send them to."),
            "name": text("The analysis of its jobs.", enum=[*ANALYSES]),
            "status": text("done once all jobs have ended and the table is written.", enum=[*JobStatus]),
            **AUTHOR,
            **TIMES,
            "count": number("The number of its inputs.", minimum=1, maximum=MAX_MEMBERS),
            "created": number("The number of those that exist as jobs by now."),
            "states": record(
                "The number of its jobs in each state.", {state: number(_STATES[state]) for state in MemberState}
            ),
            **kept_options(),
            "data_split": text_or_null("The label of its entries."),
            "annotations": {**_NOTES, "description": "The annotations of all inputs."},
        },
        {
            "result": ref("Entry"),
            "error": text("The reason of the failure; present if the status is error."),
            "expires": time("When the batch is deleted with all of its jobs. Absent if it is kept."),
            **WEBHOOK,
        },
    ),
    "AwaitedFile": record(
        "A job that waits for its file.",
        {
            "job": url("The job."),
            "index": number("The place of the input in the request, from 0.", maximum=MAX_MEMBERS - 1),
            "file_name": text("The name of the file."),
            "upload": ref("Upload"),
        },
    ),
}

_INPUT = record(
    "A URL, or a file to upload directly (file_name and size_bytes).",
    {},
    announced_members(),
)

BATCH_BODIES: Mapping[str, Schema] = {
    "NewBatch": closed_body(
        "batch",
        "The inputs, and what their jobs have in common.",
        {
            "inputs": {
                "type": "array",
                "description": "The inputs, in the order of the table.",
                "minItems": 1,
                "maxItems": MAX_MEMBERS,
                "items": closed(_INPUT),
            }
        },
        {
            **common_members(),
            "annotations": {**_NOTES, "items": closed(_NOTE), "description": "Annotations of every input."},
        },
    ),
    "BatchChanges": closed_body(
        "batch",
        "The change.",
        {},
        {"status": text("cancelled stops all jobs.", enum=[JobStatus.CANCELLED], examples=["cancelled"])},
    ),
}
