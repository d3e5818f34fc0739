"""The promises of `AnnotationStore`."""

from dataclasses import replace

import pytest

from chalicelib.domain.ids import new_id
from chalicelib.errors import NotFound
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
    assert annotations.list(ACCOUNT, entry.id) == (made[1], made[0], made[3], made[2])


def test_one_key_may_be_noted_twice(annotations: AnnotationStore) -> None:
    entry = make_entry()
    for age_s in (2, 1):
        annotations.create(make_annotation(entry, age_s))
    assert len(annotations.list(ACCOUNT, entry.id)) == 2


def test_an_entry_without_annotations(annotations: AnnotationStore) -> None:
    assert annotations.list(ACCOUNT, new_id(START)) == ()


def test_another_accounts_annotations_are_not_there(annotations: AnnotationStore) -> None:
    annotation = make_annotation(make_entry())
    annotations.create(annotation)
    assert annotations.list(OTHER_ACCOUNT, annotation.entry_id) == ()
