from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.ids import check_id, new_id
from chalicelib.domain.jobs import Job, JobMessage, JobStatus, Lease, Progress
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.job_options import JobOptions, Switch
from chalicelib.domain.requests.result_formats import ResultTable
from chalicelib.domain.segments import SegmentPlan
from chalicelib.errors import Conflict, JobBusy, JobNotClaimable, LeaseLost, StaleWrite
from tests.fakes import START

_ENTRY_ID = new_id(START)
_LATER = START + timedelta(seconds=10)
_ENDED = (JobStatus.DONE, JobStatus.ERROR, JobStatus.CANCELLED)
_HALFWAY = Progress(5, 10, 25.0)


def _queued() -> Job:
    job = Job(new_id(START), "account", "ada@example.org", JobName.MULTIFACE, START, START)
    return job.with_input(_ENTRY_ID, START)


def _working(owner: str = "worker-1") -> Job:
    return _queued().claimed(run=1, owner=owner, now=START, lease_s=60)


def _ended(status: JobStatus) -> Job:
    if status is JobStatus.DONE:
        return _working().done(owner="worker-1", now=START, result_entry_id=_ENTRY_ID, progress=_HALFWAY)
    if status is JobStatus.ERROR:
        return _working().failed(owner="worker-1", now=START, sentence="There is no video in this file.")
    return _working().cancelled(START)


def test_a_claim_begins_the_work() -> None:
    job = _queued().claimed(run=1, owner="worker-1", now=_LATER, lease_s=60)
    assert job.status is JobStatus.WORKING
    assert job.lease == Lease("worker-1", _LATER + timedelta(seconds=60))
    assert (job.attempt, job.updated, job.progress) == (1, _LATER, None)


def test_a_claim_needs_media() -> None:
    job = replace(_queued(), input_entry_id=None)
    with pytest.raises(JobNotClaimable):
        job.claimed(run=1, owner="worker-1", now=START, lease_s=60)


@pytest.mark.parametrize("run", [0, 1, 3])
def test_a_claim_of_another_run_is_refused(run: int) -> None:
    with pytest.raises(JobNotClaimable):
        _queued().requeued(START).claimed(run=run, owner="worker-1", now=START, lease_s=60)


@pytest.mark.parametrize("status", _ENDED)
def test_a_claim_of_what_has_ended_is_refused(status: JobStatus) -> None:
    with pytest.raises(JobNotClaimable):
        _ended(status).claimed(run=1, owner="worker-2", now=_LATER, lease_s=60)


def test_a_live_lease_keeps_others_out_until_its_last_moment() -> None:
    job = _working()
    assert job.lease is not None
    just_before = job.lease.until - timedelta(milliseconds=1)
    with pytest.raises(JobBusy):
        job.claimed(run=1, owner="worker-2", now=just_before, lease_s=60)
    taken = job.claimed(run=1, owner="worker-2", now=job.lease.until, lease_s=60)
    assert taken.lease is not None
    assert (taken.lease.owner, taken.attempt) == ("worker-2", 2)


def test_the_holder_may_claim_again() -> None:
    job = _working().claimed(run=1, owner="worker-1", now=_LATER, lease_s=60)
    assert job.lease == Lease("worker-1", _LATER + timedelta(seconds=60))
    assert job.attempt == 2


def test_renewing_moves_the_lease_and_notes_progress() -> None:
    job = _working().renewed(owner="worker-1", now=_LATER, lease_s=60, progress=_HALFWAY)
    assert job.lease == Lease("worker-1", _LATER + timedelta(seconds=60))
    assert (job.progress, job.attempt, job.status) == (_HALFWAY, 1, JobStatus.WORKING)


def test_releasing_lets_the_next_delivery_claim_at_once() -> None:
    job = _working().released(owner="worker-1", now=START)
    assert (job.status, job.lease, job.attempt) == (JobStatus.QUEUED, None, 1)
    assert job.claimed(run=1, owner="worker-2", now=START, lease_s=60).attempt == 2


