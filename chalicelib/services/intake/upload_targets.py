"""The URLs to which a client sends an announced file."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from chalicelib.domain.intake.announced_files import AnnouncedFile
from chalicelib.domain.intake.uploads import (
    MAX_FORM_BYTES,
    DirectUpload,
    UploadKey,
    part_size_bytes,
    part_sizes_bytes,
)
from chalicelib.services.ports import Clock, SignedForm, UploadStore


@dataclass(frozen=True, slots=True)
class UploadTarget:
    """The way for one upload: a form for a file in one piece, else a URL for each part, in order."""

    upload: DirectUpload
    form: SignedForm | None = None
    part_size_bytes: int = 0
    part_urls: tuple[str, ...] = field(default=())


class UploadTargets:
    """Plans uploads and signs the way for them; both hold for `expires_s` seconds."""

    def __init__(self, store: UploadStore, clock: Clock, *, expires_s: int) -> None:
        self._store = store
        self._clock = clock
        self._expires_s = expires_s

    def expires(self) -> datetime:
        """When an upload that begins now has to have arrived."""
        return self._clock() + timedelta(seconds=self._expires_s)

    def begin(self, key: UploadKey, file: AnnouncedFile, expires: datetime) -> DirectUpload:
        """Creates the upload of `file`; an upload in parts is also begun at the media store."""
        upload = DirectUpload(str(key), file.file_name, file.content_type, file.size_bytes, expires)
        if file.size_bytes <= MAX_FORM_BYTES:
            return upload
        return replace(upload, multipart_id=self._store.begin_parts(upload))

    def sign(self, upload: DirectUpload) -> UploadTarget:
        """The way for the upload. Nothing of it is stored."""
        if upload.multipart_id is None:
            return UploadTarget(upload, form=self._store.signed_form(upload, expires_s=self._expires_s))
        urls = tuple(
            self._store.signed_part(upload, number, size_bytes=size_bytes, expires_s=self._expires_s)
            for number, size_bytes in enumerate(part_sizes_bytes(upload.size_bytes), start=1)
        )
        return UploadTarget(upload, part_size_bytes=part_size_bytes(upload.size_bytes), part_urls=urls)
