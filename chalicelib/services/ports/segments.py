"""The segments of runs."""

from typing import Protocol

from chalicelib.domain.jobs import JobMessage
from chalicelib.domain.segments import SegmentRow


class SegmentStore(Protocol):
    """The segments of runs, by account, job and run; a job's message names a run. What changes or reads one row raises
    `NotFound` without it."""

    def create(self, row: SegmentRow) -> None:
        """Writes a new row; one that exists already is left as it is."""

    def list(self, account_id: str, job_id: str) -> tuple[SegmentRow, ...]:
        """The rows of all runs of the job, read consistently, in no order."""

    def get(self, at: JobMessage) -> SegmentRow:
        """Reads the row, consistently."""

    def set_array(self, at: JobMessage, array_id: str) -> str:
        """Notes what the batch service calls the array, unless that is noted; returns what is noted then."""

    def begin(self, at: JobMessage, index: int) -> SegmentRow:
        """Counts one more attempt at a segment."""

    def report(self, at: JobMessage, index: int, frames: int) -> SegmentRow:
        """Notes how many frames of a segment have been measured."""

    def finish(self, at: JobMessage, index: int, frames: int, provider: str) -> SegmentRow:
        """Stores that a segment is done, and its execution provider. If several finish at the same time, at least one
        gets a row with all of them."""

    def delete(self, row: SegmentRow) -> None:
        """Removes the row; none there is fine."""
