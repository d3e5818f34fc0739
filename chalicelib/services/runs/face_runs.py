"""Corrected faces, as workers see them: find what waits, write it once, tidy up.

No worker holds a lease: every worker would write the same bytes under the same keys, so two of them do no harm. The
files of a change become those of the entry in one write, on the condition that no other change has come.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.domain.entries import Entry, Representation, corrected_prefix, is_written_by_worker, media_prefix
from chalicelib.domain.faces.face_state import FaceState, FaceStatus
from chalicelib.domain.jobs import JobMessage, JobStatus
from chalicelib.domain.reminders import Reminder
from chalicelib.errors import NotFound, StaleWrite
from chalicelib.services.changes import retried
from chalicelib.services.intake.dropped_files import DroppedFiles
from chalicelib.services.ports import Clock, EntryStore, JobQueue, JobStore, MediaStore

AGAIN_IN_S = 300.0


class FaceRuns:
    """Corrected faces, for workers and the sweeper. Every step may be repeated, by any process."""

    def __init__(
        self,
        entries: EntryStore,
        jobs: JobStore,
        media: MediaStore,
        queue: JobQueue,
        *,
        dropped: DroppedFiles,
        clock: Clock,
        max_attempts: int,
    ) -> None:
        self._entries = entries
        self._jobs = jobs
        self._media = media
        self._queue = queue
        self._dropped = dropped
        self._clock = clock
        self._max_attempts = max_attempts

    def begin(self, message: JobMessage) -> Entry | None:
        """Returns the result of the job if files of corrected faces are to be written, and counts an attempt; None if
        there is nothing to write. What is left to tidy up is done here."""

        def attempt() -> Entry | None:
            entry = self._result_of(message)
            if entry is None or entry.faces is None or entry.faces.is_settled:
                return None
            if entry.faces.status is FaceStatus.DONE:
                self._tidy(entry)
                return None
            if entry.faces.attempts >= self._max_attempts:
                self._save(entry, entry.faces.failed(interrupted_sentence(self._max_attempts)))
                return None
            return self._save(entry, entry.faces.begun())

        with suppress(NotFound):
            return retried(attempt, f"the result of job {message.job_id}")
        return None

    def fail(self, begun: Entry, sentence: str) -> None:
        """The files cannot be written: they stay as they are, and the state says why."""

        def attempt() -> None:
            entry = self._entries.get(begun.account_id, begun.id)
            if _number(entry) == _number(begun) and _state(entry).status is FaceStatus.QUEUED:
                self._save(entry, _state(entry).failed(sentence))

        with suppress(NotFound):
            retried(attempt, f"the faces of entry {begun.id}")

    def finish(self, begun: Entry, files: Iterable[Representation]) -> None:
        """Makes the stored `files` those of the entry, in one write, and tidies up. Removes them instead if there is no
        entry any more or its corrections have changed."""
        written = {file.id: file for file in files}
        number = _number(begun)

        def attempt() -> Entry:
            entry = self._entries.get(begun.account_id, begun.id)
            state = _state(entry)
            if state.number != number or state.written == number:
                return entry
            return self._save(entry, state.finished(number), _replaced(entry.representations, written))

        try:
            entry = retried(attempt, f"the faces of entry {begun.id}")
        except NotFound:
            self._media.delete_under(corrected_prefix(begun.account_id, begun.id, number))
            return
        if _number(entry) == number:
            with suppress(NotFound, StaleWrite):  # of whatever comes next, which tidies up as well
                self._tidy(entry)
        elif _state(entry).written != number:
            self._media.delete_under(corrected_prefix(begun.account_id, begun.id, number))

    def perform(self, reminder: Reminder) -> datetime | None:
        """The duty `FACES`: a message for what still waits; nothing stays of an entry that was deleted meanwhile."""
        try:
            entry = self._entries.get(reminder.account_id, reminder.subject_id)
            job = self._jobs.get(reminder.account_id, entry.job_id or "")
        except NotFound:
            if not self._entries.get_many(reminder.account_id, [reminder.subject_id]):
                self._media.delete_under(media_prefix(reminder.account_id, reminder.subject_id))
            return None
        if entry.faces is None or entry.faces.is_settled or job.result_entry_id != entry.id:
            return None
        self._queue.send(job.message)
        return self._clock() + timedelta(seconds=AGAIN_IN_S)

    def _result_of(self, message: JobMessage) -> Entry | None:
        job = self._jobs.get(message.account_id, message.job_id)
        if job.status is not JobStatus.DONE or job.result_entry_id is None:
            return None
        return self._entries.get(job.account_id, job.result_entry_id)

    def _tidy(self, entry: Entry) -> None:
        """Publishes the files of a dropped job again and removes those that earlier corrections have left."""
        state = _state(entry)
        self._dropped.show(entry)
        for number in range(max(state.tidied, 1), state.number):
            self._media.delete_under(corrected_prefix(entry.account_id, entry.id, number))
        self._save(entry, state.cleared(state.number))

    def _save(self, entry: Entry, state: FaceState, files: Mapping[str, Representation] | None = None) -> Entry:
        changed = replace(entry, faces=state)
        if files is not None:
            changed = replace(changed, representations=files, updated=self._clock())
        self._entries.change_faces(entry, changed)
        return changed


def interrupted_sentence(attempts: int) -> str:
    """Returns why the files do not follow the corrections if workers were interrupted too often."""
    return (
        f"Writing the files was interrupted {attempts} times and stopped; the files are as they were. Send the "
        "corrections again."
    )


def _replaced(
    present: Mapping[str, Representation], written: Mapping[str, Representation]
) -> dict[str, Representation]:
    """The files of an entry with those that were written again. What a client has put in the place of one, or has
    deleted, stays so."""
    return {
        file_id: replace(written[file_id], published=file.published)
        if file_id in written and is_written_by_worker(file)
        else file
        for file_id, file in present.items()
    }


def _state(entry: Entry) -> FaceState:
    if entry.faces is None:
        raise NotFound("The faces of this entry cannot be corrected.")
    return entry.faces


def _number(entry: Entry) -> int:
    return _state(entry).number
