"""Tests whose bytes a file has, when a form is sent again and when the process that takes them in dies at any step."""

from collections.abc import Callable
from itertools import count

import pytest

from chalicelib.domain.entries import Representation, media_prefix
from chalicelib.domain.intake.announced_files import AnnouncedFile
from chalicelib.domain.intake.uploads import DirectUpload
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.errors import StaleWrite
from tests.mortal_process import Death
from tests.services.conftest import ADA, UPLOAD_EXPIRES_S, World

FIRST, OTHER = b"media", b"MEDIA"
FILE = AnnouncedFile("clip.mp4", "video/mp4", len(FIRST))

Announce = Callable[[World], tuple[DirectUpload, str]]
"""Announces an upload; returns it with the id of the entry that is to have the file."""


def _for_a_job(world: World) -> tuple[DirectUpload, str]:
    job, target = world.job_uploads.create(ADA, NewJob(JobName.NO_OP), FILE)
    return target.upload, job.own_input_entry_id


def _for_an_entry(world: World) -> tuple[DirectUpload, str]:
    entry, target = world.entry_uploads.create(ADA, file=FILE, data_split=None)
    return target.upload, entry.id


both = pytest.mark.parametrize("announce", [_for_a_job, _for_an_entry])


def _file(world: World, entry_id: str) -> Representation:
    (file,) = world.entries.get(ADA, entry_id).representations.values()
    return file


def _arrive(world: World, upload: DirectUpload, content: bytes) -> None:
    world.uploads.send(upload, content)
    world.services.receive_object(upload.media_key)


def _die_while_receiving(world: World, upload: DirectUpload, step: int) -> bool:
    """Returns True if there was such a step to die at."""
    world.process.restart(dies_before=step)
    try:
        world.services.receive_object(upload.media_key)
    except Death:
        return True
    finally:
        world.process.restart()
    return False


def _expire(world: World) -> None:
    world.clock.advance(UPLOAD_EXPIRES_S)
    world.sweeper.sweep()


@both
def test_a_form_that_is_sent_again_changes_nothing(world: World, announce: Announce) -> None:
    upload, entry_id = announce(world)
    _arrive(world, upload, FIRST)
    file = _file(world, entry_id)
    world.uploads.send(upload, OTHER)
    assert world.media.objects[file.media_key].body == FIRST  # before anyone has heard of it
    world.services.receive_object(upload.media_key)
    assert _file(world, entry_id) == file
    assert {key: found.body for key, found in world.media.objects.items()} == {file.media_key: FIRST}


@both
def test_a_receiver_that_dies_at_any_step_is_made_good_by_the_next(announce: Announce) -> None:
    for step in count():
        world = World()
        upload, entry_id = announce(world)
        world.uploads.send(upload, FIRST)
        died = _die_while_receiving(world, upload, step)
        world.services.receive_object(upload.media_key)
        file = _file(world, entry_id)
        assert {key: found.body for key, found in world.media.objects.items()} == {file.media_key: FIRST}
        assert announce is _for_an_entry or world.queue.sent
        if not died:
            break
    assert step > 5


@both
def test_where_nobody_comes_after_the_dead_the_sweeper_does(announce: Announce) -> None:
    for step in count():
        world = World()
        upload, entry_id = announce(world)
        world.uploads.send(upload, FIRST)
        died = _die_while_receiving(world, upload, step)
        _expire(world)
        file = _file(world, entry_id)
        assert {key: found.body for key, found in world.media.objects.items()} == {file.media_key: FIRST}
        assert announce is _for_an_entry or world.queue.sent
        if not died:
            break


@both
def test_a_form_that_is_sent_again_when_the_receiver_has_died_leaves_nothing_that_outlives_the_entry(
    announce: Announce,
) -> None:
    for step in count():
        world = World()
        upload, entry_id = announce(world)
        world.uploads.send(upload, FIRST)
        died = _die_while_receiving(world, upload, step)
        _arrive(world, upload, OTHER)
        file = _file(world, entry_id)
        body = world.media.objects[file.media_key].body
        assert body in (FIRST, OTHER)
        _arrive(world, upload, FIRST)
        assert world.media.objects[file.media_key].body == body
        assert all(key.startswith(media_prefix(ADA.account_id, entry_id)) for key in world.media.objects)
        world.deletions.delete(ADA, entry_id)
        assert world.media.objects == {}
        if not died:
            break


@both
def test_an_entry_that_is_deleted_when_the_receiver_has_died_leaves_nothing(announce: Announce) -> None:
    for step in count():
        world = World()
        upload, entry_id = announce(world)
        world.uploads.send(upload, FIRST)
        died = _die_while_receiving(world, upload, step)
        if announce is _for_an_entry or not world.jobs.list(ADA, limit=1).items[0].awaits_upload:
            world.deletions.delete(ADA, entry_id)
            _expire(world)
            assert world.media.objects == {}
        if not died:
            break


@both
def test_an_entry_that_is_deleted_while_its_file_is_copied_leaves_nothing(world: World, announce: Announce) -> None:
    upload, entry_id = announce(world)
    world.uploads.before_copying = lambda: world.deletions.delete(ADA, entry_id)
    _arrive(world, upload, FIRST)
    assert world.media.objects == {}


@both
def test_a_copy_for_an_entry_that_is_gone_is_removed_when_the_upload_expires(world: World, announce: Announce) -> None:
    """Both at once: the entry is deleted while its file is copied, and the process that copies it dies after that."""
    upload, entry_id = announce(world)
    world.uploads.send(upload, FIRST)

    def delete_and_die() -> None:
        world.deletions.delete(ADA, entry_id)
        world.process.restart(dies_before=0)  # the copy itself has begun

    world.uploads.before_copying = delete_and_die
    with pytest.raises(Death):
        world.services.receive_object(upload.media_key)
    world.process.restart()
    assert world.media.objects
    _expire(world)
    assert world.media.objects == {}


@both
def test_what_is_sent_while_the_first_is_copied_is_taken_whole(world: World, announce: Announce) -> None:
    upload, entry_id = announce(world)

    def send_another() -> None:
        world.uploads.before_copying = lambda: None
        world.uploads.send(upload, OTHER)

    world.uploads.before_copying = send_another
    _arrive(world, upload, FIRST)
    file = _file(world, entry_id)
    assert {key: found.body for key, found in world.media.objects.items()} == {file.media_key: OTHER}


@both
def test_of_two_receivers_one_takes_the_file_and_nothing_is_left_over(world: World, announce: Announce) -> None:
    upload, entry_id = announce(world)

    def overtake() -> None:
        world.uploads.before_copying = lambda: None
        _arrive(world, upload, OTHER)
        world.uploads.send(upload, FIRST)

    world.uploads.before_copying = overtake
    _arrive(world, upload, FIRST)
    file = _file(world, entry_id)
    assert {key: found.body for key, found in world.media.objects.items()} == {file.media_key: OTHER}


def test_a_client_that_never_stops_sending_is_no_endless_loop(world: World) -> None:
    upload, entry_id = _for_an_entry(world)
    sent = count()
    world.uploads.before_copying = lambda: world.uploads.send(upload, next(sent).to_bytes(len(FIRST)))
    with pytest.raises(StaleWrite):
        _arrive(world, upload, FIRST)
    world.uploads.before_copying = lambda: None
    _expire(world)
    assert list(world.media.objects) == [_file(world, entry_id).media_key]
