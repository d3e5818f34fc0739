from contextlib import suppress
from datetime import timedelta

import pytest

from chalicelib.domain.jobs import Job, JobMessage, JobStatus
from chalicelib.domain.reminders import Duty, Reminder
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.errors import Conflict, Invalid, NotFound
from tests.mortal_process import Death
from tests.services.conftest import ADA, EVE, World, an_upload


def create(world: World) -> Job:
    return world.jobs.create(ADA, NewJob(JobName.MULTIFACE, data_split="train"), an_upload())


def test_creating_a_job_stores_row_and_media_and_sends_one_message(world: World) -> None:
    job = create(world)
    assert world.jobs.get(ADA, job.id) == job
    assert (job.status, job.filename, job.data_split) == (JobStatus.QUEUED, "clip.mp4", "train")
    assert job.input_entry_id is not None
    entry = world.entries.get(ADA, job.input_entry_id)
    (representation,) = entry.representations.values()
    assert (representation.file_name, representation.content_type) == ("clip.mp4", "video/mp4")
    assert world.queue.sent == [JobMessage(ADA.account_id, job.id, 1)]


@pytest.mark.parametrize("upload", [an_upload(body=b""), an_upload(file_name=None), an_upload(file_name="a\nb")])
def test_a_job_without_usable_media_is_refused_before_anything_is_written(world: World, upload: object) -> None:
    with pytest.raises(Invalid):
        world.jobs.create(ADA, NewJob(JobName.MULTIFACE), upload)  # type: ignore[arg-type]
    assert world.jobs.list(ADA, limit=10).items == ()
    assert world.queue.sent == []


def test_another_account_sees_nothing(world: World) -> None:
    job = create(world)
    assert world.jobs.list(EVE, limit=10).items == ()
    with pytest.raises(NotFound):
        world.jobs.get(EVE, job.id)
    with pytest.raises(NotFound):
        world.jobs.requeue(EVE, job.id)
    with pytest.raises(NotFound):
        world.jobs.update(EVE, job.id, name=JobName.NO_OP, status="cancelled")


def test_requeue_begins_a_new_run_and_outdates_the_old_message(world: World) -> None:
    job = create(world)
    again = world.jobs.requeue(ADA, job.id)
    assert (again.run, again.status) == (2, JobStatus.QUEUED)
    assert [message.run for message in world.queue.sent] == [1, 2]
    assert again.run_result_entry_id != job.run_result_entry_id


def test_a_job_without_media_cannot_run_again(world: World) -> None:
    job = create(world)
    bare = Job("0" * 26, job.account_id, job.author, job.name, job.published, job.updated)
    world.job_rows.create(bare)
    with pytest.raises(Conflict):
        world.jobs.requeue(ADA, bare.id)


def test_one_update_may_rename_and_cancel(world: World) -> None:
    job = create(world)
    changed = world.jobs.update(ADA, job.id, name=JobName.NO_OP, status="cancelled")
    assert (changed.name, changed.status) == (JobName.NO_OP, JobStatus.CANCELLED)


def test_update_renames_and_cancels(world: World) -> None:
    job = create(world)
    assert world.jobs.update(ADA, job.id, name=JobName.SDK_METRICS, status=None).name is JobName.SDK_METRICS
    assert world.jobs.update(ADA, job.id, name=None, status="cancelled").status is JobStatus.CANCELLED
    assert world.jobs.update(ADA, job.id, name=None, status="cancelled").status is JobStatus.CANCELLED
    with pytest.raises(Invalid):
        world.jobs.update(ADA, job.id, name=None, status="done")


def test_an_update_that_changes_nothing_writes_nothing(world: World) -> None:
    job = create(world)
    assert world.jobs.update(ADA, job.id, name=job.name, status=None) == job


def _sweep_for(world: World, hours: int = 2) -> None:
    for _ in range(hours * 60):
        world.clock.advance(60)
        world.services.sweeper.sweep()


def test_a_creation_that_dies_anywhere_leaves_no_job_that_waits_for_ever(world: World) -> None:
    """Whatever dies between two steps, a row that waits gets its message, or says what is missing."""
    for step in range(20):
        sent_before = len(world.queue.sent)
        world.process.restart(dies_before=step)
        try:
            create(world)
        except Death:
            world.process.restart()
            _sweep_for(world)
        else:
            break
        jobs = world.jobs.list(ADA, limit=1000).items
        waiting = {job.id for job in jobs if job.status is JobStatus.QUEUED}
        assert waiting <= {message.job_id for message in world.queue.sent}
        assert len(world.queue.sent) <= sent_before + 2, "one too many is consumed without work"
        for job in jobs:
            assert job.status is JobStatus.QUEUED or "create the job again" in (job.error or "")
    else:
        raise AssertionError("a creation has more steps than were tried")
    assert step > 3
    assert world.reminders.list_due(world.clock() + timedelta(days=1), limit=1000) == (), "nothing is left to do"


def test_a_requeue_that_dies_anywhere_is_not_half_done(world: World) -> None:
    for step in range(20):
        world.process.restart()
        job = create(world)
        world.process.restart(dies_before=step)
        try:
            world.jobs.requeue(ADA, job.id)
        except Death:
            world.process.restart()
            _sweep_for(world, hours=1)
        else:
            break
        stored = world.jobs.get(ADA, job.id)
        assert stored.message in world.queue.sent
    else:
        raise AssertionError("a requeue has more steps than were tried")
    assert step > 2


def test_a_job_whose_media_are_slow_to_store_is_not_given_up_early(world: World) -> None:
    job = create(world)
    bare = Job("0" * 26, job.account_id, job.author, job.name, world.clock(), world.clock())
    world.job_rows.create(bare)
    world.reminders.set(Reminder(job.account_id, Duty.JOB_MESSAGE, bare.id, world.clock()))
    world.clock.advance(600)
    world.services.sweeper.sweep()
    assert world.jobs.get(ADA, bare.id).status is JobStatus.QUEUED
    _sweep_for(world, hours=1)
    assert world.jobs.get(ADA, bare.id).status is JobStatus.ERROR


def test_a_refused_requeue_leaves_no_reminder(world: World) -> None:
    with pytest.raises(NotFound):
        world.jobs.requeue(ADA, "0" * 26)
    assert world.reminders.list_due(world.clock() + timedelta(days=1), limit=10) == ()


def test_a_job_whose_input_was_deleted_cannot_run_again(world: World) -> None:
    job = create(world)
    world.deletions.delete(ADA, str(job.input_entry_id))
    with pytest.raises(Conflict, match="input of this job was deleted"):
        world.jobs.requeue(ADA, job.id)


def test_the_reminder_of_another_requeue_stays(world: World) -> None:
    """Of two at once, the second dies before it sends: its reminder sends."""
    job = create(world)

    def die() -> None:
        world.clock.advance(1)
        world.process.restart(dies_before=4)
        with suppress(Death):
            world.jobs.requeue(ADA, job.id)

    for step in range(12):
        world.process.restart()
        world.process.hold_up(step, die)
        world.jobs.requeue(ADA, job.id)
        world.process.restart()
        _sweep_for(world, hours=1)
        assert world.jobs.get(ADA, job.id).message in world.queue.sent
