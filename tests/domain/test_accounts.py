import pytest

from chalicelib.domain.accounts import hash_password, password_matches
from tests.fakes import LOW_COST

# Made with Python's hashlib from the password "correct horse" and a salt of sixteen zero bytes.
_STORED = (
    "scrypt$16384$8$5$AAAAAAAAAAAAAAAAAAAAAA==$"
    "kSQ1bJYPD8Jgs7OVgip9Bc7Nv0GJkSsREzrHDUV/bZ7w"
    "F6C6WglX8nJ5AzbsAA9+FMsWyDNouq0F0sikSBk60w=="
)


@pytest.mark.parametrize("password", ["", "pässwörd 😀", "a:b$c"])
def test_a_password_matches_its_hash_and_no_other(password: str) -> None:
    stored = hash_password(password, LOW_COST)
    assert password_matches(password, stored)
    assert not password_matches(password + " ", stored)


def test_a_stored_hash_still_matches() -> None:
    assert password_matches("correct horse", _STORED)
    assert not password_matches("correct horsf", _STORED)


def test_one_password_has_many_hashes() -> None:
    first, second = hash_password("s3cret", LOW_COST), hash_password("s3cret", LOW_COST)
    assert first != second
    assert "s3cret" not in first


def test_a_hash_states_its_costs() -> None:
    scheme, *costs, salt, key = hash_password("s3cret").split("$")
    assert (scheme, costs) == ("scrypt", ["16384", "8", "5"])
    assert (len(salt), len(key)) == (24, 88)


def test_the_costs_of_the_hash_count() -> None:
    # Hashes made with other costs, earlier or later, must go on working.
    cheap = (
        "scrypt$16$1$1$AAAAAAAAAAAAAAAAAAAAAA==$"
        "7NhokSmBG5NzCn6JJiJG9qnYF8Z/iKWN8uhFYxSOR8Zn"
        "KQGCreYfgoPwJMscjr4106heQavlm35iC0x1lFvSvQ=="
    )
    assert password_matches("correct horse", cheap)
