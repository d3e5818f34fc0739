"""The end of an entry and of all that belongs to it."""

import logging

from chalicelib.domain.accounts import Caller
from chalicelib.domain.audit import AuditAction, AuditRecord
from chalicelib.domain.entries import media_prefix
from chalicelib.domain.ids import new_id
from chalicelib.services.intake.dropped_files import DroppedFiles
from chalicelib.services.ports import AnnotationStore, Clock, EntryStore, KeyedRequestStore, MediaStore

_log = logging.getLogger(__name__)


class EntryDeletions:
    """Deletes entries for good."""

    def __init__(
        self,
        entries: EntryStore,
        annotations: AnnotationStore,
        media: MediaStore,
        requests: KeyedRequestStore,
        clock: Clock,
        *,
        dropped: DroppedFiles,
    ) -> None:
        self._entries = entries
        self._annotations = annotations
        self._media = media
        self._requests = requests
        self._clock = clock
        self._dropped = dropped

    def delete(self, caller: Caller, entry_id: str) -> None:
        """Removes the entry with its annotations, its files, their copies under `results/` and the dropped object, in
        all versions, and the kept responses about it; leaves a line in the audit trail.

        After the first step the entry is hidden, and nothing can be added to it. An interrupted deletion is completed
        by the next one. Raises `NotFound`.
        """
        now = self._clock()
        entry = self._entries.begin_deletion(caller.account_id, entry_id, now)
        self._annotations.delete_all(caller.account_id, entry_id)
        self._requests.delete_responses(caller.account_id, entry_id)
        # What the row names may lie elsewhere, and what no row names lies here.
        for representation in entry.representations.values():
            self._media.delete(representation.media_key)
        self._media.delete_under(media_prefix(caller.account_id, entry_id))
        self._dropped.delete_of_entry(entry)
        record = AuditRecord(
            id=new_id(now),
            account_id=caller.account_id,
            author=caller.email,
            action=AuditAction.ENTRY_DELETED,
            subject_id=entry_id,
            published=now,
        )
        self._entries.finish_deletion(record)
        # A warning, because Lambda drops what is less by default, and this line is meant to be found.
        _log.warning("audit %s: %s %s of account %s", record.id, record.action, entry_id, caller.account_id)
