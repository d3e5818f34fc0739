"""The promises of `JobStore`."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.audit import AuditAction, AuditRecord
from chalicelib.domain.ids import derived_id, new_id
from chalicelib.domain.jobs import Job, JobStatus, Lease, Progress
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.job_options import JobOptions, Switch
from chalicelib.domain.requests.result_formats import ResultTable
from chalicelib.errors import MalformedRequest, NotFound, StaleWrite
from chalicelib.services.ports import JobStore
from tests.contract.samples import ACCOUNT, ODD_TEXTS, OTHER_ACCOUNT, make_job, make_job_with_webhook
from tests.fakes import START


def _listed(
    jobs: JobStore,
    *,
    account_id: str = ACCOUNT,
    page_size: int = 1000,
    status: JobStatus | None = None,
    name: JobName | None = None,
) -> list[list[str]]:
    """The ids of all pages."""
    pages: list[list[str]] = []
    cursor: str | None = None
    while True:
        page = jobs.list(account_id, limit=page_size, cursor=cursor, status=status, name=name)
        pages.append([job.id for job in page.items])
        cursor = page.cursor
        if cursor is None:
            return pages


def test_a_created_job_is_read_back(jobs: JobStore) -> None:
    job = make_job()
    jobs.create(job)
    assert jobs.get(ACCOUNT, job.id) == job


def test_every_field_is_kept(jobs: JobStore) -> None:
    job = replace(
        make_job(name=JobName.CT_PACK_LINEAR),
        status=JobStatus.WORKING,
        filename=ODD_TEXTS[4],
        data_split="train",
        options=JobOptions(table=ResultTable.PARQUET, neutral_baseline=Switch.OFF),
        input_entry_id=new_id(START),
        result_entry_id=new_id(START),
        error="The file is no video; upload another.",
        progress=Progress(12, 345, 29.97002997002997),
        run=3,
        attempt=2,
        lease=Lease("worker-1", START + timedelta(seconds=60)),
        version=17,
        webhook=make_job_with_webhook().webhook,
    )
    jobs.create(job)
    assert jobs.get(ACCOUNT, job.id) == job


@pytest.mark.parametrize("text", ["", *ODD_TEXTS])
def test_texts_are_kept_exactly(jobs: JobStore, text: str) -> None:
    job = replace(make_job(), filename=text, error=text)
    jobs.create(job)
    kept = jobs.get(ACCOUNT, job.id)
    assert (kept.filename, kept.error) == (text, text)


@pytest.mark.parametrize("rate", [0.0, 0.1, 1 / 3, 29.97002997002997, 1e-7, 1.7976931348623157e100])
def test_floats_come_back_the_same(jobs: JobStore, rate: float) -> None:
    job = replace(make_job(), progress=Progress(0, None, rate))
    jobs.create(job)
    assert jobs.get(ACCOUNT, job.id).progress == job.progress


def test_times_are_kept_to_the_millisecond(jobs: JobStore) -> None:
    job = replace(make_job(), updated=START + timedelta(microseconds=1999))
    jobs.create(job)
    assert jobs.get(ACCOUNT, job.id).updated == START + timedelta(milliseconds=1)


def test_create_refuses_an_id_that_exists(jobs: JobStore) -> None:
    job = make_job()
    jobs.create(job)
    with pytest.raises(StaleWrite):
        jobs.create(replace(job, filename="other.mp4"))
    assert jobs.get(ACCOUNT, job.id) == job


def test_get_many_gives_those_that_exist(jobs: JobStore) -> None:
    made = [make_job() for _ in range(3)]
    for job in made:
        jobs.create(job)
    wanted = [made[2].id, new_id(START), made[0].id, made[2].id]
    assert jobs.get_many(ACCOUNT, wanted) == {job.id: job for job in (made[2], made[0])}
    assert jobs.get_many(OTHER_ACCOUNT, wanted) == jobs.get_many(ACCOUNT, []) == {}


def test_get_of_an_unknown_job(jobs: JobStore) -> None:
    with pytest.raises(NotFound):
        jobs.get(ACCOUNT, new_id(START))


def test_another_accounts_job_is_not_there(jobs: JobStore) -> None:
    job = make_job()
    jobs.create(job)
    with pytest.raises(NotFound):
        jobs.get(OTHER_ACCOUNT, job.id)
    assert _listed(jobs, account_id=OTHER_ACCOUNT) == [[]]


def test_save_replaces_the_row(jobs: JobStore) -> None:
    job = replace(make_job(), error="gone after this", data_split="train")
    jobs.create(job)
    changed = replace(job, error=None, data_split=None, filename="b.mp4", version=job.version + 1)
    jobs.save(changed)
    assert jobs.get(ACCOUNT, job.id) == changed


@pytest.mark.parametrize("step", [-1, 0, 2, 10])
def test_save_refuses_any_other_version(jobs: JobStore, step: int) -> None:
    job = replace(make_job(), version=5)
    jobs.create(job)
    with pytest.raises(StaleWrite):
        jobs.save(replace(job, filename="late.mp4", version=job.version + step))
    assert jobs.get(ACCOUNT, job.id) == job


def test_fields_are_saved_alone_and_of_one_version(jobs: JobStore) -> None:
    job = replace(make_job(), error="gone after this", data_split="train")
    jobs.create(job)
    changed = replace(job, error=None, data_split="test", filename="b.mp4", version=job.version + 1)
    jobs.save_fields(changed, ("error", "data_split"))
    kept = replace(changed, filename=job.filename)
    assert jobs.get(ACCOUNT, job.id) == kept
    for late in (changed, replace(changed, account_id=OTHER_ACCOUNT, version=changed.version + 1)):
        with pytest.raises(StaleWrite):
            jobs.save_fields(late, ("filename",))
    assert jobs.get(ACCOUNT, job.id) == kept


def test_save_refuses_a_job_without_a_row(jobs: JobStore) -> None:
    job = replace(make_job(), version=2)
    with pytest.raises(StaleWrite):
        jobs.save(job)
    with pytest.raises(NotFound):
        jobs.get(ACCOUNT, job.id)


def test_save_under_another_account_touches_nothing(jobs: JobStore) -> None:
    job = make_job()
    jobs.create(job)
    with pytest.raises(StaleWrite):
        jobs.save(replace(job, account_id=OTHER_ACCOUNT, version=2))
    assert jobs.get(ACCOUNT, job.id) == job


def test_of_two_claims_from_one_reading_only_the_first_wins(jobs: JobStore) -> None:
    job = make_job().with_input(new_id(START), START)
    jobs.create(job)
    first, second = jobs.get(ACCOUNT, job.id), jobs.get(ACCOUNT, job.id)
    jobs.save(replace(first.claimed(run=1, owner="worker-1", now=START, lease_s=60), version=2))
    with pytest.raises(StaleWrite):
        jobs.save(replace(second.claimed(run=1, owner="worker-2", now=START, lease_s=60), version=2))
    lease = jobs.get(ACCOUNT, job.id).lease
    assert lease is not None
    assert lease.owner == "worker-1"


def test_jobs_are_listed_newest_first(jobs: JobStore) -> None:
    made = [make_job(age_s) for age_s in (30, 0.001, 7200, 0)]
    for job in made:
        jobs.create(job)
    assert _listed(jobs) == [[made[3].id, made[1].id, made[0].id, made[2].id]]


def test_a_listed_job_is_whole(jobs: JobStore) -> None:
    job = replace(make_job(), progress=Progress(1, 2, 2.5), filename=ODD_TEXTS[1])
    jobs.create(job)
    assert jobs.list(ACCOUNT, limit=1, cursor=None, status=None, name=None).items == (job,)


@pytest.mark.slow
def test_250_jobs_in_pages(jobs: JobStore) -> None:
    made = [make_job(age_s) for age_s in range(250)]
    for job in sorted(made, key=lambda job: job.id[::-1]):
        jobs.create(job)
    jobs.create(make_job(account_id=OTHER_ACCOUNT))
    ids = [job.id for job in made]
    assert _listed(jobs, page_size=100) == [ids[:100], ids[100:200], ids[200:]]
    assert _listed(jobs, page_size=125) == [ids[:125], ids[125:]]
    assert _listed(jobs, page_size=250) == [ids]


def test_a_page_that_is_just_full_is_the_last(jobs: JobStore) -> None:
    made = [make_job(age_s) for age_s in range(4)]
    for job in made:
        jobs.create(job)
    assert [len(page) for page in _listed(jobs, page_size=2)] == [2, 2]
    assert [len(page) for page in _listed(jobs, page_size=4)] == [4]


@pytest.mark.parametrize(
    ("status", "name", "wanted"),
    [
        (JobStatus.DONE, None, lambda job: job.status is JobStatus.DONE),
        (None, JobName.NO_OP, lambda job: job.name is JobName.NO_OP),
        (JobStatus.DONE, JobName.NO_OP, lambda job: job.status is JobStatus.DONE and job.name is JobName.NO_OP),
        (JobStatus.ERROR, None, lambda job: job.status is JobStatus.ERROR),
    ],
)
def test_filters_with_pages_that_are_full(
    jobs: JobStore, status: JobStatus | None, name: JobName | None, wanted: Callable[[Job], bool]
) -> None:
    made: list[Job] = []
    for number in range(60):
        job = make_job(number, name=JobName.NO_OP if number % 3 == 0 else JobName.MULTIFACE)
        made.append(replace(job, status=JobStatus.DONE if number % 4 == 0 else JobStatus.QUEUED))
        jobs.create(made[-1])
    ids = [job.id for job in made if wanted(job)]
    pages = _listed(jobs, page_size=4, status=status, name=name)
    assert pages == [ids[first : first + 4] for first in range(0, max(len(ids), 1), 4)]


@pytest.mark.slow
def test_rare_matches_are_found_behind_many_others(jobs: JobStore) -> None:
    oldest = replace(make_job(1000), status=JobStatus.CANCELLED)
    jobs.create(oldest)
    for age_s in range(230):
        jobs.create(make_job(age_s))
    assert _listed(jobs, page_size=5, status=JobStatus.CANCELLED) == [[oldest.id]]


def test_a_cursor_holds_while_newer_jobs_come_in(jobs: JobStore) -> None:
    made = [make_job(age_s) for age_s in range(10, 14)]
    for job in made:
        jobs.create(job)
    first = jobs.list(ACCOUNT, limit=2, cursor=None, status=None, name=None)
    jobs.create(make_job(0))
    second = jobs.list(ACCOUNT, limit=2, cursor=first.cursor, status=None, name=None)
    assert [job.id for job in second.items] == [job.id for job in made[2:]]
    assert second.cursor is None


def test_another_accounts_cursor_is_refused(jobs: JobStore) -> None:
    for age_s in range(3):
        jobs.create(make_job(age_s))
        jobs.create(make_job(age_s, account_id=OTHER_ACCOUNT))
    theirs = jobs.list(OTHER_ACCOUNT, limit=1, cursor=None, status=None, name=None).cursor
    assert theirs is not None
    with pytest.raises(MalformedRequest):
        jobs.list(ACCOUNT, limit=1, cursor=theirs, status=None, name=None)


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "garbage",
        "é" * 42,
        "\0",
        "0" * 26,
        "0" * 42,
        f"ACCOUNT#{OTHER_ACCOUNT}",
        f"{OTHER_ACCOUNT}/{'0' * 26}",
        derived_id("0" * 26, "x") + "0" * 16,
        "A" * 5000,
    ],
)
def test_a_cursor_that_the_store_did_not_make_is_refused(jobs: JobStore, cursor: str) -> None:
    jobs.create(make_job())
    with pytest.raises(MalformedRequest):
        jobs.list(ACCOUNT, limit=1, cursor=cursor, status=None, name=None)


def test_a_cursor_that_was_altered_is_refused(jobs: JobStore) -> None:
    for age_s in range(2):
        jobs.create(make_job(age_s))
    cursor = jobs.list(ACCOUNT, limit=1, cursor=None, status=None, name=None).cursor
    assert cursor is not None
    for altered in (cursor[:-1], cursor + "0", cursor.upper(), " " + cursor):
        with pytest.raises(MalformedRequest):
            jobs.list(ACCOUNT, limit=1, cursor=altered, status=None, name=None)


def test_a_job_is_deleted_by_who_read_it_last(jobs: JobStore) -> None:
    job, kept = make_job(), make_job()
    for each in (job, kept):
        jobs.create(each)
    record = AuditRecord(new_id(START), ACCOUNT, "retention", AuditAction.JOB_EXPIRED, job.id, START)
    later = replace(job, version=2)
    jobs.save(later)
    with pytest.raises(StaleWrite):
        jobs.delete(job, record)
    assert jobs.get(ACCOUNT, job.id) == later
    jobs.delete(later, record)
    with pytest.raises(NotFound):
        jobs.get(ACCOUNT, job.id)
    with pytest.raises(StaleWrite):
        jobs.delete(later, record)
    assert jobs.get(ACCOUNT, kept.id) == kept
