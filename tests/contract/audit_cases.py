"""The stores that write the audit trail, together with the trail itself."""

from dataclasses import dataclass

from chalicelib.aws.dynamodb.audit import DynamoAuditTrail
from chalicelib.aws.dynamodb.entries import DynamoEntries
from chalicelib.aws.dynamodb.jobs import DynamoJobs
from chalicelib.aws.dynamodb.table import DynamoTable
from chalicelib.services.ports import AuditTrail, EntryStore, JobStore
from tests.fakes import FakeAuditTrail, FakeEntries, FakeJobs


@dataclass(frozen=True, slots=True)
class AuditedStores:
    """Stores under test, and where their lines are read."""

    jobs: JobStore
    entries: EntryStore
    trail: AuditTrail


def fake_audited() -> AuditedStores:
    """In memory."""
    jobs, entries = FakeJobs(), FakeEntries()
    return AuditedStores(jobs, entries, FakeAuditTrail(jobs, entries))


def dynamo_audited(table: DynamoTable) -> AuditedStores:
    """In one table."""
    return AuditedStores(DynamoJobs(table), DynamoEntries(table), DynamoAuditTrail(table))
