"""Media by URL when the job is lost while they are stored, and when the worker dies at any step: nothing is left."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from chalicelib.composition.services import Services
from chalicelib.domain.intake.input_urls import parse_input_url
from chalicelib.domain.jobs import Job, JobStatus
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.errors import JobBusy, JobNotClaimable, LeaseLost, NotFound
from chalicelib.worker.fetch_input import fetch_input
from chalicelib.worker.media_fetcher import FetchLimits, MediaFetcher
from tests.mortal_process import Death
from tests.services.conftest import ADA, World

URL = parse_input_url("https://example.org/clip.mp4")
KEPT_S = 1800
SWEPT_AFTER_S = 3600  # an attempt counts as dead
LEASE_S = 60.0


class Fetcher(MediaFetcher):
    """Gives the same bytes at once."""

    def __init__(self) -> None:
        super().__init__(FetchLimits(max_bytes=100, timeout_s=1))

    def fetch(self, url: str, target: Path, on_chunk: Callable[[], None]) -> str | None:
        target.write_bytes(b"media")
        on_chunk()
        return "video/mp4"


def create(world: World, expires_in_s: int | None = KEPT_S) -> Job:
    return world.jobs.create_from_url(ADA, NewJob(JobName.MULTIFACE, expires_in_s=expires_in_s), URL)


def fetch(world: World, job: Job, owner: str, directory: Path) -> None:
    """Checks what a worker does with the message, up to the analysis."""
    services = Services(world.services.ports, world.services.settings, owner=owner)
    claimed = services.runs.claim(job.message)
    if claimed.input_entry_id is None:
        fetch_input(services, Fetcher(), claimed, str(URL), directory / owner)


def cancel(world: World, job: Job) -> None:
    world.jobs.update(ADA, job.id, name=None, status="cancelled")


def cancel_and_expire(world: World, job: Job) -> None:
    """The worker is held up for half an hour: a job that someone was at a moment ago is not removed yet."""
    cancel(world, job)
    pass_time(world, KEPT_S)
    with pytest.raises(NotFound):
        world.jobs.get(ADA, job.id)


def cancel_when_it_expires(world: World, job: Job) -> None:
    world.clock.advance(KEPT_S - 1)
    cancel(world, job)
    world.clock.advance(1)
    world.sweeper.sweep()


def cancel_and_requeue(world: World, job: Job) -> None:
    cancel(world, job)
    world.jobs.requeue(ADA, job.id)


def nothing(world: World, job: Job) -> None:
    """All is quiet."""


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    return tmp_path


def lives_and_deaths(
    meanwhile: Callable[[World, Job], None], directory: Path, expires_in_s: int | None
) -> Iterator[tuple[World, Job]]:
    """The world after a worker was held up before any step by `meanwhile` and died before any later one, or did not."""
    steps = _steps_of_a_quiet_life(directory)
    assert steps > 8
    for held_up_before in range(steps):
        for dies_before in (*range(held_up_before, steps + 6), None):
            world = World()
            job = create(world, expires_in_s)
            world.process.restart(dies_before)
            world.process.hold_up(held_up_before, partial(meanwhile, world, job))
            with suppress(Death, LeaseLost, JobNotClaimable):
                fetch(world, job, "one", directory)
            world.process.restart()
            yield world, job


def _steps_of_a_quiet_life(directory: Path) -> int:
    world = World()
    job = create(world)
    world.process.restart()
    fetch(world, job, "one", directory)
    return world.process.steps


def deliver_until_quiet(world: World, job: Job, directory: Path) -> None:
    """The message comes again for as long as someone wants it, and time passes."""
    for number in range(3):
        world.clock.advance(LEASE_S + 1)
        with suppress(JobBusy, JobNotClaimable, NotFound):
            fetch(world, world.jobs.get(ADA, job.id), f"later-{number}", directory)


def pass_time(world: World, seconds: float) -> None:
    world.clock.advance(seconds)
    for _ in range(3):
        world.sweeper.sweep()
        world.clock.advance(200)


def named_keys(world: World) -> set[str]:
    return {file.media_key for entry in world.entry_rows._rows.values() for file in entry.representations.values()}


@pytest.mark.parametrize("meanwhile", [nothing, cancel, cancel_and_requeue])
def test_what_is_there_belongs_to_the_job_or_is_gone(meanwhile: Callable[[World, Job], None], workplace: Path) -> None:
    for world, job in lives_and_deaths(meanwhile, workplace, None):
        deliver_until_quiet(world, job, workplace)
        pass_time(world, SWEPT_AFTER_S)
        now = world.jobs.get(ADA, job.id)
        assert {entry_id for _, entry_id in world.entry_rows._rows} == {now.input_entry_id} - {None}
        assert set(world.media.objects) == named_keys(world)
        assert (now.status is JobStatus.CANCELLED) is (meanwhile is cancel)
        if meanwhile is not cancel:
            assert world.media.objects


@pytest.mark.parametrize("meanwhile", [nothing, cancel, cancel_and_requeue, cancel_and_expire, cancel_when_it_expires])
def test_nothing_outlives_the_job(meanwhile: Callable[[World, Job], None], workplace: Path) -> None:
    for world, job in lives_and_deaths(meanwhile, workplace, KEPT_S):
        pass_time(world, KEPT_S)
        pass_time(world, SWEPT_AFTER_S)
        with pytest.raises(NotFound):
            world.jobs.get(ADA, job.id)
        assert world.entry_rows._rows == {}
        assert world.media.objects == {}
        assert world.reminders.list_due(world.clock.advance(10 * KEPT_S), limit=1) == ()


def test_a_worker_that_lives_leaves_nothing_for_the_sweeper(workplace: Path) -> None:
    for held_up_before in range(_steps_of_a_quiet_life(workplace)):
        world = World()
        job = create(world)
        world.process.restart()
        world.process.hold_up(held_up_before, partial(cancel_and_expire, world, job))
        with suppress(LeaseLost, JobNotClaimable):
            fetch(world, job, "one", workplace)
        assert world.entry_rows._rows == {}
        assert world.media.objects == {}
