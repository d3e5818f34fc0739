import re

import pytest

from chalicelib.domain.requests.option_values import Number, Span, Text, WholeNumber, ends_of_span
from chalicelib.errors import Invalid

FACES, RATE, NOTE, REST = WholeNumber(1, 100), Number(0.1, 120), Text(4, "a word"), Span(1000)


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("100", 100), ("007", 7)])
def test_whole_numbers(text: str, number: int) -> None:
    assert FACES.of_text("max_faces", text) == FACES.of_json("max_faces", number) == number


@pytest.mark.parametrize("text", ["0", "101", "-1", "+1", "1.0", " 1", "1 ", "1e1", "\u0661", "1_0", "9" * 5000])
def test_other_texts_are_no_whole_number(text: str) -> None:
    with pytest.raises(Invalid, match=r"^The max_faces must be a whole number from 1 to 100"):
        FACES.of_text("max_faces", text)


@pytest.mark.parametrize("value", [True, 1.0, "1", None, 0, 10**30])
def test_other_values_are_no_whole_number(value: object) -> None:
    with pytest.raises(Invalid, match="max_faces"):
        FACES.of_json("max_faces", value)


@pytest.mark.parametrize(("text", "number"), [("0.1", 0.1), ("5", 5.0), ("1e1", 10.0), ("29.97", 29.97)])
def test_numbers(text: str, number: float) -> None:
    found = RATE.of_text("rate", text)
    assert (found, type(found)) == (number, float)
    assert RATE.of_json("rate", number) == number


def test_a_whole_number_is_a_number_too() -> None:
    assert (RATE.of_json("rate", 5), type(RATE.of_json("rate", 5))) == (5.0, float)


@pytest.mark.parametrize("text", ["0", "121", "nan", "inf", "-inf", "five", "1_0", "\u0661", "1,5", "1e400"])
def test_other_texts_are_no_number(text: str) -> None:
    with pytest.raises(Invalid, match=r"^The rate must be a number from 0.1 to 120"):
        RATE.of_text("rate", text)


@pytest.mark.parametrize("value", [True, "5", None, float("nan"), float("inf"), 10**400])
def test_other_values_are_no_number(value: object) -> None:
    with pytest.raises(Invalid, match="rate"):
        RATE.of_json("rate", value)


def test_large_numbers_are_written_out() -> None:
    with pytest.raises(Invalid, match=r"^The start_s must be a number from 0 to 1,000,000\.$"):
        Number(0, 1e6).of_text("start_s", "-1")
    assert Number(0.01, 240).range_text == "0.01 to 240"


def test_texts_have_a_length() -> None:
    assert NOTE.of_json("note", "four") == "four"
    with pytest.raises(Invalid, match="note has 5 characters; at most 4"):
        NOTE.of_text("note", "fives")


@pytest.mark.parametrize(("text", "ends"), [("0-2.5", (0, 2.5)), ("600-601", (600, 601)), ("0.04-1000", (0.04, 1000))])
def test_spans(text: str, ends: tuple[float, float]) -> None:
    assert REST.of_text("neutral", text) == REST.of_json("neutral", text) == text
    assert ends_of_span(text) == ends
    assert re.match(str(REST.schema["pattern"]), text)


@pytest.mark.parametrize(
    "text", ["2", "2-", "-2", "3-2", "2-2", "0-1001", "a-b", "0 - 1", "0-1-2", "0-1\n", "1e1-20", "0-\u0661"]
)
def test_other_texts_are_no_span(text: str) -> None:
    with pytest.raises(Invalid, match=r"^The neutral must be a range in seconds that ends later"):
        REST.of_text("neutral", text)


@pytest.mark.parametrize("value", [0, ["0", "1"], True])
def test_other_values_are_no_span(value: object) -> None:
    with pytest.raises(Invalid, match="neutral"):
        REST.of_json("neutral", value)
