"""What a comparison says of itself as a JSON Schema (`formats.many.comparison_files`)."""

from chalicelib.api.openapi.terms import ID_PATTERN, Schema, number, record, ref, text, text_or_null
from chalicelib.domain.requests.comparisons import MAX_GROUPS
from chalicelib.domain.requests.result_formats import COMPARISON_CONTENT_TYPE


def _list(meaning: str, items: Schema) -> Schema:
    return {"type": "array", "description": meaning, "items": items}


def _seconds(meaning: str) -> Schema:
    return {"type": "number", "minimum": 0, "description": meaning}


def comparison_result() -> Schema:
    """Returns the schema."""
    job = text("The id of the job.", pattern=ID_PATTERN)
    recording = record(
        "A job that is done.",
        {
            "job": job,
            "duration_s": _seconds("From its first frame to its last."),
            "missing": text_or_null("Why it has no curve; null if it has one."),
        },
    )
    left_out = record("A job that does not count.", {"job": job, "reason": text("Why.")})
    group = record(
        "A group.",
        {
            "title": text("What it is called."),
            "recordings": _list("Its recordings.", recording),
            "left_out": _list("Jobs that were not done when the comparison was made.", left_out),
        },
    )
    return record(
        f"A file of the type `{COMPARISON_CONTENT_TYPE}`, beside the table of a comparison: what was compared.",
        {
            "content_type": text("What it is.", enum=[COMPARISON_CONTENT_TYPE]),
            "version": text("The version of Mien."),
            "metric": ref("MetricName"),
            "step_s": _seconds("A step of the common clock."),
            "resamples": number("How often recordings were drawn again for a band."),
            "groups": {**_list("One or two groups.", group), "minItems": 1, "maxItems": MAX_GROUPS},
        },
    )
