"""Work that takes too long for a Lambda function."""

from enum import StrEnum
from typing import Protocol

from chalicelib.domain.jobs import JobMessage


class BatchStatus(StrEnum):
    """How an array of segments fares as a whole."""

    LIVE = "live"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class BatchJobs(Protocol):
    """Where work runs that is too long for a Lambda: the worker image, in as many processes as there are segments."""

    def submit(self, message: JobMessage, *, count: int, attempts: int) -> str:
        """Starts `python -m chalicelib.worker` for `message` once for each segment, told apart by their index, each
        again by itself until it succeeds or was begun `attempts` times. Returns what the array is called."""

    def cancel(self, array_id: str) -> None:
        """Ends what runs and begins nothing more; an array that has ended or is not known is fine."""

    def status(self, array_id: str) -> BatchStatus | None:
        """How the array fares, None where it is not known (any more)."""
