"""The result files as JSON Schemas: the metrics with unit and range, and their place in each file. Made from the
metrics that the deployment measures, so that the description matches the files.

For tables the schema is that of a row. `formats` writes the files; tests hold the two together.
"""

from collections.abc import Mapping

from chalicelib.api.openapi.comparison_schema import comparison_result
from chalicelib.api.openapi.face_schemas import FACE_NAME, FACE_NAME_OR_NULL, FACE_NAMES
from chalicelib.api.openapi.summary_schema import summary_result
from chalicelib.api.openapi.terms import Schema, record, ref, text, text_or_null
from chalicelib.api.openapi.timeline_schema import timeline_header
from chalicelib.domain.measurements.gaze import GazeReason
from chalicelib.domain.measurements.metrics import Metric, MetricGroup, MetricSet
from chalicelib.domain.measurements.reliability import RELIABILITY
from chalicelib.domain.measurements.validity import InvalidReason
from chalicelib.domain.requests.recipes import RECIPES, VARIANTS
from chalicelib.domain.requests.result_formats import (
    FACE_COLUMN,
    GAZE_REASONS_COLUMN,
    LEGACY_CONTENT_TYPE,
    NAME_COLUMN,
    NO_FACE,
    ROW_COLUMNS,
    SESSION_CONTENT_TYPE,
    TABLES,
    TIME_COLUMN,
    VALIDITY_COLUMNS,
    ResultTable,
)


def _row_schema(table: ResultTable) -> str:
    """Returns the name of the schema of a table's rows: `ParquetRow`."""
    return f"{table.capitalize()}Row"


RESULT_SCHEMAS = (
    "MetricName",
    "ClassifierName",
    "FaceMetrics",
    "SessionResult",
    "LegacyResult",
    "CsvRow",
    *(_row_schema(table) for table in TABLES),
    "SummaryResult",
    "TimelineHeader",
    "ComparisonResult",
)
"""Their names. No answer of the API holds them itself: its redirects lead to them."""

_ON_SOME_CONDITION = (MetricGroup.SIDE, MetricGroup.PROBABILITY, MetricGroup.RAW_EXPRESSION, MetricGroup.EYES)
_COLUMNS_AFTER = (*VALIDITY_COLUMNS, GAZE_REASONS_COLUMN, NAME_COLUMN)
_NUMBER: Schema = {"type": "number"}
_NUMBER_OR_NULL: Schema = {"type": ["number", "null"]}
_NO_FACE_CELL: Schema = {"const": NO_FACE}

_GAZE_REASONS_TEXT = "Reasons why gaze was not read, separated by semicolons, if the job reads the eyes."
_REASONS_TEXT = "Reasons why the numbers are not valid, separated by semicolons; empty if they are valid."


def result_schemas(metrics: MetricSet) -> Mapping[str, Schema]:
    """By name: every one of `RESULT_SCHEMAS`."""
    every = metrics.with_sides().with_probabilities().with_raw().with_eyes()
    names = list(every.names)
    variants = (every, *(metrics.with_sides().of_variant(variant) for variant in VARIANTS))
    mapped = list(dict.fromkeys(metric.mapped_name for variant in variants for metric in variant))
    either = list(dict.fromkeys((*names, *(metric.classifier for metric in metrics))))
    return {
        "MetricName": text("The friendly name of a metric.", enum=names),
        "ClassifierName": text(
            "The raw name of the metric, with a suffix if the score was processed differently from the default.",
            enum=mapped,
        ),
        "FaceMetrics": record(
            "The metrics of one face in one frame. The raw scores, not corrected by the person's own neutral, are "
            "present if the others are corrected; those of each side, the probabilities and the eyes if the job asks "
            "for them.",
            {metric.name: _value(metric) for metric in metrics} | _validity(),
            {metric.name: _value(metric) for metric in every if metric.group in _ON_SOME_CONDITION} | _gaze_reasons(),
        ),
        "SessionResult": _session(),
        "LegacyResult": _legacy(either),
        "CsvRow": {
            **record(
                "A row of `application/csv`. The metrics have their raw names in ct-pack jobs; their value is TF "
                "if no face was found.",
                {TIME_COLUMN: text("The time of the frame in milliseconds.")},
                {FACE_COLUMN: text("The face id; absent in one-face jobs."), NAME_COLUMN: FACE_NAME},
            ),
            "propertyNames": {"enum": [TIME_COLUMN, FACE_COLUMN, *either, *_COLUMNS_AFTER]},
        },
        **{_row_schema(table): _table_row(content_type, either) for table, content_type in TABLES.items()},
        "SummaryResult": summary_result(_frame_size()),
        "TimelineHeader": timeline_header(_frame_size()),
        "ComparisonResult": comparison_result(),
    }


def measured_sentence(metrics: MetricSet) -> str:
    """Returns a summary of the metrics of a face, for users."""
    expressions = sum(metric.group is MetricGroup.EXPRESSION for metric in metrics)
    emotions = sum(metric.group is MetricGroup.EMOTION for metric in metrics)
    measured = f"Every face has head angles and {expressions} expressions"
    if emotions:
        return f"{measured}, from which {emotions} emotions are derived."
    return f"{measured}; this deployment derives no emotions from them."


