"""A summary as a JSON Schema (`formats.summary_json`)."""

from chalicelib.api.openapi.terms import Schema, record, ref, text
from chalicelib.domain.requests.result_formats import SUMMARY_CONTENT_TYPE


def summary_result(frame_size: Schema) -> Schema:
    """Returns the schema; `frame_size` is that of the size that face boxes refer to."""
    number: Schema = {"type": "number"}
    values: Schema = {
        "type": "object",
        "description": "Mean, peak and more of each metric.",
        "propertyNames": ref("MetricName"),
        "additionalProperties": {"type": "object", "additionalProperties": number},
    }
    media = record(
        "All frames together.",
        {"duration_s": {**number, "description": "From the first frame to the end of the last, in seconds."}},
        {"frame_size": frame_size},
    )
    asymmetry: Schema = {
        "type": "object",
        "description": "The mean of the left side less that of the right, if the job scores sides.",
        "additionalProperties": number,
    }
    face = record(
        "The summary of one face.", {"face_id": text("The face."), "metrics": values}, {"asymmetry": asymmetry}
    )
    return record(
        f"A file of the type `{SUMMARY_CONTENT_TYPE}`; described in docs/results.md.",
        {
            "content_type": text("What it is.", enum=[SUMMARY_CONTENT_TYPE]),
            "media": media,
            "faces": {
                "type": "array",
                "description": "The faces in the order of their first appearance.",
                "items": face,
            },
        },
        {
            "configuration": record(
                "How the analysis was run.",
                {"version": text("The version of Mien.")},
                {"execution provider": text("The execution provider of ONNX Runtime.")},
            ),
            "source": record(
                "What was measured.",
                {
                    "file": text("The file name of the job's input."),
                    "job": text("The id of the job."),
                },
            ),
        },
    )
