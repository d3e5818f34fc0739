"""Direct uploads of entries; the counterpart of `job_uploads`, without a job."""

from collections.abc import Sequence

from chalicelib.domain.accounts import Caller
from chalicelib.domain.entries import Entry
from chalicelib.domain.ids import new_id
from chalicelib.domain.intake.announced_files import AnnouncedFile
from chalicelib.domain.intake.uploads import FinishedPart, UploadKey, UploadOwner, check_finished_parts
from chalicelib.domain.reminders import Duty, Reminder
from chalicelib.errors import Conflict, NotFound
from chalicelib.services.duties.retention import RetentionPlan
from chalicelib.services.intake.upload_targets import UploadTarget, UploadTargets
from chalicelib.services.intake.uploaded_files import UploadedFiles
from chalicelib.services.ports import Clock, EntryStore, ReminderStore, UploadStore


class EntryUploads:
    """Direct uploads of entries. An entry whose file does not arrive is removed."""

    def __init__(
        self,
        *,
        entries: EntryStore,
        uploads: UploadStore,
        files: UploadedFiles,
        reminders: ReminderStore,
        targets: UploadTargets,
        retention: RetentionPlan,
        clock: Clock,
    ) -> None:
        self._entries = entries
        self._uploads = uploads
        self._files = files
        self._reminders = reminders
        self._targets = targets
        self._retention = retention
        self._clock = clock

    def create(
        self, caller: Caller, *, file: AnnouncedFile, source: str | None = None, data_split: str | None = None
    ) -> tuple[Entry, UploadTarget]:
        """Creates an entry that waits for `file`, and returns it with the URLs of its upload."""
        now = self._clock()
        entry_id, upload_expires = new_id(now), self._targets.expires()
        self._reminders.set(Reminder(caller.account_id, Duty.ENTRY_UPLOAD, entry_id, upload_expires))
        upload = self._targets.begin(UploadKey(caller.account_id, UploadOwner.ENTRY, entry_id), file, upload_expires)
        entry = Entry(
            id=entry_id,
            account_id=caller.account_id,
            author=caller.email,
            published=now,
            updated=now,
            source=source,
            data_split=data_split,
            upload=upload,
            expires=self._retention.begin(Duty.ENTRY_RETENTION, caller.account_id, entry_id, now),
        )
        self._entries.create(entry)
        return entry, self._targets.sign(upload)

    def complete(self, caller: Caller, entry_id: str, parts: Sequence[FinishedPart]) -> Entry:
        """Completes the upload: joins the parts. May be repeated.

        Raises `NotFound`, `Invalid` for parts that are not those that were sent, or `Conflict` if the file has not
        arrived.
        """
        upload = self._entries.get(caller.account_id, entry_id).upload
        if upload is not None and upload.multipart_id is not None:
            self._uploads.join_parts(upload, check_finished_parts(upload, parts))
        entry = self.settle(caller.account_id, entry_id)
        if entry.upload is not None:
            raise Conflict("The file has not arrived yet; send it to the URLs in the entry's upload first.")
        return entry

    def abort(self, caller: Caller, entry_id: str) -> None:
        """Cancels the upload and removes the entry. Raises `NotFound`, or `Conflict` if the file has arrived."""
        waits = self._entries.get(caller.account_id, entry_id).upload is not None
        if not waits or not self._remove(caller.account_id, entry_id):
            raise Conflict("The file of this entry has arrived; delete the entry instead.")

    def settle(self, account_id: str, entry_id: str) -> Entry:
        """Adds the file if it has arrived. Raises `NotFound`.

        Removes an object that is not expected, or whose size differs from the announcement.
        """
        upload = self._entries.get(account_id, entry_id).upload
        if upload is None:
            self._files.tidy(account_id, entry_id, _key(account_id, entry_id))
        else:
            self._files.take(account_id, entry_id, upload)
        return self._entries.get(account_id, entry_id)

    def expire(self, account_id: str, entry_id: str) -> None:
        """Removes an entry whose file has not arrived. An entry whose file has arrived unnoticed keeps it."""
        try:
            entry = self.settle(account_id, entry_id)
        except NotFound:
            self._files.tidy(account_id, entry_id, _key(account_id, entry_id))
            return
        if entry.upload is not None:
            self._remove(account_id, entry_id)

    def _remove(self, account_id: str, entry_id: str) -> bool:
        """Returns True if the entry was removed: an entry whose file has arrived stays."""
        # The row first: after that, the object cannot become a file. A process that dies in between leaves an object
        # that the reminder removes.
        if not self._entries.delete_waiting(account_id, entry_id):
            return False
        self._uploads.discard(_key(account_id, entry_id))
        return True


def _key(account_id: str, entry_id: str) -> str:
    return str(UploadKey(account_id, UploadOwner.ENTRY, entry_id))
