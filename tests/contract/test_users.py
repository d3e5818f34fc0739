"""The promises of `UserStore`."""

from dataclasses import replace

import pytest

from chalicelib.domain.accounts import User
from chalicelib.errors import StaleWrite
from chalicelib.services.ports import UserStore
from tests.contract.samples import ACCOUNT, AUTHOR, OTHER_ACCOUNT
from tests.fakes import START

_USER = User(AUTHOR, ACCOUNT, "scrypt$16384$8$5$c2FsdA==$a2V5", START)


def test_a_created_user_is_read_back(users: UserStore) -> None:
    users.create(_USER)
    assert users.get(AUTHOR) == _USER


def test_a_name_is_there_once_whatever_the_account(users: UserStore) -> None:
    users.create(_USER)
    with pytest.raises(StaleWrite):
        users.create(replace(_USER, account_id=OTHER_ACCOUNT))
    assert users.get(AUTHOR) == _USER
    assert users.list() == (_USER,)


def test_save_replaces_the_row_of_the_version_before(users: UserStore) -> None:
    users.create(_USER)
    changed = replace(_USER, disabled=True, password_hash="scrypt$1$1$1$$", version=2)
    users.save(changed)
    assert users.get(AUTHOR) == changed
    for version in (1, 2, 4):
        with pytest.raises(StaleWrite):
            users.save(replace(_USER, version=version))
    assert users.get(AUTHOR) == changed


def test_save_makes_no_user(users: UserStore) -> None:
    for version in (1, 2):
        with pytest.raises(StaleWrite):
            users.save(replace(_USER, version=version))
    assert users.get(AUTHOR) is None


@pytest.mark.parametrize("email", ["nobody@example.org", "", "ada@example.or", "a" * 3000, "é" * 1100, "#", "😀"])
def test_there_is_no_such_user(users: UserStore, email: str) -> None:
    users.create(_USER)
    assert users.get(email) is None


def test_all_users_are_listed_by_name(users: UserStore) -> None:
    assert users.list() == ()
    made = [replace(_USER, email=f"{number:03}@example.org") for number in range(120)]  # more than one batch
    for user in reversed(made):
        users.create(user)
    users.save(replace(made[7], disabled=True, version=2))
    made[7] = replace(made[7], disabled=True, version=2)
    assert users.list() == tuple(made)


def test_an_account_is_known_by_its_users(users: UserStore) -> None:
    assert not users.has_account(ACCOUNT)
    users.create(_USER)
    users.save(replace(_USER, disabled=True, version=2))
    with pytest.raises(StaleWrite):
        users.create(replace(_USER, account_id=OTHER_ACCOUNT))
    assert users.has_account(ACCOUNT)
    for text in (OTHER_ACCOUNT, "", "#", "\U0001f600" * 250):
        assert not users.has_account(text)
