"""The header of a timeline as a JSON Schema; what follows it is bytes (`formats.timeline`)."""

from chalicelib.api.openapi.terms import Schema, number, record, ref, text
from chalicelib.domain.measurements.validity import InvalidReason
from chalicelib.domain.requests.result_formats import TIMELINE_CONTENT_TYPE


def timeline_header(frame_size: Schema) -> Schema:
    """Returns the schema; `frame_size` is that of the size that face boxes refer to."""
    step: Schema = {"type": "number", "exclusiveMinimum": 0, "description": "What a difference of 1 stands for."}
    name: Schema = {"anyOf": [ref("MetricName"), {"const": "confidence"}], "description": "Its metric."}
    column = record("One column of every face.", {"name": name, "unit": text("Its unit."), "step": step})
    face = record(
        "One face.",
        {
            "face_id": text("Its id."),
            "rows": number("The frames in which it is seen."),
            "buckets": number("The rows of its overview."),
            "overview_bytes": number("The compressed bytes of its overview."),
            "bytes": number("The compressed bytes of its rows."),
        },
        {"name": text("What a client has called it.")},
    )
    return record(
        f"The header of a file of the type `{TIMELINE_CONTENT_TYPE}`; docs/results.md describes the bytes around it.",
        {
            "content_type": text("What it is.", enum=[TIMELINE_CONTENT_TYPE]),
            "version": text("The version of Mien."),
            "frames": number("The frames of the video."),
            "columns": {"type": "array", "description": "The columns of every face.", "items": column},
            "reasons": {
                "type": "array",
                "description": "The reasons why numbers are not valid, from the lowest bit on.",
                "items": {"type": "string", "enum": [str(reason) for reason in InvalidReason]},
            },
            "times": record(
                "The times of the frames.",
                {"step_s": {**step, "description": "One step in seconds."}, "bytes": number("Their compressed bytes.")},
            ),
            "bucket_frames": number("The frames of the video that a row of an overview sums up."),
            "faces": {"type": "array", "description": "The faces by first appearance.", "items": face},
        },
        {
            "frame_size": frame_size,
            "holes": {
                "type": "array",
                "description": "After these frames no frame stands until the next: frames were lost.",
                "items": record(
                    "The frame before a hole.",
                    {"frame": number("Its number, from 0."), "lasts_s": number("For so long it stands, in seconds.")},
                ),
            },
        },
    )
