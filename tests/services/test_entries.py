from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO

import pytest

from chalicelib.domain.entries import AnnotationSearch
from chalicelib.errors import Invalid, NotFound
from chalicelib.services.ports import StoredMedia
from tests.fakes import FakeMedia
from tests.services.conftest import ADA, EVE, World, an_upload


@dataclass
class InterruptedMedia(FakeMedia):
    """Media that tell a listener, once, when bytes have been stored and nothing names them yet."""

    then: Callable[[], object] | None = field(default=None)

    def __post_init__(self) -> None:
        super().__init__()

    def save(self, key: str, body: BinaryIO, content_type: str) -> StoredMedia:
        stored = super().save(key, body, content_type)
        then, self.then = self.then, None
        if then is not None:
            then()
        return stored


def test_an_entry_holds_its_medium(world: World) -> None:
    entry = world.entries.create(ADA, an_upload('say "hi".webm', b"bytes", "application/octet-stream"))
    (representation,) = entry.representations.values()
    assert representation.content_type == "video/webm"
    assert representation.size_bytes == len(b"bytes")
    url = world.entries.media_url(ADA, entry.id, representation.id)
    assert representation.id in url


def test_a_client_s_own_content_type_counts(world: World) -> None:
    entry = world.entries.create(ADA, an_upload("clip.mp4", content_type="video/x-special"))
    assert [each.content_type for each in entry.representations.values()] == ["video/x-special"]


def test_a_file_name_is_there_once(world: World) -> None:
    entry = world.entries.create(ADA, an_upload("clip.mp4"))
    world.entries.add_representation(ADA, entry.id, an_upload("notes.txt"))
    with pytest.raises(Invalid, match=r"already has a file called clip\.mp4"):
        world.entries.add_representation(ADA, entry.id, an_upload("clip.mp4", b"other"))
    assert len(world.entries.get(ADA, entry.id).representations) == 2


def _bodies(world: World) -> list[bytes]:
    return [found.body for found in world.media.objects.values()]


def test_of_two_files_sent_under_one_name_the_loser_leaves_the_winners_bytes_alone() -> None:
    media = InterruptedMedia()
    world = World(media=media)
    entry = world.entries.create(ADA, an_upload("clip.mp4"))
    media.then = lambda: world.entries.add_representation(ADA, entry.id, an_upload("a.txt", b"winner"))
    with pytest.raises(Invalid):
        world.entries.add_representation(ADA, entry.id, an_upload("a.txt", b"loser"))
    assert _bodies(world) == [b"media", b"winner"]


def test_a_replaced_file_keeps_its_url_and_name_and_loses_its_old_bytes(world: World) -> None:
    entry = world.entries.create(ADA, an_upload("clip.mp4"))
    (file,) = entry.representations.values()
    world.clock.advance(5)
    changed = world.entries.replace_representation(ADA, entry.id, file.id, an_upload("other.webm", b"new bytes"))
    assert world.entries.get_representation(ADA, entry.id, file.id) == changed
    assert (changed.id, changed.file_name, changed.published) == (file.id, "clip.mp4", file.published)
    assert (changed.size_bytes, changed.updated) == (9, world.clock())
    assert _bodies(world) == [b"new bytes"]
    with pytest.raises(Invalid, match="empty"):
        world.entries.replace_representation(ADA, entry.id, file.id, an_upload(body=b""))
    with pytest.raises(NotFound):
        world.entries.replace_representation(EVE, entry.id, file.id, an_upload())
    with pytest.raises(NotFound):
        world.entries.replace_representation(ADA, entry.id, "0" * 26, an_upload())
    assert _bodies(world) == [b"new bytes"]


def test_of_two_replacements_at_once_the_later_write_wins_and_one_object_is_left() -> None:
    media = InterruptedMedia()
    world = World(media=media)
    entry = world.entries.create(ADA, an_upload())
    (file,) = entry.representations.values()
    media.then = lambda: world.entries.replace_representation(ADA, entry.id, file.id, an_upload(body=b"first"))
    world.entries.replace_representation(ADA, entry.id, file.id, an_upload(body=b"second"))
    kept = world.entries.get_representation(ADA, entry.id, file.id)
    assert _bodies(world) == [b"second"]
    assert list(world.media.objects) == [kept.media_key]


def test_a_file_deleted_while_it_is_replaced_stays_deleted() -> None:
    media = InterruptedMedia()
    world = World(media=media)
    entry = world.entries.create(ADA, an_upload())
    (file,) = entry.representations.values()
    media.then = lambda: world.entries.remove_representation(ADA, entry.id, file.id)
    with pytest.raises(NotFound):
        world.entries.replace_representation(ADA, entry.id, file.id, an_upload(body=b"late"))
    assert _bodies(world) == []
    assert world.entries.get(ADA, entry.id).representations == {}


