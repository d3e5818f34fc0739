"""Jobs and entries that are kept for a while and no longer."""

import logging
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.domain.accounts import Caller
from chalicelib.domain.audit import AuditAction, AuditRecord
from chalicelib.domain.ids import new_id
from chalicelib.domain.jobs import Job, JobStatus
from chalicelib.domain.reminders import Duty, Reminder
from chalicelib.errors import NotFound, StaleWrite
from chalicelib.services.batches.retirement import MemberRetirement
from chalicelib.services.changes import change_job
from chalicelib.services.duties.entry_deletions import EntryDeletions
from chalicelib.services.intake.dropped_files import DroppedFiles
from chalicelib.services.ports import (
    AccountStore,
    Clock,
    JobStore,
    KeyedRequestStore,
    ReminderStore,
    UploadStore,
)

AUTHOR = "retention"
"""Who the audit trail says has deleted what had expired."""

# A worker that loses its job stops at its next report, within seconds; nothing of it comes after this.
_LAST_WORDS_S = 120.0
# Behind API Gateway a request has 29 seconds: after this time, no request is still working on what it began.
_LONGEST_REQUEST_S = 60

# After this a job that has run very often lets others come first, and continues in the next sweep.
_BUDGET_S = 10.0

_log = logging.getLogger(__name__)


class RetentionPlan:
    """When what is new expires: after what its client said, else what was decided for its account, else after
    `default_s` seconds, else never."""

    def __init__(self, reminders: ReminderStore, accounts: AccountStore, *, default_s: float | None) -> None:
        self._reminders = reminders
        self._accounts = accounts
        self._default_s = default_s

    def begin(
        self, duty: Duty, account_id: str, subject_id: str, now: datetime, expires_in_s: int | None = None
    ) -> datetime | None:
        """When the job or entry expires, None for never. To be called before its row is written."""
        kept_s = self.kept_s(account_id) if expires_in_s is None else expires_in_s
        if kept_s is None:
            return None
        # A reminder that came before the row would find nothing, and never come again.
        due_at = now + timedelta(seconds=max(kept_s, _LONGEST_REQUEST_S))
        self._reminders.set(Reminder(account_id, duty, subject_id, due_at))
        return now + timedelta(seconds=kept_s)

    def kept_s(self, account_id: str) -> float | None:
        """Returns for how many seconds the account's jobs are kept if their client does not say; None for ever."""
        settings = self._accounts.get(account_id)
        return self._default_s if settings is None or settings.retention_s is None else settings.retention_s


def expire_entry(reminder: Reminder, deletions: EntryDeletions) -> None:
    """The duty `ENTRY_RETENTION`: removes an entry that was made without a job, as its owner could, or does the rest
    if that died half-way; a line of the audit trail stays."""
    with suppress(NotFound):
        deletions.delete(Caller(AUTHOR, reminder.account_id), reminder.subject_id)


class JobRetention:
    """The duty `JOB_RETENTION`: removes a job with its media, its results, their annotations and the kept responses
    about it; leaves a line in the audit trail for each. May be repeated from any step: the job's row is deleted last.
    """

    def __init__(
        self,
        jobs: JobStore,
        deletions: EntryDeletions,
        *,
        requests: KeyedRequestStore,
        uploads: UploadStore,
        dropped: DroppedFiles,
        members: MemberRetirement,
        clock: Clock,
    ) -> None:
        self._jobs = jobs
        self._requests = requests
        self._deletions = deletions
        self._uploads = uploads
        self._dropped = dropped
        self._members = members
        self._clock = clock

    def perform(self, reminder: Reminder, *, author: str = AUTHOR) -> datetime | Reminder | None:
        """Removes the job, in several steps if it has run very often. One that a worker may be at, or was at a moment
        ago, is cancelled first and removed when the worker has stopped, one that has a webhook when that has been
        notified. Responses go at once: they have the file's name. The members of a batch come before it."""
        account_id, job_id = reminder.account_id, reminder.subject_id
        self._requests.delete_responses(account_id, job_id)
        try:
            job = change_job(self._jobs, account_id, job_id, self._stopped)
        except NotFound:
            return None
        if not self._members.retire(job):
            return self._clock()
        now = self._clock()
        is_fresh = (now - job.updated).total_seconds() < _LAST_WORDS_S
        if is_fresh and (_is_to_be_told(job) or _may_have_a_worker(job)):
            return now + timedelta(seconds=_LAST_WORDS_S)
        for entry_id in job.input_entry_ids:
            self._delete(Caller(author, account_id), entry_id)
        for run in range(reminder.position + 1, job.run + 1):
            if (self._clock() - now).total_seconds() > _BUDGET_S:
                return replace(reminder, due_at=self._clock(), position=run - 1)
            for entry_id in job.result_entry_ids(run):
                self._delete(Caller(author, account_id), entry_id)
        if job.upload is not None:
            self._uploads.discard(job.upload.media_key)
        self._dropped.delete_of_job(job)  # of which no entry may know: it came to nothing, or was deleted before
        action = AuditAction.JOB_EXPIRED if author == AUTHOR else AuditAction.JOB_DELETED
        record = AuditRecord(new_id(now), account_id, author, action, job_id, now)
        self._members.forget(job)
        try:
            self._jobs.delete(job, record)
        except StaleWrite:
            return replace(reminder, due_at=now, position=0)  # it was requeued meanwhile: once more from the start
        # A warning, because Lambda drops what is less by default, and this line is meant to be found.
        _log.warning("audit %s: %s %s of account %s", record.id, record.action, job_id, account_id)
        return None

    def _delete(self, caller: Caller, entry_id: str) -> None:
        with suppress(NotFound):
            self._deletions.delete(caller, entry_id)

    def _stopped(self, job: Job) -> Job:
        return job if job.status.is_over else job.cancelled(self._clock())


def _is_to_be_told(job: Job) -> bool:
    """Returns True if the notification of the job's end, for which it needs its row, is still to come."""
    return job.webhook is not None and job.webhook.next_at is not None


def _may_have_a_worker(job: Job) -> bool:
    """Returns True if a worker that claimed the job, in this run or an earlier one, may not know of its end, or a
    process that creates the members of a batch."""
    was_claimed = job.attempt > 0 or job.run > 1 or job.segments is not None or job.members is not None
    return was_claimed and (job.status is JobStatus.CANCELLED or job.has_client_result)
