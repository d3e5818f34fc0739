"""Objects that arrived by a direct upload, as files of entries.

A form works until it expires, also after its file has arrived: its holder could put other bytes of the same size in
the place of those that were measured. So what came by a form is copied to a key that nothing is signed for, and that
key is the file's; the form's own key is cleared, again each time something is sent there. The parts of an upload are
good for nothing once they are joined, so an object that came in parts stays in its place.
"""

from contextlib import suppress

from chalicelib.domain.entries import Representation, media_prefix, representation_id, upload_key
from chalicelib.domain.ids import derived_id
from chalicelib.domain.intake.uploads import ArrivedObject, DirectUpload
from chalicelib.errors import NotFound, StaleWrite
from chalicelib.services.changes import retried
from chalicelib.services.ports import Clock, EntryStore, MediaStore, UploadStore


class UploadedFiles:
    """Adds uploaded files to their entries. Every step may be repeated, by any process, at any time."""

    def __init__(self, entries: EntryStore, uploads: UploadStore, media: MediaStore, clock: Clock) -> None:
        self._entries = entries
        self._uploads = uploads
        self._media = media
        self._clock = clock

    def take(self, account_id: str, entry_id: str, upload: DirectUpload) -> None:
        """Adds the object that has arrived to the entry that waits for it; removes other objects. Raises `StaleWrite`
        if the client keeps sending other objects."""
        retried(lambda: self._take(account_id, entry_id, upload), f"upload {upload.media_key}")

    def _take(self, account_id: str, entry_id: str, upload: DirectUpload) -> None:
        if not self._is_waiting(account_id, entry_id):
            return self.tidy(account_id, entry_id, upload.media_key)
        arrived = self._uploads.arrived(upload)
        if arrived is None:  # nothing has arrived, or another process has handled it meanwhile
            return None
        if arrived.size_bytes != upload.size_bytes:
            return self._uploads.discard(upload.media_key)
        file = self._file(account_id, entry_id, upload, arrived)
        if upload.multipart_id is None and not self._uploads.copy(upload, arrived, file.media_key):
            raise StaleWrite("the client has sent another object meanwhile")
        with suppress(NotFound):  # another process was quicker, or the entry no longer exists
            self._entries.receive_upload(file)
        return self.tidy(account_id, entry_id, upload.media_key, file.media_key)

    def tidy(self, account_id: str, entry_id: str, own_key: str, copied_key: str | None = None) -> None:
        """Removes the object at the upload's `own_key` and its copy, unless they are files of the entry; and all copies
        for an entry that no longer exists."""
        try:
            kept = {file.media_key for file in self._entries.get(account_id, entry_id).representations.values()}
        except NotFound:
            self._media.delete_under(media_prefix(account_id, entry_id))
            kept = set()
        if copied_key is not None and copied_key not in kept:
            self._media.delete(copied_key)
        if own_key not in kept:
            self._uploads.discard(own_key)

    def _is_waiting(self, account_id: str, entry_id: str) -> bool:
        try:
            return self._entries.get(account_id, entry_id).upload is not None
        except NotFound:
            return False

    def _file(self, account_id: str, entry_id: str, upload: DirectUpload, arrived: ArrivedObject) -> Representation:
        """Returns the file that refers to the copy, or to the object itself if it was sent in parts. The bytes are not
        read."""
        file_id, now = representation_id(entry_id, upload.file_name), self._clock()
        key = upload.media_key
        if upload.multipart_id is None:
            # One key for the same bytes, however often they are copied, and never the same key for others.
            key = upload_key(account_id, entry_id, file_id, derived_id(entry_id, "upload", arrived.etag))
        return Representation(
            id=file_id,
            entry_id=entry_id,
            account_id=account_id,
            file_name=upload.file_name,
            content_type=upload.content_type,
            size_bytes=upload.size_bytes,
            sha256=None,
            media_key=key,
            published=now,
            updated=now,
        )
