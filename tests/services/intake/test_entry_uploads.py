"""Entries whose file is sent past the API."""

from collections.abc import Callable

import pytest

from chalicelib.domain.entries import Entry
from chalicelib.domain.intake.announced_files import AnnouncedFile
from chalicelib.errors import Conflict, NotFound
from tests.services.conftest import ADA, EVE, UPLOAD_EXPIRES_S, WatchedEntries, World


def announce(world: World) -> Entry:
    return world.entry_uploads.create(ADA, file=AnnouncedFile("a.png", "image/png", 3), data_split="test")[0]


def arrive(world: World, entry: Entry, content: bytes = b"png") -> None:
    assert entry.upload is not None
    world.uploads.send(entry.upload, content)
    world.services.receive_object(entry.upload.media_key)


def test_what_arrives_is_the_entrys_file(world: World) -> None:
    entry = announce(world)
    assert world.entries.get(ADA, entry.id) == entry
    for _ in range(2):
        arrive(world, entry)
        received = world.entries.get(ADA, entry.id)
        (file,) = received.representations.values()
        assert (received.upload, file.file_name, file.sha256) == (None, "a.png", None)
        assert list(world.media.objects) == [file.media_key]
    assert world.entry_uploads.complete(ADA, entry.id, []) == received


def test_an_object_of_another_size_goes_and_the_entry_waits_on(world: World) -> None:
    entry = announce(world)
    arrive(world, entry, b"longer")
    assert world.media.objects == {}
    arrive(world, entry)
    assert world.entries.get(ADA, entry.id).upload is None


def test_an_entry_whose_medium_never_comes_is_removed(world: World) -> None:
    entry = announce(world)
    world.clock.advance(UPLOAD_EXPIRES_S)
    world.sweeper.sweep()
    with pytest.raises(NotFound):
        world.entries.get(ADA, entry.id)
    arrive(world, entry)
    assert world.media.objects == {}


def test_an_entry_whose_medium_came_stays(world: World) -> None:
    entry = announce(world)
    arrive(world, entry)
    world.clock.advance(UPLOAD_EXPIRES_S)
    world.sweeper.sweep()
    assert world.entries.get(ADA, entry.id).representations
    assert world.media.objects


def test_giving_up_removes_the_entry(world: World) -> None:
    entry = announce(world)
    with pytest.raises(NotFound):
        world.entry_uploads.abort(EVE, entry.id)
    with pytest.raises(Conflict):
        world.entry_uploads.complete(ADA, entry.id, [])
    world.entry_uploads.abort(ADA, entry.id)
    with pytest.raises(NotFound):
        world.entries.get(ADA, entry.id)


def test_what_has_arrived_cannot_be_given_up(world: World) -> None:
    entry = announce(world)
    arrive(world, entry)
    with pytest.raises(Conflict):
        world.entry_uploads.abort(ADA, entry.id)


class WatchedRemovals(WatchedEntries):
    """Entries that call a listener before one that waits is removed."""

    def __init__(self) -> None:
        super().__init__()
        self.before_removal: Callable[[], None] = lambda: None

    def delete_waiting(self, account_id: str, entry_id: str) -> bool:
        self.before_removal()
        return super().delete_waiting(account_id, entry_id)


def test_what_arrives_while_it_is_given_up_stays() -> None:
    rows = WatchedRemovals()
    world = World(entry_rows=rows)
    entry = announce(world)
    rows.before_removal = lambda: arrive(world, entry)
    with pytest.raises(Conflict):
        world.entry_uploads.abort(ADA, entry.id)
    (file,) = world.entries.get(ADA, entry.id).representations.values()
    assert list(world.media.objects) == [file.media_key]


def test_what_arrives_after_it_was_given_up_goes(world: World) -> None:
    entry = announce(world)
    assert entry.upload is not None
    world.uploads.send(entry.upload, b"png")
    world.entry_uploads.abort(ADA, entry.id)
    assert world.media.objects == {}
    arrive(world, entry)
    assert world.media.objects == {}


def test_a_file_that_was_deleted_and_is_sent_again_goes(world: World) -> None:
    entry = announce(world)
    arrive(world, entry)
    (file,) = world.entries.get(ADA, entry.id).representations.values()
    world.entries.remove_representation(ADA, entry.id, file.id)
    arrive(world, entry)
    assert world.media.objects == {}
