"""The files of a result, written again after its faces were corrected: from the kept frames, without measuring.

Films stay as they were rendered: they show pictures, which are not kept.
"""

import logging
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from chalicelib.composition.services import Services
from chalicelib.domain.entries import Entry, Representation, corrected_prefix, face_index_key, kept_frames_key
from chalicelib.domain.faces.face_index import decode_index
from chalicelib.domain.faces.face_plan import FacePlan, plan_faces
from chalicelib.domain.jobs import JobMessage
from chalicelib.errors import Invalid, NotFound
from chalicelib.formats.result_files import ResultFile, write_files
from chalicelib.worker.faces.frames_file import KeptFramesReader
from chalicelib.worker.faces.kept_frames import contents_of
from chalicelib.worker.result_entry import stored_file
from chalicelib.worker.work_directories import work_directory

# More changes than this in a row, each while the files of the one before are written, have messages of their own.
_AT_ONCE = 20
_UNREADABLE = (
    "The measured numbers of this result cannot be read by this version, so its files stay as they are; requeue the "
    "job to measure it again, then correct its faces."
)

_log = logging.getLogger(__name__)


def write_corrected(services: Services, message: JobMessage) -> bool:
    """Writes the files of the job's result if its faces were corrected since. Returns True if there was anything to
    write. What fails through a fault of ours rises: the message comes again."""
    for done in range(_AT_ONCE):
        entry = services.face_runs.begin(message)
        if entry is None:
            return done > 0
        with work_directory() as directory:
            try:
                files = _files_of(services, entry, directory)
            except (Invalid, NotFound, ValueError):
                _log.exception("the files of entry %s cannot be written again", entry.id)
                services.face_runs.fail(entry, _UNREADABLE)
                continue
            services.face_runs.finish(entry, [_stored(services, entry, file) for file in files])
    return True


def _files_of(services: Services, entry: Entry, directory: Path) -> Iterable[ResultFile]:
    media, place = services.ports.media(), (entry.account_id, entry.id)
    frames_path, index_path = directory / "kept-frames", directory / "index"
    media.load(kept_frames_key(*place), frames_path)
    media.load(face_index_key(*place), index_path)
    corrections = () if entry.faces is None else entry.faces.corrections
    plan = plan_faces(decode_index(index_path.read_bytes()), corrections)
    with frames_path.open("rb") as stream:
        return rewritten(KeptFramesReader(stream), plan, directory)


def rewritten(kept: KeptFramesReader, plan: FacePlan, directory: Path) -> tuple[ResultFile, ...]:
    """Returns every file of the result, in `directory`, with the faces of `plan`. Raises ValueError for frames that
    cannot be read."""
    measured = contents_of(kept)
    contents = replace(measured, face_names=plan.names)
    file_name = "" if measured.origin is None else measured.origin.file_name
    return write_files(plan.applied(kept.frames()), contents, directory, file_name)


def _stored(services: Services, entry: Entry, file: ResultFile) -> Representation:
    place, number = (entry.account_id, entry.id), 0 if entry.faces is None else entry.faces.number
    return stored_file(services, *place, file, prefix=corrected_prefix(*place, number), now=services.ports.clock())
