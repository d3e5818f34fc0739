import pytest

from chalicelib.domain.jobs import Job, JobMessage, JobStatus, Progress
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.errors import JobBusy, JobNotClaimable, LeaseLost
from tests.services.conftest import ADA, World, an_upload


@pytest.fixture
def job(world: World) -> Job:
    return world.jobs.create(ADA, NewJob(JobName.MULTIFACE), an_upload())


def test_one_of_two_workers_gets_the_job(world: World, job: Job) -> None:
    world.runs("one").claim(job.message)
    with pytest.raises(JobBusy):
        world.runs("two").claim(job.message)


def test_a_silent_worker_loses_the_job_to_the_next_delivery(world: World, job: Job) -> None:
    one, two = world.runs("one"), world.runs("two")
    held = one.claim(job.message)
    world.clock.advance(61)
    taken = two.claim(job.message)
    assert taken.attempt == 2
    with pytest.raises(LeaseLost):
        one.renew(held, Progress(1, 10, 1.0))
    with pytest.raises(LeaseLost):
        one.finish(held, result_entry_id=held.run_result_entry_id, progress=None)
    two.finish(taken, result_entry_id=taken.run_result_entry_id, progress=None)
    assert world.jobs.get(ADA, job.id).status is JobStatus.DONE


def test_a_worker_that_reports_keeps_the_job(world: World, job: Job) -> None:
    one = world.runs("one")
    held = one.claim(job.message)
    for frames_done in range(5):
        world.clock.advance(50)
        one.renew(held, Progress(frames_done, 10, 1.0))
    with pytest.raises(JobBusy):
        world.runs("two").claim(job.message)
    assert world.jobs.get(ADA, job.id).progress == Progress(4, 10, 1.0)


def test_a_finished_job_is_not_claimed_again(world: World, job: Job) -> None:
    one = world.runs("one")
    one.finish(one.claim(job.message), result_entry_id=job.run_result_entry_id, progress=None)
    with pytest.raises(JobNotClaimable):
        world.runs("two").claim(job.message)


def test_messages_of_old_runs_and_of_unknown_jobs_are_not_claimable(world: World, job: Job) -> None:
    world.jobs.requeue(ADA, job.id)
    for message in (job.message, JobMessage(ADA.account_id, "0" * 26, 1), JobMessage("another", job.id, 1)):
        with pytest.raises(JobNotClaimable):
            world.runs("one").claim(message)


def test_a_requeue_takes_the_job_from_its_worker(world: World, job: Job) -> None:
    one = world.runs("one")
    held = one.claim(job.message)
    world.jobs.requeue(ADA, job.id)
    with pytest.raises(LeaseLost):
        one.renew(held, None)


def test_a_cancelled_job_is_lost_to_its_worker_and_not_claimable(world: World, job: Job) -> None:
    one = world.runs("one")
    held = one.claim(job.message)
    world.jobs.update(ADA, job.id, name=None, status="cancelled")
    with pytest.raises(LeaseLost):
        one.renew(held, None)
    with pytest.raises(JobNotClaimable):
        world.runs("two").claim(job.message)


def test_a_released_job_is_claimed_at_once(world: World, job: Job) -> None:
    one = world.runs("one")
    one.release(one.claim(job.message))
    assert world.runs("two").claim(job.message).attempt == 2


def test_a_job_that_kills_its_workers_ends_as_error(world: World, job: Job) -> None:
    for attempt in range(3):
        assert world.runs(f"worker {attempt}").claim(job.message).attempt == attempt + 1
        world.clock.advance(61)
    with pytest.raises(JobNotClaimable):
        world.runs("the last").claim(job.message)
    ended = world.jobs.get(ADA, job.id)
    assert ended.status is JobStatus.ERROR
    assert ended.error is not None
    assert "interrupted 3 times" in ended.error
