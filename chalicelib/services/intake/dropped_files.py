"""Updates the drop-folder and the folder of results when a job ends or is deleted."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from chalicelib.domain.entries import Entry
from chalicelib.domain.intake.drops import (
    OWNER,
    DroppedObject,
    dropped_job_id,
    error_key,
    file_result_key,
    is_in_folder_of,
)
from chalicelib.domain.jobs import Job, JobStatus, own_input_entry_id
from chalicelib.errors import NotFound
from chalicelib.services.ports import DropStore, EntryStore


@contextmanager
def shown_in_results(job: Job, entries: EntryStore, drops: DropStore) -> Iterator[None]:
    """Observes the end of a job. Before a dropped job ends, its files are copied to `results/`, or an error file is
    written there: clients that see the end find them."""
    if job.drop_key is not None and job.status in (JobStatus.DONE, JobStatus.ERROR):
        with suppress(NotFound):  # of what has been deleted meanwhile
            _show(job, job.drop_key, entries, drops)
    yield


def _show(job: Job, drop_key: str, entries: EntryStore, drops: DropStore) -> None:
    if job.status is JobStatus.ERROR:
        drops.say(error_key(drop_key), job.error or "The job failed.", owner_id=job.own_input_entry_id)
        return
    entry = entries.get(job.account_id, str(job.result_entry_id))
    _publish(entry, drop_key, drops)
    drops.unsay(error_key(drop_key))  # of an earlier version of the file, or an earlier run


def _publish(entry: Entry, drop_key: str, drops: DropStore) -> None:
    for file in entry.representations.values():
        drops.publish(file.media_key, file_result_key(drop_key, file.file_name), file.content_type, owner_id=entry.id)


class DroppedFiles:
    """Removes the versions of objects that belong to an entry or job, and none else: another version of the same path
    has a job of its own, whose results have the same names. Everything may be done again."""

    def __init__(self, drops: DropStore) -> None:
        self._drops = drops

    def show(self, entry: Entry) -> None:
        """Copies the files of a result to `results/` once more; nothing if its job was not dropped there."""
        if entry.drop_key is not None:
            with suppress(NotFound):  # of what has been deleted meanwhile
                _publish(entry, entry.drop_key, self._drops)

    def delete_of_entry(self, entry: Entry) -> None:
        """Removes the copies of the entry's files; for the input of a job, also the dropped object and the error file.
        Call it after the bytes that could be copied are deleted."""
        if entry.drop_key is None:
            return
        if entry.source == entry.drop_key:
            self._delete_dropped(entry.account_id, entry.drop_key, entry.id)
        for file in entry.representations.values():
            self._delete(entry.account_id, entry.drop_key, file_result_key(entry.drop_key, file.file_name), entry.id)

    def delete_of_job(self, job: Job) -> None:
        """Removes the dropped object and the error file, whether or not there was ever an entry."""
        if job.drop_key is not None:
            self._delete_dropped(job.account_id, job.drop_key, job.own_input_entry_id)

    def _delete_dropped(self, account_id: str, drop_key: str, input_entry_id: str) -> None:
        if is_in_folder_of(drop_key, account_id):
            self._drops.delete_versions(drop_key, _became(input_entry_id, account_id))
        self._delete(account_id, drop_key, error_key(drop_key), input_entry_id)

    def _delete(self, account_id: str, drop_key: str, key: str, owner_id: str) -> None:
        if is_in_folder_of(drop_key, account_id):  # whatever a row says: what lies in another's folder stays
            self._drops.delete_versions(key, lambda found: found.metadata.get(OWNER) == owner_id)


def _became(input_entry_id: str, account_id: str) -> Callable[[DroppedObject], bool]:
    """Returns True if this version became the entry, whose id is derived from it."""

    def is_own(found: DroppedObject) -> bool:
        # A bucket without versions calls the only one "null" when it is asked for its versions.
        names = (found, replace(found, version_id=None))
        return any(own_input_entry_id(dropped_job_id(account_id, each)) == input_entry_id for each in names)

    return is_own
