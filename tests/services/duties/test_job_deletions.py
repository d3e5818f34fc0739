"""Jobs that their owners delete: nothing of a person is left, whatever dies in between."""

from contextlib import suppress

import pytest

from chalicelib.domain.audit import AuditAction
from chalicelib.domain.entries import Entry
from chalicelib.domain.jobs import Job, JobStatus
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.errors import Conflict, JobNotClaimable, LeaseLost, NotFound
from tests.mortal_process import Death
from tests.services.conftest import ADA, EVE, World, an_upload

_MINUTES_S = 180.0
_STEPS_BEFORE_THE_REMINDER = 3  # two reads, and the write itself


def finished(world: World, job: Job) -> None:
    runs = world.runs("worker")
    claimed = runs.claim(job.message)
    entry_id = claimed.run_result_entry_id
    world.entry_rows.create(Entry(entry_id, job.account_id, job.author, world.clock(), world.clock()))
    world.entries.add_representation(ADA, entry_id, an_upload("result.csv"))
    runs.finish(claimed, result_entry_id=entry_id, progress=None)


@pytest.fixture
def job(world: World) -> Job:
    """A job that has run twice."""
    made = world.jobs.create(ADA, NewJob(JobName.MULTIFACE), an_upload("Ada Lovelace.mp4"))
    finished(world, made)
    finished(world, world.jobs.requeue(ADA, made.id))
    return world.jobs.get(ADA, made.id)


def test_media_and_the_results_of_all_runs_go_and_the_answer_says_so(world: World, job: Job) -> None:
    world.annotations.create(ADA, str(job.input_entry_id), key="who", value="Ada", source=None)
    deletion = world.services.job_deletions.delete(ADA, job.id)
    assert (deletion.entries, deletion.files, deletion.is_complete) == (3, 3, True)
    assert world.media.objects == {}
    assert world.note_rows(ADA, str(job.input_entry_id)) == ()
    with pytest.raises(NotFound):
        world.jobs.get(ADA, job.id)
    with pytest.raises(NotFound):
        world.jobs.requeue(ADA, job.id)
    (record,) = world.job_rows.audit
    assert (record.action, record.author, record.subject_id) == (AuditAction.JOB_DELETED, ADA.email, job.id)
    assert "Lovelace" not in repr(world.job_rows.audit) + repr(world.entry_rows.audit)
    world.clock.advance(_MINUTES_S)
    world.sweeper.sweep()  # the reminder of the first run's result finds no job
    world.clock.advance(_MINUTES_S)
    assert world.sweeper.sweep() == 0  # nothing is left to do


def test_another_accounts_job_is_not_there(world: World, job: Job) -> None:
    with pytest.raises(NotFound):
        world.services.job_deletions.delete(EVE, job.id)
    assert len(world.media.objects) == 3


def test_a_job_in_work_is_stopped_first_and_has_no_name_from_then_on(world: World, job: Job) -> None:
    world.jobs.requeue(ADA, job.id)
    runs = world.runs("worker")
    claimed = runs.claim(world.jobs.get(ADA, job.id).message)
    assert not world.services.job_deletions.delete(ADA, job.id).is_complete
    left = world.jobs.get(ADA, job.id)
    assert (left.status, left.filename) == (JobStatus.CANCELLED, "")
    with pytest.raises(LeaseLost):
        runs.finish(claimed, result_entry_id=claimed.run_result_entry_id, progress=None)
    world.clock.advance(_MINUTES_S)
    world.sweeper.sweep()
    assert world.media.objects == {}
    with pytest.raises(NotFound):
        world.jobs.get(ADA, job.id)


@pytest.mark.parametrize("dies_before", range(24))
def test_a_deletion_that_dies_anywhere_is_completed(world: World, job: Job, dies_before: int) -> None:
    world.process.restart(dies_before)
    with suppress(Death):
        world.services.job_deletions.delete(ADA, job.id)
    world.process.restart()
    world.clock.advance(_MINUTES_S)
    world.sweeper.sweep()
    if dies_before < _STEPS_BEFORE_THE_REMINDER:
        assert len(world.media.objects) == 2  # nothing was promised; the first result was replaced by the second
    else:
        assert world.media.objects == {}
        with pytest.raises(NotFound):
            world.jobs.get(ADA, job.id)


def test_a_job_that_is_being_deleted_cannot_be_requeued_or_claimed(world: World, job: Job) -> None:
    again = world.jobs.requeue(ADA, job.id)
    world.runs("worker").claim(again.message)
    world.services.job_deletions.delete(ADA, job.id)
    with pytest.raises(Conflict, match="being deleted"):
        world.jobs.requeue(ADA, job.id)


@pytest.mark.parametrize("step", range(24))
def test_no_worker_gets_a_job_without_its_file_name(world: World, step: int) -> None:
    """A deletion removes the name; a worker that claimed the job then would look for a file without one."""
    made = world.jobs.create(ADA, NewJob(JobName.MULTIFACE), an_upload("Ada Lovelace.mp4"))
    claimed: list[Job] = []

    def claim() -> None:
        with suppress(JobNotClaimable):
            claimed.append(world.runs("worker").claim(made.message))

    world.process.hold_up(step, claim)
    world.services.job_deletions.delete(ADA, made.id)
    assert [job.filename for job in claimed] in ([], ["Ada Lovelace.mp4"])


def test_results_of_a_worker_that_the_client_overtook_are_deleted_too(world: World, job: Job) -> None:
    again = world.jobs.requeue(ADA, job.id)
    world.runs("worker").claim(again.message)
    world.jobs.update(ADA, job.id, name=None, status="done", result=an_upload("mine.csv"))
    assert not world.services.job_deletions.delete(ADA, job.id).is_complete
    late = Entry(again.run_result_entry_id, job.account_id, job.author, world.clock(), world.clock())
    world.entry_rows.create(late)
    world.entries.add_representation(ADA, late.id, an_upload("result.csv"))
    world.clock.advance(_MINUTES_S)
    world.sweeper.sweep()
    assert world.media.objects == {}


def test_a_cancelled_job_is_deleted_at_once_if_its_worker_has_had_time_to_stop(world: World, job: Job) -> None:
    world.jobs.requeue(ADA, job.id)
    world.jobs.update(ADA, job.id, name=None, status="cancelled")
    world.clock.advance(_MINUTES_S)
    assert world.services.job_deletions.delete(ADA, job.id).is_complete
