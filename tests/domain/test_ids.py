from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.ids import check_id, derived_id, new_id, numbered_id
from chalicelib.errors import MalformedRequest

_NOW = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
# A float of seconds holds microseconds until 2242.
moments = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # UTC is added


def _milliseconds(text: str) -> int:
    number = 0
    for character in text[:10]:
        number = number * 32 + _CROCKFORD.index(character)
    return number


@given(moments)
def test_an_id_begins_with_its_millisecond(moment: datetime) -> None:
    expected = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    assert _milliseconds(new_id(moment)) == expected


def test_every_millisecond_of_a_second_has_its_own_id() -> None:
    first = _milliseconds(new_id(_NOW))
    numbers = [_milliseconds(new_id(_NOW + timedelta(milliseconds=step))) for step in range(1000)]
    assert numbers == list(range(first, first + 1000))


@given(moments)
def test_numbered_ids_come_right_after_their_parent_from_newest_to_oldest(moment: datetime) -> None:
    parent = new_id(moment + timedelta(milliseconds=1))
    numbered = [numbered_id(parent, number, "member") for number in range(1024)]
    assert numbered == [numbered_id(parent, number, "member") for number in range(1024)]
    assert sorted([*numbered, parent], reverse=True) == [parent, *numbered]
    assert all(check_id(each, "job") for each in numbered)
    assert _milliseconds(numbered[7]) == _milliseconds(parent) - 1
    assert numbered_id(parent, 7, "other") != numbered[7]
    with pytest.raises(ValueError, match="1024"):
        numbered_id(parent, 1024)


@given(moments, st.integers(1, 10**9))
def test_later_ids_sort_behind(moment: datetime, step_ms: int) -> None:
    later = moment + timedelta(milliseconds=step_ms)
    assert new_id(moment) < new_id(later)


@given(moments)
def test_ids_are_well_formed(moment: datetime) -> None:
    text = new_id(moment)
    assert check_id(text, "job") == text
    derived = derived_id(text, "result", "1")
    assert check_id(derived, "entry") == derived


def test_ids_of_one_moment_differ() -> None:
    assert len({new_id(_NOW) for _ in range(1000)}) == 1000


def test_the_layout_is_that_of_ulid() -> None:
    # 01ARYZ6S41 is the time part that the ULID specification gives for 1469918176385 ms.
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=1469918176385)
    assert new_id(moment)[:10] == "01aryz6s41"


def test_the_zone_of_a_time_does_not_matter() -> None:
    there = _NOW.astimezone(timezone(timedelta(hours=-7)))
    assert new_id(there)[:10] == new_id(_NOW)[:10]


def test_derived_ids_always_follow() -> None:
    parent = "01jk0000000000000000000000"
    assert derived_id(parent, "result", "1") == derived_id(parent, "result", "1")
    assert derived_id(parent, "result", "1")[:10] == parent[:10]
    others = {
        derived_id(parent, "result", "1"),
        derived_id(parent, "result", "2"),
        derived_id(parent, "result1"),
        derived_id(parent, "1", "result"),
        derived_id(parent[:-1] + "1", "result", "1"),
    }
    assert len(others) == 5


def test_a_derived_id_never_changes() -> None:
    # Rows and objects at rest are found by it.
    assert derived_id("01jk0000000000000000000000", "representation", "clip.mp4") == "01jk000000hrn81nga24vznt3s"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "0" * 25,
        "0" * 27,
        "8" + "0" * 25,
        "0" * 25 + "l",
        "0" * 25 + "u",
        "0" * 25 + "A",
        "0" * 26 + "\n",
        " " + "0" * 25,
        "\u0660" * 26,
        "0" * 25 + "/",
        "../" + "0" * 23,
    ],
)
def test_malformed_ids_are_refused_with_the_noun(text: str) -> None:
    with pytest.raises(MalformedRequest, match="not a valid job id"):
        check_id(text, "job")
