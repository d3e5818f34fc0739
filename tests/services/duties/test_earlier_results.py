"""Results of an earlier run: named until another run is done, then deleted, whatever dies in between."""

from contextlib import suppress

import pytest

from chalicelib.domain.jobs import Job, JobStatus
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.errors import NotFound
from tests.mortal_process import Death
from tests.services.conftest import ADA, World, an_upload
from tests.services.duties.test_job_deletions import finished

_MINUTES_S = 600.0


@pytest.fixture
def job(world: World) -> Job:
    """A job that has run once."""
    made = world.jobs.create(ADA, NewJob(JobName.MULTIFACE), an_upload())
    finished(world, made)
    return world.jobs.get(ADA, made.id)


def _swept(world: World, job: Job) -> Job:
    world.clock.advance(_MINUTES_S)
    world.sweeper.sweep()
    return world.jobs.get(ADA, job.id)


def _is_there(world: World, entry_id: str | None) -> bool:
    try:
        world.entries.get(ADA, str(entry_id))
    except NotFound:
        return False
    return True


def test_the_earlier_result_is_deleted_once_another_run_is_done(world: World, job: Job) -> None:
    first = str(job.result_entry_id)
    world.annotations.create(ADA, first, key="who", value="Ada", source=None)
    again = world.jobs.requeue(ADA, job.id)
    assert (again.result_entry_id, again.earlier_result_entry_ids) == (None, (first,))
    assert _swept(world, job).earlier_result_entry_ids == (first,)  # the run is not over
    finished(world, again)
    after = _swept(world, job)
    assert (after.status, after.earlier_result_entry_ids) == (JobStatus.DONE, ())
    assert (_is_there(world, first), _is_there(world, after.result_entry_id)) == (False, True)
    assert world.note_rows(ADA, first) == ()
    assert len(world.media.objects) == 2  # the input, and the new result
    world.clock.advance(_MINUTES_S)
    assert world.sweeper.sweep() == 0


def test_runs_that_fail_delete_nothing_and_the_result_is_still_named(world: World, job: Job) -> None:
    first = str(job.result_entry_id)
    world.jobs.update(ADA, world.jobs.requeue(ADA, job.id).id, name=None, status="cancelled")
    runs = world.runs("worker")
    runs.fail(runs.claim(world.jobs.requeue(ADA, job.id).message), "It cannot be read.")
    assert _swept(world, job).earlier_result_entry_ids == (first,)
    assert _is_there(world, first)
    finished(world, world.jobs.requeue(ADA, job.id))
    assert _swept(world, job).earlier_result_entry_ids == ()
    assert not _is_there(world, first)


def test_a_result_of_the_clients_own_replaces_the_earlier_one_too(world: World, job: Job) -> None:
    world.jobs.requeue(ADA, job.id)
    world.jobs.update(ADA, job.id, name=None, status=None, result=an_upload("own.csv"))
    after = _swept(world, job)
    assert not _is_there(world, job.result_entry_id)
    assert _is_there(world, after.result_entry_id)


def _stored_by_a_worker(world: World, job: Job) -> None:
    """A worker has stored everything but the end of the run."""
    claimed = world.runs("worker").claim(job.message)
    world.services.entries.create_empty(ADA, claimed, claimed.run_result_entry_id)
    world.entries.add_representation(ADA, claimed.run_result_entry_id, an_upload("metrics.csv"))


@pytest.mark.parametrize("is_cancelled", [False, True])
def test_what_an_interrupted_run_has_stored_is_deleted_once_another_is_done(
    world: World, job: Job, *, is_cancelled: bool
) -> None:
    interrupted = world.jobs.requeue(ADA, job.id)
    _stored_by_a_worker(world, interrupted)
    if is_cancelled:
        world.jobs.update(ADA, job.id, name=None, status="cancelled")
    again = world.jobs.requeue(ADA, job.id)
    assert again.earlier_result_entry_ids == (job.result_entry_id,), "only what is complete is named"
    finished(world, again)
    after = _swept(world, job)
    assert not _is_there(world, interrupted.run_result_entry_id)
    assert (after.begun_result_entry_ids, _is_there(world, after.result_entry_id)) == ((), True)
    assert len(world.media.objects) == 2  # the input, and the new result


def test_what_a_worker_had_stored_goes_if_the_client_ends_the_job_with_a_result(world: World) -> None:
    job = world.jobs.create(ADA, NewJob(JobName.MULTIFACE), an_upload())
    _stored_by_a_worker(world, job)
    for _ in range(2):  # sent again, it replaces its own file
        world.jobs.update(ADA, job.id, name=None, status=None, result=an_upload("own.csv"))
    after = _swept(world, job)
    assert not _is_there(world, job.run_result_entry_id)
    assert (after.begun_result_entry_ids, _is_there(world, after.result_entry_id)) == ((), True)


@pytest.mark.parametrize("dies_before", range(20))
def test_whatever_dies_at_the_end_of_a_run_the_earlier_result_is_deleted(
    world: World, job: Job, dies_before: int
) -> None:
    again = world.jobs.requeue(ADA, job.id)
    runs = world.runs("worker")
    claimed = runs.claim(again.message)
    world.process.restart(dies_before)
    with suppress(Death):
        runs.finish(claimed, result_entry_id=claimed.run_result_entry_id, progress=None)
        _swept(world, job)
    world.process.restart()
    with suppress(Exception):  # it is done, or another delivery would do it again
        runs.finish(claimed, result_entry_id=claimed.run_result_entry_id, progress=None)
    for _ in range(2):
        after = _swept(world, job)
    assert (after.status, after.earlier_result_entry_ids) == (JobStatus.DONE, ())
    assert not _is_there(world, job.result_entry_id)


def test_deleting_the_job_between_two_runs_removes_the_earlier_result(world: World, job: Job) -> None:
    world.jobs.requeue(ADA, job.id)
    world.services.job_deletions.delete(ADA, job.id)
    world.clock.advance(_MINUTES_S)
    world.sweeper.sweep()
    assert world.media.objects == {}
    with pytest.raises(NotFound):
        world.jobs.get(ADA, job.id)


def test_a_job_that_is_requeued_at_once_leaves_no_result_behind(world: World, job: Job) -> None:
    """Runs follow each other faster than the sweeper does; the last one fails."""
    results = [str(job.result_entry_id)]
    for _ in range(30):
        finished(world, world.jobs.requeue(ADA, job.id))
        results.append(str(world.jobs.get(ADA, job.id).result_entry_id))
    runs = world.runs("worker")
    runs.fail(runs.claim(world.jobs.requeue(ADA, job.id).message), "It cannot be read.")
    for _ in range(3):
        after = _swept(world, job)
    assert after.earlier_result_entry_ids == (results[-1],)
    assert [_is_there(world, result) for result in results] == [False] * 30 + [True]
    finished(world, world.jobs.requeue(ADA, job.id))
    assert _swept(world, job).earlier_result_entry_ids == ()
    assert not _is_there(world, results[-1])
