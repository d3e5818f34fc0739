"""A batch from its request to its end: nothing is lost, nothing is doubled, whichever process dies."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from chalicelib.domain.accounts import AccountSettings
from chalicelib.domain.audit import AuditAction
from chalicelib.domain.batches import FIRST_MARK, BatchInput, MemberState, Note, member_id, member_rows
from chalicelib.domain.jobs import Job, JobStatus
from chalicelib.domain.reminders import Reminder
from chalicelib.errors import Conflict, MalformedRequest, NotFound
from chalicelib.services.batches.batches import Batches
from tests.mortal_process import Death
from tests.services.batches.crew import Crew, counts, members, urls, wanted
from tests.services.conftest import ADA, EVE, SETTINGS, World, an_upload

AT_ONCE = SETTINGS.batch_jobs_at_once


@pytest.fixture
def batches(world: World) -> Batches:
    return world.services.batch_services.batches


@pytest.fixture
def crew(world: World) -> Crew:
    return Crew(world)


def test_every_input_becomes_a_job_in_its_order(world: World, batches: Batches) -> None:
    batch = batches.create(ADA, wanted(*urls(230)))
    assert (batch.created, batch.job.filename, batch.job.status) == (230, "230 files", JobStatus.QUEUED)
    listed = world.jobs.list(ADA, limit=1000).items
    jobs = members(world, batch.job.id)
    assert [job.id for job in listed] == [batch.job.id, *(job.id for job in jobs)]
    assert [job.filename for job in jobs] == [f"{place}.mp4" for place in range(230)]
    assert {(job.status, job.author, job.webhook) for job in jobs} == {(JobStatus.QUEUED, ADA.email, None)}
    assert world.services.ports.members().inputs(ADA.account_id, batch.job.id, 0) is None  # names are nowhere else


def test_workers_get_a_few_at_a_time_so_that_others_come_in_between(world: World, batches: Batches, crew: Crew) -> None:
    batch = batches.create(ADA, wanted(*urls(230)))
    assert len(world.queue.sent) == AT_ONCE
    assert counts(world, batch.job.id) == {MemberState.WAITING: 230 - AT_ONCE, MemberState.QUEUED: AT_ONCE}
    other = world.jobs.create(EVE, wanted().new, an_upload())
    crew.work(AT_ONCE + 1)
    assert world.jobs.get(EVE, other.id).status.is_over
    assert len(world.queue.sent) == 2 * AT_ONCE + 1  # for each that has ended, the next


def test_five_hundred_end_with_one_table_and_one_notification(world: World, batches: Batches, crew: Crew) -> None:
    batch = batches.create(ADA, wanted(*urls(500))).job
    crew.live(minutes=10)
    ended = batches.get(ADA, batch.id)
    assert ended.job.status is JobStatus.DONE
    assert ended.counts[MemberState.DONE] + ended.counts[MemberState.ERROR] == 500
    assert ended.counts[MemberState.ERROR] > 50
    assert set(crew.ended.values()) == {1}
    assert len(crew.ended) == 501
    assert crew.told(batch) == ["job.done"]
    assert len(world.queue.sent) == 501
    assert not [each for each in _due(world) if each.subject_id == batch.id]


def _due(world: World) -> tuple[Reminder, ...]:
    world.clock.advance(10_000)
    return world.reminders.list_due(world.clock(), limit=9)


@pytest.mark.parametrize("dies_before", range(0, 90, 1))
def test_a_request_that_dies_anywhere_leaves_all_or_nothing(
    world: World, batches: Batches, crew: Crew, dies_before: int
) -> None:
    world.process.restart(dies_before)
    with suppress(Death):
        batches.create(ADA, wanted(*urls(32)))
    world.process.restart()
    crew.live(minutes=10)
    found = world.jobs.list(ADA, limit=100).items
    if not found:
        assert world.services.ports.members().is_empty  # type: ignore[attr-defined]  # of the fake
        return
    assert len(found) == 33
    (batch,) = (job for job in found if job.members is not None)
    assert batch.status is JobStatus.DONE
    assert set(crew.ended.values()) == {1}
    assert len(crew.ended) == 33
    assert crew.told(batch) == ["job.done"]


@pytest.mark.parametrize("every", [7, 11, 16, 23, 37, 61])
def test_workers_that_die_all_the_time_lose_nothing(world: World, batches: Batches, crew: Crew, every: int) -> None:
    batch = batches.create(ADA, wanted(*urls(60))).job
    for _ in range(400):
        world.process.restart(every)
        with suppress(Death):
            crew.work()
        world.process.restart()
        if world.jobs.get(ADA, batch.id).status.is_over:
            break
        _come_again(world, crew)
    crew.live(minutes=20)
    assert world.jobs.get(ADA, batch.id).status is JobStatus.DONE
    assert {job.status for job in members(world, batch.id)} <= {JobStatus.DONE, JobStatus.ERROR}
    assert set(counts(world, batch.id)) <= {MemberState.DONE, MemberState.ERROR}
    assert crew.told(batch) == ["job.done"]


def _come_again(world: World, crew: Crew) -> None:
    """Plays the queue: the message of a worker that died is delivered again after a while."""
    world.clock.advance(61.0)
    world.sweeper.sweep()
    crew._taken = max(crew._taken - 1, 0)


def test_a_mark_that_was_lost_is_found_by_the_duty(world: World, batches: Batches, crew: Crew) -> None:
    batch = batches.create(ADA, wanted(*urls(3))).job
    for place in range(3):  # as the function that buries dead letters ends them
        world.dead_letters.bury(world.jobs.get(ADA, member_id(batch.id, place)).message)
    assert counts(world, batch.id) == {MemberState.QUEUED: 3}
    crew.live(minutes=5)
    assert counts(world, batch.id) == {MemberState.ERROR: 3}
    assert world.jobs.get(ADA, batch.id).status is JobStatus.DONE


def test_messages_that_were_lost_are_sent_again(world: World, batches: Batches, crew: Crew) -> None:
    batch = batches.create(ADA, wanted(*urls(5))).job
    world.queue.sent.clear()
    crew.live(minutes=12)
    assert world.jobs.get(ADA, batch.id).status is JobStatus.DONE
    assert len(crew.ended) == 6


def test_the_message_of_the_table_is_sent_again_if_it_was_lost(world: World, batches: Batches, crew: Crew) -> None:
    batch = batches.create(ADA, wanted(*urls(5))).job
    crew.work(5)
    assert world.queue.sent.pop() == batch.message
    crew.live(minutes=2)
    assert world.jobs.get(ADA, batch.id).status is JobStatus.DONE


def test_members_that_are_created_late_are_cancelled_with_their_batch(
    world: World, batches: Batches, crew: Crew
) -> None:
    batch = batches.create(ADA, wanted(*urls(3))).job
    late = world.jobs.get(ADA, member_id(batch.id, 2))
    world.jobs.update(ADA, batch.id, name=None, status="cancelled")
    world.clock.advance(150)
    world.sweeper.sweep()
    world.queue.sent.clear()
    # A process that was held up creates a member when the duty has looked once.
    members_of = world.services.ports.members()
    members_of.delete(ADA.account_id, batch.id)
    members_of.create(member_rows(ADA.account_id, batch.id, 3), ())
    world.job_rows.replace(replace(late, version=1))
    members_of.add(members_of.list(ADA.account_id, batch.id)[0], {2: FIRST_MARK})
    crew.live(minutes=5)
    assert world.jobs.get(ADA, late.id).status is JobStatus.CANCELLED


def test_announced_files_are_sent_to_addresses_that_can_be_asked_for_again(
    world: World, batches: Batches, crew: Crew
) -> None:
    files = tuple(BatchInput(f"{place}.mp4", None, 5, "video/mp4") for place in range(3))
    notes = (Note("shoot", "monday", "me"), Note("take", "2"))
    batch = batches.create(ADA, wanted(*files, *urls(1), notes=notes)).job
    assert counts(world, batch.id) == {MemberState.AWAITED: 3, MemberState.QUEUED: 1}
    first = batches.list_uploads(ADA, batch.id, limit=2)
    again = batches.list_uploads(ADA, batch.id, limit=2)
    assert [each.job.id for each in first.items] == [each.job.id for each in again.items]
    rest = batches.list_uploads(ADA, batch.id, limit=2, cursor=first.cursor)
    assert rest.cursor is None
    for awaited in (*first.items, *rest.items):
        upload = awaited.target.upload
        world.uploads.send(upload, b"media")
        world.services.receive_object(upload.media_key)
    assert batches.list_uploads(ADA, batch.id, limit=9).items == ()
    arrived = members(world, batch.id)[0]
    found = world.notes(ADA, str(arrived.input_entry_id))
    assert {(note.key, note.value, note.source) for note in found} == {("shoot", "monday", "me"), ("take", "2", None)}
    crew.live(minutes=3)
    assert world.jobs.get(ADA, batch.id).status is JobStatus.DONE


def test_files_that_never_come_end_as_errors(world: World, batches: Batches, crew: Crew) -> None:
    batch = batches.create(ADA, wanted(BatchInput("a.mp4", None, 5, "video/mp4"), *urls(1))).job
    crew.live(minutes=5)
    assert world.jobs.get(ADA, batch.id).status is JobStatus.WORKING
    world.clock.advance(24 * 3600)
    crew.live(minutes=12)
    assert world.jobs.get(ADA, batch.id).status is JobStatus.DONE
    assert "did not arrive" in str(members(world, batch.id)[0].error)


def test_a_batch_is_cancelled_as_one(world: World, batches: Batches, crew: Crew) -> None:
    batch = batches.create(ADA, wanted(*urls(100))).job
    crew.work(10)
    done = {job.id for job in members(world, batch.id) if job.status.is_over}
    world.jobs.update(ADA, batch.id, name=None, status="cancelled")
    assert counts(world, batch.id)[MemberState.CANCELLED] == 100 - len(done)
    crew.live(minutes=6)
    assert {job.id for job in members(world, batch.id) if job.status is not JobStatus.CANCELLED} == done
    with pytest.raises(Conflict, match="was cancelled"):  # it would wait for ever for jobs that have all ended
        world.jobs.requeue(ADA, batch.id)
    assert crew.told(batch) == ["job.cancelled"]
    assert [each for each in _due(world) if each.subject_id == batch.id] == []


@pytest.mark.parametrize("dies_before", range(0, 60, 3))
def test_a_cancellation_that_dies_is_completed(world: World, batches: Batches, crew: Crew, dies_before: int) -> None:
    batch = batches.create(ADA, wanted(*urls(12))).job
    world.process.restart(dies_before)
    with suppress(Death):
        world.jobs.update(ADA, batch.id, name=None, status="cancelled")
    world.process.restart()
    is_cancelled = world.jobs.get(ADA, batch.id).status is JobStatus.CANCELLED
    world.clock.advance(200)
    world.sweeper.sweep()
    if is_cancelled:
        assert {job.status for job in members(world, batch.id)} == {JobStatus.CANCELLED}
    crew.live(minutes=6)
    assert len(crew.told(batch)) == 1


def test_members_created_after_the_cancellation_are_cancelled_too(world: World, batches: Batches, crew: Crew) -> None:
    ids: list[str] = []

    def cancel() -> None:
        (batch,) = (job for job in world.jobs.list(ADA, limit=100).items if job.members is not None)
        ids.append(batch.id)
        world.jobs.update(ADA, batch.id, name=None, status="cancelled")

    world.process.hold_up(20, cancel)
    batches.create(ADA, wanted(*urls(50)))
    crew.live(minutes=8)
    assert {job.status for job in members(world, ids[0])} == {JobStatus.CANCELLED}
    assert counts(world, ids[0]) == {MemberState.CANCELLED: 50}


def _delete(world: World, batch: Job) -> None:
    world.services.job_deletions.delete(ADA, batch.id)


def _expire(world: World, batch: Job) -> None:
    world.clock.advance(5001)
    world.sweeper.sweep()


@pytest.mark.parametrize("end", [_delete, _expire])
@pytest.mark.parametrize("is_over", [False, True])
def test_a_batch_is_deleted_as_one(
    world: World, batches: Batches, crew: Crew, *, end: Callable[[World, Job], None], is_over: bool
) -> None:
    world.accounts.save(AccountSettings(ADA.account_id, 5000))
    batch = batches.create(ADA, wanted(*urls(30), webhook=None)).job
    if is_over:
        crew.live(minutes=5)
    end(world, batch)
    assert {job.filename for job in world.jobs.list(ADA, limit=100).items} <= {"", batch.filename}
    for _ in range(10):
        world.clock.advance(200)
        world.sweeper.sweep()
    assert world.jobs.list(ADA, limit=100).items == ()
    assert world.services.ports.members().is_empty  # type: ignore[attr-defined]  # of the fake
    assert len(world.job_rows.audit) == 31
    (record,) = (each for each in world.job_rows.audit if each.subject_id == batch.id)
    if end is _expire:
        assert record.action is AuditAction.JOB_EXPIRED
    assert [each for each in _due(world) if each.duty != "entry-retention"] == []


@pytest.mark.parametrize("dies_before", range(0, 150, 5))
def test_a_deletion_that_dies_anywhere_is_completed(
    world: World, batches: Batches, crew: Crew, dies_before: int
) -> None:
    batch = batches.create(ADA, wanted(*urls(10), webhook=None)).job
    crew.live(minutes=4)
    world.process.restart(dies_before)
    with suppress(Death):
        world.services.job_deletions.delete(ADA, batch.id)
    world.process.restart()
    is_begun = world.jobs.list(ADA, limit=1).items == () or any(
        not job.filename for job in world.jobs.list(ADA, limit=100).items
    )
    for _ in range(10):
        world.clock.advance(400)
        world.sweeper.sweep()
    if is_begun:
        assert world.jobs.list(ADA, limit=100).items == ()
        assert world.services.ports.members().is_empty  # type: ignore[attr-defined]  # of the fake


def test_a_batch_takes_no_name_no_options_and_no_result(world: World, batches: Batches, crew: Crew) -> None:
    batch = batches.create(ADA, wanted(*urls(2))).job
    with pytest.raises(Conflict, match="not all ended"):
        world.jobs.requeue(ADA, batch.id)
    with pytest.raises(Conflict, match="options"):
        world.jobs.update(ADA, batch.id, name=None, status=None, options={"max_faces": 3})
    with pytest.raises(Conflict, match="table of its own"):
        world.jobs.update(ADA, batch.id, name=None, status=None, result=an_upload())
    crew.live(minutes=2)
    world.jobs.requeue(ADA, members(world, batch.id)[0].id)
    crew.live(minutes=2)
    assert world.jobs.requeue(ADA, batch.id).run == 2
    crew.live(minutes=2)
    assert world.jobs.get(ADA, batch.id).status is JobStatus.DONE
    assert crew.told(batch) == ["job.done", "job.done"]


def test_accounts_never_see_each_others_batches(world: World, batches: Batches) -> None:
    batch = batches.create(ADA, wanted(*urls(2))).job
    for look in (
        lambda: batches.get(EVE, batch.id),
        lambda: batches.list_jobs(EVE, batch.id, limit=1),
        lambda: batches.list_uploads(EVE, batch.id, limit=1),
        lambda: batches.get(ADA, member_id(batch.id, 0)),
    ):
        with pytest.raises(NotFound):
            look()
    assert batches.list(EVE, limit=10).items == ()
    assert [each.job.id for each in batches.list(ADA, limit=10).items] == [batch.id]


def test_pages_of_jobs(world: World, batches: Batches, crew: Crew) -> None:
    batch = batches.create(ADA, wanted(*urls(130))).job
    first = batches.list_jobs(ADA, batch.id, limit=120)
    second = batches.list_jobs(ADA, batch.id, limit=120, cursor=first.cursor)
    assert [job.filename for job in (*first.items, *second.items)] == [f"{place}.mp4" for place in range(130)]
    assert second.cursor is None
    crew.work(30)
    failed = batches.list_jobs(ADA, batch.id, limit=120, state=MemberState.ERROR).items
    assert failed
    assert {job.status for job in failed} == {JobStatus.ERROR}
    for cursor in ("-1", "x", "12345", "\u0661"):
        with pytest.raises(MalformedRequest):
            batches.list_jobs(ADA, batch.id, limit=1, cursor=cursor)
