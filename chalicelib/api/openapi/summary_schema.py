"""A summary as a JSON Schema (`formats.summary_json`)."""

from chalicelib.api.openapi.terms import Schema, record, ref, text
from chalicelib.domain.measurements.gaze import TOWARDS_CAMERA_DEG
from chalicelib.domain.requests.result_formats import SUMMARY_CONTENT_TYPE


def summary_result(frame_size: Schema) -> Schema:
    """Returns the schema; `frame_size` is that of the size that face boxes refer to."""
    number: Schema = {"type": "number"}
    values: Schema = {
        "type": "object",
        "description": "Mean, peak and more of each metric that was read.",
        "propertyNames": ref("MetricName"),
        "additionalProperties": {"type": "object", "additionalProperties": number},
    }
    media = record(
        "All frames together.",
        {"duration_s": {**number, "description": "From the first frame to the end of the last, in seconds."}},
        {
            "frame_size": frame_size,
            "seconds_missing": {**number, "description": "For so long no frame stands: frames were lost."},
        },
    )
    asymmetry: Schema = {
        "type": "object",
        "description": "The mean of the left side less that of the right, if the job scores sides.",
        "additionalProperties": number,
    }
    face = record(
        "The summary of one face.",
        {"face_id": text("The face."), "metrics": values},
        {"name": text("What a client has called it."), "asymmetry": asymmetry, **_eyes()},
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


def _eyes() -> dict[str, Schema]:
    """Returns the members of a face that are there if the job reads the eyes."""
    count: Schema = {"type": "integer", "minimum": 0}
    number: Schema = {"type": "number", "minimum": 0}
    number_or_null: Schema = {"type": ["number", "null"], "minimum": 0}
    reasons: Schema = {
        "type": "object",
        "description": "In how many frames each reason speaks against the gaze.",
        "additionalProperties": count,
    }
    gaze = record(
        "How long gaze was read, and how much of this time it was towards the camera.",
        {
            "frames": {**count, "description": "The frames with a gaze."},
            "seconds": {**number, "description": "How long they last."},
            "share_towards_camera": {
                **number_or_null,
                "maximum": 1,
                "description": f"The share of this time within {TOWARDS_CAMERA_DEG:g} degrees of the camera.",
            },
            "not_read_because": reasons,
        },
    )
    blinks = record(
        "The blinks.",
        {
            "count": {**count, "description": "How many were seen."},
            "seconds_watched": {**number, "description": "The time in which they could be seen."},
            "per_minute": {**number_or_null, "description": "The blink rate."},
            "mean_duration_s": {**number_or_null, "description": "How long one lasts."},
        },
        {"no_rate_because": text("Why there is no rate.")},
    )
    return {"gaze": gaze, "blinks": blinks}
