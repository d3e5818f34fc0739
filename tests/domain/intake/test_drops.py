from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.ids import check_id
from chalicelib.domain.intake.drops import (
    DropKey,
    DroppedObject,
    dropped_job_id,
    error_key,
    notes_of,
    parse_drop_key,
    result_key,
)
from chalicelib.domain.requests.job_names import JobName
from chalicelib.errors import Invalid
from tests.fakes import START

DROPPED = DroppedObject("drop/a/clip.mp4", "v1", '"etag"', 3, "video/mp4", START)
PATHS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200).filter(
    lambda path: len(path.encode()) < 900 and not path.endswith("/") and not {".", ".."} & set(path.split("/"))
)


@pytest.mark.parametrize(
    ("key", "account_id", "name", "file_name"),
    [
        ("drop/a/clip.mp4", "a", JobName.MULTIFACE, "clip.mp4"),
        ("drop/a/ct-pack-linear/clip.mp4", "a", JobName.CT_PACK_LINEAR, "clip.mp4"),
        ("drop/a/auto/deep/er/clip.mp4", "a", JobName.MULTIFACE, "clip.mp4"),
        ("drop/a/no-op", "a", JobName.MULTIFACE, "no-op"),
        ("drop/a/any folder/no-op/clip.mp4", "a", JobName.MULTIFACE, "clip.mp4"),
        ("drop//clip.mp4", "", JobName.MULTIFACE, "clip.mp4"),
    ],
)
def test_a_key_says_whose_it_is_and_which_job_it_asks_for(
    key: str, account_id: str, name: JobName, file_name: str
) -> None:
    assert parse_drop_key(key) == DropKey(account_id, name, file_name)


@pytest.mark.parametrize("key", ["drop/clip.mp4", "drop/a/" + "x" * 1000, "drop/a/../b/clip.mp4", "drop/./clip.mp4"])
def test_a_key_without_a_place_for_results_is_refused(key: str) -> None:
    with pytest.raises(Invalid):
        parse_drop_key(key)


@given(PATHS)
def test_results_have_the_same_path_and_every_key_fits(path: str) -> None:
    key = f"drop/{path}"
    assert result_key(key, "-metrics.json") == f"results/{path}-metrics.json"
    assert error_key(key) == f"results/{path}.error.txt"


@given(PATHS, st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_every_result_has_a_place_that_fits(path: str, suffix: str) -> None:
    key = result_key(f"drop/{path}", f"{suffix}.csv")
    assert key.startswith(f"results/{path}")
    assert key.endswith(".csv")
    assert len(key.encode()) <= 1024


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=300, max_size=1000))
def test_the_place_of_a_sentence_fits_however_long_the_path_is(path: str) -> None:
    key = error_key(f"drop/{path}")
    assert len(key.encode()) <= 1024
    assert key.endswith(".error.txt")


def test_a_version_has_one_id_and_no_other_has_it() -> None:
    same = dropped_job_id("a", DROPPED)
    assert check_id(same, "job") == dropped_job_id("a", replace(DROPPED, tags={"a": "b"})) == same
    others = [
        replace(DROPPED, version_id="v2"),
        replace(DROPPED, version_id=None),
        replace(DROPPED, etag='"other"'),
        replace(DROPPED, key="drop/a/clip.mp5"),
    ]
    assert len({same, dropped_job_id("b", DROPPED), *(dropped_job_id("a", other) for other in others)}) == 6


def test_tags_and_metadata_become_notes() -> None:
    metadata = {"who": "=?UTF-8?Q?J=C3=B6rg?=", "empty": "", "odd": "=?what?"}
    dropped = replace(DROPPED, tags={"scene": "indoors", "who": "Ada"}, metadata=metadata)
    assert notes_of(dropped) == (("odd", "=?what?"), ("scene", "indoors"), ("who", "Ada"), ("who", "J\u00f6rg"))


def test_a_note_that_cannot_be_stored_is_not_lost_in_silence() -> None:
    with pytest.raises(Invalid, match="256 characters"):
        notes_of(replace(DROPPED, tags={"scene": "x" * 256}))
