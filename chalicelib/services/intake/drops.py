"""The drop-folder: a new object becomes an entry and a job automatically.

S3 announces an object at least once, in any order. The job's id is derived from the object's version, and every step
may be repeated: existing parts are kept, missing ones created.
"""

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from chalicelib.domain.accounts import Caller
from chalicelib.domain.entries import (
    Annotation,
    Representation,
    check_file_name,
    representation_id,
    upload_key,
)
from chalicelib.domain.ids import derived_id
from chalicelib.domain.intake.drops import (
    DROP_AUTHOR,
    DropKey,
    DroppedObject,
    account_of,
    dropped_job_id,
    error_key,
    is_folder,
    notes_of,
    options_of,
    parse_drop_key,
)
from chalicelib.domain.intake.media_types import content_type_of
from chalicelib.domain.jobs import Job, JobStatus, own_input_entry_id
from chalicelib.domain.reminders import Duty, Reminder
from chalicelib.domain.requests.job_options import creation_options, kept_options
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.domain.requests.recipes import require_effect
from chalicelib.domain.webhooks import Webhook, make_webhook
from chalicelib.errors import CallerError, Invalid, NotFound, StaleWrite
from chalicelib.services.changes import change_job
from chalicelib.services.duties.retention import RetentionPlan
from chalicelib.services.entries import entry_of_job
from chalicelib.services.ports import (
    AnnotationStore,
    Clock,
    DropStore,
    EntryStore,
    JobQueue,
    JobStore,
    ReminderStore,
    UserStore,
)
from chalicelib.services.webhook_secrets import WebhookSecrets

# An announcement is repeated for less than this, and is then a dead letter.
_GIVE_UP_S = 6 * 3600.0
_NOT_TAKEN = "The file could not be read from the drop-folder; put it there again."

_log = logging.getLogger(__name__)


