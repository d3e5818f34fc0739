"""A dropped file and its results are deleted with the entry or the job; files of others stay."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count

import pytest

from chalicelib.composition.performers import performers
from chalicelib.domain.accounts import AccountSettings, User
from chalicelib.domain.entries import Entry, Representation, media_key, representation_id
from chalicelib.domain.intake.drops import error_key, result_key
from chalicelib.domain.jobs import Job, JobStatus
from chalicelib.domain.reminders import Duty
from chalicelib.errors import NotFound
from chalicelib.services.intake.dropped_files import DroppedFiles
from tests.fakes import START, FakeObject
from tests.mortal_process import Death
from tests.services.conftest import ADA, EVE, World, an_upload

KEPT_S = 5000
KEY = f"drop/{ADA.account_id}/a b/clip.mp4"
CSV = result_key(KEY, "-metrics.csv")
SENTENCE = error_key(KEY)


def _world() -> World:
    world = World()
    for caller in (ADA, EVE):
        world.user_rows.create(User(caller.email, caller.account_id, "", START))
    world.accounts.save(AccountSettings(ADA.account_id, KEPT_S))
    return world


@pytest.fixture
def world() -> World:
    return _world()


def _drop(world: World, body: bytes = b"media", key: str = KEY) -> Job:
    known = {job.id for job in world.jobs.list(ADA, limit=100).items}
    world.drops.received(key, world.dropped.put(key, body))
    (job,) = (job for job in world.jobs.list(ADA, limit=100).items if job.id not in known)
    return job


def _fail(world: World, job: Job) -> None:
    runs = world.runs("worker")
    runs.fail(runs.claim(job.message), "The video is damaged.")


def _finish(world: World, job: Job, body: bytes = b"numbers") -> Job:
    """As a worker does, with one file."""
    runs, entry_id, now = world.runs("worker"), job.run_result_entry_id, world.clock()
    claimed = runs.claim(job.message)
    world.entry_rows.create(Entry(entry_id, job.account_id, job.author, now, now, drop_key=job.drop_key))
    name = f"{job.filename}-metrics.csv"
    file_id = representation_id(entry_id, name)
    place = media_key(job.account_id, entry_id, file_id)
    world.media.objects[place] = FakeObject(body, "text/csv")
    file = Representation(file_id, entry_id, job.account_id, name, "text/csv", len(body), None, place, now, now)
    world.entry_rows.set_representation(file)
    runs.finish(claimed, result_entry_id=entry_id, progress=None)
    return world.jobs.get(ADA, job.id)


def _failed_then_finished(world: World) -> Job:
    job = _drop(world)
    _fail(world, job)
    return _finish(world, world.jobs.requeue(ADA, job.id))


def _left(world: World) -> dict[str, int]:
    """Returns how many versions there are of what was dropped, said and copied, hidden ones included."""
    places = (KEY, CSV, SENTENCE)
    return {key: len(world.dropped.kept(key)) for key in places if world.dropped.kept(key)}


def test_the_result_takes_its_copies_along_and_the_medium_the_rest(world: World) -> None:
    job = _failed_then_finished(world)
    assert _left(world) == {KEY: 1, CSV: 1, SENTENCE: 1}
    world.deletions.delete(ADA, str(job.result_entry_id))
    assert _left(world) == {KEY: 1, SENTENCE: 1}
    world.deletions.delete(ADA, str(job.input_entry_id))
    assert (_left(world), world.media.objects) == ({}, {})


def test_results_of_the_clients_own_go_as_well(world: World) -> None:
    job = _drop(world)
    job = world.jobs.update(ADA, job.id, name=None, status="done", result=an_upload("mine.csv"))
    mine = f"results/{ADA.account_id}/a b/clip.mp4-mine.csv"
    again = world.jobs.requeue(ADA, job.id)
    world.jobs.update(ADA, again.id, name=None, status="done", result=an_upload("mine.csv", b"newer"))
    world.deletions.delete(ADA, str(job.result_entry_id))
    assert world.media.objects[mine].body == b"newer"
    world.clock.advance(KEPT_S)
    world.sweeper.sweep()
    assert (_left(world), world.media.objects) == ({}, {})


@pytest.mark.parametrize("is_expired", [False, True])
@pytest.mark.parametrize("is_older", [False, True])
def test_another_version_of_the_path_keeps_its_object_and_its_results(
    world: World, is_older: bool, is_expired: bool
) -> None:
    older = _failed_then_finished(world)
    world.clock.advance(1)
    newer = _drop(world, b"newer media")
    newer = _finish(world, newer, b"newer numbers")
    assert _left(world) == {KEY: 2, CSV: 2, SENTENCE: 1}
    gone = older if is_older else newer
    if is_expired:
        world.clock.advance(KEPT_S)
        due = world.reminders.list_due(world.clock(), limit=9)
        (reminder,) = (each for each in due if (each.duty, each.subject_id) == (Duty.JOB_RETENTION, gone.id))
        performers(world.services)[Duty.JOB_RETENTION](reminder)
    else:
        for entry_id in (gone.result_entry_id, gone.input_entry_id):
            world.deletions.delete(ADA, str(entry_id))
    assert _left(world) == {KEY: 1, CSV: 1} | ({} if is_older else {SENTENCE: 1})
    assert world.media.objects[CSV].body == (b"newer numbers" if is_older else b"numbers")
    (dropped,) = world.dropped.kept(KEY)
    assert dropped.size_bytes == len(b"newer media" if is_older else b"media")


def test_an_expired_job_leaves_nothing_whatever_became_of_its_entries(world: World) -> None:
    job = _drop(world)
    world.deletions.delete(ADA, str(job.input_entry_id))
    _fail(world, job)  # the worker says that the medium was deleted
    assert _left(world) == {SENTENCE: 1}
    world.clock.advance(KEPT_S)
    world.sweeper.sweep()
    assert (_left(world), world.media.objects) == ({}, {})
    assert world.jobs.list(ADA, limit=9).items == ()


def test_an_announcement_that_comes_after_the_end_makes_no_job(world: World) -> None:
    version_id = world.dropped.put(KEY, b"media")
    world.drops.received(KEY, version_id)
    world.clock.advance(KEPT_S)
    world.sweeper.sweep()
    world.drops.received(KEY, version_id)
    assert (world.jobs.list(ADA, limit=9).items, _left(world), world.media.objects) == ((), {}, {})


def _expire(world: World, _job: Job) -> None:
    """As the schedule does, minute by minute."""
    world.sweeper.sweep()


def _delete(world: World, job: Job) -> None:
    """As a client does, who sends a DELETE again until the entry is not there."""
    for entry_id in (job.result_entry_id, job.input_entry_id):
        try:
            world.deletions.delete(ADA, str(entry_id))
        except NotFound:
            continue


@pytest.mark.parametrize("end", [_expire, _delete])
def test_an_end_that_dies_anywhere_is_completed_by_the_next(end: Callable[[World, Job], None]) -> None:
    for step in count():
        world = _world()
        job = _failed_then_finished(world)
        world.clock.advance(KEPT_S)
        world.process.restart(dies_before=step)
        try:
            end(world, job)
        except Death:
            world.process.restart()
            world.clock.advance(600)  # the sweeper moves a reminder on before its duty
            end(world, job)
        else:
            break
        assert (_left(world), world.media.objects) == ({}, {})
        subjects = [line.subject_id for line in world.entry_rows.audit]
        assert sorted(subjects) == sorted([str(job.result_entry_id), str(job.input_entry_id)])
    assert step > 12


def test_nothing_outside_the_accounts_own_folder_is_touched(world: World) -> None:
    job = _finish(world, _drop(world))
    files = DroppedFiles(world.dropped)
    entry = world.entries.get(ADA, str(job.result_entry_id))
    before = _left(world)
    for account_id in (EVE.account_id, ADA.account_id[:-1], f"{ADA.account_id}/a b", ""):
        files.delete_of_entry(replace(entry, account_id=account_id, source=KEY))
        files.delete_of_job(replace(job, account_id=account_id))
    for key in (f"accounts/{ADA.account_id}/clip.mp4", f"drop/{ADA.account_id}", "clip.mp4"):
        files.delete_of_entry(replace(entry, drop_key=key, source=key))
    assert _left(world) == before


def test_a_refused_version_leaves_a_sentence_that_no_other_job_takes_along(world: World) -> None:
    job = _drop(world)
    world.clock.advance(1)
    world.drops.received(KEY, world.dropped.put(KEY, b""))
    world.deletions.delete(ADA, str(job.input_entry_id))
    assert _left(world) == {KEY: 1, SENTENCE: 1}
    assert world.jobs.get(ADA, job.id).status is JobStatus.QUEUED
