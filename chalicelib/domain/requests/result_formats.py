"""The files that jobs leave: their content types, the tables that a client may ask for, and the columns of tables."""

from collections.abc import Mapping
from enum import StrEnum

SESSION_CONTENT_TYPE = "application/vnd.affectiva.session.v0+json"
LEGACY_CONTENT_TYPE = "application/vnd.affectiva.metrics.v0+json"
CSV_CONTENT_TYPE = "application/csv"
SUMMARY_CONTENT_TYPE = "application/vnd.mien.summary.v0+json"
TIMELINE_CONTENT_TYPE = "application/vnd.mien.timeline.v0"
COMPARISON_CONTENT_TYPE = "application/vnd.mien.comparison.v0+json"
PARQUET_CONTENT_TYPE = "application/vnd.apache.parquet"
VIDEO_CONTENT_TYPE = "video/mp4"
PICTURE_CONTENT_TYPE = "image/jpeg"


class ResultTable(StrEnum):
    """A table that a client may request in addition to the files of every job."""

    NONE = "none"
    PARQUET = "parquet"

    @property
    def content_type(self) -> str | None:
        """Its content type, None for no table."""
        return TABLES.get(self)


TABLES: Mapping[ResultTable, str] = {ResultTable.PARQUET: PARQUET_CONTENT_TYPE}
"""The content type of each table. Its rows have the columns of `ROW_COLUMNS`, the metrics and `VALIDITY_COLUMNS`."""


class ResultVideo(StrEnum):
    """A film that a client may request in addition; of a picture, a picture."""

    NONE = "none"
    ANNOTATED = "annotated"
    ANONYMIZED = "anonymized"


RENDERED_CONTENT_TYPES = (VIDEO_CONTENT_TYPE, PICTURE_CONTENT_TYPE)
"""Of what is made from the media itself, not from numbers alone: a film, or of a still picture a picture."""

RESULT_KINDS: Mapping[str, tuple[str, ...]] = {
    "json": (SESSION_CONTENT_TYPE, LEGACY_CONTENT_TYPE),
    "csv": (CSV_CONTENT_TYPE,),
    "summary": (SUMMARY_CONTENT_TYPE,),
    "timeline": (TIMELINE_CONTENT_TYPE,),
    **{str(table): (content_type,) for table, content_type in TABLES.items()},
    "video": RENDERED_CONTENT_TYPES,
}
"""Every kind of file by a short name, with its content types."""

TIME_COLUMN = "time stamp (msec)"
FACE_COLUMN = "face id"
NAME_COLUMN = "face name"
"""The last column of tables whose faces a client has named; other tables do not have it."""
NO_FACE = "TF"
"""What stands for a metric in CSV and legacy JSON if no face was tracked ("tracking failed")."""
ROW_COLUMNS = ("frame", "time_s", "face_id")
"""What the rows of tables for programs begin with: the frame's number from 0, its time in seconds, and the face."""
GAZE_REASONS_COLUMN = "gaze invalid reasons"
"""Why the gaze of a face was not read; only if the job reads it."""
VALIDITY_COLUMNS = ("confidence", "valid", "invalid reasons")
"""Columns behind those of the metrics, under the same names in every job."""
