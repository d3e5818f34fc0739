"""A job that is a batch: the results of its jobs in, one table out."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from chalicelib.composition.services import Services
from chalicelib.domain.batches import member_ids
from chalicelib.domain.entries import Entry, Representation
from chalicelib.domain.jobs import Job, JobStatus, Progress
from chalicelib.domain.requests.recipes import recipe_of
from chalicelib.domain.requests.result_formats import CSV_CONTENT_TYPE, SUMMARY_CONTENT_TYPE
from chalicelib.errors import MediaError, NotFound
from chalicelib.formats.many.batch_table import BatchTableWriter, TabulatedJob
from chalicelib.formats.result_files import ResultFile
from chalicelib.worker.progress import ProgressReport
from chalicelib.worker.result_entry import store_results

TABLE_FILE_NAME = "batch-table.csv"

_MOST_SUMMARY_BYTES = 64 << 20
_TOO_LARGE = "Its summary is too large for this table; see the job itself."
_UNREADABLE = "Its summary cannot be read; requeue it."
_NO_SUMMARY = "It has no summary."
_DELETED = "It was deleted."


def tabulate(services: Services, job: Job, directory: Path) -> Progress:
    """Carries out a claimed batch; `directory` is for files. The progress counts jobs: all have ended. Raises
    `MediaError` for a job that is none, or `LeaseLost`."""
    if job.members is None:
        raise MediaError("This job has no members; create the batch anew.")
    report = ProgressReport(services.runs, job, shown=job.kept_progress)
    report.begin(job.members.count)
    path = directory / "table"
    with path.open("wb") as stream:
        writer = BatchTableWriter(stream, _metric_names(services, job))
        for member in report.count(_members(services, job, job.members.count, directory / "summary")):
            _write(writer, member)
    store_results(services, job, [ResultFile(path, TABLE_FILE_NAME, CSV_CONTENT_TYPE)], report, media_seconds=None)
    return report.final()


def _metric_names(services: Services, job: Job) -> tuple[str, ...]:
    """Returns the metrics of its jobs' summaries, as they were when it was created."""
    if job.members is None:
        return ()
    recipe = recipe_of(replace(job, name=job.members.analysis))
    return () if recipe is None else recipe.metrics(expressions_only=services.settings.expressions_only).names


def _write(writer: BatchTableWriter, member: TabulatedJob) -> None:
    try:
        writer.write(member)
    except (KeyError, TypeError, ValueError, OverflowError):
        writer.write(replace(member, error=_UNREADABLE, faces=()))


def _members(services: Services, batch: Job, count: int, path: Path) -> Iterator[TabulatedJob]:
    """Yields the members in the order of the inputs."""
    for ids in member_ids(batch.id, count):
        jobs = services.ports.jobs().get_many(batch.account_id, ids)
        results = [job.result_entry_id for job in jobs.values() if job.result_entry_id is not None]
        entries = services.ports.entries().get_many(batch.account_id, results)
        for job_id in ids:
            yield _member(services, jobs.get(job_id), job_id, entries, path)


def _member(services: Services, job: Job | None, job_id: str, entries: Mapping[str, Entry], path: Path) -> TabulatedJob:
    if job is None or not job.filename:  # the name goes first if a job is deleted
        return TabulatedJob("", job_id, JobStatus.CANCELLED, _DELETED)
    row = TabulatedJob(job.filename, job.id, job.status, job.error)
    if job.status is not JobStatus.DONE:
        return row
    files = entries[str(job.result_entry_id)].representations if str(job.result_entry_id) in entries else {}
    found = next((file for file in files.values() if file.content_type == SUMMARY_CONTENT_TYPE), None)
    if found is None:
        return row if recipe_of(job) is None else replace(row, error=_NO_SUMMARY)
    try:
        return replace(row, faces=_faces(services, found, path))
    except NotFound:
        return replace(row, error=_NO_SUMMARY)
    except (KeyError, TypeError, ValueError, RecursionError):
        return replace(row, error=_UNREADABLE if found.size_bytes <= _MOST_SUMMARY_BYTES else _TOO_LARGE)


def _faces(services: Services, file: Representation, path: Path) -> list[Mapping[str, Any]]:
    """Raises `NotFound`, or `KeyError`, `TypeError` or `ValueError` for a file that is no summary or is too large."""
    if file.size_bytes > _MOST_SUMMARY_BYTES:
        raise ValueError("the summary is too large")
    services.ports.media().load(file.media_key, path)
    faces = json.loads(path.read_bytes())["faces"]
    if not isinstance(faces, list):
        raise TypeError("the faces of a summary are a list")
    return faces