def _validity() -> dict[str, Schema]:
    """Returns the members of a face in the session JSON that follow its metrics."""
    return {
        "confidence": {**_NUMBER, "minimum": 0, "maximum": 100, "description": "Confidence that this is a face."},
        "valid": {"type": "boolean", "description": "True if the numbers are valid."},
        "invalid reasons": {
            "type": "array",
            "description": "Reasons why the numbers are not valid.",
            "items": {"type": "string", "enum": [str(reason) for reason in InvalidReason]},
        },
    }


def _gaze_reasons() -> dict[str, Schema]:
    """Returns the member of a face in the session JSON that says why gaze was not read."""
    return {
        GAZE_REASONS_COLUMN: {
            "type": "array",
            "description": "Reasons why gaze was not read, if the job reads the eyes.",
            "items": {"type": "string", "enum": [str(reason) for reason in GazeReason]},
        },
    }


def _value(metric: Metric) -> Schema:
    limits: Schema = {
        name: limit for name, limit in (("minimum", metric.minimum), ("maximum", metric.maximum)) if limit is not None
    }
    meaning = f"In the unit {metric.unit}; raw name `{metric.classifier}`."
    kind = _NUMBER_OR_NULL if metric.group is MetricGroup.EYES else _NUMBER
    value: Schema = {**kind, **limits, "x-unit": metric.unit, "x-classifier": metric.classifier}
    told = RELIABILITY.get(metric.name)
    if told is None:
        return {**value, "description": meaning}
    return {**value, "description": f"{meaning} Reliability: {told.sentence}.", "x-reliability": str(told.grade)}


def _session() -> Schema:
    faces: Schema = {
        "type": "object",
        "description": "The faces by id; empty if there is none.",
        "additionalProperties": ref("FaceMetrics"),
    }
    time = {**_NUMBER, "description": "The time of the frame in seconds."}
    left_out: Schema = {
        "type": "integer",
        "minimum": 1,
        "description": "At least so many more faces were found than the job measures; absent if none was.",
    }
    frame = record("One decoded frame.", {"time": time, "faces": faces}, {"faces left out": left_out})
    return record(
        f"A file of the type `{SESSION_CONTENT_TYPE}`.",
        {
            "content_type": text("What it is.", enum=[SESSION_CONTENT_TYPE]),
            "configuration": {
                "type": "object",
                "description": "The classifier of each metric, by its friendly name.",
                "propertyNames": ref("MetricName"),
                "additionalProperties": ref("ClassifierName"),
            },
            "frames": {"type": "array", "description": "All frames, in order.", "items": frame},
        },
        {"frame_size": _frame_size(), "source": _source(), "face names": FACE_NAMES},
    )


def _frame_size() -> Schema:
    return record(
        "The size of the upright frame in square pixels, which face boxes refer to.",
        {
            "width_px": {"type": "integer", "minimum": 1, "description": "Its width."},
            "height_px": {"type": "integer", "minimum": 1, "description": "Its height."},
        },
    )


def _source() -> Schema:
    return record(
        "What was measured, and by which version.",
        {"file": text("The file name of the input."), "version": text("The version of Mien.")},
        {"job": text("The id of the job.")},
    )


def _legacy(names: list[str]) -> Schema:
    packs = [recipe.pack for recipe in RECIPES.values() if recipe is not None and recipe.pack]
    arrays = {
        **record(
            "An array per metric, as long as that of the times.",
            {
                TIME_COLUMN: {"type": "array", "description": "The times in milliseconds.", "items": _NUMBER},
                "invalid reasons": {"type": "array", "description": _REASONS_TEXT, "items": {"type": "string"}},
            },
            {
                GAZE_REASONS_COLUMN: {
                    "type": "array",
                    "description": _GAZE_REASONS_TEXT,
                    "items": {"type": "string"},
                }
            },
        ),
        "propertyNames": {"enum": [TIME_COLUMN, *names, *_COLUMNS_AFTER]},
        "additionalProperties": {"type": "array", "items": {"oneOf": [_NUMBER_OR_NULL, _NO_FACE_CELL]}},
    }
    return record(
        f"A file of the type `{LEGACY_CONTENT_TYPE}`.",
        {
            "content_type": text("What it is.", enum=[LEGACY_CONTENT_TYPE]),
            "metric_map": {
                "type": "object",
                "description": "The classifier of each array, by its name.",
                "propertyNames": {"enum": names},
                "additionalProperties": ref("ClassifierName"),
            },
            "metrics": arrays,
            "pack": text("The set of classifiers.", enum=packs),
        },
        {"frame_size": _frame_size(), "source": _source()},
    )


def _table_row(content_type: str, names: list[str]) -> Schema:
    frame: Schema = {"type": "integer", "minimum": 0, "description": "The number of the frame."}
    face_id: Schema = {"type": ["integer", "null"], "description": "The face id; null if there is no face."}
    return {
        **record(
            f"A row of `{content_type}`. The metrics have their raw names in ct-pack jobs, and are null "
            "where no face was found.",
            {
                "frame": frame,
                "time_s": {**_NUMBER, "description": "Its time in seconds."},
                "face_id": face_id,
                "valid": {"type": ["boolean", "null"], "description": "True if the numbers are valid."},
                "invalid reasons": {"type": ["string", "null"], "description": _REASONS_TEXT},
            },
            {GAZE_REASONS_COLUMN: text_or_null(_GAZE_REASONS_TEXT), NAME_COLUMN: FACE_NAME_OR_NULL},
        ),
        "propertyNames": {"enum": [*ROW_COLUMNS, *names, *_COLUMNS_AFTER]},
        "additionalProperties": {"type": ["number", "null"]},
    }
