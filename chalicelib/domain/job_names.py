"""The job names of the wire contract, and what each asks for."""

from dataclasses import dataclass, replace
from enum import StrEnum

from chalicelib.errors import Invalid

SESSION_CONTENT_TYPE = "application/vnd.affectiva.session.v0+json"
LEGACY_CONTENT_TYPE = "application/vnd.affectiva.metrics.v0+json"
CSV_CONTENT_TYPE = "application/csv"
SUMMARY_CONTENT_TYPE = "application/vnd.mien.summary.v0+json"
PARQUET_CONTENT_TYPE = "application/vnd.apache.parquet"


class JobName(StrEnum):
    """What a client may ask for."""

    MULTIFACE = "multiface"
    SDK_METRICS = "sdk-metrics"
    NO_OP = "no-op"
    CURRENT_PACK = "current-pack"
    CT_PACK_LINEAR = "ct-pack-linear"
    CT_PACK_HYBRID = "ct-pack-hybrid"


class ResultTable(StrEnum):
    """A table that a client may ask for beside the files that every job of a name has."""

    NONE = "none"
    PARQUET = "parquet"


class Mesh(StrEnum):
    """Which face mesh a job measures with: 478 points with refined lips, eyes and irises, or 468 cheaper ones."""

    ATTENTION = "attention"
    LIGHT = "light"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a job name is carried out. `pack` is the legacy format's name for the set of classifiers."""

    mesh: Mesh
    max_faces: int
    takes_stills: bool
    content_types: tuple[str, ...]
    pack: str = ""
    classifier_names: bool = False

    def with_table(self, table: ResultTable) -> "Recipe":
        """The same with one more file, where a table is wished for."""
        if table is ResultTable.NONE:
            return self
        return replace(self, content_types=(*self.content_types, PARQUET_CONTENT_TYPE))


DEFAULT_JOB_NAME = JobName.MULTIFACE
MAX_FACES = 50

# Clients of the original service know the first two, some of them by their place.
_SESSION = (SESSION_CONTENT_TYPE, CSV_CONTENT_TYPE, SUMMARY_CONTENT_TYPE)
_LEGACY = (LEGACY_CONTENT_TYPE, CSV_CONTENT_TYPE, SUMMARY_CONTENT_TYPE)

RECIPES: dict[JobName, Recipe | None] = {
    JobName.MULTIFACE: Recipe(Mesh.ATTENTION, MAX_FACES, takes_stills=True, content_types=_SESSION),
    JobName.SDK_METRICS: Recipe(Mesh.LIGHT, MAX_FACES, takes_stills=True, content_types=_SESSION),
    JobName.NO_OP: None,
    JobName.CURRENT_PACK: Recipe(Mesh.ATTENTION, 1, takes_stills=False, content_types=_LEGACY, pack="current"),
    JobName.CT_PACK_LINEAR: Recipe(
        Mesh.ATTENTION, 1, takes_stills=False, content_types=_LEGACY, pack="ct-linear", classifier_names=True
    ),
    JobName.CT_PACK_HYBRID: Recipe(
        Mesh.ATTENTION, 1, takes_stills=False, content_types=_LEGACY, pack="ct-hybrid", classifier_names=True
    ),
}


def parse_job_name(text: str | None) -> JobName:
    """The job name a client means; nothing, an empty text and `auto` mean the default.

    Raises `Invalid` for a name that does not exist.
    """
    if not text or text == "auto":
        return DEFAULT_JOB_NAME
    try:
        return JobName(text)
    except ValueError:
        known = ", ".join(JobName)
        raise Invalid(f"There is no job of this name; use one of: {known}, or auto.") from None


def parse_result_table(text: str | None) -> ResultTable:
    """The table a client means; nothing and an empty text mean none. Raises `Invalid` for one that does not exist."""
    try:
        return ResultTable(text or ResultTable.NONE)
    except ValueError:
        raise Invalid(f"There is no table of this kind; use one of: {', '.join(ResultTable)}.") from None
