"""Marks members of batches, releases those that wait for their turn, and ends a batch with the last one.

A process that ends a member marks it afterwards; if it dies in between, `BatchDuty` finds the mark behind the job's
row. Workers are told of a few members at a time: the message of the next is sent when one has ended.
"""

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from chalicelib.domain.batches import (
    RELEASED_MARK,
    MemberRow,
    MemberState,
    mark_of,
    mark_of_job,
    member_id,
    version_of,
)
from chalicelib.domain.jobs import Job, JobMessage, JobStatus
from chalicelib.errors import Conflict, NotFound, StaleWrite
from chalicelib.services.changes import change_job
from chalicelib.services.ports import Clock, JobQueue, JobStore, MemberStore

_WRITTEN_EVERY_S = 2.0
_ENDED = tuple(state for state in MemberState if state.is_over)
_UNENDED = tuple(state for state in MemberState if not state.is_over)
_CANCELS_FOR_S = 8.0

_log = logging.getLogger(__name__)


class BatchProgress:
    """The changes of a batch as its members change. Every step may be repeated, by any process. Workers have the
    messages of at most `at_once` members of a batch."""

    def __init__(self, jobs: JobStore, members: MemberStore, queue: JobQueue, clock: Clock, *, at_once: int) -> None:
        self._jobs = jobs
        self._members = members
        self._queue = queue
        self._clock = clock
        self._at_once = at_once

    def note(self, job: Job) -> None:
        """Marks a member as its row now is. A failure is logged only: the duty marks it later."""
        if job.batch is None:
            return
        try:
            self._members.mark(job.account_id, job.batch.batch_id, job.batch.index, mark_of_job(job))
        except Exception:  # noqa: BLE001  # the job has changed all the same
            _log.exception("job %s is not marked in its batch", job.id)

    def changed(self, job: Job) -> None:
        """Marks a member, and brings its batch on if the member has ended; cancels the members of a batch that was
        cancelled. A failure is logged only: the duty goes on later."""
        self.note(job)
        try:
            if job.batch is not None and job.status.is_over:
                self.go_on(self._jobs.get(job.account_id, job.batch.batch_id))
            elif job.members is not None and job.status is JobStatus.CANCELLED and job.filename:
                self.cancel_members(job)
        except NotFound:
            return
        except Exception:  # noqa: BLE001  # the job has changed all the same
            _log.exception("the batch of job %s goes on later", job.id)

    def go_on(self, batch: Job) -> None:
        """Releases members that wait, and stores the progress, or the end if all have ended."""
        if batch.members is None or batch.members.are_over or batch.status.is_over:
            return
        rows = self._members.list(batch.account_id, batch.id)
        if _ended(rows) == batch.members.count:
            self._end(batch, rows)
            return
        self._release(batch, rows)
        self._report(batch, rows)

    def cancel_members(self, batch: Job) -> bool:
        """Cancels members for some seconds. Returns False if some are left."""
        began = self._clock()
        for row in self._members.list(batch.account_id, batch.id):
            for index in row.indexes(*_UNENDED):
                if (self._clock() - began).total_seconds() > _CANCELS_FOR_S:
                    return False
                self._cancel(batch, row, index)
            self._members.delete_inputs(batch.account_id, batch.id, row.part)
        return True

    def look(self, batch: Job) -> None:
        """Corrects marks that are behind their jobs, after processes that have died."""
        for row in self._members.list(batch.account_id, batch.id):
            indexes = row.indexes(*_UNENDED)
            ids = {index: member_id(batch.id, index) for index in indexes}
            found = self._jobs.get_many(batch.account_id, list(ids.values())) if ids else {}
            for index, job_id in ids.items():
                if job_id not in found:
                    self._mark_as_gone(batch, row, index)
                elif found[job_id].version > 1:  # the row of a member that waits is as it was created
                    self.note(found[job_id])

    def send_again(self, batch: Job) -> None:
        """Sends the messages once more that were released and to which nothing has happened."""
        rows = self._members.list(batch.account_id, batch.id)
        ids = [member_id(batch.id, index) for row in rows for index in row.indexes(MemberState.QUEUED)]
        for job in self._jobs.get_many(batch.account_id, ids).values():
            if job.status is JobStatus.QUEUED and job.has_media:
                self._queue.send(job.message)
        self._report(batch, rows, is_due=True)

    def _release(self, batch: Job, rows: Sequence[MemberRow]) -> None:
        busy = sum(len(row.indexes(MemberState.QUEUED, MemberState.WORKING)) for row in rows)
        waiting = [index for row in rows for index in row.indexes(MemberState.WAITING)]
        for index in waiting[: max(self._at_once - busy, 0)]:
            # The mark comes first: of several processes one sends the message. If that one dies, the duty sends it.
            if self._members.mark(batch.account_id, batch.id, index, RELEASED_MARK):
                self._queue.send(JobMessage(batch.account_id, member_id(batch.id, index), run=1))

    def _report(self, batch: Job, rows: Sequence[MemberRow], *, is_due: bool = False) -> None:
        now, ended = self._clock(), _ended(rows)
        shown = 0 if batch.progress is None else batch.progress.frames_done
        is_due = is_due or (ended > shown and now - batch.updated >= timedelta(seconds=_WRITTEN_EVERY_S))
        changed = batch.members_progressed(ended, now)
        if is_due and changed is not batch:
            with suppress(StaleWrite):  # another process was quicker, and the next report says more
                self._jobs.save(replace(changed, version=batch.version + 1))

    def _end(self, batch: Job, rows: Sequence[MemberRow]) -> None:
        for row in rows:
            self._members.delete_inputs(batch.account_id, batch.id, row.part)
        change_job(self._jobs, batch.account_id, batch.id, lambda current: current.members_ended(self._clock()))
        self._queue.send(batch.message)  # one message too many is consumed without work

    def _cancel(self, batch: Job, row: MemberRow, index: int) -> None:
        job_id = member_id(batch.id, index)
        try:
            before = self._jobs.get(batch.account_id, job_id)
            if before.status.is_over:  # and its mark is behind
                self.note(before)
                return
            change_job(self._jobs, batch.account_id, job_id, lambda current: current.cancelled(self._clock()))
        except Conflict:  # it has ended in between
            self.note(self._jobs.get(batch.account_id, job_id))
        except NotFound:
            self._mark_as_gone(batch, row, index)

    def _mark_as_gone(self, batch: Job, row: MemberRow, index: int) -> None:
        """A job that was deleted counts as cancelled."""
        mark = mark_of(MemberState.CANCELLED, version_of(row.marks[str(index)]) + 1)
        self._members.mark(batch.account_id, batch.id, index, mark)


def _ended(rows: Sequence[MemberRow]) -> int:
    return sum(len(row.indexes(*_ENDED)) for row in rows)
