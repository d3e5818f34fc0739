"""Jobs in DynamoDB."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from chalicelib.aws.dynamodb.lists import MOST_ROWS_READ, list_rows
from chalicelib.aws.dynamodb.rows import NEW, Condition, Row, at_version, change_of, from_row, if_refused, to_row
from chalicelib.aws.dynamodb.table import DynamoTable
from chalicelib.aws.dynamodb.table_layout import JOB_PREFIX, audit_key, job_key
from chalicelib.domain.audit import AuditRecord
from chalicelib.domain.jobs import Job, JobStatus
from chalicelib.domain.requests.job_names import JobName
from chalicelib.errors import NotFound, StaleWrite
from chalicelib.services.ports import Page


class DynamoJobs:
    """The port `JobStore`. `most_rows_read` bounds what one page of a filtered list looks at."""

    def __init__(self, table: DynamoTable, *, most_rows_read: int = MOST_ROWS_READ) -> None:
        self._table = table
        self._most_rows_read = most_rows_read

    def create(self, job: Job) -> None:
        with if_refused(StaleWrite(f"job {job.id} exists already")):
            self._table.put(job_row(job), NEW)

    def get(self, account_id: str, job_id: str) -> Job:
        row = self._table.get(job_key(account_id, job_id))
        if row is None:
            raise NotFound("There is no such job; list your jobs to see those that exist.")
        return job_of(row)

    def get_many(self, account_id: str, job_ids: Sequence[str]) -> dict[str, Job]:
        rows = self._table.batch_get([job_key(account_id, job_id) for job_id in dict.fromkeys(job_ids)])
        return {job.id: job for job in map(job_of, rows)}

    def save(self, job: Job) -> None:
        with _unchanged(job) as unchanged:
            self._table.put(job_row(job), unchanged)

    def save_fields(self, job: Job, names: Sequence[str]) -> None:
        change, fields, values = change_of({name: getattr(job, name) for name in ("version", *names)})
        with _unchanged(job) as unchanged:
            condition = Condition(unchanged.text, {**unchanged.names, **fields}, {**unchanged.values, **values})
            self._table.update(job_key(job.account_id, job.id), change, condition)

    def delete(self, job: Job, record: AuditRecord) -> None:
        row = to_row(record) | audit_key(record.account_id, record.id)
        with if_refused(StaleWrite(f"job {job.id} was written since version {job.version}")):
            self._table.exchange(job_key(job.account_id, job.id), at_version(job.version), row)

    def list(
        self,
        account_id: str,
        *,
        limit: int,
        cursor: str | None,
        status: JobStatus | None,
        name: JobName | None,
    ) -> Page[Job]:
        wanted = {key: value.value for key, value in (("status", status), ("name", name)) if value}
        page = list_rows(
            self._table,
            account_id,
            JOB_PREFIX,
            wanted,
            limit=limit,
            cursor=cursor,
            most_rows_read=self._most_rows_read,
        )
        return Page(tuple(job_of(row) for row in page.rows), page.cursor)


@contextmanager
def _unchanged(job: Job) -> Iterator[Condition]:
    """The condition of a write after which the row has the version of `job`."""
    with if_refused(StaleWrite(f"job {job.id} was written since version {job.version - 1}")):
        yield at_version(job.version - 1)


def job_row(job: Job) -> Row:
    """Options are stored next to the other fields, as before they were a dataclass of their own: a deployment that is
    one version older or newer reads the same rows."""
    row = to_row(job)
    options: Row = row.pop("options")
    return row | options | job_key(job.account_id, job.id)


def job_of(row: Mapping[str, Any]) -> Job:
    return from_row(Job, {**row, "options": row})
