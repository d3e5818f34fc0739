"""Jobs that expire: everything of theirs is deleted, a line of the audit trail stays, others are left alone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import BinaryIO

import pytest

from chalicelib.domain.accounts import AccountSettings
from chalicelib.domain.audit import AuditAction
from chalicelib.domain.entries import Entry
from chalicelib.domain.intake.announced_files import AnnouncedFile
from chalicelib.domain.jobs import MAX_RUNS, Job, JobStatus
from chalicelib.domain.reminders import Duty
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.domain.segments import SegmentPlan
from chalicelib.errors import Conflict, JobNotClaimable, LeaseLost, NotFound
from chalicelib.services.duties.earlier_results import AUTHOR as REQUEUED
from chalicelib.services.duties.retention import AUTHOR, RetentionPlan
from chalicelib.services.ports import StoredMedia
from tests.fakes import START, FakeAccounts, FakeJobs, FakeMedia, FakeReminders, FixedClock
from tests.services.conftest import ADA, EVE, UPLOAD_EXPIRES_S, WatchedEntries, World, an_upload

KEPT_S = 5000


class DyingJobs(FakeJobs):
    """Job rows that call a listener before each change."""

    def __init__(self, before_save: Callable[[], None]) -> None:
        super().__init__()
        self.before_save = before_save

    def save(self, job: Job) -> None:
        self.before_save()
        super().save(job)


def create(world: World, expires_in_s: int | None = KEPT_S) -> Job:
    return world.jobs.create(ADA, NewJob(JobName.MULTIFACE, expires_in_s=expires_in_s), an_upload())


def finish(world: World, job: Job) -> None:
    """As a worker does, with one result file."""
    runs = world.runs("worker")
    claimed = runs.claim(job.message)
    entry_id = claimed.run_result_entry_id
    world.entry_rows.create(Entry(entry_id, job.account_id, job.author, world.clock(), world.clock()))
    world.entries.add_representation(ADA, entry_id, an_upload("result.csv"))
    runs.finish(claimed, result_entry_id=entry_id, progress=None)


def entry_ids(job: Job) -> tuple[str, ...]:
    return (*job.input_entry_ids, *job.result_entry_ids(job.run))


def is_gone(world: World, job: Job) -> bool:
    try:
        world.jobs.get(ADA, job.id)
    except NotFound:
        return True
    return False


def test_everything_of_an_expired_job_goes_and_nothing_else(world: World) -> None:
    job, other = create(world), create(world, None)
    finish(world, job)
    finish(world, world.jobs.requeue(ADA, job.id))
    world.annotations.create(ADA, str(job.input_entry_id), key="scene", value="indoors", source=None)
    finish(world, other)
    left = set(world.media.objects)
    ended = world.jobs.get(ADA, job.id)
    world.clock.advance(KEPT_S - 1)
    world.sweeper.sweep()
    assert not is_gone(world, job)
    world.clock.advance(1)
    world.sweeper.sweep()
    assert is_gone(world, job)
    assert world.entries.get_many(ADA, entry_ids(ended)) == {}
    assert world.note_rows(ADA, str(job.input_entry_id)) == ()
    assert len(left - set(world.media.objects)) == 3
    kept = world.jobs.get(ADA, other.id)
    assert len(world.entries.get_many(ADA, entry_ids(kept))) == 2
    (record,) = world.job_rows.audit
    assert (record.action, record.subject_id, record.author) == (AuditAction.JOB_EXPIRED, job.id, AUTHOR)
    assert {line.author for line in world.entry_rows.audit} == {AUTHOR, REQUEUED}  # one result was replaced before
    assert len(world.entry_rows.audit) == 3
    world.clock.advance(KEPT_S)
    assert world.sweeper.sweep() == 0


def test_results_of_the_clients_own_go_as_well(world: World) -> None:
    job = create(world)
    world.jobs.update(ADA, job.id, name=None, status="done", result=an_upload("mine.csv"))
    requeued = world.jobs.requeue(ADA, job.id)
    world.jobs.update(ADA, job.id, name=None, status="done", result=an_upload("mine-too.csv"))
    assert len(world.media.objects) == 3
    assert requeued.run == 2
    world.clock.advance(KEPT_S)
    world.sweeper.sweep()
    assert is_gone(world, job)
    assert world.media.objects == {}


def test_a_deletion_that_died_half_way_is_completed(world: World) -> None:
    job = create(world)
    finish(world, job)
    world.deletions.delete(ADA, str(job.input_entry_id))
    world.entry_rows.begin_deletion(ADA.account_id, job.run_result_entry_id, world.clock())
    world.clock.advance(KEPT_S)
    world.sweeper.sweep()
    assert is_gone(world, job)
    assert world.media.objects == {}


def test_a_job_that_is_being_worked_on_is_stopped_first(world: World) -> None:
    job = create(world)
    world.runs("worker").claim(job.message)
    world.clock.advance(KEPT_S)
    world.sweeper.sweep()
    assert world.jobs.get(ADA, job.id).status is JobStatus.CANCELLED
    assert world.media.objects
    world.clock.advance(200)
    world.sweeper.sweep()
    assert is_gone(world, job)
    assert world.media.objects == {}


def test_a_job_in_segments_is_stopped_first_as_well(world: World) -> None:
    job = create(world)
    held = world.runs("worker").claim(job.message)
    plan = SegmentPlan(2, 0.0, 60.0, 2.0, 120.0)
    divided = held.handed_over(owner="worker", now=world.clock(), plan=plan)
    world.job_rows.save(replace(divided, version=held.version + 1))
    world.clock.advance(KEPT_S)
    world.sweeper.sweep()
    assert world.jobs.get(ADA, job.id).status is JobStatus.CANCELLED
    world.clock.advance(200)
    world.sweeper.sweep()
    assert is_gone(world, job)


def test_a_worker_that_outlives_its_job_has_lost_it(world: World) -> None:
    job = create(world)
    one = world.runs("worker")
    held = one.claim(job.message)
    for wait_s in (KEPT_S, 200):
        world.clock.advance(wait_s)
        world.sweeper.sweep()
    assert is_gone(world, job)
    with pytest.raises(LeaseLost):
        one.renew(held, None)


def test_a_job_in_the_queue_goes_and_its_message_finds_nothing(world: World) -> None:
    job = create(world)
    world.clock.advance(KEPT_S)
    world.sweeper.sweep()
    assert is_gone(world, job)
    with pytest.raises(JobNotClaimable):
        world.runs("worker").claim(job.message)


class MediaOfAnotherMoment(FakeMedia):
    """Media that call a listener before or after bytes are stored."""

    def __init__(self, before: Callable[[], object], after: Callable[[], object]) -> None:
        super().__init__()
        self._before, self._after = before, after

    def save(self, key: str, body: BinaryIO, content_type: str) -> StoredMedia:
        self._before()
        stored = super().save(key, body, content_type)
        self._after()
        return stored


@pytest.mark.parametrize("is_stored", [False, True])
def test_a_job_that_expires_while_its_media_are_stored_leaves_nothing(is_stored: bool) -> None:
    def expire() -> None:
        world.clock.advance(KEPT_S)
        world.sweeper.sweep()

    def pass_by() -> None:
        pass

    world = World(media=MediaOfAnotherMoment(*((pass_by, expire) if is_stored else (expire, pass_by))))
    with pytest.raises(NotFound):
        create(world)
    assert world.jobs.list(ADA, limit=10).items == ()
    assert world.media.objects == {}


@pytest.mark.parametrize("is_row_there", [False, True])
def test_a_job_that_expires_around_the_writing_of_its_entry_leaves_nothing(is_row_there: bool) -> None:
    world = World()

    def expire() -> None:
        world.clock.advance(KEPT_S)
        world.sweeper.sweep()

    if is_row_there:
        world.entry_rows.after_create = expire
    else:
        world.entry_rows.before_create = expire
    with pytest.raises(NotFound):
        create(world)
    assert world.media.objects == {}
    assert world.queue.sent == []


def test_media_whose_request_died_before_the_job_had_them_go_with_the_job() -> None:
    class Death(BaseException):
        """Nothing catches the end of a process."""

    def die() -> None:
        raise Death

    rows = DyingJobs(die)
    world = World(job_rows=rows)
    with pytest.raises(Death):
        create(world)
    assert len(world.media.objects) == 1
    rows.before_save = lambda: None
    world.clock.advance(KEPT_S)
    world.sweeper.sweep()
    assert world.jobs.list(ADA, limit=10).items == ()
    assert world.media.objects == {}


def test_a_job_whose_upload_never_came_is_an_error_and_then_gone(world: World) -> None:
    file = AnnouncedFile("clip.mp4", "video/mp4", 3)
    job, _ = world.job_uploads.create(ADA, NewJob(JobName.NO_OP, expires_in_s=KEPT_S), file)
    world.clock.advance(UPLOAD_EXPIRES_S)
    world.sweeper.sweep()
    assert world.jobs.get(ADA, job.id).status is JobStatus.ERROR
    world.clock.advance(KEPT_S)
    world.sweeper.sweep()
    assert is_gone(world, job)


def test_a_deployments_own_time_counts_where_the_client_says_none() -> None:
    reminders = FakeReminders()
    plan = RetentionPlan(reminders, FakeAccounts(), default_s=60.0)
    said, unsaid = (plan.begin(Duty.JOB_RETENTION, "account", "job", START, seconds) for seconds in (10, None))
    assert said is not None
    assert unsaid is not None
    assert ((said - START).total_seconds(), (unsaid - START).total_seconds()) == (10, 60)
    for_good = RetentionPlan(reminders, FakeAccounts(), default_s=None)
    assert for_good.begin(Duty.JOB_RETENTION, "account", "other", START) is None


def test_what_was_decided_for_an_account_counts_before_the_deployments_time_and_after_the_clients() -> None:
    accounts = FakeAccounts()
    plan = RetentionPlan(FakeReminders(), accounts, default_s=60.0)
    accounts.save(AccountSettings("account", 500))
    accounts.save(AccountSettings("undecided", None))

    def kept_s(account_id: str, expires_in_s: int | None = None) -> float:
        expires = plan.begin(Duty.ENTRY_RETENTION, account_id, "entry", START, expires_in_s)
        assert expires is not None
        return (expires - START).total_seconds()

    assert [kept_s("account"), kept_s("account", 10), kept_s("undecided"), kept_s("other")] == [500, 10, 60, 60]


def test_a_reminder_never_comes_before_the_row_it_is_for() -> None:
    reminders = FakeReminders()
    plan = RetentionPlan(reminders, FakeAccounts(), default_s=None)
    assert plan.begin(Duty.JOB_RETENTION, "account", "job", START, 1) == START + timedelta(seconds=1)
    assert reminders.list_due(START + timedelta(seconds=30), limit=1) == ()
    assert len(reminders.list_due(START + timedelta(seconds=60), limit=1)) == 1


class SlowEntries(WatchedEntries):
    """Entries whose deletion takes 5 ms of the clock, whether they are there or not."""

    clock: FixedClock

    def begin_deletion(self, account_id: str, entry_id: str, now: datetime) -> Entry:
        self.clock.advance(0.005)
        return super().begin_deletion(account_id, entry_id, now)


@pytest.mark.slow
def test_a_job_of_ten_thousand_runs_and_a_flood_of_jobs_hold_nobody_up() -> None:
    """Ada's job, which ran when runs had no limit yet, takes 100 s to delete; a sweep may last a minute."""
    rows = SlowEntries()
    world = World(entry_rows=rows)
    rows.clock = world.clock
    often = create(world)
    world.job_rows.save(replace(often, run=10_000, status=JobStatus.DONE, version=often.version + 1))
    flood = [create(world) for _ in range(1000)]
    others = [world.jobs.create(EVE, NewJob(JobName.NO_OP, expires_in_s=KEPT_S + 60), an_upload()) for _ in range(5)]
    world.clock.advance(KEPT_S + 120)
    began = world.clock()
    world.sweeper.sweep()
    assert (world.clock() - began).total_seconds() < 50
    for job in others:
        with pytest.raises(NotFound):
            world.jobs.get(EVE, job.id)
    assert not is_gone(world, often)
    for _ in range(60):
        world.clock.advance(60)
        began = world.clock()
        world.sweeper.sweep()
        assert (world.clock() - began).total_seconds() < 50
        if is_gone(world, often):
            break
    assert is_gone(world, often)
    assert sum(is_gone(world, job) for job in flood) > 100, "it did not wait for the large one either"


def test_a_job_runs_a_thousand_times_at_most(world: World) -> None:
    job = create(world)
    world.job_rows.save(replace(job, run=MAX_RUNS - 1, status=JobStatus.DONE, version=job.version + 1))
    assert world.jobs.requeue(ADA, job.id).run == MAX_RUNS
    with pytest.raises(Conflict, match="create a new job"):
        world.jobs.requeue(ADA, job.id)
    assert world.jobs.get(ADA, job.id).run == MAX_RUNS
