"""The promises of `AuditTrail`, with the stores that write it."""

from datetime import timedelta
from itertools import islice

from chalicelib.domain.audit import AuditAction, AuditRecord
from chalicelib.domain.ids import new_id
from tests.contract.audit_cases import AuditedStores
from tests.contract.samples import ACCOUNT, AUTHOR, OTHER_ACCOUNT, make_entry, make_job
from tests.fakes import START


def _deleted_entry(stores: AuditedStores, age_s: float, account_id: str = ACCOUNT) -> AuditRecord:
    entry, then = make_entry(account_id=account_id), START - timedelta(seconds=age_s)
    stores.entries.create(entry)
    stores.entries.begin_deletion(account_id, entry.id, then)
    record = AuditRecord(new_id(then), account_id, AUTHOR, AuditAction.ENTRY_DELETED, entry.id, then)
    stores.entries.finish_deletion(record)
    return record


def _expired_job(stores: AuditedStores, age_s: float) -> AuditRecord:
    job, then = make_job(), START - timedelta(seconds=age_s)
    stores.jobs.create(job)
    record = AuditRecord(new_id(then), ACCOUNT, "retention", AuditAction.JOB_EXPIRED, job.id, then)
    stores.jobs.delete(job, record)
    return record


def test_an_account_has_its_own_lines_of_both_stores_newest_first(audited: AuditedStores) -> None:
    assert list(audited.trail.newest_first(ACCOUNT)) == []
    second, first = _expired_job(audited, 20), _deleted_entry(audited, 30)
    other, third = _deleted_entry(audited, 5, OTHER_ACCOUNT), _deleted_entry(audited, 10)
    assert list(audited.trail.newest_first(ACCOUNT)) == [third, second, first]
    assert list(audited.trail.newest_first(OTHER_ACCOUNT)) == [other]


def test_a_long_trail_is_whole_and_its_beginning_can_be_had_alone(audited: AuditedStores) -> None:
    made = [_deleted_entry(audited, age_s) for age_s in range(120)]
    assert list(audited.trail.newest_first(ACCOUNT)) == made
    assert list(islice(audited.trail.newest_first(ACCOUNT), 3)) == made[:3]
