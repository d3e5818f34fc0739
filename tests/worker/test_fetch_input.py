"""Jobs by URL in the worker: fetched, stored, analysed; fetched again only while there is no input."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from chalicelib.analysis.networks.models import Models
from chalicelib.domain.intake.input_urls import parse_input_url
from chalicelib.domain.jobs import Job, JobStatus
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.errors import LeaseLost, MediaError
from chalicelib.worker.media_fetcher import MediaFetcher
from chalicelib.worker.process_job import JobProcessor
from tests.media_factory import write_video
from tests.worker.test_process_job import ADA, LEASE_S, World

_KEPT = ("faces/frames", "faces/index")
"""What a result keeps, from which its files can be written again."""
URL = parse_input_url("https://example.org/clip.mp4")


@dataclass
class ScriptedFetcher(MediaFetcher):
    """Gives these bytes, or this failure, and counts."""

    body: bytes = b""
    failure: Exception | None = None
    fetched: int = 0
    meanwhile: Callable[[], None] = field(default=lambda: None)

    def fetch(self, url: str, target: Path, on_chunk: Callable[[], None]) -> str | None:
        assert url == str(URL)
        self.fetched += 1
        self.meanwhile()
        on_chunk()
        if self.failure is not None:
            raise self.failure
        target.write_bytes(self.body)
        return None


@pytest.fixture
def world(models: Models) -> World:
    return World(models)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_video(tmp_path_factory.mktemp("media") / "clip.mp4").read_bytes()


def _create(world: World) -> Job:
    return world.jobs.create_from_url(ADA, NewJob(JobName.MULTIFACE), URL)


def _worker(world: World, owner: str, fetcher: ScriptedFetcher) -> JobProcessor:
    return JobProcessor(world.services(owner), world.models, fetcher)


def test_the_fetched_file_is_the_input_and_is_analysed(world: World, clip: bytes) -> None:
    job, fetcher = _create(world), ScriptedFetcher(body=clip)
    _worker(world, "one", fetcher).process(job.message)
    done = world.job(job)
    assert done.status is JobStatus.DONE
    (file,) = world.entries.get(ADA, str(done.input_entry_id)).representations.values()
    assert (file.file_name, file.content_type) == ("clip.mp4", "video/mp4")
    assert file.sha256 == hashlib.sha256(clip).hexdigest()
    assert world.media.objects[file.media_key].body == clip
    again = world.jobs.requeue(ADA, job.id)
    _worker(world, "one", fetcher).process(again.message)
    assert (world.job(job).status, fetcher.fetched) == (JobStatus.DONE, 1)


def test_a_no_op_job_fetches_its_input_or_ends_with_the_reason(world: World) -> None:
    fetcher = ScriptedFetcher(failure=MediaError("The file is gone."))
    job = world.jobs.create_from_url(ADA, NewJob(JobName.NO_OP), URL)
    _worker(world, "one", fetcher).process(job.message)
    assert (world.job(job).status, world.job(job).error) == (JobStatus.ERROR, "The file is gone.")
    fetcher.failure, fetcher.body = None, b"not even a video"
    _worker(world, "one", fetcher).process(world.jobs.requeue(ADA, job.id).message)
    done = world.job(job)
    assert done.status is JobStatus.DONE
    (file,) = world.entries.get(ADA, str(done.input_entry_id)).representations.values()
    assert world.media.objects[file.media_key].body == b"not even a video"


def test_a_failure_is_the_jobs_error_and_a_requeue_fetches_again(world: World, clip: bytes) -> None:
    job, fetcher = _create(world), ScriptedFetcher(failure=MediaError("The file is gone."))
    _worker(world, "one", fetcher).process(job.message)
    assert (world.job(job).status, world.job(job).error) == (JobStatus.ERROR, "The file is gone.")
    fetcher.failure, fetcher.body = None, clip
    _worker(world, "one", fetcher).process(world.jobs.requeue(ADA, job.id).message)
    assert (world.job(job).status, fetcher.fetched) == (JobStatus.DONE, 2)


def test_of_two_workers_that_fetch_one_wins_and_nothing_is_left_over(world: World, clip: bytes) -> None:
    job = _create(world)
    quick, slow = ScriptedFetcher(body=clip), ScriptedFetcher(body=clip + bytes(8))

    def overtake() -> None:
        world.clock.advance(LEASE_S + 1)
        _worker(world, "two", quick).process(job.message)

    slow.meanwhile = overtake
    with pytest.raises(LeaseLost):
        _worker(world, "one", slow).process(job.message)
    done = world.job(job)
    (file,) = world.entries.get(ADA, str(done.input_entry_id)).representations.values()
    assert world.media.objects[file.media_key].body == clip
    assert done.status is JobStatus.DONE
    kept = {key for key in world.media.objects if key.endswith(_KEPT)}
    assert len(kept) == len(_KEPT)
    assert len(world.media.objects) == 1 + len(world.results(job)) + len(kept)


def test_a_job_that_is_cancelled_while_its_media_come_stops(world: World, clip: bytes) -> None:
    job, fetcher = _create(world), ScriptedFetcher(body=clip)

    def cancel() -> None:
        world.jobs.update(ADA, job.id, name=None, status="cancelled")

    fetcher.meanwhile = cancel
    with pytest.raises(LeaseLost):
        _worker(world, "one", fetcher).process(job.message)
    assert world.job(job).status is JobStatus.CANCELLED
