"""Fetches the input of a job with a URL and stores it as the job's input entry.

The entry's id follows from the job. The bytes have a key for each attempt, as a URL may give others the next time: of
two attempts the first that writes the entry wins, and the other takes its bytes.
"""

from dataclasses import replace
from pathlib import Path

from chalicelib.composition.services import Services
from chalicelib.domain.entries import Representation, representation_id
from chalicelib.domain.intake.media_types import content_type_of
from chalicelib.domain.jobs import Job
from chalicelib.errors import LeaseLost, NotFound
from chalicelib.services.entries import entry_of_job
from chalicelib.services.intake.fetched_inputs import FetchAttempt
from chalicelib.services.intake.input_notes import annotate_input
from chalicelib.worker.every import every
from chalicelib.worker.media_fetcher import MediaFetcher

_RENEW_INTERVAL_S = 1.0


def fetch_input(services: Services, fetcher: MediaFetcher, job: Job, url: str, target: Path) -> str:
    """Fetches `url` into `target` and makes it the job's input; returns its key, as `load_medium` does. Raises
    `MediaError` or `LeaseLost`."""
    stay_alive = every(_RENEW_INTERVAL_S, lambda: services.runs.renew(job, None))
    content_type = content_type_of(job.filename, fetcher.fetch(url, target, stay_alive))
    attempt = services.fetched_inputs.begin(job)
    try:
        return _store(services, job, attempt, target, content_type)
    except LeaseLost:
        services.fetched_inputs.settle(attempt)
        raise
    except NotFound as gone:  # the entry: the job has expired, or the client has deleted what another attempt stored
        services.fetched_inputs.settle(attempt)
        raise LeaseLost(f"job {job.id} has lost the entry of its input") from gone


def _store(services: Services, job: Job, attempt: FetchAttempt, target: Path, content_type: str) -> str:
    file_id, key = representation_id(attempt.entry_id, job.filename), attempt.media_key(job.filename)
    with target.open("rb") as body:
        stored = services.ports.media().save(key, body, content_type)
    services.runs.renew(job, None)  # that took a while: who has lost the job by now makes no entry for it
    now = services.ports.clock()
    representation = Representation(
        id=file_id,
        entry_id=attempt.entry_id,
        account_id=job.account_id,
        file_name=job.filename,
        content_type=content_type,
        size_bytes=stored.size_bytes,
        sha256=stored.sha256,
        media_key=key,
        published=now,
        updated=now,
    )
    entry = entry_of_job(job, attempt.entry_id, now)
    services.ports.entries().create(replace(entry, representations={file_id: representation}))
    kept = services.ports.entries().get(job.account_id, attempt.entry_id).representations.get(file_id)
    if kept is not None and kept.media_key != key:
        services.ports.media().delete(key)
        services.ports.media().load(kept.media_key, target)
        key = kept.media_key
    annotate_input(job, services.ports.annotations(), services.ports.entries(), services.ports.clock)
    services.runs.receive_input(job, attempt.entry_id)
    return key
