"""Jobs, and the way to those who work on them."""

from collections.abc import Sequence
from typing import Protocol

from chalicelib.domain.audit import AuditRecord
from chalicelib.domain.jobs import Job, JobMessage, JobStatus
from chalicelib.domain.requests.job_names import JobName
from chalicelib.services.ports.paging import Page


class JobStore(Protocol):
    """Jobs, by account."""

    def create(self, job: Job) -> None:
        """Writes a new row. Raises `StaleWrite` if the id exists."""

    def get(self, account_id: str, job_id: str) -> Job:
        """Reads the row, consistently. Raises `NotFound`."""

    def get_many(self, account_id: str, job_ids: Sequence[str]) -> dict[str, Job]:
        """Those of the jobs that exist, by id."""

    def save(self, job: Job) -> None:
        """Replaces the row whose version is `job.version - 1`. Raises `StaleWrite` for any other version or none."""

    def save_fields(self, job: Job, names: Sequence[str]) -> None:
        """Like `save`, but replaces only these fields of the row, and its version. Not for options."""

    def delete(self, job: Job, record: AuditRecord) -> None:
        """Removes the row and writes the record, both or neither. Raises `StaleWrite` for any other version or none."""

    def list(
        self,
        account_id: str,
        *,
        limit: int,
        cursor: str | None,
        status: JobStatus | None,
        name: JobName | None,
    ) -> Page[Job]:
        """The account's jobs, newest first.

        With a filter, a page that is not full may have a cursor all the same: one page looks at a limited number of
        jobs. Raises `MalformedRequest` for a cursor that this store did not make.
        """


class JobQueue(Protocol):
    """Sends messages to the workers, and to the function that sends notifications."""

    def send(self, message: JobMessage) -> None:
        """Hands the message over; it is delivered at least once."""