def test_done_names_the_result() -> None:
    job = _ended(JobStatus.DONE)
    assert (job.status, job.result_entry_id, job.lease, job.error) == (JobStatus.DONE, _ENTRY_ID, None, None)
    assert job.progress == _HALFWAY


def test_failed_says_why() -> None:
    job = _ended(JobStatus.ERROR)
    assert (job.status, job.error, job.lease) == (JobStatus.ERROR, "There is no video in this file.", None)
    assert job.result_entry_id is None


def _renew(job: Job, owner: str) -> Job:
    return job.renewed(owner=owner, now=_LATER, lease_s=60, progress=None)


def _release(job: Job, owner: str) -> Job:
    return job.released(owner=owner, now=_LATER)


def _finish(job: Job, owner: str) -> Job:
    return job.done(owner=owner, now=_LATER, result_entry_id=_ENTRY_ID, progress=None)


def _fail(job: Job, owner: str) -> Job:
    return job.failed(owner=owner, now=_LATER, sentence="No.")


@pytest.mark.parametrize("act", [_renew, _release, _finish, _fail])
@pytest.mark.parametrize(
    "job",
    [
        _queued(),
        _working("worker-2"),
        _working().released(owner="worker-1", now=START),
        _working().requeued(START),
        *(_ended(status) for status in _ENDED),
    ],
)
def test_only_the_holder_may_act(act: Callable[[Job, str], Job], job: Job) -> None:
    with pytest.raises(LeaseLost):
        act(job, "worker-1")


@pytest.mark.parametrize("job", [_queued(), _working(), *(_ended(status) for status in _ENDED)])
def test_requeue_begins_a_clean_run(job: Job) -> None:
    again = job.requeued(_LATER)
    assert (again.status, again.run, again.attempt) == (JobStatus.QUEUED, 2, 0)
    assert (again.lease, again.progress, again.error, again.result_entry_id) == (None, None, None, None)
    assert again.input_entry_id == _ENTRY_ID
    assert again.message == JobMessage(job.account_id, job.id, 2)


def test_requeue_needs_media() -> None:
    with pytest.raises(Conflict, match="no input"):
        replace(_queued(), input_entry_id=None).requeued(START)


@pytest.mark.parametrize("job", [_queued(), _working()])
def test_cancelling_ends_a_job_that_has_not_ended(job: Job) -> None:
    cancelled = job.cancelled(_LATER)
    assert (cancelled.status, cancelled.lease, cancelled.updated) == (JobStatus.CANCELLED, None, _LATER)


def test_cancelling_twice_changes_nothing() -> None:
    job = _ended(JobStatus.CANCELLED)
    assert job.cancelled(_LATER) is job


@pytest.mark.parametrize("status", [JobStatus.DONE, JobStatus.ERROR])
def test_what_has_ended_cannot_be_cancelled(status: JobStatus) -> None:
    with pytest.raises(Conflict, match=status):
        _ended(status).cancelled(_LATER)


@pytest.mark.parametrize("job", [_queued(), *(_ended(status) for status in _ENDED)])
def test_renaming_changes_the_name_alone(job: Job) -> None:
    renamed = job.renamed(JobName.NO_OP, _LATER)
    assert renamed == replace(job, name=JobName.NO_OP, updated=_LATER)


def test_renaming_waits_for_the_worker() -> None:
    job = _working()
    with pytest.raises(Conflict, match="worked on"):
        job.renamed(JobName.NO_OP, _LATER)
    assert job.renamed(JobName.MULTIFACE, _LATER) is job


