"""Annotations."""

from typing import Protocol

from chalicelib.domain.entries import Annotation, AnnotationSearch
from chalicelib.services.ports.paging import Page


class AnnotationStore(Protocol):
    """Annotations, by account and entry."""

    def create(self, annotation: Annotation) -> None:
        """Writes a new row."""

    def get(self, account_id: str, entry_id: str, annotation_id: str) -> Annotation:
        """Reads the row. Raises `NotFound`."""

    def list(self, account_id: str, entry_id: str, *, limit: int, cursor: str | None) -> Page[Annotation]:
        """A page of the entry's annotations, oldest first. Raises `MalformedRequest` for a cursor that this store did
        not make for this list."""

    def replace(self, previous: Annotation, replacement: Annotation) -> None:
        """Replaces `previous` by `replacement`, which has the same ids. Raises `NotFound` if the row no longer exists,
        `StaleWrite` if its texts differ from those of `previous`."""

    def delete(self, annotation: Annotation) -> None:
        """Removes the row. Raises `NotFound`."""

    def delete_all(self, account_id: str, entry_id: str) -> None:
        """Removes all of an entry's annotations."""

    def search(self, account_id: str, wanted: AnnotationSearch, *, limit: int, cursor: str | None) -> Page[str]:
        """The ids of the entries with such an annotation, each once, newest first.

        May lag behind the writes. A page that is not full may have a cursor all the same: one page looks at a limited
        number of annotations. Raises `MalformedRequest` for a cursor that this store did not make.
        """
