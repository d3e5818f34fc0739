"""Corrected faces of results, as clients see them. Workers write the files: see `runs.face_runs`."""

import logging
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from chalicelib.domain.accounts import Caller
from chalicelib.domain.audit import AuditAction, AuditRecord
from chalicelib.domain.entries import Entry, Representation, face_index_key, is_written_by_worker
from chalicelib.domain.faces.corrections import Correction, check_count
from chalicelib.domain.faces.face_index import FaceIndex, decode_index
from chalicelib.domain.faces.face_plan import FacePlan, plan_faces
from chalicelib.domain.faces.face_state import FaceState
from chalicelib.domain.ids import new_id
from chalicelib.domain.jobs import Job, JobStatus
from chalicelib.domain.reminders import Duty, Reminder
from chalicelib.errors import Conflict, NotFound, translated
from chalicelib.services.changes import retried
from chalicelib.services.ports import Clock, EntryStore, JobQueue, JobStore, MediaStore, ReminderStore

Corrections = tuple[Correction, ...]

WRITTEN_WITHIN_S = 120.0
"""How soon after a change the sweeper looks whether a worker has written the files."""

_NOT_CORRECTABLE = (
    "The faces of this entry cannot be corrected: it is not the result of a job, is older than this function, or has "
    "too many faces; requeue its job to measure it again."
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CorrectedFaces:
    """The faces of a result after its corrections, and how far its files follow them."""

    entry: Entry
    state: FaceState
    plan: FacePlan


class Faces:
    """The use cases of corrected faces. A change is one conditional write; readers find the old files or the new."""

    def __init__(
        self,
        entries: EntryStore,
        jobs: JobStore,
        media: MediaStore,
        *,
        queue: JobQueue,
        reminders: ReminderStore,
        clock: Clock,
    ) -> None:
        self._entries = entries
        self._jobs = jobs
        self._media = media
        self._queue = queue
        self._reminders = reminders
        self._clock = clock

    def get(self, caller: Caller, entry_id: str) -> CorrectedFaces:
        """Raises `NotFound`, or `Conflict` for an entry whose faces cannot be corrected."""
        entry = self._entries.get(caller.account_id, entry_id)
        state = _state_of(entry)
        return CorrectedFaces(entry, state, plan_faces(self._index(entry), state.corrections))

    def add(self, caller: Caller, entry_id: str, more: Corrections) -> CorrectedFaces:
        """Adds corrections to those that the result has. The same ones, sent again, change nothing.

        Raises `Invalid` if one of them is impossible, `NotFound`, or `Conflict`.
        """

        def extended(present: Corrections, index: FaceIndex) -> Corrections:
            if more and _is_end_of(present, more):
                return present
            check_count(len(present) + len(more))
            return plan_faces(index, (*present, *more)).corrections

        return self._change(caller, entry_id, extended)

    def set(self, caller: Caller, entry_id: str, corrections: Corrections) -> CorrectedFaces:
        """Replaces the corrections of the result; none at all brings back the files as they were measured, at once.
        Raises as `add` does."""
        return self._change(caller, entry_id, lambda _present, index: plan_faces(index, corrections).corrections)

    def _change(
        self, caller: Caller, entry_id: str, decide: Callable[[Corrections, FaceIndex], Corrections]
    ) -> CorrectedFaces:
        """The reminder comes first: if this process dies after the write, the sweeper sends the message."""
        indexes: dict[str, FaceIndex] = {}

        def attempt() -> tuple[Job, CorrectedFaces]:
            entry = self._entries.get(caller.account_id, entry_id)
            state, job = _state_of(entry), self._job_of(entry)
            index = indexes.get(entry.id) or indexes.setdefault(entry.id, self._index(entry))
            corrections = decide(state.corrections, index)
            plan = plan_faces(index, corrections)
            if corrections == state.corrections and state.error is None:
                return job, CorrectedFaces(entry, state, plan)
            changed = self._with_state(entry, state.changed(corrections))
            self._remind(entry)
            self._entries.change_faces(entry, changed, self._record(caller, changed, corrections))
            return job, CorrectedFaces(changed, _state_of(changed), plan)

        job, faces = retried(attempt, f"the faces of entry {entry_id}")
        if not faces.state.is_settled:
            self._queue.send(job.message)
        return faces

    def _with_state(self, entry: Entry, state: FaceState) -> Entry:
        """The entry with another state; without corrections also with its measured files."""
        now = self._clock()
        measured = entry.measured_files or {
            file.id: file for file in entry.representations.values() if is_written_by_worker(file)
        }
        files = entry.representations
        if not state.corrections:
            files = {file_id: _brought_back(file, measured) for file_id, file in files.items()}
        return replace(entry, faces=state, measured_files=measured, representations=files, updated=now)

    def _job_of(self, entry: Entry) -> Job:
        """The job whose result the entry is. Raises `Conflict` if it is not, or not yet."""
        with translated(NotFound, into=Conflict(_NOT_CORRECTABLE)):
            job = self._jobs.get(entry.account_id, entry.job_id or "")
        if job.status is not JobStatus.DONE or job.result_entry_id != entry.id:
            raise Conflict(
                "The job of this result has been requeued, or is not done yet; correct the result it has then."
            )
        return job

    def _index(self, entry: Entry) -> FaceIndex:
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "index"
            with translated(NotFound, into=Conflict(_NOT_CORRECTABLE)):
                self._media.load(face_index_key(entry.account_id, entry.id), path)
            return decode_index(path.read_bytes())

    def _remind(self, entry: Entry) -> None:
        due_at = self._clock() + timedelta(seconds=WRITTEN_WITHIN_S)
        self._reminders.set(Reminder(entry.account_id, Duty.FACES, entry.id, due_at))

    def _record(self, caller: Caller, entry: Entry, corrections: Corrections) -> AuditRecord:
        action = AuditAction.FACES_CORRECTED if corrections else AuditAction.CORRECTIONS_TAKEN_BACK
        record = AuditRecord(new_id(entry.updated), caller.account_id, caller.email, action, entry.id, entry.updated)
        # A warning, because Lambda drops what is less by default, and this line is meant to be found.
        _log.warning("audit %s: %s %s of account %s", record.id, action, entry.id, caller.account_id)
        return record


def _state_of(entry: Entry) -> FaceState:
    if entry.faces is None:
        raise Conflict(_NOT_CORRECTABLE)
    return entry.faces


def _brought_back(file: Representation, measured: Mapping[str, Representation]) -> Representation:
    """The file as it was measured, unless a client has put one of its own in its place."""
    return measured.get(file.id, file) if is_written_by_worker(file) else file


def _is_end_of(present: Corrections, more: Corrections) -> bool:
    """Returns True if `present` ends with `more`, whose splits may leave their new ids open."""
    if len(more) > len(present):
        return False
    return all(
        have == want or replace(have, new_face_id=None) == want
        for have, want in zip(present[-len(more) :], more, strict=True)
    )