class Drops:
    """Turns objects in the drop-folder into entries and jobs."""

    def __init__(
        self,
        *,
        store: DropStore,
        users: UserStore,
        jobs: JobStore,
        entries: EntryStore,
        annotations: AnnotationStore,
        reminders: ReminderStore,
        queue: JobQueue,
        retention: RetentionPlan,
        secrets: WebhookSecrets,
        clock: Clock,
        max_bytes: int,
        jobs_url: str | None = None,
    ) -> None:
        """`jobs_url`: the URL of the API's jobs, for notifications; None if this deployment sends none, or does not
        know its own address."""
        self._store = store
        self._users = users
        self._jobs = jobs
        self._entries = entries
        self._annotations = annotations
        self._reminders = reminders
        self._queue = queue
        self._retention = retention
        self._secrets = secrets
        self._clock = clock
        self._max_bytes = max_bytes
        self._jobs_url = jobs_url

    def received(self, key: str, version_id: str | None) -> None:
        """Handles a version of an object that was announced in the drop-folder. If it cannot become a job, an error
        file takes the place of its results; an object that was deleted, or only represents a folder, is ignored."""
        if is_folder(key):
            return
        dropped = self._store.look(key, version_id)
        if dropped is None:
            _log.info("a dropped object was deleted")
            return
        try:
            self._take_in(parse_drop_key(key), dropped)
        except CallerError as refusal:
            job_id = dropped_job_id(account_of(key), dropped)
            self._store.say(error_key(key), str(refusal), owner_id=own_input_entry_id(job_id))

    def _take_in(self, key: DropKey, dropped: DroppedObject) -> None:
        if not self._users.has_account(key.account_id):
            raise NotFound("There is no such account; put the file under drop/<account>/, with the account's id.")
        check_file_name(key.file_name)
        if dropped.size_bytes == 0:
            raise Invalid("The file is empty; check the export and put it there again.")
        if dropped.size_bytes > self._max_bytes:
            raise Invalid(f"The file has {dropped.size_bytes:,} bytes; at most {self._max_bytes:,} are accepted.")
        notes = notes_of(dropped)
        job = self._job(key, dropped)
        if job.input_entry_id is None and job.status is JobStatus.QUEUED:
            try:
                self._store_medium(job, dropped, notes)
            except NotFound as gone:
                self._fail(job.account_id, job.id, str(gone))
                raise
            job = self._with_input(job)
        if job.status is JobStatus.QUEUED:
            self._queue.send(job.message)  # one message too many is consumed without work

    def _job(self, key: DropKey, dropped: DroppedObject) -> Job:
        """The one job of this version of the object, made here or before."""
        account_id, job_id = key.account_id, dropped_job_id(key.account_id, dropped)
        try:
            return self._jobs.get(account_id, job_id)
        except NotFound:
            pass
        values = options_of(dropped)
        once = creation_options(values)
        new = NewJob(key.name, options=kept_options(values), webhook=self._webhook(account_id, once.callback_url))
        require_effect(new, values)
        now = self._clock()
        self._reminders.set(Reminder(account_id, Duty.DROP, job_id, now + timedelta(seconds=_GIVE_UP_S)))
        job = new.job(
            Caller(DROP_AUTHOR, account_id),
            job_id,
            now,
            filename=check_file_name(key.file_name),
            expires=self._retention.begin(Duty.JOB_RETENTION, account_id, job_id, now, once.expires_in),
            drop_key=dropped.key,
        )
        try:
            self._jobs.create(job)
        except StaleWrite:  # another delivery was quicker
            return self._jobs.get(account_id, job_id)
        return job

    def _webhook(self, account_id: str, callback_url: str | None) -> Webhook | None:
        if callback_url is None:
            return None
        if self._jobs_url is None:
            raise Invalid("This deployment sends no notifications for dropped files; leave callback_url out.")
        webhook = make_webhook(callback_url, self._jobs_url)
        self._secrets.get(account_id)  # makes it: the function that sends notifications may not
        return webhook

    def _store_medium(self, job: Job, dropped: DroppedObject, notes: Sequence[tuple[str, str]]) -> None:
        """First the entry, then the bytes, then the file that names them: under names that follow from the job."""
        entry_id, now = job.own_input_entry_id, self._clock()
        self._entries.create(replace(entry_of_job(job, entry_id, now), source=dropped.key))
        file_id = representation_id(entry_id, job.filename)
        file = Representation(
            id=file_id,
            entry_id=entry_id,
            account_id=job.account_id,
            file_name=job.filename,
            content_type=content_type_of(job.filename, dropped.content_type),
            size_bytes=dropped.size_bytes,
            sha256=None,
            media_key=upload_key(job.account_id, entry_id, file_id, derived_id(job.id, "drop")),
            published=now,
            updated=now,
        )
        self._store.take(dropped, file.media_key, file.content_type)
        self._entries.add_representation(file)
        for key, value in notes:
            self._annotations.create(_annotation(job, entry_id, key, value))

    def expire(self, account_id: str, job_id: str) -> None:
        """Ends a job whose file could not be taken in however often it was tried."""
        with suppress(NotFound):
            self._fail(account_id, job_id, _NOT_TAKEN)

    def _fail(self, account_id: str, job_id: str, sentence: str) -> None:
        change_job(self._jobs, account_id, job_id, lambda current: current.drop_failed(sentence, self._clock()))

    def _with_input(self, job: Job) -> Job:
        def transition(current: Job) -> Job:
            if current.input_entry_id is not None:
                return current
            return current.with_input(job.own_input_entry_id, self._clock())

        return change_job(self._jobs, job.account_id, job.id, transition)


def _annotation(job: Job, entry_id: str, key: str, value: str) -> Annotation:
    return Annotation(
        id=derived_id(entry_id, "note", key, value),
        entry_id=entry_id,
        account_id=job.account_id,
        author=job.author,
        key=key,
        value=value,
        source=DROP_AUTHOR,
        published=job.published,
        updated=job.published,
    )
