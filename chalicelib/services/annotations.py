"""Annotations: notes in key and value on an entry."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from chalicelib.domain.accounts import Caller
from chalicelib.domain.entries import Annotation, AnnotationSearch, Entry, check_annotation_text
from chalicelib.domain.ids import new_id
from chalicelib.domain.jobs import Job
from chalicelib.errors import Invalid, NotFound
from chalicelib.services.changes import retried
from chalicelib.services.ports import AnnotationStore, Clock, EntryStore, JobStore, Page


class Annotations:
    """The use cases of annotations."""

    def __init__(self, annotations: AnnotationStore, entries: EntryStore, jobs: JobStore, clock: Clock) -> None:
        self._annotations = annotations
        self._entries = entries
        self._jobs = jobs
        self._clock = clock

    def create(
        self, caller: Caller, entry_id: str, *, key: str | None, value: str | None, source: str | None
    ) -> Annotation:
        """Adds a note to an entry. Raises `NotFound` without the entry, `Invalid` for a text that cannot be stored."""
        texts = _checked({"key": key, "value": value, "source": source})
        self._entries.get(caller.account_id, entry_id)
        now = self._clock()
        annotation = Annotation(
            id=new_id(now),
            entry_id=entry_id,
            account_id=caller.account_id,
            author=caller.email,
            key=str(texts["key"]),
            value=str(texts["value"]),
            source=texts["source"],
            published=now,
            updated=now,
        )
        self._annotations.create(annotation)
        self._check_still_there(annotation)
        return annotation

    def get(self, caller: Caller, entry_id: str, annotation_id: str) -> Annotation:
        """Raises `NotFound`."""
        self._entries.get(caller.account_id, entry_id)
        return self._annotations.get(caller.account_id, entry_id, annotation_id)

    def list(self, caller: Caller, entry_id: str, *, limit: int, cursor: str | None = None) -> Page[Annotation]:
        """A page of an entry's notes, oldest first. Raises `NotFound` without the entry, `MalformedRequest` for a
        foreign cursor."""
        self._entries.get(caller.account_id, entry_id)
        return self._annotations.list(caller.account_id, entry_id, limit=limit, cursor=cursor)

    def update(self, caller: Caller, entry_id: str, annotation_id: str, texts: Mapping[str, str | None]) -> Annotation:
        """Changes those of `key`, `value` and `source` that are in `texts`; a source of nothing takes it away.

        Raises `NotFound`, or `Invalid` for a text that cannot be stored.
        """
        checked = _checked(texts)

        def attempt() -> Annotation:
            current = self.get(caller, entry_id, annotation_id)
            changed = replace(current, **checked)  # type: ignore[arg-type]  # what may not be None was checked
            if changed == current:
                return current
            changed = replace(changed, updated=self._clock())
            self._annotations.replace(current, changed)
            return changed

        return retried(attempt, f"annotation {annotation_id}")

    def delete(self, caller: Caller, entry_id: str, annotation_id: str) -> None:
        """Raises `NotFound`."""
        self._annotations.delete(self.get(caller, entry_id, annotation_id))

    def search(self, caller: Caller, wanted: AnnotationSearch, *, limit: int, cursor: str | None = None) -> Page[Entry]:
        """Returns the account's entries that have an annotation with these texts.

        Newest first; a short page may still have a cursor. Annotations of the last second may be missing.
        Raises `Invalid` without a key, `MalformedRequest` for a foreign cursor.
        """
        if not wanted.key:
            raise Invalid("A search needs a key; add ?key= and, if you like, value= and source=.")
        page = self._annotations.search(caller.account_id, wanted, limit=limit, cursor=cursor)
        entries = self._entries.get_many(caller.account_id, page.items)
        return Page(tuple(entries[each] for each in page.items if each in entries), page.cursor)

    def search_jobs(
        self, caller: Caller, wanted: AnnotationSearch, *, limit: int, cursor: str | None = None
    ) -> Page[Job]:
        """Returns the jobs whose input or result `search` finds, each once on a page. Raises the same."""
        page = self.search(caller, wanted, limit=limit, cursor=cursor)
        job_ids = list(dict.fromkeys(entry.job_id for entry in page.items if entry.job_id is not None))
        jobs = self._jobs.get_many(caller.account_id, job_ids)
        return Page(tuple(jobs[each] for each in job_ids if each in jobs), page.cursor)

    def _check_still_there(self, annotation: Annotation) -> None:
        # A deletion of the entry that began before this note was written has not seen it; one that begins later will.
        try:
            self._entries.get(annotation.account_id, annotation.entry_id)
        except NotFound:
            with suppress(NotFound):
                self._annotations.delete(annotation)
            raise


def _checked(texts: Mapping[str, str | None]) -> dict[str, str | None]:
    """`texts` as they are stored. Raises `Invalid`."""
    return {
        name: None if name == "source" and not text else check_annotation_text(name, text)
        for name, text in texts.items()
    }
