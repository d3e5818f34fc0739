"""Corrections in requests."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.faces.corrections import (
    MAX_CORRECTIONS,
    MAX_FACE_ID,
    Action,
    Correction,
    parse_correction,
    parse_corrections,
)
from chalicelib.errors import Invalid

_IDS = st.integers(0, MAX_FACE_ID)
_NAMES = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=100).filter(
    lambda name: name == name.strip() and name[0] not in "=+-@"
)
CORRECTIONS = st.one_of(
    st.builds(Correction, st.just(Action.NAME), _IDS, name=st.none() | _NAMES),
    st.builds(Correction, st.just(Action.MERGE), _IDS, into=_IDS),
    st.builds(Correction, st.just(Action.SPLIT), _IDS, at_s=st.floats(-1e6, 1e6), new_face_id=st.none() | _IDS),
    st.builds(Correction, st.just(Action.IGNORE), _IDS),
)


@given(CORRECTIONS)
def test_a_correction_is_read_as_it_is_shown(correction: Correction) -> None:
    assert parse_correction(json.loads(json.dumps(correction.document))) == correction


def test_numbers_are_taken_for_ids_and_texts_for_numbers() -> None:
    assert parse_correction({"action": "merge", "face_id": 3, "into": 0}) == Correction(Action.MERGE, 3, into=0)
    form = {"action": "split", "face_id": "3", "at_s": "12.5", "new_face_id": ""}
    assert parse_correction(form) == Correction(Action.SPLIT, 3, at_s=12.5)
    assert parse_correction({"action": "name", "face_id": "3", "name": "  "}) == Correction(Action.NAME, 3)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("merge", "must be an object"),
        ({}, "action of a correction must be one of: name, merge, split, ignore"),
        ({"action": []}, "must be one of"),
        ({"action": "ignore"}, "face_id of a correction must be the id of a face"),
        ({"action": "ignore", "face_id": True}, "face_id"),
        ({"action": "ignore", "face_id": -1}, "face_id"),
        ({"action": "ignore", "face_id": 10**9}, "face_id"),
        ({"action": "ignore", "face_id": "१"}, "face_id"),
        ({"action": "merge", "face_id": 1}, "into of a correction"),
        ({"action": "split", "face_id": 1}, "at_s of a split must be a time in seconds"),
        ({"action": "split", "face_id": 1, "at_s": float("nan")}, "at_s"),
        ({"action": "split", "face_id": 1, "at_s": 10**400}, "at_s"),
        ({"action": "split", "face_id": 1, "at_s": True}, "at_s"),
        ({"action": "split", "face_id": 1, "at_s": "1e3"}, "at_s"),
        ({"action": "split", "face_id": 1, "at_s": 1, "new_face_id": "x"}, "new_face_id"),
        ({"action": "ignore", "face_id": "0", "at_s": 1.5}, 'is to ignore has no member "at_s"'),
        ({"action": "merge", "face_id": "0", "into": "1", "name": "Ada"}, 'is to merge has no member "name"'),
        ({"action": "name", "face_id": "0"}, "name of the face is missing; null takes it away"),
        ({"action": "name", "face_id": "0", "into": "1"}, 'is to name has no member "into"'),
        ({"action": "name", "face_id": 1, "name": 5}, "must be a text"),
        ({"action": "name", "face_id": 1, "name": "x" * 101}, "has 101 characters; at most 100"),
        ({"action": "name", "face_id": 1, "name": "a\nb"}, "control characters"),
        ({"action": "name", "face_id": 1, "name": "=1+1"}, "spreadsheets"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(value: object, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        parse_correction(value)


def test_a_result_has_a_bounded_number_of_corrections() -> None:
    one = {"action": "ignore", "face_id": "0"}
    assert len(parse_corrections([one] * MAX_CORRECTIONS)) == MAX_CORRECTIONS
    with pytest.raises(Invalid, match="201"):
        parse_corrections([one] * (MAX_CORRECTIONS + 1))
    with pytest.raises(Invalid, match="array"):
        parse_corrections(one)
