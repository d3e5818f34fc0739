"""The members of a batch that is deleted."""

from datetime import timedelta

from chalicelib.domain.batches import member_ids
from chalicelib.domain.jobs import Job
from chalicelib.domain.reminders import Duty, Reminder
from chalicelib.errors import NotFound
from chalicelib.services.changes import change_job
from chalicelib.services.ports import Clock, JobStore, MemberStore, ReminderStore

_BUDGET_S = 8.0


class MemberRetirement:
    """Hands the members of a batch to the sweeper, which deletes each as a job that has expired."""

    def __init__(self, jobs: JobStore, members: MemberStore, reminders: ReminderStore, clock: Clock) -> None:
        self._jobs = jobs
        self._members = members
        self._reminders = reminders
        self._clock = clock

    def retire(self, batch: Job) -> bool:
        """Stops the members, removes their files' names from their rows, and sets the reminders of their deletion; for
        some seconds. Returns False if some are left. May be repeated: those that are done are passed over."""
        count = 0 if batch.members is None else batch.members.count
        began = self._clock()
        for ids in member_ids(batch.id, count):
            for job in self._jobs.get_many(batch.account_id, ids).values():
                if self._clock() - began > timedelta(seconds=_BUDGET_S):
                    return False
                if not self._is_retired(job):
                    self._retire(job)
        return True

    def forget(self, batch: Job) -> None:
        """Removes what the batch has in rows of its own."""
        if batch.members is not None:
            self._members.delete(batch.account_id, batch.id)

    def _is_retired(self, job: Job) -> bool:
        return not job.filename and job.expires is not None and job.expires <= self._clock()

    def _retire(self, job: Job) -> None:
        self._reminders.set(Reminder(job.account_id, Duty.JOB_RETENTION, job.id, self._clock()))
        try:
            change_job(self._jobs, job.account_id, job.id, lambda current: current.emptied(self._clock()))
        except NotFound:  # it has been deleted meanwhile
            return
