"""Jobs whose media come past the API: in every order, twice, late, wrong, or never."""

from dataclasses import replace

import pytest

from chalicelib.domain.entries import media_prefix
from chalicelib.domain.intake.announced_files import AnnouncedFile
from chalicelib.domain.intake.uploads import MAX_FORM_BYTES, DirectUpload, FinishedPart, UploadKey, UploadOwner
from chalicelib.domain.jobs import Job, JobStatus
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.errors import Conflict, Invalid, NotFound
from tests.fakes import FakeObject
from tests.services.conftest import ADA, EVE, UPLOAD_EXPIRES_S, World

MEDIA = b"media"


def announce(world: World, size_bytes: int = len(MEDIA)) -> Job:
    file = AnnouncedFile("clip.mp4", "video/mp4", size_bytes)
    return world.job_uploads.create(ADA, NewJob(JobName.MULTIFACE, data_split="train"), file)[0]


def upload_of(job: Job) -> DirectUpload:
    assert job.upload is not None
    return job.upload


def arrive(world: World, job: Job, content: bytes = MEDIA) -> None:
    world.uploads.send(upload_of(job), content)
    world.services.receive_object(upload_of(job).media_key)


def now(world: World, job: Job) -> Job:
    return world.jobs.get(ADA, job.id)


def expire(world: World) -> None:
    world.clock.advance(UPLOAD_EXPIRES_S)
    world.sweeper.sweep()


def test_a_job_that_waits_is_not_yet_anybodys_work(world: World) -> None:
    job = announce(world)
    assert now(world, job) == job
    assert job.awaits_upload
    assert world.queue.sent == []
    with pytest.raises(Conflict):
        world.jobs.requeue(ADA, job.id)


def test_the_key_is_ours_alone(world: World) -> None:
    job = announce(world)
    assert upload_of(job).media_key == f"uploads/{ADA.account_id}/{job.id}/job"


def test_what_arrives_becomes_the_input(world: World) -> None:
    job = announce(world)
    arrive(world, job)
    ready = now(world, job)
    assert (ready.status, ready.awaits_upload) == (JobStatus.QUEUED, False)
    entry = world.entries.get(ADA, str(ready.input_entry_id))
    (file,) = entry.representations.values()
    assert (file.size_bytes, file.sha256) == (len(MEDIA), None)
    assert file.media_key.startswith(media_prefix(ADA.account_id, entry.id))
    assert world.media.objects[file.media_key] == FakeObject(MEDIA, "video/mp4")
    assert (file.file_name, entry.data_split, entry.upload) == ("clip.mp4", "train", None)
    assert list(world.media.objects) == [file.media_key]
    assert world.queue.sent == [job.message]


def test_an_announcement_that_comes_twice_changes_nothing(world: World) -> None:
    job = announce(world)
    arrive(world, job)
    ready = now(world, job)
    world.services.receive_object(upload_of(job).media_key)
    assert now(world, job) == ready
    assert set(world.queue.sent) == {job.message}
    world.runs("worker").claim(job.message)
    sent = len(world.queue.sent)
    world.services.receive_object(upload_of(job).media_key)
    assert len(world.queue.sent) == sent
    assert world.media.objects


def test_an_announcement_before_the_object_waits_for_it(world: World) -> None:
    job = announce(world)
    world.services.receive_object(upload_of(job).media_key)
    assert now(world, job) == job
    arrive(world, job)
    assert now(world, job).input_entry_id is not None


def test_a_receiver_that_died_after_any_step_is_made_good(world: World) -> None:
    """The steps in between, as a dead receiver leaves them."""
    job = announce(world)
    world.uploads.send(upload_of(job), MEDIA)
    world.job_rows.save(replace(job.uploaded(world.clock()), version=2))  # no file in the entry, no message sent
    entry_id = job.own_input_entry_id
    waiting = world.entry_uploads.create(ADA, file=AnnouncedFile("x", "x/y", 1), data_split=None)[0]
    world.entry_rows.create(replace(waiting, id=entry_id, upload=upload_of(job)))
    world.services.receive_object(upload_of(job).media_key)
    assert len(world.entries.get(ADA, entry_id).representations) == 1
    assert world.queue.sent == [job.message]


def test_an_object_of_another_size_ends_the_job_and_goes(world: World) -> None:
    job = announce(world)
    arrive(world, job, MEDIA + b"!")
    ended = now(world, job)
    assert (ended.status, ended.input_entry_id) == (JobStatus.ERROR, None)
    assert "size" in str(ended.error)
    assert world.media.objects == {}
    assert world.queue.sent == []


@pytest.mark.parametrize("owner", UploadOwner)
def test_an_object_of_nobody_goes(world: World, owner: UploadOwner) -> None:
    key = str(UploadKey(ADA.account_id, owner, "0" * 26))
    world.uploads.send(replace(upload_of(announce(world)), media_key=key), MEDIA)
    world.services.receive_object(key)
    assert world.media.objects == {}


@pytest.mark.parametrize(
    "key",
    ["accounts/a/entries/b/c", "uploads/", "uploads/a/b/job", f"uploads/{'0' * 26}/{'0' * 26}/x", "uploads/../.."],
)
def test_other_keys_are_left_alone(world: World, key: str) -> None:
    world.uploads.send(replace(upload_of(announce(world)), media_key=key), MEDIA)
    world.services.receive_object(key)
    assert list(world.media.objects) == [key]


def test_what_never_arrives_ends_as_an_error(world: World) -> None:
    job = announce(world)
    world.clock.advance(UPLOAD_EXPIRES_S - 1)
    assert world.sweeper.sweep() == 0
    world.clock.advance(1)
    assert world.sweeper.sweep() == 1
    ended = now(world, job)
    assert ended.status is JobStatus.ERROR
    assert "did not arrive in time" in str(ended.error)
    assert world.sweeper.sweep() == 0


