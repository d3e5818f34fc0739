"""The medium of a job that was created with a URL: fetched, stored as the job's input entry, then claimed by the job.

The entry's id follows from the job. The bytes have a key for each attempt, as a URL may give others the next time: of
two attempts the first that writes the entry wins, and the other takes its bytes.
"""

import time
from pathlib import Path

from chalicelib.composition import Services
from chalicelib.domain.entries import Entry, Representation, representation_id
from chalicelib.domain.intake.media_types import content_type_of
from chalicelib.domain.jobs import Job
from chalicelib.errors import LeaseLost, NotFound
from chalicelib.services.intake.fetched_inputs import FetchAttempt
from chalicelib.worker.media_fetcher import MediaFetcher

_RENEW_INTERVAL_S = 1.0


def fetch_input(services: Services, fetcher: MediaFetcher, job: Job, url: str, target: Path) -> str:
    """Fetches `url` into `target` and makes it the job's input; returns its key, as `load_medium` does. Raises
    `MediaError` or `LeaseLost`."""
    content_type = content_type_of(job.filename, fetcher.fetch(url, target, _Heartbeat(services, job)))
    attempt = services.fetched_inputs.begin(job)
    try:
        return _store(services, job, attempt, target, content_type)
    except LeaseLost:
        services.fetched_inputs.settle(attempt)
        raise
    except NotFound as gone:  # the entry: the job has expired, or the client has deleted what another attempt stored
        services.fetched_inputs.settle(attempt)
        raise LeaseLost(f"job {job.id} has lost the entry of its medium") from gone


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
    services.ports.entries().create(
        Entry(
            id=attempt.entry_id,
            account_id=job.account_id,
            author=job.author,
            published=now,
            updated=now,
            data_split=job.data_split,
            representations={file_id: representation},
        )
    )
    kept = services.ports.entries().get(job.account_id, attempt.entry_id).representations.get(file_id)
    if kept is not None and kept.media_key != key:
        services.ports.media().delete(key)
        services.ports.media().load(kept.media_key, target)
        key = kept.media_key
    services.runs.receive_input(job, attempt.entry_id)
    return key


class _Heartbeat:
    """Moves the lease on about once a second while bytes come. Raises `LeaseLost`."""

    def __init__(self, services: Services, job: Job) -> None:
        self._services = services
        self._job = job
        self._last = time.monotonic()

    def __call__(self) -> None:
        if time.monotonic() - self._last >= _RENEW_INTERVAL_S:
            self._services.runs.renew(self._job, None)
            self._last = time.monotonic()
