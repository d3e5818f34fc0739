"""The promises of `DropStore`."""

import pytest

from chalicelib.domain.intake.drops import OWNER
from chalicelib.errors import NotFound
from tests.contract.drop_cases import DropCase

KEY = "drop/account/Gr\u00fc\u00dfe aus K\u00f6ln/a b+c%20\u7b11.mp4"


def test_each_version_of_an_object_is_there(drops: DropCase) -> None:
    first = drops.put(KEY, b"first", {"scene": "indoors"}, {"take": "1", "who + where": "a+b c"})
    second = drops.put(KEY, b"second one", {}, {})
    old, new, latest = (drops.store.look(KEY, version_id) for version_id in (first, second, None))
    assert old is not None
    assert new is not None
    assert latest == new
    assert (old.key, old.version_id, old.size_bytes, old.content_type) == (KEY, first, 5, "video/mp4")
    assert (old.metadata, old.tags) == ({"scene": "indoors"}, {"take": "1", "who + where": "a+b c"})
    assert (new.version_id, new.size_bytes, new.metadata, new.tags) == (second, 10, {}, {})
    assert old.etag != new.etag
    drops.store.take(old, "accounts/a/old", "video/webm")
    drops.store.take(new, "accounts/a/new", "video/webm")
    assert drops.read("accounts/a/old") == (b"first", "video/webm")
    assert drops.read("accounts/a/new") == (b"second one", "video/webm")


def test_what_is_gone_is_not_there(drops: DropCase) -> None:
    version_id = drops.put(KEY, b"first", {}, {})
    assert drops.store.look("drop/account/another.mp4", None) is None
    assert drops.store.look(KEY, "no such version") is None
    dropped = drops.store.look(KEY, version_id)
    assert dropped is not None
    drops.remove(KEY)
    assert drops.store.look(KEY, None) is None


def test_results_are_copies_under_their_own_content_type(drops: DropCase) -> None:
    dropped = drops.store.look(KEY, drops.put(KEY, b"bytes", {"a": "b"}, {"c": "d"}))
    assert dropped is not None
    drops.store.take(dropped, "accounts/a/file", "video/mp4")
    for _ in range(2):
        drops.store.publish("accounts/a/file", "results/x y+z.json", "application/json", owner_id="entry")
    assert drops.read("results/x y+z.json") == (b"bytes", "application/json")
    with pytest.raises(NotFound):
        drops.store.publish("accounts/a/nothing", "results/n", "application/json", owner_id="entry")


def test_a_sentence_is_left_and_taken_away(drops: DropCase) -> None:
    key = f"results/{KEY}.error.txt"
    drops.store.unsay(key)
    drops.store.say(key, "Gr\u00fc\u00dfe.", owner_id="entry")
    assert drops.read(key) == ("Gr\u00fc\u00dfe.\n".encode(), "text/plain; charset=utf-8")
    drops.store.unsay(key)
    assert drops.read(key) is None


def test_versions_that_belong_to_one_go_for_good_and_others_stay(drops: DropCase) -> None:
    place, beside = "results/account/a b+c.json", "results/account/a b+c.json.more"
    for owner_id, key in (("one", place), ("two", place), ("one", place), ("one", beside)):
        drops.store.say(key, f"Of {owner_id}.", owner_id=owner_id)

    def delete(owner_id: str) -> None:
        drops.store.delete_versions(place, lambda found: found.metadata.get(OWNER) == owner_id)

    for _ in range(2):
        delete("one")
        assert drops.read(place) == (b"Of two.\n", "text/plain; charset=utf-8")
    assert drops.read(beside) is not None
    drops.store.say(place, "Of one.", owner_id="one")
    drops.store.unsay(place)
    delete("two")
    assert drops.versions(place) == 1  # what was taken away can be brought back, and is someone's
    delete("one")
    assert drops.versions(place) == 0
    delete("one")


def test_one_version_of_a_dropped_object_goes_and_the_others_stay(drops: DropCase) -> None:
    first, second = (drops.put(KEY, body, {}, {"take": "1"}) for body in (b"first", b"second"))
    drops.store.delete_versions(KEY, lambda found: found.version_id == second)
    assert drops.store.look(KEY, second) is None
    assert drops.store.look(KEY, None) == drops.store.look(KEY, first)
    assert drops.versions(KEY) == 1
