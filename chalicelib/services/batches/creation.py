"""Creates the members of a batch, some at a time."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from chalicelib.domain.accounts import Caller
from chalicelib.domain.batches import FIRST_MARK, BatchInput, BatchPlace, MemberRow, MemberState, mark_of, member_id
from chalicelib.domain.intake.announced_files import AnnouncedFile
from chalicelib.domain.intake.uploads import DirectUpload, UploadKey, UploadOwner
from chalicelib.domain.jobs import Job
from chalicelib.domain.reminders import Duty, Reminder
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.errors import NotFound, StaleWrite
from chalicelib.services.intake.upload_targets import UploadTargets
from chalicelib.services.ports import Clock, JobStore, MemberStore, ReminderStore

UPLOADS_EXPIRE_S = 24 * 3600
"""The files of a batch have to arrive within this; a thousand of them take longer than one."""

_AT_ONCE = 25
_AWAITED_MARK = mark_of(MemberState.AWAITED, 1)


class MemberCreation:
    """Creates members from the stored inputs, under ids that follow from the batch. May be repeated, by any process, at
    any time: a job that exists stays as it is. The inputs of a row are removed once its members exist."""

    def __init__(
        self,
        jobs: JobStore,
        members: MemberStore,
        reminders: ReminderStore,
        targets: UploadTargets,
        clock: Clock,
    ) -> None:
        self._jobs = jobs
        self._members = members
        self._reminders = reminders
        self._targets = targets
        self._clock = clock

    def go_on(self, batch: Job, budget_s: float) -> bool:
        """Creates those that are missing, for about `budget_s` seconds. Returns False if some are left to create."""
        began = self._clock()
        for row in self._members.list(batch.account_id, batch.id):
            for some in _in_chunks(row.missing):
                if self._is_over(batch):
                    return True
                if (self._clock() - began).total_seconds() > budget_s:
                    return False
                self._create(batch, row, some)
            if row.missing:
                self._members.delete_inputs(batch.account_id, batch.id, row.part)
        return True

    def _create(self, batch: Job, row: MemberRow, indexes: tuple[int, ...]) -> None:
        found = self._members.inputs(batch.account_id, batch.id, row.part)
        if found is None:  # another process has created all of them
            return
        marks = {index: self._create_member(batch, index, found.inputs[index - row.first]) for index in indexes}
        self._members.add(row, marks)

    def _create_member(self, batch: Job, index: int, source: BatchInput) -> int:
        """Returns the mark of the new job, which waits for its turn or for its file."""
        job_id = member_id(batch.id, index)
        upload = None if source.input_url else self._announce(batch, job_id, source)
        job = self._job(batch, job_id, index, source, upload)
        with suppress(StaleWrite):  # an earlier process has created it
            self._jobs.create(job)
        return FIRST_MARK if upload is None else _AWAITED_MARK

    def _job(self, batch: Job, job_id: str, index: int, source: BatchInput, upload: DirectUpload | None) -> Job:
        if batch.members is None:
            raise RuntimeError(f"job {batch.id} is no batch")
        new = NewJob(batch.members.analysis, batch.data_split, batch.options)
        job = new.job(
            Caller(batch.author, batch.account_id),
            job_id,
            self._clock(),
            filename=source.file_name,
            expires=batch.expires,
            upload=upload,
            input_url=source.input_url,
        )
        return replace(job, batch=BatchPlace(batch.id, index), notes=batch.notes)

    def _announce(self, batch: Job, job_id: str, source: BatchInput) -> DirectUpload:
        """First the reminder, so that a job whose file never comes ends."""
        expires = batch.published + timedelta(seconds=UPLOADS_EXPIRE_S)
        self._reminders.set(Reminder(batch.account_id, Duty.JOB_UPLOAD, job_id, expires))
        file = AnnouncedFile(source.file_name, str(source.content_type), int(source.size_bytes or 0))
        return self._targets.begin(UploadKey(batch.account_id, UploadOwner.JOB, job_id), file, expires)

    def _is_over(self, batch: Job) -> bool:
        try:
            return self._jobs.get(batch.account_id, batch.id).status.is_over
        except NotFound:
            return True


def _in_chunks(indexes: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    return (indexes[start : start + _AT_ONCE] for start in range(0, len(indexes), _AT_ONCE))
