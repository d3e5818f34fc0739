"""Changes are tried again after a lost race, and given up in the end."""

from dataclasses import replace

import pytest

from chalicelib.domain.jobs import Job, JobStatus
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.errors import StaleWrite
from chalicelib.services.changes import change_job, retried
from tests.fakes import FakeJobs
from tests.services.conftest import ADA, World, an_upload


class _Races:
    def __init__(self, lost: int) -> None:
        self.tries = 0
        self._lost = lost

    def __call__(self) -> str:
        self.tries += 1
        if self.tries <= self._lost:
            raise StaleWrite("someone was quicker")
        return "won"


def test_a_lost_race_is_run_again_but_not_for_ever() -> None:
    assert retried(_Races(lost=3), "row") == "won"
    endless = _Races(lost=1000)
    with pytest.raises(StaleWrite, match="row: lost 20 races"):
        retried(endless, "row")
    assert endless.tries == 20


def test_what_else_is_raised_ends_it_at_once() -> None:
    def failing() -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        retried(failing, "row")


def test_a_transition_sees_the_row_as_it_is_after_each_lost_race(world: World) -> None:
    job = world.jobs.create(ADA, NewJob(JobName.NO_OP), an_upload())
    seen: list[JobStatus] = []

    def transition(current: Job) -> Job:
        seen.append(current.status)
        if len(seen) == 1:
            ended = replace(current.cancelled(world.clock()), version=current.version + 1)
            world.job_rows.save(ended)
        return replace(current, data_split="a") if current.data_split is None else current

    changed = change_job(world.job_rows, ADA.account_id, job.id, transition)
    assert seen == [JobStatus.QUEUED, JobStatus.CANCELLED]
    assert world.jobs.get(ADA, job.id) == changed


def test_an_unchanged_job_is_not_written(world: World) -> None:
    job = world.jobs.create(ADA, NewJob(JobName.NO_OP), an_upload())
    rows: FakeJobs = world.job_rows
    assert change_job(rows, ADA.account_id, job.id, lambda current: current).version == job.version
