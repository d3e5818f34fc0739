import pytest

from chalicelib.errors import Invalid, NotFound
from tests.services.conftest import ADA, EVE, World, an_upload


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
    assert world.annotations.list(ADA, entry.id) == (made,)
    assert world.annotations.get(ADA, entry.id, made.id) == made
    with pytest.raises(NotFound):
        world.annotations.list(EVE, entry.id)
    with pytest.raises(NotFound):
        world.annotations.create(EVE, entry.id, key="k", value="v", source=None)
    for key, value in ((None, "v"), ("k", ""), ("x" * 256, "v"), ("k", "\0")):
        with pytest.raises(Invalid):
            world.annotations.create(ADA, entry.id, key=key, value=value, source=None)
