"""Names that deceive a spreadsheet or a reader, and those that do not."""

import pytest

from chalicelib.domain.entries import check_annotation_text, check_file_name
from chalicelib.domain.faces.corrections import parse_correction
from chalicelib.domain.intake.input_urls import file_name_of, parse_input_url
from chalicelib.domain.requests.client_texts import begins_as_formula, has_reordering, reorders_others, text_cell
from chalicelib.errors import Invalid
from chalicelib.services.users import Users
from tests.fakes import LOW_COST, FakeLoginFailures, FakeUsers, FixedClock

_FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@sum",
    "\t=1",
    "\r=1",
    "\n=1",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1",
    "\uff20sum",
    "\ufe661",
    "\u22121",
    " =1",
    "\u200b\uff1d1",
]
_REVERSED = ["clip\u202egpj.mp4", "\u202dclip.mp4", "\u2067clip.mp4", "clip\u2069.mp4", "a\u202bb\u202c.mp4"]
_NAMES = [
    "clip.mp4",
    "\u0645\u0642\u0627\u0628\u0644\u0629 \u0661.mp4",
    "\u05e8\u05d0\u05d9\u05d5\u05df.mp4",
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645.mp4",
    "\u200f\u05e9\u05dc\u05d5\u05dd",
    "👩\u200d🦰.mp4",
    "名前\uff1d.mp4",
    "Jean-Luc",
]


@pytest.mark.parametrize("text", _FORMULAS)
def test_what_begins_as_a_formula_does_is_a_text_in_a_cell_and_no_name(text: str) -> None:
    assert begins_as_formula(text)
    assert text_cell(text) == f"'{text}"
    if text.strip() == text and text.isprintable():
        with pytest.raises(Invalid, match="formula"):
            parse_correction({"action": "name", "face_id": "0", "name": text})


@pytest.mark.parametrize("name", _REVERSED)
def test_no_name_sets_the_order_of_letters(name: str) -> None:
    assert has_reordering(name)
    with pytest.raises(Invalid, match="order of letters"):
        check_file_name(name)
    with pytest.raises(Invalid, match="order of letters"):
        parse_correction({"action": "name", "face_id": "0", "name": name})
    assert not has_reordering(file_name_of(parse_input_url(f"https://example.org/{name}")))


@pytest.mark.parametrize("name", _NAMES)
def test_names_of_every_script_are_taken_as_they_are(name: str) -> None:
    assert check_file_name(name) == text_cell(name) == check_annotation_text("key", name) == name
    assert parse_correction({"action": "name", "face_id": "0", "name": name}).name == name


@pytest.mark.parametrize("text", ["a\u202eb", "\u202d\u202c", "\u2067a", "a\u2069", "\u2067\u202aa\u2069\u202c"])
def test_an_annotation_may_not_reorder_what_stands_next_to_it(text: str) -> None:
    assert reorders_others(text)
    with pytest.raises(Invalid, match="order of letters"):
        check_annotation_text("value", text)


def test_an_annotation_may_isolate_a_part_of_itself() -> None:
    text = "\u05e9\u05dd \u05d4\u05e7\u05d5\u05d1\u05e5: \u2066clip.mp4\u2069, \u05d5-\u202aabc\u202c"
    assert check_annotation_text("value", text) == text


@pytest.mark.parametrize("email", ["=ada@example.org", "\uff1dada@example.org", "a\u202eda@example.org"])
def test_no_user_has_such_a_name(email: str) -> None:
    users = Users(FakeUsers(), FakeLoginFailures(), FixedClock(), cost=LOW_COST)
    with pytest.raises(Invalid):
        users.add(email, "a long enough password", "0" * 26)
