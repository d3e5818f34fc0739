"""Jobs whose messages were delivered without success: they end, operators see them, and may begin them again."""

import pytest

from chalicelib.domain.dead_letters import SENTENCE
from chalicelib.domain.jobs import Job, JobStatus
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.errors import JobBusy, NotFound
from chalicelib.services.runs.dead_letters import DeadLetters
from tests.fakes import FakeDeadLetters
from tests.mortal_process import Death
from tests.services.conftest import ADA, World, an_upload


@pytest.fixture
def letters(world: World) -> DeadLetters:
    return world.dead_letters


def _job(world: World) -> Job:
    return world.jobs.create(ADA, NewJob(JobName.MULTIFACE), an_upload())


def test_a_job_that_was_given_up_ends_with_a_sentence(world: World, letters: DeadLetters) -> None:
    job = _job(world)
    runs = world.runs("worker")
    runs.release(runs.claim(job.message))  # as after every fault of ours
    for _ in range(2):
        letters.bury(job.message)
    ended = world.jobs.get(ADA, job.id)
    assert (ended.status, ended.error, ended.lease) == (JobStatus.ERROR, SENTENCE, None)
    assert [letter.job_id for letter in letters.list()] == [job.id]


def test_a_worker_that_is_gone_does_not_hold_the_job_and_one_that_is_there_does(
    world: World, letters: DeadLetters
) -> None:
    job = _job(world)
    world.runs("worker").claim(job.message)
    with pytest.raises(JobBusy):
        letters.bury(job.message)
    assert (world.jobs.get(ADA, job.id).status, letters.list()) == (JobStatus.WORKING, ())
    world.clock.advance(61.0)
    letters.bury(job.message)
    assert world.jobs.get(ADA, job.id).status is JobStatus.ERROR


@pytest.mark.parametrize("end", ["done", "cancelled", "requeued", "gone"])
def test_a_job_that_is_in_order_is_left_alone(world: World, letters: DeadLetters, end: str) -> None:
    job = _job(world)
    if end == "done":
        runs = world.runs("worker")
        runs.finish(runs.claim(job.message), result_entry_id="entry", progress=None)
    elif end == "cancelled":
        world.jobs.update(ADA, job.id, name=None, status="cancelled")
    elif end == "requeued":
        world.jobs.requeue(ADA, job.id)
    else:
        world.job_rows = type(world.job_rows)()
        letters = DeadLetters(world.job_rows, FakeDeadLetters(), world.reminders, world.clock)
    before = None if end == "gone" else world.jobs.get(ADA, job.id)
    letters.bury(job.message)
    assert letters.list() == ()
    if end != "gone":
        assert world.jobs.get(ADA, job.id) == before


def test_an_operator_begins_a_job_anew(world: World, letters: DeadLetters) -> None:
    job = _job(world)
    letters.bury(job.message)
    world.queue.sent.clear()
    (letter,) = letters.list()
    assert letters.redrive(letter)
    again = world.jobs.get(ADA, job.id)
    assert (again.status, again.run, letters.list()) == (JobStatus.QUEUED, 2, ())
    world.sweeper.sweep()
    assert world.queue.sent == [again.message]
    assert not letters.redrive(letter)
    assert world.jobs.get(ADA, job.id) == again


@pytest.mark.parametrize("step", range(5))
def test_whoever_begins_it_anew_may_die_anywhere(world: World, letters: DeadLetters, step: int) -> None:
    job = _job(world)
    letters.bury(job.message)
    world.queue.sent.clear()
    (letter,) = letters.list()
    world.process.restart(dies_before=step)
    with pytest.raises(Death):
        letters.redrive(letter)
    world.process.restart()
    for left in letters.list():
        letters.redrive(left)
    world.sweeper.sweep()
    assert world.jobs.get(ADA, job.id).message in world.queue.sent
    assert world.jobs.get(ADA, job.id).run == 2


@pytest.mark.parametrize("before", range(6))
def test_a_sweep_in_the_middle_does_not_lose_the_restart(world: World, letters: DeadLetters, before: int) -> None:
    job = _job(world)
    letters.bury(job.message)
    world.queue.sent.clear()
    (letter,) = letters.list()
    world.process.restart()
    world.process.hold_up(before, world.sweeper.sweep)
    letters.redrive(letter)
    world.sweeper.sweep()
    assert world.jobs.get(ADA, job.id).message in world.queue.sent


def test_a_letter_whose_job_is_gone_is_taken_away(world: World, letters: DeadLetters) -> None:
    job = _job(world)
    letters.bury(job.message)
    (letter,) = letters.list()
    empty = DeadLetters(type(world.job_rows)(), FakeDeadLetters(), world.reminders, world.clock)
    assert not empty.redrive(letter)
    with pytest.raises(NotFound):
        world.jobs.get(ADA, letter.account_id)
