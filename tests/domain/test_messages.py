import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.jobs import JobMessage
from chalicelib.domain.messages import decode_message, encode_message

_ID = "01kg9p6jnt42gefacfj5xgqg4g"


@given(st.text(min_size=1), st.integers(1, 10**6))
def test_a_message_is_read_back(account_id: str, run: int) -> None:
    message = JobMessage(account_id, _ID, run)
    assert decode_message(encode_message(message)) == message


@pytest.mark.parametrize(
    "changes",
    [
        {"account_id": ""},
        {"account_id": None},
        {"account_id": 7},
        {"job_id": "7"},
        {"job_id": ""},
        {"job_id": None},
        {"job_id": [_ID]},
        {"job_id": _ID.upper()},
        {"run": 0},
        {"run": -1},
        {"run": 1.0},
        {"run": "1"},
        {"run": True},
        {"run": None},
        {"more": 1},
    ],
)
def test_other_contents_are_refused(changes: dict[str, object]) -> None:
    right: dict[str, object] = {"account_id": "a", "job_id": _ID, "run": 1}
    assert decode_message(json.dumps(right)).job_id == _ID
    with pytest.raises(ValueError, match="job message"):
        decode_message(json.dumps(right | changes))


@pytest.mark.parametrize("key", ["account_id", "job_id", "run"])
def test_a_missing_key_is_refused(key: str) -> None:
    content: dict[str, object] = {"account_id": "a", "job_id": _ID, "run": 1}
    del content[key]
    with pytest.raises(ValueError, match="job message"):
        decode_message(json.dumps(content))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "7",
        '"text"',
        "{",
        "[" * 100_000,
        '{"Records": []}',
        f'{{"account_id": "a", "job_id": "{_ID}", "run": 1, "run": 2}}',
        f'{{"account_id": "a", "job_id": "{_ID}", "run": 1}} ...',
        f'{{"account_id": "a", "job_id": "{_ID}", "run": 1{"0" * 5000}}}',
    ],
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode_message(text)


@given(st.text())
def test_any_text_is_a_message_or_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode_message(text)