def test_a_removal_that_died_half_way_is_repeated(world: World) -> None:
    entry = world.entries.create(ADA, an_upload())
    (file,) = entry.representations.values()
    world.media.delete(file.media_key)  # as far as it got
    world.entries.remove_representation(ADA, entry.id, file.id)
    with pytest.raises(NotFound):
        world.entries.remove_representation(ADA, entry.id, file.id)
    with pytest.raises(NotFound):
        world.entries.remove_representation(EVE, entry.id, file.id)


def test_other_accounts_find_nothing(world: World) -> None:
    entry = world.entries.create(ADA, an_upload())
    (representation,) = entry.representations.values()
    with pytest.raises(NotFound):
        world.entries.get(EVE, entry.id)
    with pytest.raises(NotFound):
        world.entries.add_representation(EVE, entry.id, an_upload("x.txt"))
    with pytest.raises(NotFound):
        world.entries.media_url(EVE, entry.id, representation.id)
    with pytest.raises(NotFound):
        world.entries.media_url(ADA, entry.id, "0" * 26)


def test_annotations_are_kept_exactly_and_by_account(world: World) -> None:
    entry = world.entries.create(ADA, an_upload())
    made = world.annotations.create(ADA, entry.id, key="x" * 255, value="<b>😀</b>", source=None)
    assert world.notes(ADA, entry.id) == (made,)
    assert world.annotations.get(ADA, entry.id, made.id) == made
    with pytest.raises(NotFound):
        world.notes(EVE, entry.id)
    with pytest.raises(NotFound):
        world.annotations.create(EVE, entry.id, key="k", value="v", source=None)
    for key, value in ((None, "v"), ("k", ""), ("x" * 256, "v"), ("k", "\0")):
        with pytest.raises(Invalid):
            world.annotations.create(ADA, entry.id, key=key, value=value, source=None)


def test_given_fields_of_an_annotation_are_changed(world: World) -> None:
    entry = world.entries.create(ADA, an_upload())
    made = world.annotations.create(ADA, entry.id, key="k", value="v", source="hand")
    world.clock.advance(3)
    changed = world.annotations.update(ADA, entry.id, made.id, {"value": "w"})
    assert (changed.key, changed.value, changed.source) == ("k", "w", "hand")
    assert (changed.published, changed.updated) == (made.published, world.clock())
    assert world.annotations.get(ADA, entry.id, made.id) == changed
    assert world.annotations.update(ADA, entry.id, made.id, {"source": ""}).source is None
    assert world.annotations.update(ADA, entry.id, made.id, {}).value == "w"
    for texts in ({"key": None}, {"value": ""}, {"key": "x" * 256}, {"source": "x" * 256}, {"value": "\0"}):
        with pytest.raises(Invalid):
            world.annotations.update(ADA, entry.id, made.id, texts)
    for caller, annotation_id in ((EVE, made.id), (ADA, "0" * 26)):
        with pytest.raises(NotFound):
            world.annotations.update(caller, entry.id, annotation_id, {"value": "x"})
        with pytest.raises(NotFound):
            world.annotations.delete(caller, entry.id, annotation_id)
    world.annotations.delete(ADA, entry.id, made.id)
    assert world.notes(ADA, entry.id) == ()


def test_a_search_gives_the_accounts_own_entries_that_are_still_there(world: World) -> None:
    found, gone = (world.entries.create(ADA, an_upload()) for _ in range(2))
    theirs = world.entries.create(EVE, an_upload())
    for caller, entry in ((ADA, found), (ADA, gone), (EVE, theirs)):
        world.annotations.create(caller, entry.id, key="k", value="v", source=None)
    world.entry_rows.begin_deletion(ADA.account_id, gone.id, world.clock())
    page = world.annotations.search(ADA, AnnotationSearch("k"), limit=10)
    assert [entry.id for entry in page.items] == [found.id]
    with pytest.raises(Invalid, match="key"):
        world.annotations.search(ADA, AnnotationSearch("", "v"), limit=10)


def test_the_data_split_of_an_entry_is_changed(world: World) -> None:
    entry = world.entries.create(ADA, an_upload(), data_split="train")
    assert world.entries.set_labels(ADA, entry.id, {"data_split": "test"}).data_split == "test"
    assert world.entries.set_labels(ADA, entry.id, {"data_split": None}).data_split is None
    with pytest.raises(NotFound):
        world.entries.set_labels(EVE, entry.id, {"data_split": "test"})
