"""Objects that arrived by a direct upload, as files of entries."""

from datetime import datetime

from chalicelib.domain.entries import Representation, representation_id
from chalicelib.domain.uploads import DirectUpload
from chalicelib.errors import NotFound
from chalicelib.services.ports import EntryStore


def uploaded_file(account_id: str, entry_id: str, upload: DirectUpload, now: datetime) -> Representation:
    """The representation that points at the very object that arrived: the bytes are not copied, nor read."""
    return Representation(
        id=representation_id(entry_id, upload.file_name),
        entry_id=entry_id,
        account_id=account_id,
        file_name=upload.file_name,
        content_type=upload.content_type,
        size_bytes=upload.size_bytes,
        sha256=None,
        media_key=upload.media_key,
        published=now,
        updated=now,
    )


def is_kept(entries: EntryStore, account_id: str, entry_id: str, upload: DirectUpload) -> bool:
    """Whether the entry has the object that arrived among its files."""
    try:
        entry = entries.get(account_id, entry_id)
    except NotFound:
        return False
    return any(file.media_key == upload.media_key for file in entry.representations.values())
