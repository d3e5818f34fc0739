"""Jobs, and the queues of their messages."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from chalicelib.domain.audit import AuditRecord
from chalicelib.domain.jobs import Job, JobMessage, JobStatus
from chalicelib.domain.requests.job_names import JobName
from chalicelib.errors import MalformedRequest, StaleWrite
from chalicelib.services.ports import Page
from tests.fakes.kept import as_kept, found_row


class FakeJobs:
    """The port `JobStore`."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], Job] = {}
        self.audit: list[AuditRecord] = []
        self._lock = threading.Lock()

    def create(self, job: Job) -> None:
        with self._lock:
            if (job.account_id, job.id) in self._rows:
                raise StaleWrite(f"job {job.id} exists already")
            self._rows[job.account_id, job.id] = as_kept(job)

    def get(self, account_id: str, job_id: str) -> Job:
        with self._lock:
            return found_row(self._rows.get((account_id, job_id)), "job")

    def get_many(self, account_id: str, job_ids: Sequence[str]) -> dict[str, Job]:
        with self._lock:
            keys = ((account_id, job_id) for job_id in job_ids)
            return {key[1]: self._rows[key] for key in keys if key in self._rows}

    def replace(self, job: Job) -> None:
        """Puts a row back, as a process that was held up would write it."""
        with self._lock:
            self._rows[job.account_id, job.id] = as_kept(job)

    def save(self, job: Job) -> None:
        with self._lock:
            row = self._rows.get((job.account_id, job.id))
            if row is None or row.version != job.version - 1:
                raise StaleWrite(f"job {job.id} was written since version {job.version - 1}")
            self._rows[job.account_id, job.id] = as_kept(job)

    def save_fields(self, job: Job, names: Sequence[str]) -> None:
        with self._lock:
            row = self._rows.get((job.account_id, job.id))
        changes = {name: getattr(job, name) for name in ("version", *names)}
        self.save(job if row is None else replace(row, **changes))

    def delete(self, job: Job, record: AuditRecord) -> None:
        with self._lock:
            row = self._rows.get((job.account_id, job.id))
            if row is None or row.version != job.version:
                raise StaleWrite(f"job {job.id} was written since version {job.version}")
            del self._rows[job.account_id, job.id]
            self.audit.append(as_kept(record))

    def list(
        self,
        account_id: str,
        *,
        limit: int,
        cursor: str | None,
        status: JobStatus | None,
        name: JobName | None,
    ) -> Page[Job]:
        with self._lock:
            rows = [row for row in self._rows.values() if row.account_id == account_id]
        rows.sort(key=lambda job: job.id, reverse=True)
        if cursor is not None:
            account, _, last_id = cursor.rpartition("/")
            if account != account_id or last_id not in {job.id for job in rows}:
                raise MalformedRequest("This cursor does not continue this list.")
            rows = [job for job in rows if job.id < last_id]
        rows = [job for job in rows if status in (None, job.status) and name in (None, job.name)]
        more = len(rows) > limit
        return Page(tuple(rows[:limit]), f"{account_id}/{rows[limit - 1].id}" if more else None)


class FakeQueue:
    """The port `JobQueue`. `sent` has the messages in order; `before_sending` is called once, before the next."""

    def __init__(self) -> None:
        self.sent: list[JobMessage] = []
        self.before_sending: Callable[[], object] | None = None
        self._lock = threading.Lock()

    def send(self, message: JobMessage) -> None:
        before, self.before_sending = self.before_sending, None
        if before is not None:
            before()
        with self._lock:
            self.sent.append(message)
