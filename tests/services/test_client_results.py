"""Results that clients attach to jobs themselves."""

from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from typing import BinaryIO

import pytest

from chalicelib.domain.entries import Entry
from chalicelib.domain.jobs import Job, JobStatus
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.errors import Conflict, Invalid, JobNotClaimable, LeaseLost, NotFound
from chalicelib.services.entries import Upload
from chalicelib.services.ports import StoredMedia
from tests.fakes import FakeJobs, FakeMedia
from tests.services.conftest import ADA, EVE, World, an_upload


class InterruptedMedia(FakeMedia):
    """Media that tell a listener, once, before bytes are stored."""

    def __init__(self) -> None:
        super().__init__()
        self.then: Callable[[], object] | None = None

    def save(self, key: str, body: BinaryIO, content_type: str) -> StoredMedia:
        then, self.then = self.then, None
        if then is not None:
            then()
        return super().save(key, body, content_type)


class InterruptedJobs(FakeJobs):
    """Job rows that call a listener, once, before one of their next reads or writes."""

    def __init__(self) -> None:
        super().__init__()
        self._steps = -1
        self._then: Callable[[], None] = lambda: None

    def interrupt(self, steps: int, then: Callable[[], None]) -> None:
        """Lets `steps` calls pass and calls `then` before the next."""
        self._steps, self._then = steps, then

    def get(self, account_id: str, job_id: str) -> Job:
        self._step()
        return super().get(account_id, job_id)

    def save(self, job: Job) -> None:
        self._step()
        super().save(job)

    def _step(self) -> None:
        self._steps -= 1
        if self._steps == -1:
            self._then()


def _create(world: World) -> Job:
    return world.jobs.create(ADA, NewJob(JobName.MULTIFACE, data_split="train"), an_upload())


def _attach(world: World, job: Job, result: Upload | None = None, **changes: object) -> Job:
    result = result or an_upload("mine.json", b"{}")
    options = {"name": None, "status": None, **changes}
    return world.jobs.update(ADA, job.id, result=result, **options)  # type: ignore[arg-type]  # a test's own options


def _result(world: World, job: Job) -> Entry:
    return world.entries.get(ADA, str(world.jobs.get(ADA, job.id).result_entry_id))


def _bodies(world: World, entry: Entry) -> dict[str, bytes]:
    return {file.file_name: world.media.objects[file.media_key].body for file in entry.representations.values()}


def test_a_result_ends_a_queued_job_and_its_message_finds_nothing_to_do(world: World) -> None:
    job = _create(world)
    done = _attach(world, job, status="done")
    assert (done.status, done.lease) == (JobStatus.DONE, None)
    assert _bodies(world, _result(world, job)) == {"mine.json": b"{}"}
    assert _result(world, job).data_split == "train"
    with pytest.raises(JobNotClaimable):
        world.runs("one").claim(job.message)


def test_a_worker_that_holds_the_job_loses_it(world: World) -> None:
    job = _create(world)
    one = world.runs("one")
    held = one.claim(job.message)
    done = _attach(world, job, name=JobName.SDK_METRICS)
    assert done.name is JobName.SDK_METRICS
    assert done.result_entry_id != held.run_result_entry_id  # what the worker stores in passing stays apart
    with pytest.raises(LeaseLost):
        one.renew(held, None)
    with pytest.raises(LeaseLost):
        one.finish(held, result_entry_id=held.run_result_entry_id, progress=None)
    assert world.jobs.get(ADA, job.id) == done


def test_a_result_joins_that_of_the_worker(world: World) -> None:
    job = _create(world)
    one, metrics = world.runs("one"), world.entries.create(ADA, an_upload("metrics.csv", b"a,b"))
    one.finish(one.claim(job.message), result_entry_id=metrics.id, progress=None)
    done = _attach(world, job)
    assert done.result_entry_id == metrics.id
    assert _bodies(world, _result(world, job)) == {"metrics.csv": b"a,b", "mine.json": b"{}"}


def test_the_same_result_sent_again_is_one_file_and_another_body_replaces_it(world: World) -> None:
    job = _create(world)
    for body in (b"{}", b"{}", b"[1]"):
        _attach(world, job, an_upload("mine.json", body))
    _attach(world, job, an_upload("more.csv", b"a"))
    assert _bodies(world, _result(world, job)) == {"mine.json": b"[1]", "more.csv": b"a"}
    assert len(world.media.objects) == 3


