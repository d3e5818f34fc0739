"""The bytes of representations."""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, Protocol

LinkMethod = Literal["GET", "HEAD"]


@dataclass(frozen=True, slots=True)
class StoredMedia:
    """The description of a stored object. `sha256` is lower-case hex of the bytes."""

    size_bytes: int
    sha256: str


class MediaStore(Protocol):
    """The bytes of representations, by key."""

    def save(self, key: str, body: BinaryIO, content_type: str) -> StoredMedia:
        """Stores all of `body` (a seekable binary stream, read from its beginning), replacing what was there."""

    def load(self, key: str, target: Path) -> None:
        """Writes the object to the file `target`, as a stream. Raises `NotFound`."""

    def delete(self, key: str) -> None:
        """Removes the object with all its versions; one that is not there is no error."""

    def delete_under(self, prefix: str) -> None:
        """Removes every object whose key begins with `prefix`, with all versions."""

    def presigned_url(self, key: str, *, file_name: str, content_type: str, method: LinkMethod = "GET") -> str:
        """A short-lived URL that answers `method` (and Range) with the bytes, this file name and this content type.

        The method is part of what is signed: a link for GET does not answer HEAD.
        """
