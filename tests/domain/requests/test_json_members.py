import pytest

from chalicelib.domain.requests.json_members import check_members
from chalicelib.errors import Invalid

KNOWN = ("name", "table", "max_faces")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("tabel", 'The batch has no member "tabel"; perhaps you mean "table".'),
        ("maxFaces", 'The batch has no member "maxFaces"; perhaps you mean "max_faces".'),
        ("colour", 'The batch has no member "colour"; use one of: name, table, max_faces.'),
        ("", 'The batch has no member ""; use one of: name, table, max_faces.'),
        ("x" * 9999, f'The batch has no member "{"x" * 60}"; use one of: name, table, max_faces.'),
    ],
)
def test_a_member_that_does_not_exist_is_named_with_what_was_perhaps_meant(given: str, sentence: str) -> None:
    with pytest.raises(Invalid) as error:
        check_members("The batch", ["name", given, "also wrong"], KNOWN)
    assert str(error.value) == sentence


def test_members_that_exist_are_accepted() -> None:
    check_members("The batch", {}, KNOWN)
    check_members("The batch", {"table": 1, "name": 2}, KNOWN)
