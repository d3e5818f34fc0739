"""A job store that sees to it that each end is told, whoever brings it about."""

import logging
from datetime import timedelta

from chalicelib.domain.audit import AuditRecord
from chalicelib.domain.jobs import Job, JobStatus
from chalicelib.domain.reminders import Duty, Reminder
from chalicelib.domain.requests.job_names import JobName
from chalicelib.services.duties.notifications import LEASE_S
from chalicelib.services.ports import Clock, JobQueue, JobStore, Page, ReminderStore

_log = logging.getLogger(__name__)


class NotifiedJobs:
    """The port `JobStore` over another one.

    A job that ends with a notification to send has a reminder before it is stored, so that whatever dies afterwards,
    the sweeper finds it, and a message afterwards, so that nobody waits for the sweeper.
    """

    def __init__(self, jobs: JobStore, reminders: ReminderStore, queue: JobQueue, clock: Clock) -> None:
        self._jobs = jobs
        self._reminders = reminders
        self._queue = queue
        self._clock = clock

    def create(self, job: Job) -> None:
        """As the store beneath."""
        self._jobs.create(job)

    def get(self, account_id: str, job_id: str) -> Job:
        """As the store beneath."""
        return self._jobs.get(account_id, job_id)

    def save(self, job: Job) -> None:
        """As the store beneath; what has to be told is under way afterwards."""
        is_news = _has_news(job)
        if is_news:
            due_at = self._clock() + timedelta(seconds=LEASE_S)
            self._reminders.set(Reminder(job.account_id, Duty.NOTIFICATION, job.id, due_at))
        self._jobs.save(job)
        if is_news:
            self._tell(job)

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

    def _tell(self, job: Job) -> None:
        try:
            self._queue.send(job.message)
        except Exception:  # noqa: BLE001  # the job has ended all the same, and the reminder stands
            _log.exception("the notification of job %s will be late", job.id)


def _has_news(job: Job) -> bool:
    notification = None if job.webhook is None else job.webhook.notification
    return notification is not None and notification.attempts == 0
