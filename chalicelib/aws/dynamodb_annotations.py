"""Annotations in DynamoDB."""

from chalicelib.aws.dynamodb_table import DynamoTable
from chalicelib.aws.rows import from_row, to_row
from chalicelib.aws.table_layout import account_partition, annotation_key, annotation_prefix
from chalicelib.domain.entries import Annotation
from chalicelib.errors import NotFound


class DynamoAnnotations:
    """The port `AnnotationStore`."""

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def create(self, annotation: Annotation) -> None:
        """Writes a new row."""
        key = annotation_key(annotation.account_id, annotation.entry_id, annotation.id)
        self._table.put(to_row(annotation) | key)

    def get(self, account_id: str, entry_id: str, annotation_id: str) -> Annotation:
        """Reads the row. Raises `NotFound`."""
        row = self._table.get(annotation_key(account_id, entry_id, annotation_id))
        if row is None:
            raise NotFound("There is no such annotation; list the entry's annotations to see those that exist.")
        return from_row(Annotation, row)

    def list(self, account_id: str, entry_id: str) -> tuple[Annotation, ...]:
        """All of an entry's annotations, oldest first."""
        rows = self._table.query(account_partition(account_id), annotation_prefix(entry_id))
        return tuple(from_row(Annotation, row) for row in rows)
