"""The job names of the wire contract."""

from enum import StrEnum

from chalicelib.errors import Invalid


class JobName(StrEnum):
    """The names of analyses."""

    MULTIFACE = "multiface"
    SDK_METRICS = "sdk-metrics"
    NO_OP = "no-op"
    CURRENT_PACK = "current-pack"
    CT_PACK_LINEAR = "ct-pack-linear"
    CT_PACK_HYBRID = "ct-pack-hybrid"
    COMPARISON = "comparison"
    """Compares results of other jobs; made by a request of its own."""
    BATCH = "batch"
    """Many files as one, with a table of all their results; made by a request of its own."""


ANALYSES = tuple(name for name in JobName if name not in (JobName.COMPARISON, JobName.BATCH))
"""The names of jobs that take a media file."""
DEFAULT_JOB_NAME = JobName.MULTIFACE


def parse_job_name(text: str | None) -> JobName:
    """The job name a client means; nothing, an empty text and `auto` mean the default.

    Raises `Invalid` for a name that does not exist.
    """
    if not text or text == "auto":
        return DEFAULT_JOB_NAME
    if text == JobName.COMPARISON:
        raise Invalid("A comparison takes no media file; create it by a POST to /jobs/comparisons.")
    if text == JobName.BATCH:
        raise Invalid("A batch takes many files; create it by a POST to /batches.")
    if text not in ANALYSES:
        raise Invalid(f"There is no job of this name; use one of: {', '.join(ANALYSES)}, or auto.")
    return JobName(text)
