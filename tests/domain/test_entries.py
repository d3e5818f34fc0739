import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.entries import (
    check_annotation_text,
    check_file_name,
    media_key,
    media_prefix,
    representation_id,
    upload_key,
)
from chalicelib.domain.ids import check_id, new_id
from chalicelib.errors import Invalid
from tests.contract.samples import ODD_TEXTS, make_entry
from tests.fakes import START


@pytest.mark.parametrize("text", [*ODD_TEXTS, " ", "a\nb\tc", "\u2028"])
def test_annotation_texts_are_left_as_they_are(text: str) -> None:
    assert check_annotation_text("value", text) == text


@pytest.mark.parametrize("text", [None, ""])
def test_an_annotation_needs_a_text(text: str | None) -> None:
    with pytest.raises(Invalid, match=r"annotation\[key\]"):
        check_annotation_text("key", text)


@pytest.mark.parametrize(
    ("text", "sentence"), [("x" * 256, "256 characters"), ("a\0b", "NUL"), ("a\ud800b", "surrogate")]
)
def test_annotation_texts_that_are_refused(text: str, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        check_annotation_text("value", text)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("clip.mp4", "clip.mp4"),
        ("C:\\Users\\ada\\clip.mp4", "clip.mp4"),
        ("/tmp/../clip.mp4", "clip.mp4"),  # noqa: S108  # only a name
        ("  clip.mp4 \n", "clip.mp4"),
        ("笑顔 😀.mp4", "笑顔 😀.mp4"),
        (".hidden", ".hidden"),
        ("...", "..."),
        ("x" * 255, "x" * 255),
    ],
)
def test_file_names_lose_their_path(sent: str, kept: str) -> None:
    assert check_file_name(sent) == kept


@pytest.mark.parametrize("text", [None, "", " ", ".", "..", "/", "a/", "a\\", "a/..", "a/ "])
def test_a_name_is_needed(text: str | None) -> None:
    with pytest.raises(Invalid, match="no file name"):
        check_file_name(text)


@pytest.mark.parametrize("character", ["\0", "\n", "\r", "\x1b", "\x7f", "\x85", "\x9f", "\u2028", "\u2029", "\ud800"])
def test_control_characters_are_refused(character: str) -> None:
    with pytest.raises(Invalid, match="control characters"):
        check_file_name(f"a{character}b.mp4")


def test_long_names_are_refused() -> None:
    with pytest.raises(Invalid, match="256 characters"):
        check_file_name("x" * 256)


@given(st.text())
def test_what_passes_is_a_name_that_passes_again(text: str) -> None:
    try:
        name = check_file_name(text)
    except Invalid:
        return
    assert check_file_name(name) == name
    assert not set(name) & set("/\\\n\r\0")
    assert 1 <= len(name) <= 255


def test_a_representations_id_follows_from_its_name() -> None:
    entry_id = new_id(START)
    first = representation_id(entry_id, "a.csv")
    assert first == check_id(representation_id(entry_id, "a.csv"), "representation")
    assert len({first, representation_id(entry_id, "A.csv"), representation_id(new_id(START), "a.csv")}) == 3


def test_nothing_in_a_media_key_comes_from_a_client() -> None:
    entry = make_entry()
    file_id = representation_id(entry.id, "../../etc/passwd")
    kept = media_key(entry.account_id, entry.id, file_id)
    assert kept == f"accounts/{entry.account_id}/entries/{entry.id}/{file_id}"
    assert upload_key(entry.account_id, entry.id, file_id, "u") == f"{kept}/u"


def test_an_entrys_media_share_a_prefix_that_no_other_entry_has() -> None:
    assert media_key("a", "e1", "r").startswith(media_prefix("a", "e1"))
    assert not media_key("a", "e12", "r").startswith(media_prefix("a", "e1"))
