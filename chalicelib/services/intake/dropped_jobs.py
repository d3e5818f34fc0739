"""A job store that sees to it that the end of a job from the drop-folder shows in the folder of results."""

from contextlib import suppress

from chalicelib.domain.audit import AuditRecord
from chalicelib.domain.intake.drops import error_key, file_result_key
from chalicelib.domain.jobs import Job, JobStatus
from chalicelib.domain.requests.job_names import JobName
from chalicelib.errors import NotFound
from chalicelib.services.ports import DropStore, EntryStore, JobStore, Page


class DroppedJobs:
    """The port `JobStore` over another one.

    Before a dropped job ends, its files are copied beside each other under `results/`, or a sentence says why there are
    none: whoever sees the end finds them. An end that is then not stored comes again, or another does and its files.
    """

    def __init__(self, jobs: JobStore, entries: EntryStore, drops: DropStore) -> None:
        self._jobs = jobs
        self._entries = entries
        self._drops = drops

    def create(self, job: Job) -> None:
        """As the store beneath."""
        self._jobs.create(job)

    def get(self, account_id: str, job_id: str) -> Job:
        """As the store beneath."""
        return self._jobs.get(account_id, job_id)

    def save(self, job: Job) -> None:
        """As the store beneath; what a dropped job ended with is in its place before."""
        if job.drop_key is not None and job.status in (JobStatus.DONE, JobStatus.ERROR):
            with suppress(NotFound):  # which the store beneath answers in its own way
                if self._jobs.get(job.account_id, job.id).status is not job.status:
                    self._show(job, job.drop_key)
        self._jobs.save(job)

    def delete(self, job: Job, record: AuditRecord) -> None:
        """As the store beneath."""
        self._jobs.delete(job, record)

    def list(
        self,
        account_id: str,
        *,
        limit: int,
        cursor: str | None,
        status: JobStatus | None,
        name: JobName | None,
    ) -> Page[Job]:
        """As the store beneath."""
        return self._jobs.list(account_id, limit=limit, cursor=cursor, status=status, name=name)

    def _show(self, job: Job, drop_key: str) -> None:
        if job.status is JobStatus.ERROR:
            self._drops.say(error_key(drop_key), job.error or "The job failed.", owner_id=job.own_input_entry_id)
            return
        entry = self._entries.get(job.account_id, str(job.result_entry_id))
        for file in entry.representations.values():
            key = file_result_key(drop_key, file.file_name)
            self._drops.publish(file.media_key, key, file.content_type, owner_id=entry.id)
        self._drops.unsay(error_key(drop_key))  # of an earlier version of the file, or an earlier run
