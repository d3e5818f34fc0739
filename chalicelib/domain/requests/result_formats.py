"""The files that jobs leave: their content types, and the tables that a client may ask for."""

from enum import StrEnum

SESSION_CONTENT_TYPE = "application/vnd.affectiva.session.v0+json"
LEGACY_CONTENT_TYPE = "application/vnd.affectiva.metrics.v0+json"
CSV_CONTENT_TYPE = "application/csv"
SUMMARY_CONTENT_TYPE = "application/vnd.mien.summary.v0+json"
PARQUET_CONTENT_TYPE = "application/vnd.apache.parquet"


class ResultTable(StrEnum):
    """A table that a client may ask for beside the files that every job of a name has."""

    NONE = "none"
    PARQUET = "parquet"

    @property
    def content_type(self) -> str | None:
        """Its content type, None for no table."""
        return _TABLES.get(self)


_TABLES = {ResultTable.PARQUET: PARQUET_CONTENT_TYPE}
