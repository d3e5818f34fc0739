"""Work that takes too long for a Lambda function."""

from enum import StrEnum
from typing import Protocol

from chalicelib.domain.jobs import JobMessage


class BatchStatus(StrEnum):
    """The status of an array of segments as a whole."""

    LIVE = "live"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class BatchJobs(Protocol):
    """Runs work that is too long for a Lambda: the worker image, in one process per segment."""

    def submit(self, message: JobMessage, *, count: int, attempts: int) -> str:
        """Starts `python -m chalicelib.worker` for `message` once for each segment, distinguished by their index; each
        is repeated until it succeeds or was started `attempts` times. Returns the id of the array."""

    def cancel(self, array_id: str) -> None:
        """Ends what runs and begins nothing more; an array that has ended or is not known is fine."""

    def status(self, array_id: str) -> BatchStatus | None:
        """Returns the status of the array, None if it is not known (any more)."""
