"""Batches as clients see them."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from chalicelib.domain.accounts import Caller
from chalicelib.domain.batches import (
    Members,
    MemberState,
    counts_of,
    input_rows,
    member_id,
    member_rows,
)
from chalicelib.domain.ids import new_id
from chalicelib.domain.jobs import Job, JobStatus
from chalicelib.domain.reminders import Duty, Reminder
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.new_batches import NewBatch
from chalicelib.errors import MalformedRequest, NotFound
from chalicelib.services.batches.creation import MemberCreation
from chalicelib.services.batches.progress import BatchProgress
from chalicelib.services.duties.retention import RetentionPlan
from chalicelib.services.intake.upload_targets import UploadTarget, UploadTargets
from chalicelib.services.ports import Clock, JobStore, MemberStore, Page, ReminderStore

_CREATES_FOR_S = 12.0
_LOOKED_AT_IN_S = 120.0
_MAX_CURSOR_DIGITS = 4

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch, how many of its members exist as jobs, and how many are in each state."""

    job: Job
    created: int
    counts: dict[MemberState, int]


@dataclass(frozen=True, slots=True)
class AwaitedFile:
    """A member that waits for its file, and where to send that."""

    job: Job
    target: UploadTarget


class Batches:
    """The use cases of batches. A batch is a job: it is cancelled, requeued and deleted as any other."""

    def __init__(
        self,
        *,
        jobs: JobStore,
        members: MemberStore,
        reminders: ReminderStore,
        creation: MemberCreation,
        progress: BatchProgress,
        targets: UploadTargets,
        retention: RetentionPlan,
        clock: Clock,
    ) -> None:
        self._jobs = jobs
        self._members = members
        self._reminders = reminders
        self._creation = creation
        self._progress = progress
        self._targets = targets
        self._retention = retention
        self._clock = clock

    def create(self, caller: Caller, wanted: NewBatch) -> Batch:
        """Stores the inputs, then the row of the batch: from then on it is accepted, whatever becomes of this process.
        Then creates its members, as many as there is time for; the sweeper creates the others."""
        now = self._clock()
        batch_id, count = new_id(now), len(wanted.inputs)
        reminder = Reminder(caller.account_id, Duty.BATCH, batch_id, now + timedelta(seconds=_LOOKED_AT_IN_S))
        self._reminders.set(reminder)
        expires = self._retention.begin(Duty.JOB_RETENTION, caller.account_id, batch_id, now, wanted.new.expires_in_s)
        batch = Job(
            id=batch_id,
            account_id=caller.account_id,
            author=caller.email,
            name=JobName.BATCH,
            published=now,
            updated=now,
            filename=f"{count} file" if count == 1 else f"{count} files",
            data_split=wanted.new.data_split,
            options=wanted.new.options,
            expires=expires,
            webhook=wanted.new.webhook,
            members=Members(count, wanted.new.name),
            notes=wanted.notes,
        )
        rows = member_rows(caller.account_id, batch_id, count)
        self._members.create(rows, input_rows(caller.account_id, batch_id, wanted.inputs))
        self._jobs.create(batch)
        self._begin(batch, reminder)
        return self.get(caller, batch_id)

    def _begin(self, batch: Job, reminder: Reminder) -> None:
        """A failure is logged only: the batch is accepted, and a client that heard otherwise would send it again."""
        try:
            is_complete = self._creation.go_on(batch, _CREATES_FOR_S)
            self._progress.go_on(self._jobs.get(batch.account_id, batch.id))  # it may have been cancelled meanwhile
            if not is_complete:
                self._reminders.move(Reminder(batch.account_id, Duty.BATCH, batch.id, self._clock()))
        except Exception:  # noqa: BLE001  # what is left is done by the sweeper
            _log.exception("the members of batch %s are created later than %s", batch.id, reminder.due_at)

    def get(self, caller: Caller, batch_id: str) -> Batch:
        """Raises `NotFound`, also for a job that is no batch."""
        return self._batch(self._job(caller, batch_id))

    def _job(self, caller: Caller, batch_id: str) -> Job:
        job = self._jobs.get(caller.account_id, batch_id)
        if job.members is None:
            raise NotFound("There is no such batch; list your jobs to see those that exist.")
        return job

    def _batch(self, job: Job) -> Batch:
        rows = self._members.list(job.account_id, job.id)
        created = sum(len(row.marks) for row in rows)
        return Batch(job, created, counts_of(rows, is_cancelled=job.status is JobStatus.CANCELLED))

    def list_jobs(
        self, caller: Caller, batch_id: str, *, limit: int, cursor: str | None = None, state: MemberState | None = None
    ) -> Page[Job]:
        """A page of the members, in the order of the inputs. A page that is not full may have a cursor all the same:
        members may have been deleted, or may not exist yet.

        Raises `NotFound` without the batch, `MalformedRequest` for a cursor that is none.
        """
        states = MemberState if state is None else (state,)
        indexes, rest = self._indexes(caller, batch_id, tuple(states), limit, cursor)
        found = self._found(caller, batch_id, indexes)
        return Page(tuple(found), rest)

    def list_uploads(
        self, caller: Caller, batch_id: str, *, limit: int, cursor: str | None = None
    ) -> Page[AwaitedFile]:
        """A page of the members that wait for their files, each with addresses that are signed now. Raises as
        `list_jobs`."""
        indexes, rest = self._indexes(caller, batch_id, (MemberState.AWAITED,), limit, cursor)
        found = self._found(caller, batch_id, indexes)
        awaited = (
            AwaitedFile(job, self._targets.sign(job.upload)) for job in found if job.upload and job.awaits_upload
        )
        return Page(tuple(awaited), rest)

    def _indexes(
        self, caller: Caller, batch_id: str, states: tuple[MemberState, ...], limit: int, cursor: str | None
    ) -> tuple[list[int], str | None]:
        first = _parse_cursor(cursor)
        self._job(caller, batch_id)
        rows = self._members.list(caller.account_id, batch_id)
        indexes = [index for row in rows for index in row.indexes(*states) if index >= first]
        return indexes[:limit], str(indexes[limit]) if len(indexes) > limit else None

    def _found(self, caller: Caller, batch_id: str, indexes: list[int]) -> list[Job]:
        ids = [member_id(batch_id, index) for index in indexes]
        jobs = self._jobs.get_many(caller.account_id, ids)
        return [jobs[each] for each in ids if each in jobs]

    def list(self, caller: Caller, *, limit: int, cursor: str | None = None) -> Page[Batch]:
        """A page of the account's batches, newest first. Raises `MalformedRequest` for a foreign cursor."""
        page = self._jobs.list(caller.account_id, limit=limit, cursor=cursor, status=None, name=JobName.BATCH)
        return Page(tuple(map(self._batch, page.items)), page.cursor)


def _parse_cursor(cursor: str | None) -> int:
    """Returns the index with which a page begins. Raises `MalformedRequest`."""
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= _MAX_CURSOR_DIGITS):
        raise MalformedRequest("This cursor does not continue this list; follow the Link header of the last page.")
    return int(cursor)
