"""Annotations: notes in key and value on an entry."""

from chalicelib.domain.accounts import Caller
from chalicelib.domain.entries import Annotation, check_annotation_text
from chalicelib.domain.ids import new_id
from chalicelib.services.ports import AnnotationStore, Clock, EntryStore


class Annotations:
    """What may be done with annotations."""

    def __init__(self, annotations: AnnotationStore, entries: EntryStore, clock: Clock) -> None:
        self._annotations = annotations
        self._entries = entries
        self._clock = clock

    def create(
        self, caller: Caller, entry_id: str, *, key: str | None, value: str | None, source: str | None
    ) -> Annotation:
        """Adds a note to an entry. Raises `NotFound` without the entry, `Invalid` for a text that cannot be stored."""
        key = check_annotation_text("key", key)
        value = check_annotation_text("value", value)
        source = check_annotation_text("source", source) if source else None
        self._entries.get(caller.account_id, entry_id)
        now = self._clock()
        annotation = Annotation(
            id=new_id(now),
            entry_id=entry_id,
            account_id=caller.account_id,
            author=caller.email,
            key=key,
            value=value,
            source=source,
            published=now,
            updated=now,
        )
        self._annotations.create(annotation)
        return annotation

    def get(self, caller: Caller, entry_id: str, annotation_id: str) -> Annotation:
        """Raises `NotFound`."""
        return self._annotations.get(caller.account_id, entry_id, annotation_id)

    def list(self, caller: Caller, entry_id: str) -> tuple[Annotation, ...]:
        """All of an entry's notes, oldest first. Raises `NotFound` without the entry."""
        self._entries.get(caller.account_id, entry_id)
        return self._annotations.list(caller.account_id, entry_id)
