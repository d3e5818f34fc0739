"""Jobs in DynamoDB."""

from itertools import islice

from chalicelib.aws.dynamodb_table import NEW, Condition, ConditionFailed, DynamoTable
from chalicelib.aws.job_cursors import decode_cursor, encode_cursor
from chalicelib.aws.rows import Row, from_row, to_row
from chalicelib.aws.table_layout import JOB_PREFIX, account_partition, job_key
from chalicelib.domain.job_names import JobName
from chalicelib.domain.jobs import Job, JobStatus
from chalicelib.errors import NotFound, StaleWrite
from chalicelib.services.ports import Page

# Rows that one request looks at where a filter may drop most of them.
_FILTERED_READ_SIZE = 200


class DynamoJobs:
    """The port `JobStore`."""

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def create(self, job: Job) -> None:
        """Writes a new row. Raises `StaleWrite` where the id exists."""
        try:
            self._table.put(_row(job), NEW)
        except ConditionFailed:
            raise StaleWrite(f"job {job.id} exists already") from None

    def get(self, account_id: str, job_id: str) -> Job:
        """Reads the row, consistently. Raises `NotFound`."""
        row = self._table.get(job_key(account_id, job_id))
        if row is None:
            raise NotFound("There is no such job; list your jobs to see those that exist.")
        return from_row(Job, row)

    def save(self, job: Job) -> None:
        """Replaces the row whose version is `job.version - 1`. Raises `StaleWrite` for any other version or none."""
        unchanged = Condition("#version = :previous", {"#version": "version"}, {":previous": job.version - 1})
        try:
            self._table.put(_row(job), unchanged)
        except ConditionFailed:
            raise StaleWrite(f"job {job.id} was written since version {job.version - 1}") from None

    def list(
        self,
        account_id: str,
        *,
        limit: int,
        cursor: str | None,
        status: JobStatus | None,
        name: JobName | None,
    ) -> Page[Job]:
        """The account's jobs, newest first. Raises `MalformedRequest` for a cursor that this store did not make."""
        equal = {key: value.value for key, value in (("status", status), ("name", name)) if value is not None}
        rows = self._table.query(
            account_partition(account_id),
            JOB_PREFIX,
            descending=True,
            after=None if cursor is None else job_key(account_id, decode_cursor(account_id, cursor)),
            read_size=max(limit + 1, _FILTERED_READ_SIZE) if equal else limit + 1,
            equal=equal,
        )
        # One more than the page holds tells whether there is a next page at all.
        jobs = tuple(from_row(Job, row) for row in islice(rows, limit + 1))
        if len(jobs) <= limit:
            return Page(jobs, None)
        return Page(jobs[:limit], encode_cursor(account_id, jobs[limit - 1].id))


def _row(job: Job) -> Row:
    return to_row(job) | job_key(job.account_id, job.id)
