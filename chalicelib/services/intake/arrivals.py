"""Objects that the media store says have arrived."""

import logging

from chalicelib.domain.intake.uploads import UploadOwner, parse_upload_key
from chalicelib.errors import NotFound
from chalicelib.services.intake.entry_uploads import EntryUploads
from chalicelib.services.intake.job_uploads import JobUploads
from chalicelib.services.ports import UploadStore

_log = logging.getLogger(__name__)


def receive_object(media_key: str, jobs: JobUploads, entries: EntryUploads, uploads: UploadStore) -> None:
    """An object is stored under `media_key`: its job or entry continues. An object that belongs to neither is removed.

    An announcement is a hint, no more: it may come twice, late or out of order, so what it says of the object is not
    believed; the object itself is asked.
    """
    try:
        key = parse_upload_key(media_key)
    except ValueError:
        _log.warning("an object arrived under a key that is not ours to give")
        return
    try:
        if key.owner is UploadOwner.JOB:
            jobs.settle(key.account_id, key.owner_id)
        else:
            entries.settle(key.account_id, key.owner_id)
    except NotFound:
        _log.info("an object arrived for %s %s, which does not exist", key.owner, key.owner_id)
        uploads.discard(media_key)
