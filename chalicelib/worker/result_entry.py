"""The result of a run: its entry and files, under names that are derived from the job and the run."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.composition.services import Services
from chalicelib.domain.entries import Representation, media_prefix, representation_id
from chalicelib.domain.faces.face_state import FaceState
from chalicelib.domain.jobs import Job
from chalicelib.errors import MediaError, NotFound, translated
from chalicelib.formats.result_files import ResultFile
from chalicelib.services.entries import entry_of_job
from chalicelib.worker.faces.kept_frames import KeptFrames
from chalicelib.worker.job_medium import MEDIA_DELETED
from chalicelib.worker.progress import ProgressReport


def store_results(
    services: Services,
    job: Job,
    files: Iterable[ResultFile],
    report: ProgressReport,
    kept: KeptFrames | None = None,
    *,
    media_seconds: float | None,
) -> None:
    """Stores the files of a run, its frames and the duration of the input. Raises `LeaseLost`, or `MediaError` if the
    input was deleted."""
    if job.input_entry_id is not None:
        with translated(NotFound, into=MediaError(MEDIA_DELETED)):
            services.ports.entries().set_media_seconds(job.account_id, job.input_entry_id, media_seconds)
    create_result_entry(services, job, media_seconds=media_seconds, faces=None if kept is None else kept.state)
    report.write()
    if kept is not None:
        kept.store(services)
    place, now = (job.account_id, job.run_result_entry_id), services.ports.clock()
    for number, result in enumerate(files):
        report.write()
        # An entry's files are sorted by age: a millisecond apart, they keep the recipe's order.
        published = now + timedelta(milliseconds=number)
        file = stored_file(services, *place, result, prefix=media_prefix(*place), now=published)
        services.ports.entries().set_representation(file)


def create_result_entry(
    services: Services, job: Job, *, media_seconds: float | None, faces: FaceState | None = None
) -> None:
    """The run's entry, without files; one that is there is left as it is. `faces`: None if they cannot be corrected."""
    entry = entry_of_job(job, job.run_result_entry_id, services.ports.clock())
    services.ports.entries().create(replace(entry, media_seconds=media_seconds, faces=faces))


def stored_file(
    services: Services, account_id: str, entry_id: str, result: ResultFile, *, prefix: str, now: datetime
) -> Representation:
    """Stores the bytes of a result under `prefix`; no row names them yet."""
    file_id = representation_id(entry_id, result.file_name)
    with result.path.open("rb") as body:
        stored = services.ports.media().save(f"{prefix}{file_id}", body, result.content_type)
    return Representation(
        id=file_id,
        entry_id=entry_id,
        account_id=account_id,
        file_name=result.file_name,
        content_type=result.content_type,
        size_bytes=stored.size_bytes,
        sha256=stored.sha256,
        media_key=f"{prefix}{file_id}",
        published=now,
        updated=now,
    )