def test_what_arrives_after_the_end_goes(world: World) -> None:
    job = announce(world)
    expire(world)
    ended = now(world, job)
    arrive(world, job)
    assert now(world, job) == ended
    assert world.media.objects == {}


def test_an_arrival_that_nobody_announced_is_found_before_the_end(world: World) -> None:
    job = announce(world)
    world.uploads.send(upload_of(job), MEDIA)
    expire(world)
    assert now(world, job).input_entry_id is not None
    assert set(world.queue.sent) == {job.message}


def test_an_arrived_upload_does_not_expire(world: World) -> None:
    job = announce(world)
    arrive(world, job)
    ready = now(world, job)
    expire(world)
    assert now(world, job) == ready
    assert world.media.objects


def test_a_cancelled_job_takes_no_media(world: World) -> None:
    job = announce(world)
    world.jobs.update(ADA, job.id, name=None, status="cancelled")
    arrive(world, job)
    assert now(world, job).status is JobStatus.CANCELLED
    assert world.media.objects == {}
    assert world.queue.sent == []


def test_a_job_that_is_cancelled_under_the_receivers_hands_leaves_nothing(world: World) -> None:
    job = announce(world)
    world.uploads.send(upload_of(job), MEDIA)

    def cancel() -> None:
        world.entry_rows.after_create = lambda: None
        world.jobs.update(ADA, job.id, name=None, status="cancelled")

    world.entry_rows.after_create = cancel
    world.services.receive_object(upload_of(job).media_key)
    assert now(world, job).status is JobStatus.CANCELLED
    assert world.media.objects == {}
    with pytest.raises(NotFound):
        world.entries.get(ADA, job.own_input_entry_id)


def test_an_object_that_comes_again_after_its_entry_was_deleted_goes(world: World) -> None:
    job = announce(world)
    arrive(world, job)
    entry = world.entries.get(ADA, job.own_input_entry_id)
    (file,) = entry.representations.values()
    world.entries.remove_representation(ADA, entry.id, file.id)
    arrive(world, job)
    assert world.media.objects == {}


def _parts(world: World) -> tuple[Job, list[FinishedPart], list[bytes]]:
    size_bytes = MAX_FORM_BYTES + 1
    job = announce(world, size_bytes)
    target = world.job_uploads.create(ADA, NewJob(JobName.NO_OP), AnnouncedFile("clip.mp4", "video/mp4", size_bytes))[1]
    whole = bytes(size_bytes)
    step = target.part_size_bytes
    pieces = [whole[start : start + step] for start in range(0, size_bytes, step)]
    assert len(pieces) == len(target.part_urls)
    return job, [], pieces


def test_parts_are_joined_and_the_job_goes_on_however_often_that_is_said(world: World) -> None:
    job, _, pieces = _parts(world)
    upload = upload_of(job)
    parts = [
        FinishedPart(number, world.uploads.send(upload, piece, number)) for number, piece in enumerate(pieces, start=1)
    ]
    with pytest.raises(Invalid):
        world.job_uploads.complete(ADA, job.id, parts[:-1])
    for _ in range(2):
        assert world.job_uploads.complete(ADA, job.id, list(reversed(parts))).input_entry_id is not None
    world.services.receive_object(upload.media_key)
    assert world.queue.sent
    assert set(world.queue.sent) == {job.message}
    (file,) = world.entries.get(ADA, job.own_input_entry_id).representations.values()
    assert file.media_key == upload.media_key  # nothing can be sent there any more: it is not copied
    assert world.media.objects[upload.media_key].body == b"".join(pieces)


def test_an_abandoned_upload_in_parts_is_given_up_when_it_expires(world: World) -> None:
    job, _, pieces = _parts(world)
    world.uploads.send(upload_of(job), pieces[0], 1)
    assert upload_of(job).media_key in world.uploads.unfinished
    expire(world)
    assert now(world, job).status is JobStatus.ERROR
    assert world.uploads.unfinished == []


def test_completing_without_the_file_is_a_conflict(world: World) -> None:
    job = announce(world)
    with pytest.raises(Conflict, match="not arrived yet"):
        world.job_uploads.complete(ADA, job.id, [])
    world.uploads.send(upload_of(job), MEDIA)
    assert world.job_uploads.complete(ADA, job.id, []).input_entry_id is not None


def test_giving_up_cancels_the_job(world: World) -> None:
    job, _, pieces = _parts(world)
    world.uploads.send(upload_of(job), pieces[0], 1)
    for _ in range(2):
        world.job_uploads.abort(ADA, job.id)
        assert now(world, job).status is JobStatus.CANCELLED
    assert upload_of(job).media_key not in world.uploads.unfinished
    with pytest.raises(Conflict):
        world.job_uploads.complete(ADA, job.id, [])


def test_what_has_arrived_cannot_be_given_up(world: World) -> None:
    job = announce(world)
    arrive(world, job)
    with pytest.raises(Conflict):
        world.job_uploads.abort(ADA, job.id)
    assert world.media.objects


def test_another_account_finds_no_upload(world: World) -> None:
    job = announce(world)
    with pytest.raises(NotFound):
        world.job_uploads.complete(EVE, job.id, [])
    with pytest.raises(NotFound):
        world.job_uploads.abort(EVE, job.id)


def test_a_row_that_was_never_written_leaves_nothing_at_the_end(world: World) -> None:
    """The process died between the reminder and the row, when parts had been begun."""
    job, _, _ = _parts(world)
    del world.job_rows._rows[ADA.account_id, job.id]
    expire(world)
    assert upload_of(job).media_key not in world.uploads.unfinished
    assert world.sweeper.sweep() == 0