def test_a_result_that_a_worker_overtakes_joins_the_workers() -> None:
    media = InterruptedMedia()
    world = World(media=media)
    job = _create(world)
    one = world.runs("one")
    held = one.claim(job.message)

    def finish() -> None:
        metrics = world.entries.create(ADA, an_upload("metrics.csv", b"a,b"))
        one.finish(held, result_entry_id=metrics.id, progress=None)

    media.then = finish
    _attach(world, job)
    assert _bodies(world, _result(world, job)) == {"metrics.csv": b"a,b", "mine.json": b"{}"}
    assert len(media.objects) == 3


def test_a_result_for_a_job_that_is_cancelled_meanwhile_is_taken_back() -> None:
    media = InterruptedMedia()
    world = World(media=media)
    job = _create(world)
    media.then = lambda: world.jobs.update(ADA, job.id, name=None, status="cancelled")
    with pytest.raises(Conflict):
        _attach(world, job)
    assert world.jobs.get(ADA, job.id).result_entry_id is None
    assert len(media.objects) == 1
    with pytest.raises(Conflict):
        _attach(world, job)


@pytest.mark.parametrize("refusal", ["requeue", "cancel"])
def test_a_file_that_was_answered_for_outlives_the_refusal_of_another_in_its_place(refusal: str) -> None:
    """The job moves on at each step of the second request's work in turn."""
    for step in range(8):
        rows = InterruptedJobs()
        world = World(job_rows=rows)
        job = _create(world)
        done = _attach(world, job, an_upload("mine.json", b"first"))

        def move_on(world: World = world, job: Job = job) -> None:
            world.jobs.requeue(ADA, job.id)
            if refusal == "cancel":
                world.jobs.update(ADA, job.id, name=None, status="cancelled")

        rows.interrupt(step, move_on)
        with suppress(Conflict):
            _attach(world, job, an_upload("mine.json", b"second"))
        old = world.entries.get(ADA, str(done.result_entry_id))
        (body,) = _bodies(world, old).values()
        assert body in (b"first", b"second")


def test_what_is_taken_back_is_ones_own_file(world: World) -> None:
    entry = world.entries.create(ADA, an_upload())
    file = world.entries.add_representation(ADA, entry.id, an_upload("mine.json", b"first"))
    world.entries.put_representation(ADA, entry.id, an_upload("mine.json", b"second"))
    world.entries.take_back(file)
    assert _bodies(world, world.entries.get(ADA, entry.id)) == {"clip.mp4": b"media", "mine.json": b"second"}


def test_two_first_results_of_one_name_become_one_file() -> None:
    media = InterruptedMedia()
    world = World(media=media)
    job = _create(world)
    media.then = lambda: _attach(world, job, an_upload("mine.json", b"quicker"))
    _attach(world, job, an_upload("mine.json", b"slower"))
    assert _bodies(world, _result(world, job)) == {"mine.json": b"slower"}
    assert len(media.objects) == 2


def test_a_result_heals_a_failure_and_a_requeue_begins_anew(world: World) -> None:
    job = _create(world)
    one = world.runs("one")
    one.fail(one.claim(job.message), "The media cannot be opened.")
    done = _attach(world, job)
    assert (done.status, done.error) == (JobStatus.DONE, None)
    again = world.jobs.requeue(ADA, job.id)
    assert (again.status, again.result_entry_id) == (JobStatus.QUEUED, None)
    assert world.runs("two").claim(again.message).status is JobStatus.WORKING


def test_a_result_that_was_deleted_begins_anew(world: World) -> None:
    job = _create(world)
    done = _attach(world, job)
    world.deletions.delete(ADA, str(done.result_entry_id))
    _attach(world, job, an_upload("again.json", b"[]"))
    assert _bodies(world, _result(world, job)) == {"again.json": b"[]"}


def test_results_that_cannot_be_attached(world: World) -> None:
    job = _create(world)
    for status in ("cancelled", "queued", "nonsense"):
        with pytest.raises(Invalid):
            _attach(world, job, status=status)
    with pytest.raises(Invalid):
        world.jobs.update(ADA, job.id, name=None, status="done")
    for result in (an_upload("r.json", b""), Upload(None, None, BytesIO(b"1"), 1)):
        with pytest.raises(Invalid):
            _attach(world, job, result)
    with pytest.raises(NotFound):
        world.jobs.update(EVE, job.id, name=None, status=None, result=an_upload())
    assert world.jobs.get(ADA, job.id) == job
    assert len(world.media.objects) == 1
