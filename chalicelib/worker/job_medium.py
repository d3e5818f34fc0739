"""The input of a claimed job, on this machine's disk."""

import hashlib
from contextlib import suppress
from pathlib import Path

from chalicelib.composition.services import Services
from chalicelib.domain.entries import Representation, representation_id
from chalicelib.domain.jobs import Job
from chalicelib.errors import MediaError, NotFound, translated

MEDIA_DELETED = "The input of this job was deleted; create a new job."
MEDIA_REPLACED = "The input of this job was replaced during the analysis; requeue the job."


def load_medium(services: Services, job: Job, target: Path) -> str:
    """Writes the input of a job to `target`, as a stream, and returns its key, which identifies the bytes. Raises
    `MediaError` if it was deleted."""
    with translated(NotFound, into=MediaError(MEDIA_DELETED)):
        file = _stored(services, job)
        services.ports.media().load(file.media_key, target)
        if file.sha256 is None:  # the bytes went past the API: this is who reads them first
            services.ports.entries().set_sha256(file, sha256_of(target))
    return file.media_key


def require_same_medium(services: Services, job: Job, media_key: str | None) -> None:
    """Raises `MediaError` if the input of a job is another file now than the one that was loaded as `media_key`,
    if that is known."""
    with suppress(NotFound):  # a deleted input ends the job elsewhere
        if media_key not in {None, _stored(services, job).media_key}:
            raise MediaError(MEDIA_REPLACED)


def _stored(services: Services, job: Job) -> Representation:
    """Returns the file with the job's file name. Raises `NotFound`."""
    entry_id = str(job.input_entry_id)
    file = (
        services.ports.entries()
        .get(job.account_id, entry_id)
        .representations.get(representation_id(entry_id, job.filename))
    )
    if file is None:
        raise NotFound(MEDIA_DELETED)
    return file


def sha256_of(path: Path) -> str:
    """The digest of a file, read as a stream, in lower-case hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
