"""The promises of `AnnotationStore`."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.entries import Annotation, AnnotationSearch
from chalicelib.domain.ids import new_id
from chalicelib.errors import MalformedRequest, NotFound, StaleWrite
from chalicelib.services.ports import AnnotationStore
from tests.contract.samples import ACCOUNT, ODD_TEXTS, OTHER_ACCOUNT, make_annotation, make_entry
from tests.fakes import START


@pytest.mark.parametrize("source", [None, "", "a tool"])
def test_a_created_annotation_is_read_back(annotations: AnnotationStore, source: str | None) -> None:
    annotation = replace(make_annotation(make_entry()), source=source)
    annotations.create(annotation)
    assert annotations.get(ACCOUNT, annotation.entry_id, annotation.id) == annotation


@pytest.mark.parametrize("text", [*ODD_TEXTS, "two\nlines\r\n", " ", "NaN", "null"])
def test_keys_and_values_are_kept_exactly(annotations: AnnotationStore, text: str) -> None:
    annotation = make_annotation(make_entry(), key=text, value=text)
    annotations.create(annotation)
    kept = annotations.get(ACCOUNT, annotation.entry_id, annotation.id)
    assert (kept.key, kept.value) == (text, text)


def test_get_of_what_is_not_there(annotations: AnnotationStore) -> None:
    annotation = make_annotation(make_entry())
    annotations.create(annotation)
    for account_id, entry_id, annotation_id in (
        (ACCOUNT, annotation.entry_id, new_id(START)),
        (ACCOUNT, new_id(START), annotation.id),
        (OTHER_ACCOUNT, annotation.entry_id, annotation.id),
    ):
        with pytest.raises(NotFound):
            annotations.get(account_id, entry_id, annotation_id)


def test_all_of_an_entrys_annotations_oldest_first(annotations: AnnotationStore) -> None:
    entry = make_entry()
    made = [make_annotation(entry, age_s, value=f"{age_s}") for age_s in (5, 300, 0, 0.001)]
    for annotation in made:
        annotations.create(annotation)
    annotations.create(make_annotation(make_entry()))
    annotations.create(replace(made[0], account_id=OTHER_ACCOUNT))
    assert _listed(annotations, ACCOUNT, entry.id) == (made[1], made[0], made[3], made[2])


def test_one_key_may_be_noted_twice(annotations: AnnotationStore) -> None:
    entry = make_entry()
    for age_s in (2, 1):
        annotations.create(make_annotation(entry, age_s))
    assert len(_listed(annotations, ACCOUNT, entry.id)) == 2


def test_an_entry_without_annotations(annotations: AnnotationStore) -> None:
    assert _listed(annotations, ACCOUNT, new_id(START)) == ()


def test_another_accounts_annotations_are_not_there(annotations: AnnotationStore) -> None:
    annotation = make_annotation(make_entry())
    annotations.create(annotation)
    assert _listed(annotations, OTHER_ACCOUNT, annotation.entry_id) == ()


@pytest.mark.parametrize("source", [None, "a tool"])
def test_an_annotation_is_replaced_by_who_read_it_last(annotations: AnnotationStore, source: str | None) -> None:
    annotation = replace(make_annotation(make_entry()), source=source)
    annotations.create(annotation)
    changed = replace(annotation, key="other", value="new", source="hand", updated=START + timedelta(seconds=9))
    annotations.replace(annotation, changed)
    assert _listed(annotations, ACCOUNT, annotation.entry_id) == (changed,)
    for previous in (annotation, replace(changed, source=None), replace(changed, source="x")):
        with pytest.raises(StaleWrite):
            annotations.replace(previous, annotation)
    bare = replace(changed, source=None)
    annotations.replace(changed, bare)
    assert annotations.get(ACCOUNT, annotation.entry_id, annotation.id) == bare


def test_a_deleted_annotation_is_gone(annotations: AnnotationStore) -> None:
    entry = make_entry()
    annotation, other = make_annotation(entry, 2), make_annotation(entry, 1)
    for each in (annotation, other):
        annotations.create(each)
    annotations.delete(annotation)
    assert _listed(annotations, ACCOUNT, entry.id) == (other,)
    for stray in (annotation, replace(other, account_id=OTHER_ACCOUNT)):
        with pytest.raises(NotFound):
            annotations.delete(stray)
        with pytest.raises(NotFound):
            annotations.replace(stray, stray)
    assert _found(annotations) == [entry.id]


def test_all_annotations_of_an_entry_are_deleted(annotations: AnnotationStore) -> None:
    entry, neighbour = make_entry(), make_entry()
    for age_s in range(60):
        annotations.create(make_annotation(entry, age_s))
    kept = make_annotation(neighbour)
    annotations.create(kept)
    theirs = replace(make_annotation(entry), account_id=OTHER_ACCOUNT)
    annotations.create(theirs)
    for _ in range(2):
        annotations.delete_all(ACCOUNT, entry.id)
    assert _listed(annotations, ACCOUNT, entry.id) == ()
    assert _listed(annotations, ACCOUNT, neighbour.id) == (kept,)
    assert _listed(annotations, OTHER_ACCOUNT, entry.id) == (theirs,)
    assert _found(annotations) == [neighbour.id]


def _listed(
    annotations: AnnotationStore, account_id: str, entry_id: str, page_size: int = 1000
) -> tuple[Annotation, ...]:
    """The annotations of all pages."""
    found: tuple[Annotation, ...] = ()
    cursor: str | None = None
    while True:
        page = annotations.list(account_id, entry_id, limit=page_size, cursor=cursor)
        assert len(page.items) <= page_size
        found += page.items
        cursor = page.cursor
        if cursor is None:
            return found


@pytest.mark.parametrize("page_size", [1, 2, 6, 7, 1000])
def test_a_list_in_pages_has_each_annotation_once(annotations: AnnotationStore, page_size: int) -> None:
    entry, neighbour = make_entry(), make_entry()
    made = [make_annotation(entry, 9 - number) for number in range(7)]
    for each in (*made, make_annotation(neighbour)):
        annotations.create(each)
    assert _listed(annotations, ACCOUNT, entry.id, page_size) == tuple(made)


@pytest.mark.parametrize("cursor", ["", "garbage", "0" * 42, "A" * 5000, "\0"])
def test_a_list_refuses_a_cursor_that_the_store_did_not_make(annotations: AnnotationStore, cursor: str) -> None:
    with pytest.raises(MalformedRequest):
        annotations.list(ACCOUNT, new_id(START), limit=1, cursor=cursor)


def test_a_list_refuses_the_cursor_of_another_entry_or_account(annotations: AnnotationStore) -> None:
    entry = make_entry()
    for age_s in range(2):
        annotations.create(make_annotation(entry, age_s))
    cursor = annotations.list(ACCOUNT, entry.id, limit=1, cursor=None).cursor
    assert cursor is not None
    for account_id, entry_id in ((ACCOUNT, make_entry().id), (OTHER_ACCOUNT, entry.id)):
        with pytest.raises(MalformedRequest):
            annotations.list(account_id, entry_id, limit=1, cursor=cursor)


def _found(
    annotations: AnnotationStore,
    *,
    account_id: str = ACCOUNT,
    key: str = "scene",
    value: str | None = None,
    source: str | None = None,
    page_size: int = 1000,
) -> list[str]:
    """The ids of all pages."""
    ids: list[str] = []
    cursor: str | None = None
    while True:
        page = annotations.search(account_id, AnnotationSearch(key, value, source), limit=page_size, cursor=cursor)
        assert len(page.items) <= page_size
        ids += page.items
        cursor = page.cursor
        if cursor is None:
            return ids


def _entry_ids(number: int) -> list[str]:
    """Newest first."""
    return [new_id(START - timedelta(seconds=age_s)) for age_s in range(number)]


@pytest.mark.parametrize("page_size", [1, 2, 3, 1000])
def test_entries_are_found_by_annotation_each_once_and_newest_first(
    annotations: AnnotationStore, page_size: int
) -> None:
    ids = _entry_ids(5)
    for number in (3, 0, 4, 1, 2):
        entry = replace(make_entry(), id=ids[number])
        value, noted_by = ("even", "hand") if number % 2 == 0 else ("odd", None)
        for age_s in range(3):
            annotations.create(replace(make_annotation(entry, age_s, value=value), source=noted_by))
        annotations.create(make_annotation(entry, key="weather", value="even"))
    annotations.create(replace(make_annotation(make_entry()), account_id=OTHER_ACCOUNT))
    searches: list[tuple[str | None, str | None, list[str]]] = [
        (None, None, ids),
        ("even", None, ids[::2]),
        ("odd", None, ids[1::2]),
        (None, "hand", ids[::2]),
        ("odd", "hand", []),
        ("Even", None, []),
    ]
    for wanted_value, source, wanted in searches:
        assert _found(annotations, value=wanted_value, source=source, page_size=page_size) == wanted
    assert _found(annotations, key="scen") == []


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_odd_texts_are_found_exactly(annotations: AnnotationStore, text: str) -> None:
    annotation = make_annotation(make_entry(), key=text, value=text)
    annotations.create(annotation)
    assert _found(annotations, key=text, value=text) == [annotation.entry_id]
    assert _found(annotations, key=text + "x", value=text) == []
    assert _found(annotations, key=text, value=text + "x") == []


def test_a_changed_annotation_is_found_by_its_new_texts_only(annotations: AnnotationStore) -> None:
    annotation = make_annotation(make_entry(), value="before")
    annotations.create(annotation)
    annotations.replace(annotation, replace(annotation, value="after"))
    assert _found(annotations, value="before") == []
    assert _found(annotations, value="after") == [annotation.entry_id]


@pytest.mark.parametrize("cursor", ["", "garbage", "0" * 68, "A" * 5000, "\0", f"{OTHER_ACCOUNT}/{'0' * 26}"])
def test_a_cursor_that_the_store_did_not_make_is_refused(annotations: AnnotationStore, cursor: str) -> None:
    with pytest.raises(MalformedRequest):
        annotations.search(ACCOUNT, AnnotationSearch("scene"), limit=1, cursor=cursor)


def test_another_accounts_cursor_is_refused(annotations: AnnotationStore) -> None:
    for entry_id in _entry_ids(2):
        annotations.create(replace(make_annotation(make_entry()), entry_id=entry_id, account_id=OTHER_ACCOUNT))
    theirs = annotations.search(OTHER_ACCOUNT, AnnotationSearch("scene"), limit=1, cursor=None).cursor
    assert theirs is not None
    with pytest.raises(MalformedRequest):
        annotations.search(ACCOUNT, AnnotationSearch("scene"), limit=1, cursor=theirs)
