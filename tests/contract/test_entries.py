"""The promises of `EntryStore`."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import chain

import pytest

from chalicelib.domain.entries import MAX_REPRESENTATIONS, Entry
from chalicelib.domain.faces.corrections import Action, Correction
from chalicelib.domain.faces.face_state import FaceState
from chalicelib.domain.ids import new_id
from chalicelib.errors import Invalid, MalformedRequest, NotFound, StaleWrite
from chalicelib.services.ports import EntryStore
from tests.contract.audit_cases import AuditedStores
from tests.contract.samples import (
    ACCOUNT,
    ODD_TEXTS,
    OTHER_ACCOUNT,
    make_audit_record,
    make_entry,
    make_representation,
    make_upload,
)
from tests.fakes import START

ONE_OF_EACH = (
    Correction(Action.NAME, 0, name="Änna \U0001f600"),
    Correction(Action.NAME, 1),
    Correction(Action.MERGE, 3, into=0),
    Correction(Action.SPLIT, 0, at_s=12.345678901234567, new_face_id=4),
    Correction(Action.IGNORE, 2),
)


def test_a_created_entry_is_read_back(entries: EntryStore) -> None:
    entry = make_entry()
    entries.create(entry)
    assert entries.get(ACCOUNT, entry.id) == entry


def test_every_field_is_kept(entries: EntryStore) -> None:
    bare = make_entry()
    files = [make_representation(bare, name) for name in ("a.json", "a.csv")]
    entry = replace(
        bare,
        source="camera 3",
        data_split="test",
        job_id=new_id(START),
        media_seconds=12.345678901234567,
        updated=START + timedelta(hours=1),
        representations={file.id: file for file in files},
        faces=FaceState(ONE_OF_EACH, number=3, written=2, tidied=1, version=7, attempts=2, error="No."),
        measured_files={file.id: file for file in files[:1]},
    )
    entries.create(entry)
    assert entries.get(ACCOUNT, entry.id) == entry


def test_create_leaves_an_entry_that_exists_as_it_is(entries: EntryStore) -> None:
    entry = make_entry()
    entries.create(entry)
    file = make_representation(entry)
    entries.add_representation(file)
    entries.create(replace(entry, source="a second run"))
    assert entries.get(ACCOUNT, entry.id) == replace(entry, representations={file.id: file})


def test_get_of_an_unknown_entry(entries: EntryStore) -> None:
    with pytest.raises(NotFound):
        entries.get(ACCOUNT, new_id(START))


def test_another_accounts_entry_is_not_there(entries: EntryStore) -> None:
    entry = make_entry()
    entries.create(entry)
    with pytest.raises(NotFound):
        entries.get(OTHER_ACCOUNT, entry.id)
    assert entries.get_many(OTHER_ACCOUNT, [entry.id]) == {}
    with pytest.raises(NotFound):
        entries.set_media_seconds(OTHER_ACCOUNT, entry.id, 1.0)
    stray = replace(make_representation(entry), account_id=OTHER_ACCOUNT)
    with pytest.raises(NotFound):
        entries.add_representation(stray)
    with pytest.raises(NotFound):
        entries.set_representation(stray)
    assert entries.get(ACCOUNT, entry.id) == entry


def test_one_id_in_two_accounts_is_two_entries(entries: EntryStore) -> None:
    entry = make_entry()
    theirs = replace(entry, account_id=OTHER_ACCOUNT, source="theirs")
    entries.create(entry)
    entries.create(theirs)
    assert (entries.get(ACCOUNT, entry.id), entries.get(OTHER_ACCOUNT, entry.id)) == (entry, theirs)


def test_get_many_gives_those_that_exist(entries: EntryStore) -> None:
    made = [make_entry() for _ in range(3)]
    for entry in made:
        entries.create(entry)
    wanted = [made[2].id, new_id(START), made[0].id, made[2].id]
    assert entries.get_many(ACCOUNT, wanted) == {made[0].id: made[0], made[2].id: made[2]}


def test_get_many_of_nothing(entries: EntryStore) -> None:
    assert entries.get_many(ACCOUNT, []) == {}


def test_get_many_of_more_than_one_request_takes(entries: EntryStore) -> None:
    made = {entry.id: entry for entry in (make_entry() for _ in range(205))}
    for entry in made.values():
        entries.create(entry)
    assert entries.get_many(ACCOUNT, list(made)) == made


@pytest.mark.parametrize("file_name", ODD_TEXTS)
def test_file_names_are_kept_exactly(entries: EntryStore, file_name: str) -> None:
    entry = make_entry()
    entries.create(entry)
    file = make_representation(entry, file_name)
    entries.add_representation(file)
    assert entries.get(ACCOUNT, entry.id).representations == {file.id: file}
    assert entries.get_many(ACCOUNT, [entry.id])[entry.id].representations[file.id].file_name == file_name


def test_add_representation_refuses_a_name_that_is_taken(entries: EntryStore) -> None:
    entry = make_entry()
    entries.create(entry)
    file = make_representation(entry)
    entries.add_representation(file)
    with pytest.raises(Invalid, match="name"):
        entries.add_representation(replace(file, size_bytes=99, media_key="other bytes"))
    assert entries.get(ACCOUNT, entry.id).representations == {file.id: file}


def test_add_representation_refuses_a_full_entry(entries: EntryStore) -> None:
    bare = make_entry()
    files = [make_representation(bare, f"{number}.csv") for number in range(MAX_REPRESENTATIONS - 1)]
    entries.create(replace(bare, representations={file.id: file for file in files}))
    entries.add_representation(make_representation(bare, "last.csv"))
    with pytest.raises(Invalid, match=str(MAX_REPRESENTATIONS)):
        entries.add_representation(make_representation(bare, "too-many.csv"))
    assert len(entries.get(ACCOUNT, bare.id).representations) == MAX_REPRESENTATIONS


def test_a_full_entry_still_names_the_name_that_is_taken(entries: EntryStore) -> None:
    bare = make_entry()
    files = [make_representation(bare, f"{number}.csv") for number in range(MAX_REPRESENTATIONS)]
    entries.create(replace(bare, representations={file.id: file for file in files}))
    with pytest.raises(Invalid, match="name"):
        entries.add_representation(replace(files[0], media_key="other bytes"))


def test_representations_need_their_entry(entries: EntryStore) -> None:
    entry = make_entry()
    with pytest.raises(NotFound):
        entries.add_representation(make_representation(entry))
    with pytest.raises(NotFound):
        entries.set_representation(make_representation(entry))
    with pytest.raises(NotFound):
        entries.get(ACCOUNT, entry.id)


def test_set_representation_adds_and_replaces(entries: EntryStore) -> None:
    entry = make_entry()
    entries.create(entry)
    other, file = make_representation(entry, "other.csv"), make_representation(entry)
    entries.add_representation(other)
    entries.set_representation(file)
    changed = replace(file, size_bytes=2**40, sha256="ff" * 32, content_type="text/csv")
    entries.set_representation(changed)
    kept = entries.get(ACCOUNT, entry.id)
    assert kept == replace(entry, representations={other.id: other, file.id: changed})


@pytest.mark.parametrize("media_seconds", [0.0, 0.04, 1 / 3, 14400.123456789, 12])
def test_media_seconds_are_noted(entries: EntryStore, media_seconds: float) -> None:
    entry = make_entry()
    entries.create(entry)
    entries.set_media_seconds(ACCOUNT, entry.id, media_seconds)
    assert entries.get(ACCOUNT, entry.id) == replace(entry, media_seconds=media_seconds)


def test_media_seconds_are_taken_back(entries: EntryStore) -> None:
    entry = replace(make_entry(), media_seconds=3.5)
    entries.create(entry)
    entries.set_media_seconds(ACCOUNT, entry.id, None)
    assert entries.get(ACCOUNT, entry.id).media_seconds is None


@pytest.mark.parametrize("media_seconds", [2.5, None])
def test_media_seconds_need_their_entry(entries: EntryStore, media_seconds: float | None) -> None:
    entry_id = new_id(START)
    with pytest.raises(NotFound):
        entries.set_media_seconds(ACCOUNT, entry_id, media_seconds)
    assert entries.get_many(ACCOUNT, [entry_id]) == {}


def test_what_was_read_is_a_copy(entries: EntryStore) -> None:
    entry = make_entry()
    entries.create(entry)
    before = entries.get(ACCOUNT, entry.id)
    entries.add_representation(make_representation(entry))
    assert before.representations == {}


def test_a_file_that_is_added_again_with_the_same_bytes_is_no_error(entries: EntryStore) -> None:
    entry = make_entry()
    entries.create(entry)
    file = make_representation(entry)
    for _ in range(2):  # boto3 sends a write again whose answer was lost
        entries.add_representation(file)
    assert entries.get(ACCOUNT, entry.id).representations == {file.id: file}


def test_a_file_is_replaced_by_who_read_it_last(entries: EntryStore) -> None:
    entry = make_entry()
    entries.create(entry)
    file = make_representation(entry)
    entries.add_representation(file)
    later = START + timedelta(seconds=9)
    first = replace(file, media_key="one", size_bytes=1, updated=later)
    entries.replace_representation(file, first)
    assert entries.get(ACCOUNT, entry.id) == replace(entry, representations={file.id: first}, updated=later)
    entries.replace_representation(file, first)  # sent again, because the answer was lost
    with pytest.raises(StaleWrite):
        entries.replace_representation(file, replace(file, media_key="two"))
    with pytest.raises(StaleWrite):
        entries.remove_representation(file, later)
    assert entries.get(ACCOUNT, entry.id).representations == {file.id: first}


def test_a_file_is_removed(entries: EntryStore) -> None:
    entry = make_entry()
    entries.create(entry)
    files = [make_representation(entry, name) for name in ("a.csv", "b.csv")]
    for file in files:
        entries.add_representation(file)
    later = START + timedelta(seconds=9)
    entries.remove_representation(files[0], later)
    left = replace(entry, representations={files[1].id: files[1]}, updated=later)
    assert entries.get(ACCOUNT, entry.id) == left
    for gone in (files[0], make_representation(make_entry())):
        with pytest.raises(NotFound):
            entries.remove_representation(gone, later)
        with pytest.raises(NotFound):
            entries.replace_representation(gone, gone)
    entries.add_representation(files[0])
    assert len(entries.get(ACCOUNT, entry.id).representations) == 2


def _waiting() -> Entry:
    return replace(make_entry(), upload=make_upload())


def test_the_file_that_an_entry_waits_for_comes_once(entries: EntryStore) -> None:
    entry = _waiting()
    entries.create(entry)
    assert entries.get(ACCOUNT, entry.id) == entry
    file = replace(make_representation(entry), sha256=None, updated=START + timedelta(seconds=9))
    entries.receive_upload(file)
    received = replace(entry, upload=None, representations={file.id: file}, updated=file.updated)
    assert entries.get(ACCOUNT, entry.id) == received
    with pytest.raises(NotFound):
        entries.receive_upload(file)


def test_only_an_entry_that_waits_receives(entries: EntryStore) -> None:
    with pytest.raises(NotFound):
        entries.receive_upload(make_representation(make_entry()))
    entry = make_entry()
    entries.create(entry)
    with pytest.raises(NotFound):
        entries.receive_upload(make_representation(entry))


def test_only_an_entry_that_waits_is_removed_as_waiting(entries: EntryStore) -> None:
    waiting, kept = _waiting(), make_entry()
    for entry in (waiting, kept):
        entries.create(entry)
    assert [entries.delete_waiting(ACCOUNT, entry.id) for entry in (waiting, waiting, kept)] == [True, True, False]
    assert entries.get_many(ACCOUNT, [waiting.id, kept.id]) == {kept.id: kept}


def test_a_digest_is_noted_for_the_bytes_it_is_of(entries: EntryStore) -> None:
    entry = make_entry()
    file = replace(make_representation(entry), sha256=None)
    entries.create(replace(entry, representations={file.id: file}))
    replaced = replace(file, media_key="elsewhere")
    entries.set_sha256(replaced, "11" * 32)
    assert entries.get(ACCOUNT, entry.id).representations[file.id] == file
    entries.set_sha256(file, "22" * 32)
    assert entries.get(ACCOUNT, entry.id).representations[file.id] == replace(file, sha256="22" * 32)
    with pytest.raises(NotFound):
        entries.set_sha256(make_representation(entry, "other.mp4"), "33" * 32)


def test_labels_are_changed_and_taken_away(entries: EntryStore) -> None:
    entry = replace(make_entry(), source="camera 3")
    entries.create(entry)
    later = START + timedelta(seconds=9)
    for data_split in ("train", "test", None, None):
        entries.set_labels(ACCOUNT, entry.id, {"data_split": data_split}, later)
        assert entries.get(ACCOUNT, entry.id) == replace(entry, data_split=data_split, updated=later)
    entries.set_labels(ACCOUNT, entry.id, {"source": None, "data_split": "dev"}, later)
    assert entries.get(ACCOUNT, entry.id) == replace(entry, source=None, data_split="dev", updated=later)
    for account_id, entry_id in ((OTHER_ACCOUNT, entry.id), (ACCOUNT, new_id(START))):
        with pytest.raises(NotFound):
            entries.set_labels(account_id, entry_id, {"data_split": "train"}, START)


def _made(entries: EntryStore, count: int) -> list[Entry]:
    """Entries a second apart, newest first; every third has a source."""
    made = []
    for number in range(count):
        entry = replace(make_entry(), id=new_id(START + timedelta(seconds=number)), data_split="train")
        made.append(replace(entry, source="camera") if number % 3 == 0 else entry)
        entries.create(made[-1])
    return made[::-1]


def _pages(entries: EntryStore, limit: int, labels: dict[str, str]) -> list[list[Entry]]:
    pages, cursor = [], None
    while True:
        page = entries.list(ACCOUNT, limit=limit, cursor=cursor, labels=labels)
        pages.append(list(page.items))
        cursor = page.cursor
        if cursor is None:
            return pages


def test_entries_are_listed_newest_first_in_pages(entries: EntryStore) -> None:
    assert entries.list(ACCOUNT, limit=3, cursor=None, labels={}).items == ()
    made = _made(entries, 7)
    assert _pages(entries, 3, {}) == [made[:3], made[3:6], made[6:]]
    assert _pages(entries, 7, {}) == [made]
    assert list(chain(*_pages(entries, 2, {"source": "camera"}))) == made[::3]
    assert _pages(entries, 9, {"source": "camera", "data_split": "test"}) == [[]]
    assert entries.list(OTHER_ACCOUNT, limit=3, cursor=None, labels={}).items == ()


def test_a_list_of_entries_takes_only_its_own_cursors(entries: EntryStore) -> None:
    _made(entries, 3)
    cursor = entries.list(ACCOUNT, limit=1, cursor=None, labels={}).cursor
    assert cursor is not None
    with pytest.raises(MalformedRequest):
        entries.list(OTHER_ACCOUNT, limit=1, cursor=cursor, labels={})
    with pytest.raises(MalformedRequest):
        entries.list(ACCOUNT, limit=1, cursor="x", labels={})


def test_an_entry_whose_deletion_has_begun_is_not_listed(entries: EntryStore) -> None:
    made = _made(entries, 3)
    entries.begin_deletion(ACCOUNT, made[1].id, START)
    assert _pages(entries, 2, {}) == [[made[0], made[2]]]


def test_an_entry_whose_deletion_has_begun_is_not_there(entries: EntryStore) -> None:
    entry = make_entry()
    entries.create(entry)
    file = make_representation(entry)
    entries.add_representation(file)
    for _ in range(2):  # as often as a deletion is repeated
        begun = entries.begin_deletion(ACCOUNT, entry.id, START)
        assert begun == replace(entry, representations={file.id: file})
    assert entries.get_many(ACCOUNT, [entry.id]) == {}
    entries.create(entry)
    changes: list[Callable[[], object]] = [
        lambda: entries.get(ACCOUNT, entry.id),
        lambda: entries.add_representation(file),
        lambda: entries.add_representation(make_representation(entry, "late.csv")),
        lambda: entries.set_representation(file),
        lambda: entries.replace_representation(file, file),
        lambda: entries.remove_representation(file, START),
        lambda: entries.set_media_seconds(ACCOUNT, entry.id, 1.0),
        lambda: entries.set_media_seconds(ACCOUNT, entry.id, None),
        lambda: entries.receive_upload(file),
        lambda: entries.set_labels(ACCOUNT, entry.id, {"data_split": "train"}, START),
    ]
    for change in changes:
        with pytest.raises(NotFound):
            change()


def test_a_finished_deletion_leaves_one_line_of_the_audit_trail(audited: AuditedStores) -> None:
    entry, other = make_entry(), make_entry()
    for each in (entry, other):
        audited.entries.create(each)
    record = make_audit_record(entry)
    audited.entries.finish_deletion(record)  # none has begun
    assert audited.entries.get(ACCOUNT, entry.id) == entry
    assert list(audited.trail.newest_first(ACCOUNT)) == []
    audited.entries.begin_deletion(ACCOUNT, entry.id, START)
    audited.entries.finish_deletion(record)
    audited.entries.finish_deletion(replace(record, id=new_id(START)))  # another deletion at the same time
    assert list(audited.trail.newest_first(ACCOUNT)) == [record]
    assert list(audited.trail.newest_first(OTHER_ACCOUNT)) == []
    with pytest.raises(NotFound):
        audited.entries.begin_deletion(ACCOUNT, entry.id, START)
    with pytest.raises(NotFound):
        audited.entries.begin_deletion(OTHER_ACCOUNT, other.id, START)
    assert audited.entries.get(ACCOUNT, other.id) == other


def test_the_id_of_an_entry_that_is_gone_is_free(entries: EntryStore) -> None:
    entry = make_entry()
    entries.create(entry)
    entries.begin_deletion(ACCOUNT, entry.id, START)
    entries.finish_deletion(make_audit_record(entry))
    entries.create(entry)
    assert entries.get(ACCOUNT, entry.id) == entry


def _result(entries: EntryStore) -> Entry:
    bare = make_entry()
    files = [make_representation(bare, name) for name in ("a.json", "a.csv", "b.csv")]
    entry = replace(bare, representations={file.id: file for file in files}, faces=FaceState())
    entries.create(entry)
    return entry


def _corrected(entry: Entry, *, files: int = 2, name: str = "Anna") -> Entry:
    assert entry.faces is not None
    changed = list(entry.representations.values())[:files]
    return replace(
        entry,
        faces=entry.faces.changed((Correction(Action.NAME, 0, name=name),)),
        measured_files=dict(entry.representations),
        representations=dict(entry.representations)
        | {file.id: replace(file, media_key=f"{file.media_key}-{name}", size_bytes=9) for file in changed},
        updated=START + timedelta(hours=2),
    )


@pytest.mark.parametrize("is_audited", [False, True])
def test_faces_and_files_change_together(audited: AuditedStores, is_audited: bool) -> None:
    entry = _result(audited.entries)
    after = _corrected(entry)
    record = make_audit_record(entry)
    audited.entries.change_faces(entry, after, record if is_audited else None)
    assert audited.entries.get(ACCOUNT, entry.id) == after
    assert list(audited.trail.newest_first(ACCOUNT)) == ([record] if is_audited else [])


@pytest.mark.parametrize("is_audited", [False, True])
def test_of_two_changes_of_the_same_faces_one_is_made(audited: AuditedStores, is_audited: bool) -> None:
    entry = _result(audited.entries)
    first, second = _corrected(entry), _corrected(entry, name="Ben")
    audited.entries.change_faces(entry, first)
    with pytest.raises(StaleWrite):
        audited.entries.change_faces(entry, second, make_audit_record(entry) if is_audited else None)
    assert audited.entries.get(ACCOUNT, entry.id) == first
    assert list(audited.trail.newest_first(ACCOUNT)) == []


def test_faces_do_not_change_with_a_file_that_a_client_has_replaced_or_removed(entries: EntryStore) -> None:
    entry = _result(entries)
    file, *_ = entry.representations.values()
    entries.replace_representation(file, replace(file, media_key="the client's"))
    with pytest.raises(StaleWrite):
        entries.change_faces(entry, _corrected(entry))
    entries.remove_representation(replace(file, media_key="the client's"), START)
    with pytest.raises(StaleWrite):
        entries.change_faces(entry, _corrected(entry))
    assert len(entries.get(ACCOUNT, entry.id).representations) == 2


def test_files_beyond_those_that_change_are_left_alone(entries: EntryStore) -> None:
    entry = _result(entries)
    *_, last = entry.representations.values()
    entries.replace_representation(last, replace(last, media_key="the client's"))
    added = make_representation(entry, "c.csv")
    entries.add_representation(added)
    entries.change_faces(entry, _corrected(entry))
    found = entries.get(ACCOUNT, entry.id)
    assert found.representations[last.id].media_key == "the client's"
    assert found.representations[added.id] == added
    assert found.faces == _corrected(entry).faces


def test_faces_of_an_entry_that_has_none_or_is_gone(entries: EntryStore) -> None:
    entry = _result(entries)
    bare = make_entry()
    entries.create(bare)
    with pytest.raises(StaleWrite):
        entries.change_faces(bare, replace(bare, faces=FaceState(version=1)))
    entries.begin_deletion(ACCOUNT, entry.id, START)
    for account_id in (ACCOUNT, OTHER_ACCOUNT):
        with pytest.raises(NotFound):
            entries.change_faces(
                replace(entry, account_id=account_id), _corrected(replace(entry, account_id=account_id))
            )
