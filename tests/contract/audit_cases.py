"""Entry stores together with a way to read the audit trail that they write."""

from typing import Protocol

from chalicelib.aws.dynamodb_entries import DynamoEntries
from chalicelib.aws.dynamodb_table import DynamoTable
from chalicelib.aws.rows import from_row
from chalicelib.aws.table_layout import AUDIT_PREFIX, account_partition
from chalicelib.domain.audit import AuditRecord
from chalicelib.services.ports import EntryStore
from tests.fakes import FakeEntries


class AuditedEntries(Protocol):
    """An entry store under test."""

    @property
    def store(self) -> EntryStore:
        """The store."""

    def trail(self, account_id: str) -> list[AuditRecord]:
        """The account's audit trail."""


class FakeAuditedEntries:
    """The fake keeps its records in a list."""

    def __init__(self) -> None:
        self.store = FakeEntries()

    def trail(self, account_id: str) -> list[AuditRecord]:
        return [record for record in self.store.audit if record.account_id == account_id]


class DynamoAuditedEntries:
    """DynamoDB in moto; the trail is read as an operator would."""

    def __init__(self, table: DynamoTable) -> None:
        self.store = DynamoEntries(table)
        self._table = table

    def trail(self, account_id: str) -> list[AuditRecord]:
        return [from_row(AuditRecord, row) for row in self._table.query(account_partition(account_id), AUDIT_PREFIX)]
