"""The interface of every output format, and what a result was measured from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from chalicelib.domain.measurements.metrics import FrameMetrics

OpenSpool = Callable[[], BinaryIO]
"""Opens an empty temporary file on the disk for writing and reading. The owner of the function closes the file."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The source of a result: the file name of the input, as `check_file_name` leaves it, and the job's id, empty if
    there was no job."""

    file_name: str
    job_id: str

    def document(self) -> dict[str, str]:
        """Returns it as results state it."""
        return {"file": self.file_name, **({"job": self.job_id} if self.job_id else {})}


class ResultWriter(Protocol):
    """Writes one result as a stream, to a binary stream given at construction, which stays open.

    The beginning may be written at construction, so a writer that is closed at once leaves a valid file too. Without
    `close`, the result is incomplete and must be discarded.
    """

    @property
    def content_type(self) -> str:
        """The exact content type of the bytes."""

    @property
    def suffix(self) -> str:
        """The end of the result's file name, after the name of the input, such as `-metrics.json`."""

    def write(self, frame: FrameMetrics) -> None:
        """Adds the next frame. Raises `ValueError` for a number that is not finite, and then adds nothing."""

    def close(self) -> None:
        """Completes the bytes. Must be called once, after the last frame."""
