"""The audit trail in DynamoDB. Its lines are written together with what they speak of (`DynamoTable.exchange`)."""

from collections.abc import Iterator

from chalicelib.aws.dynamodb.rows import from_row
from chalicelib.aws.dynamodb.table import DynamoTable
from chalicelib.aws.dynamodb.table_layout import AUDIT_PREFIX, account_partition
from chalicelib.domain.audit import AuditRecord

_READ_SIZE = 100


class DynamoAuditTrail:
    """The port `AuditTrail`."""

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def newest_first(self, account_id: str) -> Iterator[AuditRecord]:
        rows = self._table.query(account_partition(account_id), AUDIT_PREFIX, descending=True, read_size=_READ_SIZE)
        return (from_row(AuditRecord, row) for row in rows)
