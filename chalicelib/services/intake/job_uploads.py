"""Direct uploads of jobs: clients send the file to the media store themselves.

The row exists before a client can send a byte, and a reminder before the row: an object that arrives finds its job, and
a job whose object never arrives is ended. Every step may be repeated, by any process, at any time.
"""

from collections.abc import Sequence
from dataclasses import replace

from chalicelib.domain.accounts import Caller
from chalicelib.domain.ids import new_id
from chalicelib.domain.intake.announced_files import AnnouncedFile
from chalicelib.domain.intake.uploads import DirectUpload, FinishedPart, UploadKey, UploadOwner, check_finished_parts
from chalicelib.domain.jobs import Job, JobStatus, own_input_entry_id
from chalicelib.domain.reminders import Duty, Reminder
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.errors import Conflict, NotFound
from chalicelib.services.changes import change_job
from chalicelib.services.duties.retention import RetentionPlan
from chalicelib.services.entries import entry_of_job
from chalicelib.services.intake.input_notes import annotate_input
from chalicelib.services.intake.upload_targets import UploadTarget, UploadTargets
from chalicelib.services.intake.uploaded_files import UploadedFiles
from chalicelib.services.ports import AnnotationStore, Clock, EntryStore, JobQueue, JobStore, ReminderStore, UploadStore

_NEVER_CAME = "The file did not arrive in time; create a new job and send the file before its upload expires."
_WRONG_SIZE = (
    "The size of the uploaded file differs from the announced size; create a new job with the file's exact size."
)


class JobUploads:
    """Direct uploads of jobs, from the announcement to the analysis."""

    def __init__(
        self,
        *,
        jobs: JobStore,
        entries: EntryStore,
        uploads: UploadStore,
        files: UploadedFiles,
        reminders: ReminderStore,
        queue: JobQueue,
        targets: UploadTargets,
        retention: RetentionPlan,
        annotations: AnnotationStore,
        clock: Clock,
    ) -> None:
        self._jobs = jobs
        self._entries = entries
        self._annotations = annotations
        self._uploads = uploads
        self._files = files
        self._reminders = reminders
        self._queue = queue
        self._targets = targets
        self._retention = retention
        self._clock = clock

    def create(self, caller: Caller, new: NewJob, file: AnnouncedFile) -> tuple[Job, UploadTarget]:
        """Creates a job that waits for `file`, and returns it with the URLs of its upload."""
        now = self._clock()
        job_id, upload_expires = new_id(now), self._targets.expires()
        self._reminders.set(Reminder(caller.account_id, Duty.JOB_UPLOAD, job_id, upload_expires))
        upload = self._targets.begin(UploadKey(caller.account_id, UploadOwner.JOB, job_id), file, upload_expires)
        expires = self._retention.begin(Duty.JOB_RETENTION, caller.account_id, job_id, now, new.expires_in_s)
        job = new.job(caller, job_id, now, filename=file.file_name, expires=expires, upload=upload)
        self._jobs.create(job)
        return job, self._targets.sign(upload)

    def complete(self, caller: Caller, job_id: str, parts: Sequence[FinishedPart]) -> Job:
        """Completes the upload: joins the parts and queues the job. May be repeated.

        Raises `NotFound`, `Invalid` for parts that are not those that were sent, or `Conflict` if the job no longer
        waits or the file has not arrived.
        """
        job = self._jobs.get(caller.account_id, job_id)
        upload = _upload_of(job)
        if job.awaits_upload:
            if upload.multipart_id is not None:
                self._uploads.join_parts(upload, check_finished_parts(upload, parts))
            job = self.settle(caller.account_id, job_id)
        if job.input_entry_id is not None:
            return job
        if job.awaits_upload:
            raise Conflict("The file has not arrived yet; send it to the URLs in the job's upload first.")
        raise Conflict(f"This job is {job.status} and no longer accepts a file; create a new job.")

    def abort(self, caller: Caller, job_id: str) -> None:
        """Cancels the upload and the job, and removes what was sent. May be repeated.

        Raises `NotFound`, or `Conflict` if the file has arrived.
        """
        job = change_job(
            self._jobs,
            caller.account_id,
            job_id,
            lambda current: current.cancelled(self._clock()) if current.awaits_upload else current,
        )
        upload = _upload_of(job)
        if job.input_entry_id is not None:
            raise Conflict("The file of this job has arrived; cancel the job instead.")
        self._give_up(job, upload)

    def settle(self, account_id: str, job_id: str) -> Job:
        """Queues the job, or ends it as failed, if the file has arrived. Raises `NotFound`.

        Removes objects that are not expected.
        """
        job = self._jobs.get(account_id, job_id)
        upload = job.upload
        if upload is None:
            return job
        if job.awaits_upload:
            arrived = self._uploads.arrived(upload)
            if arrived is None:
                return job
            is_right = arrived.size_bytes == upload.size_bytes
            job = self._receive(job, upload) if is_right else self._fail(job, _WRONG_SIZE)
        if job.input_entry_id == job.own_input_entry_id:
            self._go_on(job, upload)
        else:
            self._give_up(job, upload)
        return job

    def expire(self, account_id: str, job_id: str) -> None:
        """Ends a job whose file has not arrived. A job whose file has arrived unnoticed continues."""
        try:
            job = self.settle(account_id, job_id)
        except NotFound:
            key = UploadKey(account_id, UploadOwner.JOB, job_id)
            self._files.tidy(account_id, own_input_entry_id(job_id), str(key))
            return
        upload = job.upload
        if upload is not None and job.awaits_upload:
            job = self._fail(job, _NEVER_CAME)
            if job.input_entry_id is None:
                self._give_up(job, upload)

    def _receive(self, job: Job, upload: DirectUpload) -> Job:
        """First an entry that waits, then the job's claim to it, then the file: a job that was ended in between leaves
        no entry behind."""
        entry = entry_of_job(job, job.own_input_entry_id, self._clock())
        self._entries.create(replace(entry, upload=upload))
        return change_job(self._jobs, job.account_id, job.id, lambda current: current.uploaded(self._clock()))

    def _go_on(self, job: Job, upload: DirectUpload) -> None:
        """Does what remains once the job has its input; an earlier process may have died before finishing this."""
        self._files.take(job.account_id, job.own_input_entry_id, upload)
        if job.status is JobStatus.QUEUED:
            annotate_input(job, self._annotations, self._entries, self._clock)
            self._queue.send(job.message)  # one message too many is consumed without work

    def _give_up(self, job: Job, upload: DirectUpload) -> None:
        self._entries.delete_waiting(job.account_id, job.own_input_entry_id)
        self._uploads.discard(upload.media_key)

    def _fail(self, job: Job, sentence: str) -> Job:
        return change_job(
            self._jobs, job.account_id, job.id, lambda current: current.upload_failed(sentence, self._clock())
        )


def _upload_of(job: Job) -> DirectUpload:
    if job.upload is None:
        raise Conflict("This job has no upload; its file was part of the request that created it.")
    return job.upload
