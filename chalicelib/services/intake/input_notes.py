"""The annotations that a job brings along for its input."""

from chalicelib.domain.entries import Annotation
from chalicelib.domain.ids import derived_id
from chalicelib.domain.jobs import Job
from chalicelib.errors import NotFound
from chalicelib.services.ports import AnnotationStore, Clock, EntryStore


def annotate_input(job: Job, annotations: AnnotationStore, entries: EntryStore, clock: Clock) -> None:
    """Adds the job's notes to the entry of its input, which exists. May be repeated. If the entry is deleted at the
    same time, nothing of them stays."""
    entry_id, now = job.own_input_entry_id, clock()
    for place, note in enumerate(job.notes):
        annotations.create(
            Annotation(
                id=derived_id(entry_id, "note", str(place)),
                entry_id=entry_id,
                account_id=job.account_id,
                author=job.author,
                key=note.key,
                value=note.value,
                source=note.source,
                published=now,
                updated=now,
            )
        )
    if job.notes:
        try:
            entries.get(job.account_id, entry_id)
        except NotFound:
            annotations.delete_all(job.account_id, entry_id)
