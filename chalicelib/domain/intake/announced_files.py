"""Files that clients announce before they send them."""

from dataclasses import dataclass

from chalicelib.domain.entries import check_file_name
from chalicelib.domain.intake.media_types import content_type_of, is_content_type
from chalicelib.domain.intake.uploads import MAX_UPLOAD_BYTES
from chalicelib.errors import Invalid

ANNOUNCED_MEMBERS = ("file_name", "size_bytes", "content_type")
"""The members that announce a file in JSON."""


@dataclass(frozen=True, slots=True)
class AnnouncedFile:
    """A file that a client is about to send."""

    file_name: str
    content_type: str
    size_bytes: int


def check_announced_file(
    *, file_name: str | None, content_type: str | None, size_bytes: int | None, max_bytes: int
) -> AnnouncedFile:
    """The file that a client announces. Raises `Invalid` for what is missing, wrong or too large."""
    if not file_name:
        raise Invalid("The JSON names no media; give file_name and size_bytes to upload a file, or send it as a form.")
    name = check_file_name(file_name)
    if content_type and not is_content_type(content_type):
        raise Invalid("content_type is not a valid media type; send one like video/mp4, or leave it out.")
    largest = min(max_bytes, MAX_UPLOAD_BYTES)
    if size_bytes is None or not 1 <= size_bytes <= largest:
        raise Invalid(f"The size_bytes must be the file's exact size, a number from 1 to {largest:,}.")
    return AnnouncedFile(name, content_type_of(name, content_type), size_bytes)
