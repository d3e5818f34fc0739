"""Direct uploads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from chalicelib.domain.intake.uploads import ArrivedObject, DirectUpload, FinishedPart


@dataclass(frozen=True, slots=True)
class SignedForm:
    """The target of a file posted as `multipart/form-data`: `fields` first, then the file as the part `file`."""

    url: str
    fields: Mapping[str, str]


class UploadStore(Protocol):
    """Objects that clients send to the media store themselves. Whatever is signed works for `expires_s` seconds."""

    def signed_form(self, upload: DirectUpload, *, expires_s: int) -> SignedForm:
        """A form that takes exactly this upload: its key, its size, its content type."""

    def begin_parts(self, upload: DirectUpload) -> str:
        """Begins an upload in parts and returns its multipart id."""

    def signed_part(self, upload: DirectUpload, number: int, *, size_bytes: int, expires_s: int) -> str:
        """A URL that takes part `number` (from 1) of the upload by PUT, if it has exactly this size."""

    def join_parts(self, upload: DirectUpload, parts: Sequence[FinishedPart]) -> None:
        """Joins the parts into the object; does nothing if that was already done or the upload was cancelled.

        Raises `Invalid` if the parts are not those that were sent.
        """

    def arrived(self, upload: DirectUpload) -> ArrivedObject | None:
        """The object as it is now, None while there is none."""

    def copy(self, upload: DirectUpload, arrived: ArrivedObject, media_key: str) -> bool:
        """Copies the object that `arrived` to `media_key`, as the announced content type. Returns False if it was
        deleted or replaced."""

    def discard(self, media_key: str) -> None:
        """Removes the object and every part that was sent for it. Nothing there is fine."""
