"""The promises of `UserStore`."""

from dataclasses import replace

import pytest

from chalicelib.domain.accounts import User
from chalicelib.services.ports import UserStore
from tests.contract.samples import ACCOUNT, AUTHOR, OTHER_ACCOUNT
from tests.fakes import START

_USER = User(AUTHOR, ACCOUNT, "scrypt$16384$8$5$c2FsdA==$a2V5", START)


def test_a_saved_user_is_read_back(users: UserStore) -> None:
    users.save(_USER)
    assert users.get(AUTHOR) == _USER


def test_save_replaces_the_row(users: UserStore) -> None:
    users.save(_USER)
    changed = replace(_USER, disabled=True, account_id=OTHER_ACCOUNT)
    users.save(changed)
    assert users.get(AUTHOR) == changed


@pytest.mark.parametrize("email", ["nobody@example.org", "", "ada@example.or", "a" * 3000, "é" * 1100, "#", "😀"])
def test_there_is_no_such_user(users: UserStore, email: str) -> None:
    users.save(_USER)
    assert users.get(email) is None


def test_users_of_one_account_are_apart(users: UserStore) -> None:
    other = replace(_USER, email="grace@example.org")
    users.save(_USER)
    users.save(other)
    assert (users.get(AUTHOR), users.get("grace@example.org")) == (_USER, other)