def test_options_wait_for_the_worker_and_outlive_the_run() -> None:
    job = _queued().with_options({"table": ResultTable.PARQUET}, _LATER)
    job = job.with_options({"neutral_baseline": Switch.OFF}, _LATER)
    assert job.requeued(_LATER).options == JobOptions(ResultTable.PARQUET, Switch.OFF)
    assert job.with_options({"table": ResultTable.PARQUET}, _LATER) is job
    assert job.with_options({}, _LATER) is job
    with pytest.raises(Conflict, match="worked on"):
        _working().with_options({"table": ResultTable.PARQUET}, _LATER)


def test_nothing_changes_while_parts_wait_to_be_stitched() -> None:
    parts = replace(_working(), status=JobStatus.QUEUED, segments=SegmentPlan(2, 0.0, 10.0, 1.0, 20.0))
    with pytest.raises(Conflict, match="worked on"):
        parts.renamed(JobName.SDK_METRICS, _LATER)
    for values in ({"table": ResultTable.PARQUET}, {"neutral_baseline": Switch.OFF}):
        with pytest.raises(Conflict, match="worked on"):
            parts.with_options(values, _LATER)


def test_the_result_of_a_run_has_one_id() -> None:
    job = _queued()
    first = job.run_result_entry_id
    assert check_id(first, "entry") == first
    assert _working().claimed(run=1, owner="worker-1", now=_LATER, lease_s=1).attempt == 2
    assert job.claimed(run=1, owner="worker-1", now=_LATER, lease_s=1).run_result_entry_id == first
    assert job.requeued(_LATER).run_result_entry_id != first


@pytest.mark.parametrize(
    ("job", "change"),
    [
        (_queued(), lambda job: job.with_input(_ENTRY_ID, _LATER)),
        (_queued(), lambda job: job.claimed(run=1, owner="worker-1", now=_LATER, lease_s=60)),
        (_working(), lambda job: _renew(job, "worker-1")),
        (_working(), lambda job: _release(job, "worker-1")),
        (_working(), lambda job: _finish(job, "worker-1")),
        (_working(), lambda job: _fail(job, "worker-1")),
        (_working(), lambda job: job.requeued(_LATER)),
        (_working(), lambda job: job.cancelled(_LATER)),
        (_queued(), lambda job: job.renamed(JobName.NO_OP, _LATER)),
        (_queued(), lambda job: job.with_options({"table": ResultTable.PARQUET}, _LATER)),
    ],
)
def test_every_change_notes_its_time_and_leaves_the_version_to_the_writer(
    job: Job, change: Callable[[Job], Job]
) -> None:
    changed = change(job)
    assert (changed.version, changed.updated, changed.published) == (job.version, _LATER, START)


def test_a_clients_result_ends_what_has_not_ended_and_a_failure() -> None:
    for job in (_queued(), _working(), _ended(JobStatus.ERROR)):
        entry_id = job.client_result_entry_id
        assert entry_id not in (job.run_result_entry_id, job.requeued(START).client_result_entry_id)
        ended = job.with_client_result(entry_id, _LATER)
        assert (ended.status, ended.result_entry_id, ended.updated) == (JobStatus.DONE, entry_id, _LATER)
        assert (ended.lease, ended.error) == (None, None)
        with pytest.raises(LeaseLost):
            ended.renewed(owner="worker-1", now=_LATER, lease_s=60, progress=None)
        with pytest.raises(JobNotClaimable):
            ended.claimed(run=1, owner="worker-2", now=_LATER, lease_s=60)
        assert ended.client_result_entry_id == entry_id


def test_a_clients_result_joins_the_one_that_is_there() -> None:
    job = _ended(JobStatus.DONE)
    assert job.client_result_entry_id == _ENTRY_ID
    assert job.with_client_result(_ENTRY_ID, _LATER).result_entry_id == _ENTRY_ID
    with pytest.raises(StaleWrite):
        job.with_client_result(_working().client_result_entry_id, _LATER)


def test_a_cancelled_job_takes_no_result() -> None:
    with pytest.raises(Conflict):
        _ended(JobStatus.CANCELLED).with_client_result(_ENTRY_ID, _LATER)
